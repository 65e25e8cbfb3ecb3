"""Is a project 鼓励类, 限制类, 淘汰类 or 允许类? The entries of the catalogue in force, found and checked one by one.

淘汰类 goes before 限制类, 限制类 before 鼓励类. What no entry names is 允许类 (促进产业结构调整暂行规定 第十三条), and only a complete
edition can show that none does: until then 待定. An entry that names the thing but frees this project by its limit, place or
exception is reported as such and never makes it 限制类. Nothing is said here in prose: `kb.eligibility_answer` writes it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from kb import eligibility_meaning as meaning
from kb.catalogue_items import Item
from kb.catalogue_rules import items
from kb.catalogue_wording import FILL
from kb.editions import incomplete
from kb.eligibility_facts import Check, Wording, of_said_kind
from kb.models import CatalogueClass, Clause, Document
from kb.store import Store

ORDER: tuple[CatalogueClass, ...] = ("淘汰类", "限制类", "鼓励类")
NEAREST = 40  # entries looked at for their meaning alone
LITERAL = 3  # characters of a term that alone makes its entry a candidate
LEAST, LEAST_SHORT = 0.36, 0.5  # cosines of the encoder
LEAST_SHORTEST = 0.3  # where 限制类 is named by two characters alone (油料 of 航空油料)
LEAST_PARTS = 0.24  # of a longer word that stands in parts
FOREMOST, LEAST_FOREMOST = 2, 0.27  # the nearest entries of all, and how near they must be
ALIKE, ALIKE_BARRED = (0.6, 0.45), (0.8, 0.5)  # named in other words: the share of an entry's own words, and how near; 限制类 and 淘汰类 ask for more
SHORT, LONG = 3, 5  # characters of a word: so few must be near in meaning, so many need not
OWN_NAME = re.compile("(?:勘探|开采|开发|生产|制造|加工|建设)*(?:项目|工程(?!塑))")  # what follows a thing that the project is named after
LONG_NAME = re.compile("（[^）]{1,12}）[一-鿿]{0,6}?(?:项目|生产线|生产装置)")  # … a longer name, with another in brackets: 聚苯硫醚（PPS）工程塑料生产装置
CLOSEST = 2  # nearest entries of which none may be named, for one to be meant by its meaning alone
RANK = {"applies": 3, "open": 2, "freed": 1, "no": 0}


@dataclass
class Matched:
    """An entry that speaks of the project, with its best item."""

    clause: Clause
    check: Check

    @property
    def class_(self) -> CatalogueClass:
        return self.clause.fields["class"]  # type: ignore[no-any-return]

    @property
    def state(self) -> str:
        return self.check.state


@dataclass
class Edition:
    """What one edition makes of a project."""

    document: Document
    in_force: bool
    complete: bool
    matched: list[Matched] = field(default_factory=list)

    def of(self, state: str, class_: CatalogueClass | None = None) -> list[Matched]:
        return [m for m in self.matched if m.state == state and class_ in (None, m.class_)]

    @property
    def class_(self) -> CatalogueClass:
        """淘汰 > 限制 > 鼓励; what is open in a higher class leaves the lower undecided. A text that may be only part of an
        entry (`complete_entry` false) counts; that it may be more is said with it."""
        for class_ in ORDER:
            if self.of("applies", class_):
                return class_
            if self.of("open", class_):
                return "待定"
        return "允许类" if self.complete else "待定"

    @property
    def open(self) -> list[Matched]:
        """The entries whose missing fact decides."""
        if self.class_ != "待定":
            return []
        return next((found for class_ in ORDER if (found := self.of("open", class_))), [])


@dataclass
class Determination:
    """The edition that decides on the date, and the one held whole enough to be a reference, if another."""

    wording: Wording
    decides: Edition
    reference: Edition | None = None


def determine(wording: Wording, on: date, store: Store, near: Callable[[str], dict[str, float]], measured: bool = False) -> Determination | None:
    """The determination for a project. `near`: how near the entries of an edition are in meaning; `measured`: by the encoder on
    whose cosines the bounds were chosen. None when no catalogue is held."""
    held = editions(store)
    if not held:
        return None
    current = next((d for d in reversed(held) if d.in_force(on) and d.in_force_from), None)
    decides = current or (held[0] if on < (held[0].in_force_from or date.min) else held[-1])
    found = Determination(wording, edition(wording, decides, on, store, near(decides.doc_id), measured))
    earlier = held[:held.index(decides)]
    if incomplete(decides) and few(decides) and earlier:
        found.reference = edition(wording, earlier[-1], on, store, near(earlier[-1].doc_id), measured)
    return found


def editions(store: Store) -> list[Document]:
    """The editions of the catalogue that are held, oldest first."""
    held = [d for d in store.documents() if d.family == "catalogue" and d.coverage.held != 0 and rules_of(store.revision, d.doc_id, store)]
    return sorted(held, key=lambda d: d.in_force_from or date.min)


def few(document: Document) -> bool:
    """Is so little of an edition held that an earlier one is worth showing?"""
    c = document.coverage
    return bool(c.official and c.held is not None and c.held * 2 < c.official)


def edition(wording: Wording, document: Document, on: date, store: Store, near: dict[str, float], measured: bool = False) -> Edition:
    """Every entry of one edition that speaks of the project."""
    entries, terms = rules_of(store.revision, document.doc_id, store)
    text = wording.text
    nearest = sorted(near, key=lambda clause_id: -near[clause_id])[:NEAREST]
    ids = dict.fromkeys([*nearest, *(c for term, owners in terms.items() if term in text for c in owners)])
    result = Edition(document, document.in_force(on), not incomplete(document))
    named = False  # does the question name any of the nearest entries in its own words?
    for clause_id in ids:
        if clause_id not in entries:
            continue
        clause, rules = entries[clause_id]
        cosine, first = near.get(clause_id, 0.0), clause_id in nearest[:FOREMOST]
        tried = of_said_kind([wording.check(item) for item in rules])
        encouraged = clause.fields["class"] == "鼓励类"
        checks = _meant(wording, [c for c in tried if c.speaks(encouraged)])
        share, least = ALIKE if encouraged else ALIKE_BARRED
        if not checks and first and cosine >= least:
            checks = [c for c in of_said_kind([wording.check(item, alike=share) for item in rules]) if c.speaks(encouraged)]
        if clause_id in nearest[:CLOSEST]:
            named |= any(c.state != "no" or c.silent for c in tried)
        ranked = sorted(checks, key=lambda c: (RANK[c.state], c.words), reverse=True)
        near_enough = (c for c in ranked if c.state == ranked[0].state and (first and cosine >= LEAST_FOREMOST or _near_enough(wording, clause, c, cosine)))
        if best := next(near_enough, None):
            result.matched.append(Matched(clause, best))
    if measured and not result.matched and not named and (meant := meaning.meant(wording, [i for i in nearest if i in entries], entries, near)):
        result.matched.append(Matched(*meant))
    _settle_encouraged(result)
    return result


def _meant(wording: Wording, checks: list[Check]) -> list[Check]:
    """Of an entry's items those the question means: 化学机械木浆 names another item than 化学木浆, 阴极炭块 another than 炭块."""
    if len(checks) < 2:
        return checks
    spans = [wording.spans(c.item) for c in checks]
    longest = max((b - a for s in spans for a, b in s), default=0)
    if not longest:
        return checks
    kept = []
    for check, own in zip(checks, spans, strict=True):
        others = [(a, b) for s in spans if s is not own for a, b in s]
        inside = own and all(any(x <= a and b <= y and y - x > b - a for x, y in others) for a, b in own)
        if not inside and (own or len(check.item.subject) > 1 or check.words >= LONG):
            kept.append(check)
    return kept or checks


