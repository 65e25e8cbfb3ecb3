"""Which of a row's products is the project? By the words of the row, of its industries (GB/T 4754-2017) and of the lexicon.

The longest name covers those in it, another named product of the row rules the others out, and what is bought in is no product.
"""

import re
from collections.abc import Sequence
from functools import cache, cached_property
from os.path import commonprefix

from kb.eia_rules import Condition, Row
from kb.industries import industries_of
from kb.lexicon import bare, words
from kb.project import Project

BRACKETED = re.compile(r"[\d*\s]|[（(].*?[）)]")
MEASURE = re.compile("面积|院|材料|工程|规模")
OWNS = re.compile("[^，。；]{0,10}?(?:新增|新建|加装|增设|加|建|上)(?!工)[^，。；]{0,8}")  # 老煤矿要加一座瓦斯抽放站
MADE = re.compile("(?:制造|生产|加工)$")
SIZES = re.compile("特大型|大中型|大型|中型|小型")
SIZE = re.compile("特大型|(?<!特)大型|中型|小型")


class Products:
    """What a project is among the products of one row."""

    def __init__(self, row: Row, project: Project, spans: Sequence[tuple[int, int]] = ()):
        self.row, self.project, self.spans = row, project, spans
        self.conditions = row.conditions()

    def _is(self, condition: Condition, carving: bool) -> bool | None:
        """Is the project what these words name? Of the row's products the longest named wins; the others are then not it."""
        if not condition.terms:
            return None
        named = self._named
        if named and all(c.wide for c in named) and not condition.wide and any(t[:2] in own for c in named for t in c.terms for own in condition.terms):
            return False if any(self._says(t) is False for t in condition.terms) else None  # 光伏电站 may be the 地面集中 one
        if not carving and _name_items(self.row.name) == condition.terms:
            return True  # the row's own and only name
        if named:
            return condition in named or any(_kind_of(n, t, condition.wide and not {n, t} <= set(self._items)) or (t.endswith(n) and t != n and self.project.says(t[:-len(n)]))
                                             for c in named for n in c.terms for t in condition.terms)
        said = [self._says(t) for t in condition.terms]
        if (said and all(s is False for s in said)) or (carving and self._items_named + self._industries_named):
            return False
        if True in said:
            return True
        if not carving and self._throughout(condition):
            return True
        own = {item for item in self._items for t in condition.terms if t in item or item in t or commonprefix([t, item])[3:]}
        if own and (spoken := self._items_named + self._industries_named) and own.isdisjoint(spoken):
            return False  # another of the row's own industries is named
        if not carving and self._sole(condition):
            return True
        return False if self._other_named(condition) or (self.project.closed and self.spans) else None

    def _other_named(self, condition: Condition) -> bool:
        """Is the row's product named by a word of its own (洗衣液), which is none of what the condition lists (香料)? A wider
        word (玻璃) leaves open which kind it is."""
        own = {self.project.text[a:b] for a, b in self.spans}
        return bool(own) and bool(MADE.search(condition.text)) and all(len(w) > 2 and not any({w[i:i + 2] for i in range(len(w) - 1)} & {t[i:i + 2] for i in range(len(t) - 1)}
                                                        for t in condition.terms) for w in own)

    @cached_property
    def _named(self) -> set[Condition]:
        """The row's products that the question names; a longer name covers a shorter one in it."""
        spans = [(a, b, c) for c in self.conditions if c.kind == "subject" for t in dict.fromkeys((*c.terms, bare(c.text)))
                 for a, b, stated in self.project.mentions(t) if stated and (c.text.startswith("利用") or not self.project.bought(a, b))]
        spans = spans or [(a, b, c) for c in self.conditions if c.kind == "subject" for t in self._told_apart(c)
                          for a, b, stated in self.project.mentions(t) if stated and not MEASURE.match(self.project.text[b:])]
        spans = [(a, b, c) for a, b, c in spans if not any(x <= a and b <= y and y - x > b - a for x, y, _ in spans)]
        spans = [s for s in spans if not s[2].wide] or spans
        return {c for a, b, c in spans if not any(d != c and b <= x and OWNS.fullmatch(self.project.text[b:x]) for x, _, d in spans)}

    def _told_apart(self, condition: Condition) -> list[str]:
        """By which words are the row's products told apart: 内河|港口 and 沿海|港口, 三级|公路 and 四级|公路?"""
        others = [t for c in self.conditions if c.kind == "subject" and c != condition for t in c.terms]
        found = []
        for term in condition.terms:
            for other in others:
                tail = commonprefix([term[::-1], other[::-1]])[::-1]
                if len(tail) >= 2 and len(term) - len(tail) >= 2 and len(other) > len(tail):
                    found.append(term[:-len(tail)])
        return found

    @cached_property
    def _items_named(self) -> tuple[str, ...]:
        """What of the row's own name the question names."""
        return self._spoken(_name_items(self.row.name))

    @cached_property
    def _industries_named(self) -> tuple[str, ...]:
        """Which of the industries the row stands for by GB/T 4754-2017 the question names."""
        return self._spoken(_industry_items(self.row.name))

    @property
    def _items(self) -> tuple[str, ...]:
        return _name_items(self.row.name) + _industry_items(self.row.name)

    def _spoken(self, items: tuple[str, ...]) -> tuple[str, ...]:
        spans = [(a, b, i) for i in items for a, b, stated in self.project.mentions(i) if stated and not self.project.bought(a, b)]
        return tuple({i for a, b, i in spans if not any(x <= a and b <= y and y - x > b - a for x, y, _ in spans)})

    def _throughout(self, condition: Condition) -> bool:
        """Does every alternative of its cell say it (规模化畜禽养殖), so that it tells nothing apart?"""
        cells = [[b for a in cell for b in a.branches] for _, cell in self.row.cells]
        return any(len(cell) > 1 and all(condition in b.conditions for b in cell) for cell in cells)

    def _sole(self, condition: Condition) -> bool:
        """Is it the only product of the row, and the row's own name?"""
        subjects = {c.terms for c in self.conditions if c.kind == "subject" and c not in self._carved}
        return subjects == {condition.terms} and any(term in BRACKETED.sub("", self.row.name) for term in condition.terms)

    @cached_property
    def _carved(self) -> set[Condition]:
        found: set[Condition] = set()
        queue = [*self.row.scope, *(e for _, cell in self.row.cells for a in cell for b in a.branches for e in b.exceptions)]
        while queue:
            for branch in queue.pop().branches:
                found |= set(branch.conditions)
                queue += branch.exceptions
        plain = {c for _, cell in self.row.cells for a in cell for b in a.branches for c in b.conditions}
        return found - plain

    @cached_property
    def _terms(self) -> set[str]:
        return {t for c in self.conditions for t in c.terms}

    def _says(self, term: str) -> bool | None:
        """Stated or denied by its own words, or denied because another way is stated (堆肥, so no 填埋)."""
        longer = [(a, b) for other in self._terms if term in other and other != term for a, b, _ in self.project.mentions(other)]
        found = [stated for a, b, stated in self.project.mentions(term) if not any(x <= a and b <= y and y - x > b - a for x, y in longer)]
        said = any(found) if found else None  # 油脂 in 油脂水解 is not said of itself
        if said is None and (size := SIZES.match(term)) and (told := set(SIZE.findall(self.project.text))):
            if not told & set(SIZE.findall(size[0].replace("大中", "大型中"))):
                return False  # 中型滑坡 is no 小型地质灾害
            return True if term[len(size[0]):] in self.row.name else None
        if said is None and (any(self.project.says(w.say) for w in words("instead") if w.means == term)
                             or any(self.project.says(w.say) is False for w in words("covers") if w.means == term)):
            return False
        return said


def _kind_of(named: str, term: str, wide: bool) -> bool:
    """Is what is named a kind of the term (陆上风力发电 of 风力发电)? After 其他 a shared word is enough (光伏)."""
    return named.endswith(term) or (wide and term[:2] in named)


@cache
def _name_items(name: str) -> tuple[str, ...]:
    """The things a row's name lists."""
    return _cores([part for item in re.split("[；;]", BRACKETED.sub("", name)) for part in (*item.split("、"), *re.split("[、和及]", item))])


@cache
def _industry_items(name: str) -> tuple[str, ...]:
    """The things the industries of a row's codes list."""
    return _cores([part for industry in industries_of(name) for part in re.split("[、和及]", industry)])


def _cores(items: list[str]) -> tuple[str, ...]:
    """The items without the word of making, and without what is done with them."""
    cores = [bare(re.sub(r"^其他(?:未列明)?", "", item)) for item in items]
    treated = [re.sub(r"(?:集中)?(?:综合)?(?:利用|处置|处理|无害化处理)$", "", core) for core in cores]
    return tuple(dict.fromkeys([c for c in cores if len(c) > 1] + [t for t in treated if len(t) > 2]))
