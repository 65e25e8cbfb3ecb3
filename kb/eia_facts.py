"""Does a project meet a condition of a row? Yes, no, or it does not say: then the fact is a variable that may be asked for.

Silence is read as a careful official would: a process, a material or a place that the row names and the question does not
is unknown; what would make the project a special kind of itself (仅组装, 单纯分装, an exception's own product) is not supposed.
The notes of the list are rules here: 说明2 newly added amounts, 说明3 单纯混合 and 分装, 说明6 化学镀 and 阳极氧化 are 电镀.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from kb.eia_areas import touches
from kb.eia_products import BRACKETED, Products
from kb.eia_rules import Branch, Condition, Row
from kb.project import UNDECIDED, WHOLE, Project
from kb.quantities import Quantity, compare, quantities

PLATING = ("电镀", "化学镀", "阳极氧化")  # 说明6
MAKERS = {"生产", "销售", "使用"}
REACTIONLESS = re.compile("(?:不发生|没有?|无|不)(?:化学)?反应|物理混合")
UNMINED = re.compile("(?:不|无|没)[^，。；]{0,6}(?:开采|采矿|采选|开矿|挖矿)")
WAY = re.compile("(?:用|以|采用)[^，。；]{1,10}(?:提炼|提取|萃取)|溶剂|超临界")  # a way other than those excepted is named
PROCESS = re.compile(r"喷[漆涂粉塑]|电镀|浸漆|电泳|铸造|锻造|冲压|注塑|印刷|酸洗|机加工?|车铣|钣金|抛丸|喷砂|熔炼|热处理|磷化|发酵|压榨|榨油|合成反应|注塑|硫化")
FAMILIES = {"涂料": r"喷漆|涂装|喷涂|刷漆|烤漆|油漆|上漆|涂料|漆(?!器)", "油墨": r"油墨", "胶粘剂": r"胶[粘黏]剂|胶水|(?<![橡塑乳明凝])胶(?![囊带片管鞋合木体])", "处理剂": r"处理剂"}


@dataclass(frozen=True)
class Variable:
    """A fact nobody stated. `values`: what it may be (True and False, an amount's possible sizes, one of the row's products)."""

    kind: str  # limit, place, trait, subject, only
    name: str
    values: tuple[object, ...]


class Facts(Products):
    """What one project says to the conditions of one row."""

    def __init__(self, row: Row, project: Project, article: str, spans: Sequence[tuple[int, int]] = (), rivals: Sequence[tuple[int, int]] = ()):
        """`spans`: where the project names this row's works; `rivals`: where it names those of other rows it falls under."""
        super().__init__(row, project, spans)
        self.article, self.rivals = article, rivals
        self.exactly: list[Any] = []  # comparisons exactly at a bare 以上 or 以下 that nothing in the row settles

    @cached_property
    def place(self) -> tuple[bool | None, str]:
        return touches(self.row.areas, self.article, self.project)

    def known(self, condition: Condition, carving: bool = False) -> bool | None:
        """Is the condition met? None when the project does not say. `carving`: it stands in an exception."""
        if condition.kind == "nature":
            return any(nature in condition.terms for nature in self._natures)
        if condition.kind == "place":
            held = self.place[0]
        elif condition.kind == "limit":
            return self._within(condition)
        elif condition.kind == "only":
            return self._only(condition)
        elif condition.kind == "subject":
            held = self._is(condition, carving)
        else:
            held = self._has(condition, carving)
        return held if held is None or not condition.negated else not held

    @cached_property
    def _ways(self) -> set[Condition]:
        """Exceptions that are ways of the trait they stand beside: 有提炼工艺的（仅醇提、水提的除外）. Who has the trait has some way."""
        return {c for _, cell in self.row.cells for a in cell for b in a.branches if b.conditions and all(k.kind == "trait" for k in b.conditions)
                for e in b.exceptions for x in e.branches for c in x.conditions
                if c.kind == "only" and set("".join(c.terms)) & set("".join(t for k in b.conditions for t in k.terms))}

    def claims(self, branch: Branch) -> bool:
        """Does a 其他（含…） name this very project?"""
        return any(self.project.says(term) for term in branch.claims)

    def variable(self, condition: Condition) -> Variable:
        """The unknown fact behind a condition; equal for all conditions that hang on it."""
        if condition.kind == "place":
            return Variable("place", "环境敏感区", (True, False))
        if condition.kind == "limit":
            return Variable("limit", "、".join(condition.of) + self._measure(condition), self._sizes(condition))
        if condition.kind == "subject":
            return Variable("subject", "产品", (*dict.fromkeys(c.terms for c in self.conditions if c.kind == "subject"), None))
        return Variable(condition.kind, "、".join(condition.terms), (True, False))

    def supposed(self, condition: Condition, value: object) -> bool:
        """Is the condition met if its variable has this value?"""
        if condition.kind == "limit":
            assert condition.limit is not None and isinstance(value, Decimal)
            if condition.used and value == 0:
                return False
            found = compare(replace(condition.limit.limits[0], value=value, bound="", high=None), condition.limit)
            return bool(found and found.holds)
        if condition.kind == "subject":
            return condition.terms == value
        return bool(value) != condition.negated

    def comparison(self, condition: Condition) -> Any:
        """The amount asked against the limit, shown."""
        found = [c for q in self._candidates(condition) if condition.limit and (c := compare(q, condition.limit))]
        return found[0] if found else None

    @property
    def _natures(self) -> tuple[str, ...]:
        natures = self.project.natures
        return (*natures, "增建", "新增") if "新建" in natures else (*natures, "改扩建") if len(natures) > 1 else natures

    # --- amounts -----------------------------------------------------------------------------------------------

    def _within(self, condition: Condition) -> bool | None:
        """Several amounts that could be meant must agree, and so must their sum; otherwise it is not known."""
        if condition.used and self._family(condition) and (none := self._unused(condition)):
            return not none
        if condition.of and not self._family(condition) and (fits := self._measured(condition)) is not True:
            return fits
        assert condition.limit is not None
        found = {self._settled(condition, c) for q in self._candidates(condition) if (c := compare(q, condition.limit))}
        return found.pop() if len(found) == 1 else None

    def _settled(self, condition: Condition, comparison: Any) -> bool | None:
        """Exactly at a bare 以上 or 以下 the row itself may say where the number belongs: 65吨/小时以上 beside 65吨/小时及以下."""
        if not comparison.exactly_at_bare_boundary:
            return bool(comparison.holds) if comparison.holds is not None else None
        assert condition.limit is not None
        limit = next(q for q in condition.limit.limits if q.included is None)
        for other in (q for c in self.conditions if c.kind == "limit" and c.limit and c.of == condition.of for q in c.limit.limits):
            if other.value == limit.value and other.canonical == limit.canonical and other.included is not None:
                upper = other.bound in ("≥", "<")  # the number belongs to the upper side
                return upper == (limit.bound == "以上")
        self.exactly.append(comparison)
        return bool(comparison.holds)

    @property
    def _thinned(self) -> bool:
        """Does the row count thinner to the paint (含稀释剂)?"""
        return any("含稀释剂" in a.text for _, cell in self.row.cells for a in cell)

    def _candidates(self, condition: Condition) -> list[Quantity]:
        assert condition.limit is not None
        amounts = [q for q in self.project.amounts if compare(q, condition.limit) and not self._of_rival(q)]
        if self._family(condition):
            near = [q for q in amounts if any(self.project.near(q, term) for term in condition.of)]
            thinner = [q for q in amounts if q not in near and self._thinned and self.project.near(q, "稀释剂")]
            if len(near) == len(thinner) == 1:
                return [replace(near[0], value=near[0].value + thinner[0].value)]
            kinds = {c.of for c in self.conditions if c.kind == "limit" and any(self.project.says(t) for t in c.of)}
            told = [q for q in amounts if q.measure in (None, "用量")] if kinds == {condition.of} else []
            later = [q for q in told if self.project.corrects(q)]
            amounts = later or near or told
        elif len(self._siblings(condition)) > 1:
            near = [q for q in amounts if any(self.project.near(q, term) for term in condition.of)]
            amounts = near or ([] if any(self.project.near(q, t) for q in amounts for o in self._siblings(condition) for t in o
                                         if o != condition.of) else amounts)
        if "总" in condition.text and any(not self._each(q) for q in amounts):
            amounts = [q for q in amounts if not self._each(q)]  # 两台35吨/小时: the whole counts
        elif "单" in condition.text:
            amounts = [q for q in amounts if WHOLE not in q.qualifiers]
        own = [q for q in amounts if q.measure and q.measure == condition.limit.limits[0].measure]
        amounts = self.project.newest(own or amounts)
        if len(amounts) > 1 and (linked := [q for q in amounts if any(self.project.near(q, i) for i in self._items_named)]):
            amounts = linked
        if len(amounts) > 1 and len({(q.canonical, q.per, q.high) for q in amounts}) == 1 and amounts[0].high is None:
            amounts.append(replace(amounts[0], value=sum((q.value for q in amounts), Decimal(0))))
        return amounts

    @staticmethod
    def _each(quantity: Quantity) -> bool:
        """Is an amount said of each of several (2×)?"""
        return any(mark.endswith("×") for mark in quantity.qualifiers)

    def _of_rival(self, quantity: Quantity) -> bool:
        """Is an amount said of the works of another row: in the same part of the sentence, and nearer to their name?"""
        begin = max(at for at, _ in self.project.segments if at <= quantity.start)
        end = next(at + len(s) for at, s in self.project.segments if at == begin)

        def distance(spans: Sequence[tuple[int, int]]) -> int:
            near = [s for s in spans if begin <= s[0] < end]
            return min((quantity.start - b if b <= quantity.start else a - quantity.end for a, b in near), default=len(self.project.text))

        return distance(self.rivals) < distance(self.spans)

    def _family(self, condition: Condition) -> str | None:
        """涂料, 油墨 …: a material of which kinds are told apart and used in amounts."""
        return next((name for name in FAMILIES for term in condition.of if term.endswith(name)), None)

    def _unused(self, condition: Condition) -> bool:
        """Is the material known not to be used? Who states one kind of paint has stated them all."""
        family, says = self._family(condition), self.project.says
        assert family
        own = [says(term) for term in condition.of]
        others = {t for c in self.conditions if c.kind == "limit" and self._family(c) == family for t in c.of} - set(condition.of)
        if True in own:
            return False
        if False in own or self.project.closed:
            return True
        spoken = [stated for m in re.finditer(rf"(?<![型量性末])(?:{FAMILIES[family]})", self.project.text)
                  if (stated := self.project.stated(m.start(), m.end())) is not None]
        return any(says(t) for t in others) or (bool(spoken) and not any(spoken))

    def _siblings(self, condition: Condition) -> set[tuple[str, ...]]:
        """What the row's limits of this dimension are limits of."""
        assert condition.limit is not None
        own = condition.limit.limits[0]
        return {c.of for c in self.conditions if c.kind == "limit" and c.limit
                and (c.limit.limits[0].dimension, c.limit.limits[0].measure) == (own.dimension, own.measure)}

    def _measured(self, condition: Condition) -> bool | None:
        """Is the limit's own thing the project's (生猪, 燃煤锅炉)? A thing the row has only one of needs no saying."""
        siblings = self._siblings(condition) - {()}
        if condition.limit and condition.limit.limits[0].dimension == "动物" and len(siblings) < 2:
            return True if any(self.project.says(term) for term in condition.of) else None  # 其他畜禽种类折合猪
        own = [self.project.says(term) for term in condition.of]
        if True in own or len(siblings) < 2:
            return True
        return False if False in own or any(self.project.says(t) for o in siblings if o != condition.of for t in o) else None

    def _measure(self, condition: Condition) -> str:
        assert condition.limit is not None
        q = condition.limit.limits[0]
        return f"{q.measure or q.dimension}"

    def _sizes(self, condition: Condition) -> tuple[Decimal, ...]:
        """Amounts between and beyond the row's limits on the same thing; none at all where it may not be used."""
        same = [c for c in self.conditions if c.kind == "limit" and c.of == condition.of and self._measure(c) == self._measure(condition)]
        cuts = sorted({q.value for c in same if c.limit for q in c.limit.limits})
        middle = [(a + b) / 2 for a, b in zip(cuts, cuts[1:], strict=False)]
        return (*([Decimal(0)] if any(c.used for c in same) else []), cuts[0] / 2, *middle, cuts[-1] * 2)

    # --- traits and products -------------------------------------------------------------------------------------

    def _has(self, condition: Condition, carving: bool) -> bool | None:
        """Does the project have one of these traits? 不产生废水或挥发性有机物 is met only when both are denied."""
        if set(condition.terms) <= MAKERS:  # who does not speak of making or selling uses it
            said = [t for t in MAKERS if self.project.says(t)] or ["使用"]
            return bool(set(said) & set(condition.terms))
        if condition.terms and all(len(t) > 3 and t in BRACKETED.sub("", self.row.name) for t in condition.terms) and self._items_named:
            return any(t in item for t in condition.terms for item in self._items_named)
        terms = [t for term in condition.terms for t in (PLATING if term == "电镀" else (term,))]
        measured = {q.measure for q in quantities(self.project.text) if q.measure}
        said_of = [True if f"{term}量" in measured else self._says(term) for term in terms]  # 年出栏3000头 has 出栏量
        if True in said_of:
            return True
        if said_of and (all(s is False for s in said_of) or ("电镀" in terms and False in said_of)
                        or (self.project.closed and None in said_of and not condition.negated and "原料" not in condition.text)):
            return False
        return None

    def _only(self, condition: Condition) -> bool | None:
        """Does the project do no more than this? A product of the row's own name is all of it when no other is named."""
        own = [t for t in condition.terms if t in self._items and self.project.says(t)]
        if own:
            others = [n for n in self._items_named if not any(n in o or o in n for o in own)]
            return not others
        said = [True if o is None and self.project.denies_work else o for o in map(self.project.only, condition.terms)]
        more = any(self.project.stated(m.start(), m.end()) and not any(t in m[0] or m[0] in t for t in condition.terms)
                   for m in PROCESS.finditer(self.project.text))
        if REACTIONLESS.search(self.project.text) and any("混合" in t and self.project.says(t) for t in condition.terms):
            return not more  # 说明3
        if True in said or (None in said and "采" in self.row.name and UNMINED.search(self.project.text)):
            return not more
        if condition in self._ways and UNDECIDED.search(self.project.text):
            return None
        if condition in self._ways and not (more or WAY.search(self.project.text) or any(self.project.says(t) is False for t in condition.terms)):
            return None
        return None if None in said and not more else False
