"""What does a sentence claim that can be looked up: amounts, dates, clause numbers, titles, classes, documents, organs, quotes?

Everything is normalised, so that 三个工作日 equals 3个工作日 and 第95条 equals 第九十五条; nothing is judged here (kb.sentence_check).
Words are data: corpus/claim-words.toml.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from kb.articles import NUMERAL, number_of
from kb.quantities import ABOVE, BELOW, HALF_WIDTH, quantities
from kb.settings import CORPUS
from kb.units import known_units

MARK = re.compile(r"(?<!\\)\[(\d{1,3})\]")
QUOTE = re.compile(r"[“\"「『]([^“”\"「」『』]{1,2000})[”\"」』]")
TITLE = re.compile(r"《([^《》]{1,80})》")
N = rf"[{NUMERAL}]+"
REFERENCE = re.compile(rf"第\s*({N})\s*([编章节条款项目段部]分?)(?:之([一二三四五六七八九十]))?|(?:说明|注)\s*({N})")
DATE = re.compile(r"(\d{4})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})\s*日?|(\d{4})\s*年(?:\s*(\d{1,2})\s*月)?")
CHINESE = "〇零一二两三四五六七八九十百千万亿"
COUNTED = re.compile(rf"(?<![{CHINESE}\d.第这该同某任])(\d+(?:[.,]\d+)*|[{CHINESE}]{{1,12}})\s*(%|％|[个余多几]?[一-鿿]{{0,4}})")
COUNTABLE = re.compile(r"^(?:%|工作日|自然日|日|天|周|个?月|年|小时|季度|半年|倍|元|吨|人|处|次|级|家|种|亩|头|只|千|米|公里|平方|立方|升|台|套|座|辆|成|折|公顷|项|条|类|档|份|件|万|亿|区|县|部门|单位)")
SHAPE = re.compile(r"(?:(?![的和与由及、对将被把是为向或在按经报请需应])[一-鿿]){1,12}?(?:局|委员会|管委会|办公室|人民政府|领导小组|工作组|推进组|督查室|法院|检察院|厅)")


@cache
def words() -> dict[str, Any]:
    """The words of corpus/claim-words.toml."""
    return tomllib.loads((CORPUS / "claim-words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Amount:
    """An amount in comparable terms; `bound` is "" or one of kb.quantities' marks, `relation` 内, 后, 前 … after a time limit."""

    value: str
    unit: str
    bound: str = ""
    per: str | None = None
    relation: str = ""


def normal(text: str) -> str:
    """The text as it is compared: half-width, without spaces, Markdown and marks."""
    text = MARK.sub("", text.translate(HALF_WIDTH)).replace("％", "%")
    return re.sub(r"[\s*\\_`#>|~]+", "", text)


def bare(text: str) -> str:
    """The text without what is read by its own rules: marks, quotes' signs, titles, clause numbers, dates."""
    text = MARK.sub("", text)
    for pattern in (TITLE, REFERENCE, DATE):
        text = pattern.sub("；", text)
    return text


@dataclass(frozen=True)
class Placed:
    """Something looked up, where it stands: values of one family (amounts in 吨, documents, organs) can be mistaken for each other."""

    family: str
    value: str
    start: int
    end: int


def amounts(text: str) -> set[Amount]:
    """Every amount with a unit that kb.quantities knows."""
    return {amount for amount, _, _ in _amounts(bare(text))}


def counted(text: str) -> set[Amount]:
    """Every other number, with the word it counts: 3个工作日内, 二次, 50%."""
    return {amount for amount, _, _ in _counted(bare(text))}


@lru_cache(maxsize=2048)
def placed(text: str) -> tuple[Placed, ...]:
    """Amounts, counts, documents, classes and organs with their places."""
    found = [Placed(a.unit, f"{a.value}{a.bound}", start, end) for a, start, end in _amounts(text)]
    found += [Placed(a.unit, a.value, start, end) for a, start, end in _counted(text) if a.unit]
    for kind in ("documents", "classes"):
        found += [Placed(kind, value, m.start(), m.end()) for said, value in words()[kind].items() for m in re.finditer(said, text)]
    found += [Placed("organ", organ, m.start(), m.end()) for organ in organs(text) for m in re.finditer(re.escape(organ), text)]
    return tuple(found)


def _amounts(text: str) -> list[tuple[Amount, int, int]]:
    found = []
    for q in quantities(text):
        bound = {"以上": "≥", "以下": "≤"}.get(q.bound, q.bound)
        value = "—".join(format(n.normalize(), "f") for n in (q.value, q.high) if n is not None)
        found.append((Amount(value, q.canonical, bound, q.per), q.start, q.end))
    return found


def _counted(text: str) -> list[tuple[Amount, int, int]]:
    text, found = text.translate(HALF_WIDTH), []
    spans = [(q.start, q.end) for q in quantities(text)]
    for m in COUNTED.finditer(text):
        if any(start <= m.start(1) < end for start, end in spans):
            continue
        unit = m[2].lstrip("个余多几") or m[2]
        digits = m[1][0].isdigit()
        if not digits and not COUNTABLE.match(m[2].lstrip("个")):
            continue  # 一般, 统一, 三同时 are words, not numbers
        kind = COUNTABLE.match(unit)
        word = kind[0] if kind else unit[:2] if digits else ""
        after = unit[len(word):] + text[m.end():m.end() + 2]
        relation = next((r for r in words()["grammar"]["relations"] if after.startswith(r)), "") if kind else ""
        found.append((Amount(_number(m[1]), word, "", None, relation[-1:]), m.start(), m.end(1)))
    return found


def dates(text: str) -> set[str]:
    """2024-2-1, 2024-2, 2024."""
    return {"-".join(str(int(g)) for g in m.groups() if g) for m in DATE.finditer(text.translate(HALF_WIDTH))}


def references(text: str) -> set[str]:
    """条95, 款1, 项55, 说明2: each number of a clause with what it numbers."""
    found = set()
    for m in REFERENCE.finditer(TITLE.sub("", text)):
        try:
            number = number_of(m[1] or m[4])[0]
        except ValueError:
            continue
        found.add(f"{m[2] or '说明'}{number}" + (f"之{m[3]}" if m[3] else ""))
    return found


def titles(text: str) -> set[str]:
    return {normal(t) for t in TITLE.findall(text)}


def quotes(text: str) -> list[str]:
    return QUOTE.findall(text)


def named(text: str, kind: str) -> set[str]:
    """The classes or the documents a text names."""
    return {value for said, value in words()[kind].items() if said in text}


def organs(text: str) -> set[str]:
    """The public bodies a text names, as written."""
    return {m.text for m in known_units().mentions(text) if m.units} | set(SHAPE.findall(text))


def opposite(bound: str) -> set[str]:
    """The bounds of not meeting a bound."""
    return set(BELOW if bound in ABOVE else ABOVE if bound in BELOW else ())


def _number(text: str) -> str:
    plain = text.replace(",", "")
    if plain[0].isdigit():
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    try:
        return str(number_of(plain)[0])
    except ValueError:
        return plain
