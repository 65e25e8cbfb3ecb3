"""What does a row of the classification list demand? Its cells as alternatives with conditions, verbatim text kept.

建设项目环境影响评价分类管理名录 divides projects by cells (第二条): each cell holds alternatives cut at ；, each alternative
conditions joined by 的 and 且, each condition may list things joined by 、 或 和. 其他 takes what is in the row's scope and in none
of the higher cells; 除外 and 不含 carve out; a trailing 以上均不含… carves out of the whole cell; "/" is an empty cell.
Conditions are told apart by the language of the list alone, so that another edition reads by the same rules.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Literal

from kb.eia_grammar import (
    BRACKET,
    CARVED,
    DEFINES,
    INCLUDES,
    NATURE,
    NATURES,
    ONLY,
    SENSITIVE,
    TRAIT,
    WHOLE_CELL,
    alternatives,
    carved,
    items,
    marked,
    measured,
    natures,
    terms_of,
)
from kb.models import Clause, EiaDocument
from kb.quantities import Threshold, thresholds

CELLS: tuple[tuple[str, EiaDocument], ...] = (("report", "报告书"), ("form", "报告表"), ("registration", "登记表"))
Kind = Literal["limit", "place", "nature", "trait", "only", "subject"]


@dataclass(frozen=True)
class Condition:
    """One thing that must be so. `terms`: any of them; `of`: what a limit measures (溶剂型涂料, 生猪), "" where the row has one measure."""

    kind: Kind
    text: str
    terms: tuple[str, ...] = ()
    negated: bool = False
    limit: Threshold | None = None
    of: tuple[str, ...] = ()
    wide: bool = False  # a product after 其他: whatever of the row's own products shares its word

    @property
    def used(self) -> bool:
        """Does the limit presuppose that the thing is used at all (年用…10吨以下)?"""
        return self.limit is not None and bool(re.match(r"年?用", self.text))


@dataclass(frozen=True)
class Branch:
    """Conditions all of which must hold, unless one of the exceptions does. `rest`: it says 其他, what no earlier one takes."""

    conditions: tuple[Condition, ...]
    exceptions: tuple["Alternative", ...] = ()
    rest: bool = False
    claims: tuple[str, ...] = ()  # what 其他（含…） claims from the cells above it


@dataclass(frozen=True)
class Alternative:
    """One alternative of a cell, verbatim; it takes a project when any of its branches does."""

    text: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Row:
    """A row of the list as rules."""

    no: int
    clause_id: str
    name: str
    cells: tuple[tuple[EiaDocument, tuple[Alternative, ...]], ...]
    scope: tuple[Alternative, ...]  # what the name itself leaves out: （不含河道采砂项目）
    least: tuple[Condition, ...]  # what the name itself demands: （建筑面积5000平方米及以上的）
    industrial_only: bool  # marked * (说明4)
    areas: str  # 环境敏感区含义, verbatim
    sector: str = ""

    def conditions(self) -> list[Condition]:
        """Every condition anywhere in the row, exceptions included."""
        found, queue = list(self.least), [*self.scope, *(a for _, cell in self.cells for a in cell)]
        while queue:
            for branch in queue.pop(0).branches:
                found += branch.conditions
                queue += branch.exceptions
        return list(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def _row(clause_id: str, no: int, name: str, cells: tuple[str, ...], areas: str, sector: str) -> Row:
    scope, least = _name_rules(name)
    return Row(no, clause_id, name, tuple((document, _cell(text)) for (_, document), text in zip(CELLS, cells, strict=True)),
               scope, least, "*" in name, areas, sector)


def rules(clause: Clause) -> Row:
    """The rules of one row's clause."""
    fields = clause.fields
    return _row(clause.clause_id, fields["no"], fields["name"], tuple(fields.get(key) or "" for key, _ in CELLS),
                fields.get("sensitive_area") or "", fields.get("sector") or "")


