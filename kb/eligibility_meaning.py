"""Does a project mean the entry nearest to it, though it names it in other words?

People say 水滴灌的带子 where the catalogue says 滴灌带. Where a question names none of the nearest entries in words that are
known, the nearest one counts if it is likely enough to be meant: told by how near it is, how far the next of another class is behind,
and how many of its words the question has. The weights were fitted by `python -m evals.meaning` on written questions; they
hold for the shipped encoder alone. An answer that rests on this says so.
"""

import math
import re

from kb.catalogue_items import Item
from kb.eligibility_facts import Check, Wording, of_said_kind
from kb.models import Clause

LIKELY, LIKELY_BARRED = 0.6, 0.7  # probabilities from which the entry is the one meant; of 限制类 and 淘汰类
LEAST, LEAST_BARRED = (0.36, 0.43), (0.43, 0.5)  # cosines below which none is; the second where few of the item's words are said
NONE_SAID = 0.47  # … where none of them is
SOME, HALF = 2, 0.5  # few of the item's words: fewer pairs of characters for 鼓励类, a smaller share for the other classes
SEVERAL = 6  # nearest entries looked at for one of another class
KIND = re.compile("((?:(?![新老大中小各典])[一-鿿]){1,3}[型性式法])的?(?=[一-鿿]{2})")  # 水性油墨, 溶剂型凹版油墨
OPPOSED = (("酸性", "碱性"), ("干法", "湿法"), ("干式", "湿式"), ("立式", "卧式"), ("水性", "油性"), ("水性", "溶剂型"), ("热轧", "冷轧"), ("有机", "无机"), ("固定式", "移动式"), ("交流", "直流"), ("多工位", "单工位"))
FALLS_SHORT = re.compile("(?:没到|不到|没达到|达不到|未达|不及|够不上|不达标|不为零|远不)(?![^，。；]{0,8}(?:元|亩|人|公里))")  # so does not have what an entry asks for
WEIGHTS = (-4.41, 7.48, 9.71, 2.90, -1.06, -0.61, -0.64, 0.69)  # of 2026-11-25; refitted after later rules they differ by less than 0.4

Entries = dict[str, tuple[Clause, tuple[Item, ...]]]  # by clause id


def measures(wording: Wording, clause: Clause, item: Item, cosine: float, other: float) -> tuple[float, ...]:
    """What is weighed: 1, the cosine, its lead over the nearest entry of another class (`other`), the share of the item's words
    that the question has, whether the entry is no 鼓励类, whether the item has a limit, the lengths of entry and question."""
    return (1.0, cosine, cosine - other, wording.likeness(item), float(clause.fields["class"] != "鼓励类"), float(bool(item.limits)),
            math.log(len(clause.text)) - 4, math.log(len(wording.question)) - 3.3)


def meant(wording: Wording, nearest: list[str], entries: Entries, near: dict[str, float]) -> tuple[Clause, Check] | None:
    """The entry meant and what it makes of the project; None where none is likely enough, it is denied or frees the project, or
    takes several things of which the question fits no one best. `nearest`: ids of entries, the nearest first; `near`: their
    cosines."""
    if len(nearest) < 2 or not entries[nearest[0]][1]:
        return None
    clause, items = entries[nearest[0]]
    encouraged, cosine = clause.fields["class"] == "鼓励类", near[nearest[0]]
    shares = [wording.likeness(i) for i in items]
    common = max(map(wording.common, items))
    few = common < SOME if encouraged else max(shares) < HALF
    if not common and cosine < NONE_SAID or cosine < (LEAST if encouraged else LEAST_BARRED)[few] or encouraged and FALLS_SHORT.search(wording.raw) or _of_another_kind(wording.raw, clause.text):
        return None
    best = [i for i, share in zip(items, shares, strict=True) if share == max(shares)]
    weighed = measures(wording, clause, best[0], cosine, other_class(nearest, entries, near))
    likely = 1 / (1 + math.exp(-sum(w * x for w, x in zip(WEIGHTS, weighed, strict=True))))
    checks = of_said_kind([wording.check(i, meant=True) for i in best])
    if encouraged and not best[0].limits and any(wording.check(i, meant=True).state == "freed" for i in items if i.limits):
        return None  # an amount said falls short of what one of its things must have
    enough = LIKELY if encouraged else LIKELY_BARRED
    return (clause, checks[0]) if likely >= enough and checks[0].state in ("applies", "open") and len({c.state for c in checks}) == 1 else None


def other_class(nearest: list[str], entries: Entries, near: dict[str, float]) -> float:
    """The cosine of the nearest entry of another class than the first; of the last looked at where there is none."""
    first, *others = nearest[:SEVERAL]
    return next((near[i] for i in others if entries[i][0].fields["class"] != entries[first][0].fields["class"]), near[others[-1]])


def _of_another_kind(question: str, entry: str) -> bool:
    """Does the question say another kind of the thing than the entry (溶剂型油墨, 水性油墨)?"""
    if any(x in entry and y in question and x not in question for a, b in OPPOSED for x, y in ((a, b), (b, a))):
        return True
    own, said = list(KIND.finditer(entry)), list(KIND.finditer(question))
    return any(entry[o.end():o.end() + 2] in question[s.end():s.end() + 6] and o[1] not in question for s in said if s[1] not in entry for o in own)
