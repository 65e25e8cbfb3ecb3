"""Which units of a plan does a question name — under their full, short, colloquial or present names — and which not?

The table is `corpus/units.toml`: names as the plan writes them, and successors after the reform of organs of 2018–2019,
each with its basis and whether it was checked against a document of the city. A district's body is not the city's.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel

from kb.settings import CORPUS

Via = Literal["named", "new", "presumed", "district", "unknown"]
PLACE = "广元市"  # whose plan corpus/units.toml describes
BODY = re.compile(r"(?:(?![的事在对了归由和跟与是哪谁让吗找呢、请问那些个给向就])[一-鿿]){2,10}?"
                  r"(?:局|委员会|委(?!托|派|员)|厅|管委会|办公室|法院|检察院|公司|集团|银行|支队|大队|协会|联合会|管理处|银保监|消防队|组织部|宣传部|统战部|合作社|供销社|工商联|妇联|残联|"
                  r"办(?=$|[有要的牵负参是管，。？?])|中心(?!城))|(?<![一-鿿])(?:消防队|法院|检察院|妇联|残联|工商联|供销社|组织部|宣传部|统战部)")
DISTRICT = re.compile(r"(?:[一-鿿]{2}|我们|各)?(?<![市开发园高新])[县区](?:里的?|上的?|级|自己的?)?$")
DISTRICT_ITSELF = re.compile(r"(?<![一-鿿])?([一-鿿]{2}[县区])(?:人民)?政府|^(?:请问)?([一-鿿]{2}[县区])(?=要|有|的|在|承担|负责|该|得)")
STEM = re.compile(r"(?:部门|局)$")  # 市财政局 is said as 市财政
STEM_OF_ANY = re.compile(r"(?:部门|局|委|厅)$")
ACTING = "(?=[在要有和跟与、参牵负管是该做干承得去会能][^业规区项]|需要|应|[两几三]个?(?:部门|单位|局|家))"  # after a name without its ending
LISTED = "[、和跟与同及](?:市)?"  # 发改、经信两个部门: names without their endings, several in a row
TOGETHER = "(?=(?:这|那)?[两二三四几](?:个|家)|(?:等|这些)?(?:部门|单位|局)|都|共同|一起|一块|同时|各自|分别|联合)"
HIGHER = re.compile(r"(?:省|国家|中央|全国)(?:的)?$")


class Successor(BaseModel):
    """Who generally holds a unit's functions today, on what basis, and whether the city's own document was seen."""

    now: str
    names: list[str]
    basis: str
    verified: bool


class Unit(BaseModel):
    """A unit the plan names. `districts`: one county's own government is among them."""

    name: str
    written: list[str] = []
    short: list[str] = []
    presumed: list[str] = []
    successor: Successor | None = None
    districts: bool = False


class Group(BaseModel):
    """A word of the plan for several units (环保部门, 各县区): those of its named units that are certainly among them."""

    name: str
    members: list[str] = []
    short: list[str] = []
    districts: bool = False


@dataclass(frozen=True)
class Mention:
    """A unit named in a question: the words, the plans' names for it (none where no plan names it), and how."""

    text: str
    start: int
    end: int
    units: tuple[str, ...]
    via: Via
    ways: tuple[Via, ...] = ()  # how the words stand for each of several units

    def among(self, charged: set[str]) -> "Mention":
        """The mention as one plan understands it: of its units those that this plan charges, if it charges any."""
        kept = [(u, w) for u, w in zip(self.units, self.ways, strict=True) if u in charged] if self.ways else []
        return replace(self, units=tuple(u for u, _ in kept), via=kept[0][1], ways=tuple(w for _, w in kept)) if kept else self


