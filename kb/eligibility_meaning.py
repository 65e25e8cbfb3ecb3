"""Does a project mean the entry nearest to it, though it names it in other words?

People say 水滴灌的带子 where the catalogue says 滴灌带. Where a question names none of the nearest entries in words that are
known, the nearest one counts if it is likely enough to be meant: told by how near it is, how far the next is behind, and how
many of its words the question has. The weights were fitted by `python -m evals.meaning` on written questions; they hold for
the shipped encoder alone. An answer that rests on this says so.
"""

import math
import re

from kb.catalogue_items import Item
from kb.eligibility_facts import Check, Wording
from kb.models import Clause

LIKELY = 0.65  # probability from which the entry is the one meant
LEAST, LEAST_BARRED = 0.36, (0.43, 0.5)  # cosines below which none is; of 限制类 and 淘汰类, with half of the item's words or with fewer
HALF = 0.5
KIND = re.compile("((?:(?![新大中小各典])[一-鿿]){1,3}[型性式法])的?(?=[一-鿿]{2})")  # 水性油墨, 溶剂型凹版油墨
WEIGHTS = (-5.91, 8.54, 9.97, 4.04, -0.01, -0.26, -0.81, 0.74)


def measures(wording: Wording, clause: Clause, item: Item, cosine: float, following: float) -> tuple[float, ...]:
    """What is weighed: 1, the cosine, its lead over the next entry, the share of the item's words that the question has, whether
    the entry is no 鼓励类, whether the item has a limit, the lengths of entry and question."""
    return (1.0, cosine, cosine - following, wording.likeness(item), float(clause.fields["class"] != "鼓励类"), float(bool(item.limits)),
            math.log(len(clause.text)) - 4, math.log(len(wording.question)) - 3.3)


def meant(wording: Wording, nearest: list[str], entries: dict[str, tuple[Clause, tuple[Item, ...]]], near: dict[str, float]) -> tuple[Clause, Check] | None:
    """The entry meant and what it makes of the project; None where none is likely enough, it is denied, or it takes several things
    of which the question fits no one best. `nearest`: ids of entries, the nearest first; `near`: their cosines."""
    if len(nearest) < 2:
        return None
    clause, items = entries[nearest[0]]
    cosine = near[nearest[0]]
    most = max((wording.likeness(i) for i in items), default=0.0)
    least = LEAST if clause.fields["class"] == "鼓励类" else LEAST_BARRED[most < HALF]
    if not items or cosine < least or _of_another_kind(wording.text, clause.text):
        return None
    best = [i for i in items if wording.likeness(i) == most]
    weighed = measures(wording, clause, best[0], cosine, near[nearest[1]])
    likely = 1 / (1 + math.exp(-sum(w * x for w, x in zip(WEIGHTS, weighed, strict=True))))
    checks = [wording.check(i, meant=True) for i in best]
    return (clause, checks[0]) if likely >= LIKELY and checks[0].state != "no" and len({c.state for c in checks}) == 1 else None


def _of_another_kind(question: str, entry: str) -> bool:
    """Does the question say another kind of the thing than the entry (溶剂型油墨, 水性油墨)?"""
    own, said = list(KIND.finditer(entry)), list(KIND.finditer(question))
    return any(entry[o.end():o.end() + 2] in question[s.end():s.end() + 6] and o[1] not in question for s in said if s[1] not in entry for o in own)
