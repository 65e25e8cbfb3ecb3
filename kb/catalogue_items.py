"""What is an entry of the catalogue once it is read? Items with what they demand and what frees a project from them.

产业结构调整指导目录 states a thing, its limits (以下, 及以上), natures (新建, 改扩建), places and exceptions (…除外, 不含…); the verbatim
words are kept with each, for the answer to quote.
"""

import re
from dataclasses import dataclass, replace

from kb.quantities import Threshold

AT_MOST = re.compile(r"([一-鿿]+度)[≤<](\d[\d.]*)")  # 轻量化度≤1.0: a number without a unit

NUMBERED = re.compile(r"([一-鿿]{2,}号)(\d+)[~～—–-](\d+)")  # 机座号80~355: a range of numbers without a unit


@dataclass(frozen=True)
class Need:
    """Something the project must be or have: one of the terms. `negated`: it must not have it (没有配套处置设施)."""

    terms: tuple[str, ...]
    text: str
    negated: bool = False
    trait: bool = False  # how it is made or equipped, not what it is
    kind: bool = False  # of several kinds of the thing, each with its own limit: which one, must be said


@dataclass(frozen=True)
class Limit:
    """An amount demanded; `lead`: the words before it (入纬率, 单线产能), `place`: where another limit stands (云南地区3000吨)."""

    threshold: Threshold
    text: str
    lead: str = ""


@dataclass(frozen=True)
class Exemption:
    """What is freed, verbatim: a place, or an item of its own."""

    text: str
    places: tuple[str, ...] = ()
    items: tuple["Item", ...] = ()
    natures: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """What is excepted, without the words that except it."""
        return re.sub("的?除外$|^(?:均?不含|不包括)", "", self.text)


@dataclass(frozen=True)
class Item:
    """One thing an entry takes: all needs and limits, in these natures and places, unless an exception frees it."""

    text: str
    needs: tuple[Need, ...] = ()
    limits: tuple[Limit, ...] = ()
    natures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    unread: tuple[str, ...] = ()  # numbers of its text that no limit reads: they must be stated as they stand

    @property
    def subject(self) -> tuple[Need, ...]:
        return tuple(n for n in self.needs if not n.trait)


def with_name(item: Item, ending: str) -> Item:
    """The item with another name of its thing: what it already is, and the equipment for it (无线局域网设备)."""
    own = item.subject[0]
    return replace(item, needs=tuple(replace(n, terms=(*n.terms, f"{n.terms[0]}{ending}")) if n is own else n for n in item.needs))