def _cell(text: str) -> tuple[Alternative, ...]:
    whole = WHOLE_CELL.search(text)
    left_out = (_alternative(whole[1].removesuffix("的")),) if whole else ()
    found = []
    for part in alternatives(text):
        body = part[:part.rindex("以上")] if whole and part.endswith(whole[0]) else part
        alternative = _alternative(body) if body else None
        if alternative:
            branches = tuple(replace(b, exceptions=b.exceptions + left_out) for b in alternative.branches)
            found.append(replace(alternative, text=part, branches=branches))
    return tuple(found)


@lru_cache(maxsize=4096)
def _alternative(text: str) -> Alternative:
    """除X外的 takes all but X; otherwise brackets carve out or explain, and the rest is conditions."""
    text = text.strip("，,；; ")
    if m := re.fullmatch(r"除(.+)外的?", text):
        return Alternative(text, (Branch((), (_alternative(m[1]),)),))
    if text.startswith("以上项目"):
        return Alternative(text, ())  # changes of what the alternatives above take are taken by them
    if own := items(text):
        return Alternative(text, tuple(b for item in own for b in _alternative(item).branches))
    plain, exceptions, extra = _brackets(text)
    plain = marked(plain)
    rest = bool(re.match(rf"(?:(?:{NATURES})[、和]?)*其他", plain))
    if rest:
        plain = plain.replace("其他", "", 1)
    named = tuple(t for m in BRACKET.finditer(text) if INCLUDES.match(m[1]) and not thresholds(text[:m.start()][-12:])
                  for t in terms_of(re.sub(INCLUDES, "", m[1])))
    if rest and not plain.strip("的"):
        return Alternative(text, (Branch((), exceptions, True, named),))
    branches = [Branch(tuple(dict.fromkeys((*(_including(c, named, rest) for c in conditions), *extra))), exceptions, rest)
                for either in re.split(r"[，,]或(?=年|日|有|使)", plain) for conditions in _conjunctions(either)]
    return Alternative(text, tuple(branches))


def _including(condition: Condition, named: tuple[str, ...], rest: bool) -> Condition:
    """A product with what its bracket counts to it: 其他建筑材料制造（含干粉砂浆搅拌站）."""
    return replace(condition, terms=(*condition.terms, *named), wide=rest) if condition.kind == "subject" else condition


def _brackets(text: str) -> tuple[str, tuple[Alternative, ...], tuple[Condition, ...]]:
    """The text without its explaining brackets, what the brackets carve out, what else they demand."""
    left_out: list[Alternative] = []
    extra: list[Condition] = []
    plain = text
    for m in BRACKET.finditer(text):
        inner = m[1]
        if re.match(r"不含\d", inner) or re.fullmatch(r"不?含|含本数", inner) or (
                re.search(r"\d[^的、，]{0,6}$", text[:m.start()]) and not CARVED.search(inner)):
            continue  # belongs to an amount
        if CARVED.search(inner):
            left_out += [_alternative(part) for part in carved(inner)]
        elif re.search(r"\d", inner) and thresholds(inner) and not DEFINES.search(inner):
            extra += [c for part in re.split(r"[，,]", inner) for conditions in _conjunctions(part) for c in conditions]
        plain = plain.replace(m[0], "", 1)
    return plain, tuple(left_out), tuple(extra)