def _near_enough(wording: Wording, clause: Clause, check: Check, cosine: float) -> bool:
    """鼓励类 speaks in general words: what is found by a short one must also be near in meaning, or be
    the project's own name (装载机制造项目)."""
    literal = max((end - begin for begin, end in wording.spans(check.item)), default=0)
    if clause.fields["class"] != "鼓励类":
        return literal != 2 or cosine >= LEAST_SHORTEST
    if check.compared or any(end - begin > len(clause.text) - 3 for begin, end in wording.spans(check.item)):
        return True
    if any(len(FILL.sub("", piece)) >= LONG - 1 and piece in wording.text for piece in _fives(clause.text)):
        return True
    if cosine >= LEAST_FOREMOST and any(f"（{wording.text[a:b]}）" in wording.text and wording.text[a:b] not in wording.raw and b - a >= SHORT for a, b in wording.spans(check.item)):
        return True  # by a reviewed everyday word
    if any(OWN_NAME.match(wording.text, end) or end - begin > SHORT and LONG_NAME.match(wording.text, end) for begin, end in wording.spans(check.item)):
        return True
    words = min(check.words, literal) if literal and len(check.item.subject) == 1 else check.words  # 废水, another name of 冶金废液循环
    return cosine >= (LEAST_SHORT if words <= SHORT else LEAST if words < LONG else 0.0 if wording.spans(check.item) else LEAST_PARTS)


@lru_cache(maxsize=4096)
def _fives(text: str) -> tuple[str, ...]:
    """Every five characters in a row of an entry's words."""
    return tuple(part[n:n + LONG] for part in re.split("[^一-鿿]", text) for n in range(len(part) - LONG + 1))


def _settle_encouraged(result: Edition) -> None:
    """鼓励类的…除外 frees what an encouraged entry takes."""
    encouraged = bool(result.of("applies", "鼓励类"))
    for m in result.matched:
        carved = next((e for e in m.check.item.exceptions if any("鼓励类" in i.text for i in e.items)), None)
        if m.state == "applies" and carved and encouraged:
            m.check.state = "freed"
            m.check.let_off.append(carved.text)


@lru_cache(maxsize=8)
def rules_of(revision: str, doc_id: str, store: Store) -> tuple[dict[str, tuple[Clause, tuple[Item, ...]]], dict[str, list[str]]]:
    """By clause id every entry and its items; by term the entries that name it."""
    entries = {c.clause_id: (c, items(c.text)) for c in store.clauses(doc_id) if c.fields.get("class") and not c.fields.get("placeholder")}
    terms: dict[str, list[str]] = {}
    for clause_id, (_, rules) in entries.items():
        for term in {t for item in rules for need in item.subject for t in need.terms}:
            if len(term) >= LITERAL:
                terms.setdefault(term, []).append(clause_id)
    return entries, terms
