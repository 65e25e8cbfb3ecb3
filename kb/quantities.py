"""How much is said, how much is allowed, and does the one meet the other?

Boundary words (民法典 第一千二百五十九条: 以上、以下、以内 include the number, 不满、超过、以外 do not): 及以上 及以下 （含） include;
（不含） 超过 大于 高于 不足 小于 低于 未满 exclude; a bare 以上 or 以下 includes by that article, but drafters of catalogues are
not consistent, so a project exactly there is marked. Two amounts are compared only when what is measured, the dimension and
the time they are per agree: 投资1亿元 is no 产量, 500吨/日 is not 18万吨/年, 千升 is not 吨. Units, measures and the grammar of
amounts are data, with reasons: corpus/units-of-measure.toml.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from kb import models
from kb.settings import CORPUS

PER = {"year": "/年", "month": "/月", "day": "/日", "hour": "/小时", "minute": "/分钟", "second": "/秒", None: ""}
ABOVE, BELOW = ("≥", ">", "以上"), ("≤", "<", "以下")
SIZES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
HALF_WIDTH = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | dict(zip(map(ord, "—–～\u3000"), "--~ ", strict=True))
INFINITE = Fraction(10**30)
Point = tuple[Fraction, int]  # an amount, or (±1) the place just above or below it


@dataclass(frozen=True)
class Quantity:
    """One amount, or a range up to `high`. `bound` is what its own words make of it: one of ABOVE or BELOW, or "多" for 3万多."""

    value: Decimal
    unit: str  # as written; "" where a number was given without one (年产150万)
    canonical: str  # the unit's name in the table
    dimension: str
    text: str
    start: int
    end: int
    per: str | None = None  # a key of PER
    measure: str | None = None  # 产量 处理量 投资 …: a name of [measures]
    high: Decimal | None = None
    bound: str = ""
    whole: tuple[int, int] = (0, 0)  # the span with its boundary words
    qualifiers: frozenset[str] = frozenset()  # 单线 单班 单窑 新增 …; 约; 水; 2×

    @property
    def included(self) -> bool | None:
        """Does the boundary include the number? None: a bare 以上 or 以下, or no boundary."""
        return {"≥": True, "≤": True, ">": False, "<": False}.get(self.bound)

    def __str__(self) -> str:
        return "—".join(_show(n) for n in (self.value, self.high) if n is not None) + self.canonical + PER[self.per]


@dataclass(frozen=True)
class Threshold:
    """What a rule demands: one limit or two. `also`: the same limit in other units, 65吨/小时（45.5兆瓦）以上."""

    lower: Quantity | None
    upper: Quantity | None
    text: str
    start: int
    end: int
    also: tuple[Quantity, ...] = ()

    @property
    def limits(self) -> list[Quantity]:
        return [limit for limit in (self.lower, self.upper) if limit]

    def show(self, exactly: bool = False) -> str:
        """≥300亩且<1000亩. A bare boundary is shown as open, but as closed for an amount exactly there, which it includes."""
        bare = {"以上": "≥" if exactly else ">", "以下": "≤" if exactly else "<"}
        return "且".join(f"{bare.get(limit.bound, limit.bound)}{limit}" for limit in self.limits)


class Comparison(models.Comparison):
    """`holds` is None when the asked amount is a range that reaches over the limit. `assumed_…`: what had to be supposed."""

    exactly_at_bare_boundary: bool = False
    assumed_per: str | None = None
    assumed_measure: str | None = None
    assumed_unit: str | None = None


def quantities(text: str) -> list[Quantity]:
    """Every amount with a unit, in the order of the text."""
    norm, found = text.translate(HALF_WIDTH), list[Quantity]()
    matches = list(_pattern("amount").finditer(norm))
    for i, m in enumerate(matches):
        near = (n["unit"] for n in matches[max(0, i - 1):i + 2] if n["unit"] and _pattern("between").fullmatch(
            norm[min(m.end(), n.end()):max(m.start(), n.start())]))  # 5万立方米及以上不足20万
        spelling = m["unit"] or (next(near, "") if _pattern("borrowing").match(norm, m.end()) else "")
        name, dimension, entry = _units().get(spelling.lower(), ("", "", {}))
        begin = max(norm.rfind(stop, 0, m.start()) for stop in ";。!?\n") + 1
        sentence = re.split("[;。!?\n]", norm[begin:])[0]
        if (m["number"] == "一" and name == dimension) or not re.search(entry.get("needs", ""), sentence):
            continue  # 一个 is an article; 度 is 电 only where 电 is said
        if m["under"]:  # 千瓦时/吨
            name, dimension = (f"{a}/{b}" for a, b in zip((name, dimension), _units()[m["under"].lower()][:2], strict=True))
        value, high, bound = _values(m)
        marks = [f"{m['of']}×"] * bool(m["of"]) + ["水"] * bool(re.search(_table()["water"]["near"], sentence))
        q = Quantity(value, spelling, name, dimension, text[m.start():m.end()], m.start(), m.end(), entry.get("per"),
                     entry.get("measure"), high, bound, m.span(), frozenset(marks))
        q = _in_context(replace(q, per=_words("times")[m["time"].lower()]) if m["time"] else q, norm, begin, found[-1:])
        if q.measure in ("投资", "产值") and not spelling:
            q = replace(q, unit="元", canonical="元", dimension="金额")
        if q.unit or (q.measure and re.search("[万亿]", m["number"])):
            found.append(_bounded(q, norm, m["note"] or ""))
    return found


def thresholds(text: str) -> list[Threshold]:
    """Every limit, in the order of the text. Enumerated amounts share the boundary at their end (生猪10万头、肉牛1万头及以上)."""
    norm, found, out = text.translate(HALF_WIDTH), quantities(text), list[Threshold]()
    for i in range(len(found) - 2, -1, -1):
        q, other = found[i], found[i + 1]
        if not q.bound and other.bound and _alike(q, other) and _pattern("listed").fullmatch(norm[q.end:other.start]):
            found[i] = replace(q, bound=other.bound, whole=(q.start, other.whole[1]))
    for i, q in enumerate(found):
        around = next((o for o in found[:i] if o.bound and o.end < q.start and q.end < o.whole[1]), None)
        if around and not q.bound:
            q = replace(q, bound=around.bound, whole=(q.start, around.whole[1]))
            if norm[q.start - 1] + norm[q.end] == "()" or norm[q.start - 1] in "含括":  # 65吨/小时（45.5兆瓦）以上; （不含20张）
                out[-1] = replace(out[-1], also=(*out[-1].also, replace(q, measure=around.measure)))
                continue
        last, (start, end) = out[-1] if out else None, q.whole
        lower, upper = (q if q.bound in ABOVE else None), (q if q.bound in BELOW else None)
        if q.high is not None and not q.bound:  # A至B
            lower, upper = replace(q, high=None, bound="≥"), replace(q, value=q.high, high=None, bound="≤")
        elif last and last.end <= start and len(last.limits) == 1 and _pattern("joined").fullmatch(norm[last.end:start]):
            low, high = last.lower or lower, last.upper or upper
            if low and high and _alike(low, high) and Fraction(low.value) * _factor(low, high) < Fraction(high.value):
                start, lower, upper = out.pop().start, low, high
        if lower or upper:
            out.append(Threshold(lower, upper, text[start:end], start, end))
    return out


def compare(asked: Quantity, rule: Threshold) -> Comparison | None:
    """Does the asked amount meet the limit? None when the two cannot be compared."""
    pairs = [(q, _agreement(asked, q)) for q in (rule.limits[0], *rule.also)]
    own, assumed = next((pair for pair in pairs if pair[1] is not None), pairs[0])
    if assumed is None:
        return None
    if own in rule.also:  # the same limit in another unit
        rule = replace(rule, lower=rule.lower and own, upper=rule.upper and own)
    low, high = _reach(asked, _factor(asked, own))
    bottom = _reach(rule.lower, _factor(rule.lower, own))[0] if rule.lower else (-INFINITE, 0)
    top = _reach(rule.upper, _factor(rule.upper, own))[1] if rule.upper else (INFINITE, 0)
    holds = True if bottom <= low and high <= top else False if high < bottom or low > top else None
    bare = [point for limit, point in ((rule.lower, bottom), (rule.upper, top)) if limit and limit.included is None]
    exactly = low == high and low in bare
    said = str(replace(asked, per=own.per or asked.per, canonical=asked.canonical or own.canonical))
    return Comparison(asked=said, rule=rule.show(exactly), holds=holds, exactly_at_bare_boundary=exactly, **assumed)


def _agreement(asked: Quantity, own: Quantity) -> dict[str, Any] | None:
    """What must be supposed for the two to be comparable; None when they are not."""
    a, b = (_table()["measures"].get(q.measure, {}) for q in (asked, own))
    water = {asked.dimension, own.dimension} == {"体积", "质量"} and "水" in own.qualifiers
    agree = own.measure in (asked.measure, *a.get("agrees", [])) if own.measure else not a.get("named_only")
    unsaid = own.per == "year" and not asked.per and not a.get("stock")  # 刨花板3万立方米, of a rule per year
    known = asked.per == "year" and not own.per and own.measure and not b.get("stock")  # 屠宰生猪10万头及以上
    if (asked.unit and asked.dimension != own.dimension and not water) or (asked.measure and not agree) \
            or (asked.per != own.per and not unsaid and not known) or (own.dimension == "比例" and not own.measure) \
            or any("×" in mark for mark in asked.qualifiers ^ own.qualifiers):
        return None
    return {"assumed_unit": None if asked.unit else own.canonical, "assumed_per": None if asked.per == own.per else "year",
            "assumed_measure": None if asked.measure else own.measure}


def _reach(q: Quantity, factor: Fraction) -> tuple[Point, Point]:
    """The least and the greatest amount its words allow."""
    low, high = Fraction(q.value) * factor, Fraction(q.value if q.high is None else q.high) * factor
    inward = int(q.bound in (">", "<", "多"))
    return ((Fraction(0), 0) if q.bound in BELOW else (low, inward)), ((INFINITE, 0) if q.bound in ABOVE else (high, -inward))


def _factor(one: Quantity, other: Quantity) -> Fraction:
    """How many of the other's units one unit is. Pint is imported when two units first differ."""
    if not one.unit or one.canonical == other.canonical:
        return Fraction(1)
    return Fraction(_registry().Quantity(Fraction(1), one.canonical).to(other.canonical, "水").magnitude)