class Units:
    """The units of the plans held: those of the table, and those other plans name."""

    def __init__(self, units: list[Unit], groups: list[Group], others: Iterable[str] = ()):
        self.by_name = {u.name: u for u in units}
        self.groups = {g.name: g for g in groups}
        self._written = {w: u.name for u in units for w in u.written}
        self._names: dict[str, dict[str, Via]] = {}
        for unit in units:
            for via, names in (("named", [unit.name, *unit.written, *unit.short]), ("presumed", unit.presumed),
                               ("new", unit.successor.names + [unit.successor.now] if unit.successor else [])):
                for name in names:
                    self._add(name, unit.name, via)  # type: ignore[arg-type]
        for group in groups:
            if not group.members:
                for name in (group.name, *group.short):
                    self._add(name, group.name, "named")
        for name in others:
            if name not in self.groups and not any(u == name for found in self._names.values() for u in found):
                self._add(name, name, "named")
                self._add(re.sub(r"^(?:[一-鿿]{2})?[市县州](?=[一-鿿]{2})", "", name), name, "named")
        self._longest = sorted(self._names, key=len, reverse=True)
        self._bare = {STEM_OF_ANY.sub("", n): n for n in self._longest if len(STEM_OF_ANY.sub("", n)) == 2 and not n.startswith(("市", "各", "县", "区"))}
        bare = "|".join(self._bare)
        self._several = re.compile(f"(?<![一-鿿])市?(?:{bare})(?:{LISTED}(?:{bare}))+{TOGETHER}") if bare else None
        self._stems = {"市" + STEM.sub("", n): n for n in self._names if STEM.search(n) and not n.startswith("市") and len(STEM.sub("", n)) == 2}

    def _add(self, name: str, unit: str, via: Via) -> None:
        self._names.setdefault(name, {}).setdefault(unit, via)

    def canonical(self, name: str) -> str:
        """The name under which the table lists a unit that its plan writes in several ways."""
        return self._written.get(name, name)

    def charged_as(self, unit: str) -> set[str]:
        """The names under which a duty charges this unit: its own, and those of groups it certainly belongs to."""
        return {unit} | {g.name for g in self.groups.values() if unit in g.members}

    def forms(self, unit: str) -> set[str]:
        """Every way of writing a unit that is no mere guess."""
        known, group = self.by_name.get(unit), self.groups.get(unit)
        return {unit, *(known.written + known.short if known else []), *(group.short if group else [])}

    def successor(self, name: str) -> Successor | None:
        return known.successor if (known := self.by_name.get(name)) else None

    def of_city(self, text: str) -> list[str]:
        """The city's units of the name that a district's body has (利州区农业局 → 市农业局)."""
        return list(dict.fromkeys(u for m in self.mentions(re.sub(r"^.*?[县区]", "市", text)) for u in m.units))

    def mentions(self, question: str) -> list[Mention]:
        """The units a question names, in its order."""
        text, found = question, []
        for m in DISTRICT_ITSELF.finditer(question):
            government = tuple(u.name for u in self.by_name.values() if u.districts)
            if government and (m[1] or m[2])[0] not in "各市本全" and not re.search("县区|经开|开发|高新|园区", m[0]):
                start = m.start(1) if m[1] else m.start(2)
                found.append(Mention(question[start:m.end()], start, m.end(), government, "named"))
                text = text[:start] + "\0" * (m.end() - start) + text[m.end():]
        for name in self._longest:
            if name not in text:
                continue
            for m in re.finditer(re.escape(name), text):
                mention = self._mention(question, name, m.start(), m.end())
                found.append(mention)
            for mention in found:
                text = text[:mention.start] + "\0" * (mention.end - mention.start) + text[mention.end:]
        for stem, name in self._stems.items():
            if stem not in text:
                continue
            for m in re.finditer(f"(?<![一-鿿]){stem}{ACTING}", text):
                found.append(self._mention(question, name, m.start(), m.end()))
                text = text[:m.start()] + "\0" * len(stem) + text[m.end():]
        for several in self._several.finditer(text) if self._several else ():
            for m in re.finditer("|".join(self._bare), several[0]):
                start = several.start() + m.start()
                found.append(self._mention(question, self._bare[m[0]], start, start + 2))
                text = text[:start] + "\0\0" + text[start + 2:]
        for m in BODY.finditer(text):
            body = re.sub(r"^(?:请问|那么|咱们|我们|还有|以及|市里的?|方案里的?)", "", m[0])
            if len(body) >= 3 and not re.search(r"我们|咱们|他们|我[委局办]|哪|什么|牵头|责任|联席|布局|格局|有关|相关|几个|这个|^(?:管委会|委员会|办公室|公司)$", body):
                found.append(Mention(body, m.end() - len(body), m.end(), (), "unknown"))
        return sorted(found, key=lambda x: x.start)

    def _mention(self, question: str, name: str, start: int, end: int) -> Mention:
        before = question[:start]
        if before.endswith(PLACE):
            start -= len(PLACE)
        elif before.endswith("市"):
            if city := _other_city(before):
                return Mention(city + name, start - len(city), end, (), "unknown")
            start -= 1
        elif not name.startswith(("市", "各", "县", "广")):
            if m := DISTRICT.search(before):
                return Mention(m[0] + name, m.start(), end, (), "district")
            if m := HIGHER.search(before):
                return Mention(m[0] + name, m.start(), end, (), "unknown")
        elif name.startswith("市") and (city := _other_city(before + "市")):
            return Mention(city + name[1:], start - len(city) + 1, end, (), "unknown")
        ways = self._names[name]
        return Mention(question[start:end], start, end, tuple(ways), next(iter(ways.values())), tuple(ways.values()))


def _other_city(before: str) -> str | None:
    """The name of a city other than the table's that a text ends with; told by the dictionary of words."""
    from kb.tokens import tokens

    last = next((w for w in sorted(tokens(before), key=len, reverse=True) if before.endswith(w)), "")
    return last if len(last) >= 3 and last.endswith("市") and last != PLACE and not re.search("[局委办部和与跟及这那]", last) else None


@lru_cache(maxsize=1)
def table() -> tuple[str, list[Unit], list[Group]]:
    """The document the table describes, its units, its groups."""
    with (CORPUS / "units.toml").open("rb") as f:
        raw = tomllib.load(f)
    return raw["document"], [Unit.model_validate(u) for u in raw["unit"]], [Group.model_validate(g) for g in raw["group"]]


@lru_cache(maxsize=1)
def known_units() -> Units:
    """The table alone, without the plans held."""
    _, units, groups = table()
    return Units(units, groups)