def _conjunctions(text: str) -> list[tuple[Condition, ...]]:
    """Conditions joined by 的 and 且; a list of amounts, or of an amount and another condition joined by 或, gives several."""
    conditions: list[list[tuple[Condition, ...]]] = []
    if m := SENSITIVE.search(text):
        either = re.search(r"或$", text[:m.start()])
        if not either:
            conditions.append([(Condition("place", m[0], negated=bool(m[1])),)])
            text = text[:m.start()] + text[m.end():]
    text = text.strip("，, 的")
    if (m := NATURE.match(text)) or (m := re.search(rf"(?<=的)(?:{NATURES})(?:、(?:{NATURES}))*(?:工程)?$|(?<=区的)(?:{NATURES})(?:、(?:{NATURES}))*", text)):
        conditions.append([(Condition("nature", m[0], natures(m[0])),)])
        ends = m.end() == len(text)
        text = text[:m.start()] + text[m.end():].lstrip("的")
        text += "的" if ends and text.endswith("的") else ""
    limits = thresholds(text)
    if limits and (either := re.match(r"或(?=年|涉及)", text[limits[0].end:])):
        first, second = text[:limits[0].end], text[limits[0].end + either.end():]
        tail = second[second.index("的"):] if "的" in second else ""
        return [tuple(c for part in (*conditions, chosen) for c in part[0]) for one in (first + tail, second)
                for chosen in [[tuple(c for c in found)] for found in _conjunctions(one)]]
    listed = len(limits) > 1 and all(a.end >= b.end for a, b in zip(limits, limits[1:], strict=False))
    spans: list[tuple[int, int]] = []
    options: list[tuple[Condition, ...]] = []
    for at, limit in enumerate(limits):
        begin = max((limits[at - 1].limits[0].end if listed and at else spans[-1][1] if spans else 0),
                    max(text.rfind(stop, 0, limit.start) + 1 for stop in "的且，,或"))
        lead = text[begin:limit.start].lstrip("、和")
        if m := re.match(r"非([^、]+)、", lead):
            conditions.append([(Condition("trait", m[0], (m[1],), negated=True),)])
            lead = lead[m.end():]
        end = limit.limits[0].end if listed else limit.end
        spans.append((begin, end))
        if lead.startswith("屠宰"):
            conditions.append([(Condition("subject", "屠宰", ("屠宰",)),)])
        said = text[begin:limit.end] if not listed else text[begin:end] + text[max(other.whole[1] for other in limit.limits) - 3:limit.end]
        options.append((Condition("limit", said, limit=limit, of=measured(lead)),))
    if listed:
        conditions.append(list(options))
        spans = [(spans[0][0], limits[0].end)]
    else:
        conditions += [[option] for option in options]
    for begin, end in reversed(spans):
        text = text[:begin] + "的" + text[end:]
    parts = [part.strip("、，, ") for part in re.split(r"的|且|，|,", text)]
    last = max((n for n, part in enumerate(parts) if part), default=0)
    conditions += [[(c,)] for n, part in enumerate(parts) if (c := _worded(part, modifies=n < last or text.endswith("的的")))]
    return [tuple(c for option in combination for c in option) for combination in product(*conditions)]


def _worded(part: str, modifies: bool) -> Condition | None:
    """A condition without an amount: a trait (有发酵工艺), an exclusive one (仅组装), or what the project is (商品混凝土).
    What stands before 的 is a trait of what follows."""
    if part in ("全部", "其他", "项目", "工程", "等", "原料") or len(part) < 2:
        return None
    if part.startswith("从事"):
        return Condition("trait", part[2:], tuple(re.split("[、和或]", part[2:])))
    if m := ONLY.match(part):
        return Condition("only", part, terms_of(re.sub("单纯|仅", "", part[m.end():])))
    if m := re.fullmatch(r"(.+)不发生(.+)", part):
        return Condition("trait", part, (m[2],), negated=True)
    if part.startswith("利用") and not modifies:
        return Condition("subject", part, terms_of(part))
    if modifies or TRAIT.search(part):
        negated = bool(re.match(r"[无不未](?!锈|饱和)", part))
        terms = terms_of(re.sub(r"(?:^|(?<=、))[无不未]", "", part) if negated else part)
        return Condition("trait", part, tuple(t.removesuffix("量") if negated else t for t in terms), negated)
    return Condition("subject", part, terms_of(part))


def _name_rules(name: str) -> tuple[tuple[Alternative, ...], tuple[Condition, ...]]:
    """What the row's own name leaves out and demands."""
    left_out: list[Alternative] = []
    least: list[Condition] = []
    for m in BRACKET.finditer(name):
        if CARVED.search(m[1]):
            left_out += [_alternative(part) for part in carved(m[1])]
        elif thresholds(m[1]):
            least += [c for conditions in _conjunctions(m[1]) for c in conditions]
    return tuple(left_out), tuple(least)