@cache
def _registry() -> Any:
    """Pint with our units only, in exact fractions."""
    import pint

    registry: Any = pint.UnitRegistry(None, non_int_type=Fraction)
    for name, dimension, unit in dict.fromkeys((n, d, e.get("is")) for n, d, e in _units().values() if n.isidentifier()):
        registry.define(f"{name} = {unit or f'[{dimension}]'}")
    registry.add_context(pint.Context.from_lines(_table()["water"]["context"], registry.get_dimensionality))
    return registry


def _alike(a: Quantity, b: Quantity) -> bool:
    return a.dimension == b.dimension and (a.per == b.per or a.per is None or b.per is None)


def _show(value: Decimal) -> str:
    word, size = next(((w, s) for w, s in list(SIZES.items())[:2] if value >= s and value % (s // 1000) == 0), ("", 1))
    return f"{(value / size).normalize():f}{word}"


def _in_context(q: Quantity, norm: str, begin: int, before: list[Quantity]) -> Quantity:
    """What is measured, per what time, on what line: by the words since the amount before, which a list shares."""
    last = before[0] if before and before[0].start >= begin else None
    begin = last.end if last else begin
    clause = max(begin, norm.rfind(",", begin, q.start))
    window, named = norm[begin:q.start], list(_pattern("named").finditer(norm, clause, q.start))
    said = [m[1] or m[2] for m in _pattern("period").finditer(norm, begin, q.start)]
    marks = q.qualifiers | set(_pattern("single").findall(window)) | set(re.findall("约", window[-3:]))
    if last and not named and not said and _alike(q, last) and q.per in (None, last.per) \
            and _pattern("sharing").fullmatch(window):
        shared = q.per or (None if "/" in norm[last.start:last.end] and q.unit in q.text else last.per)
        return replace(q, measure=q.measure or last.measure, per=shared, qualifiers=marks | last.qualifiers)
    after, measures = _pattern("after_cue").match(norm, q.end), _table()["measures"]
    fitting = [str(m.lastgroup) for m in [*([after] if after else []), *named]
               if not q.dimension or q.dimension in measures[str(m.lastgroup)].get("of", [q.dimension])]
    measure = q.measure or (fitting[-1] if fitting else None)
    entry, usual = measures.get(measure, {}), measures.get(measure, {}).get("per") if q.dimension == "质量" else None  # 10吨锅炉
    per = _words("times")[said[-1]] if said and not entry.get("stock") else usual
    return replace(q, measure=measure, per=q.per or per, qualifiers=marks)


def _bounded(q: Quantity, norm: str, note: str) -> Quantity:
    """The boundary set by the words before and after an amount."""
    before = _pattern("bound_before").search(norm, max(0, q.start - 9), q.start)
    after, including = _pattern("bound_after").match(norm, q.end), _pattern("including")
    m, table = (before, "before") if before and not (after and before["sign"] == "达到") else (after, "after")
    if not m:
        return q
    said = including.search(note) or including.match(norm, q.end) or including.search(norm, q.end, m.end())
    bound = _words(table)[m["sign"]]
    if said:
        bound = ("≥>" if bound in ABOVE else "≤<")[bool(said[1])]
    end = max(q.end, m.end(), said.end() if said else 0)
    return replace(q, bound=q.bound or bound, whole=(min(q.start, m.start()), end))


def _values(m: re.Match[str]) -> tuple[Decimal, Decimal | None, str]:
    """The value, the end of a range (10—20万, 两三万), and 多 for an open one (3万多, 十几万)."""
    words, few = m["number"], m["few"]
    if (pair := _pattern("pair").fullmatch(words)) and _number(pair[1]) < _number(pair[2]):
        return _number(pair[1] + pair[3]), _number(pair[2] + pair[3]), ""
    value = _number(words + (few or "")[1:])
    if few or not m["from"]:
        step = Decimal(10) ** max(0, int(value.normalize().as_tuple().exponent))
        return value, value + step if few else None, "多" if few else ""
    low, head = _number(m["from"]), _number(words.rstrip("十百千万亿 ") or "一")
    low *= value / head if low < head and not re.search("[十百千万亿]", m["from"]) else 1
    return min(low, value), max(low, value), ""


def _number(words: str) -> Decimal:
    """3.5万, 1,000, 三万五千, 两百, 3万5 (= 35000)."""
    words = re.sub(r"[,\s]", "", words).translate(str.maketrans(_table()["grammar"]["han"] + "点", "001223456789."))
    for word, size in SIZES.items():
        head, found, tail = words.rpartition(word)
        if found:
            return _number(head or "1") * size + _number(tail or "0") * (size // 10 if len(tail) == 1 else 1)
    return Decimal(words)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((CORPUS / "units-of-measure.toml").read_text(encoding="utf-8"))


@cache
def _units() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Spelling → name, dimension, entry; the longest first."""
    spelled = {word.lower(): (name, dimension, unit) for dimension, units in _table()["units"].items()
               for name, unit in units.items() for word in (name, *unit.get("written", []))}
    return dict(sorted(spelled.items(), key=lambda item: -len(item[0])))


@cache
def _words(table: str) -> dict[str, str]:
    """Word → what it stands for; the longest first."""
    return dict(sorted(((w, name) for name, words in _table()[table].items() for w in words), key=lambda pair: -len(pair[0])))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """An entry of [grammar], compiled, with the entries and tables it names put in."""
    cues = {measure: entry["cues"] for measure, entry in _table()["measures"].items()}
    parts = _table()["grammar"] | {
        "unit": "|".join(re.escape(word) + (r"(?![a-z\dα-ωΩ])" if word[-1].isascii() and word != "%" else "")
                         + (f"(?!{entry['not_before']})" if "not_before" in entry else "")
                         for word, (_, _, entry) in _units().items()),
        "cues": "|".join(cues.values()), "named": "|".join(f"(?P<{measure}>{cue})" for measure, cue in cues.items())}
    parts |= {table: "|".join(_words(table)) for table in ("times", "before", "after")}
    text = parts[name]
    while (m := re.search(rf"(?<!\?P)<({'|'.join(parts)})>", text)):
        text = text[:m.start()] + parts[m[1]] + text[m.end():]
    return re.compile(text, re.I)
