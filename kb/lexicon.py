"""Which term of the law does an everyday word stand for? The reviewed tables corpus/lexicon.toml, corpus/lexicon-products.toml (names
of products and plants alone) and, for the catalogue
([[entry]]: 页岩砖 → 烧结砖), corpus/catalogue-words.toml.

[[word]] brings a project to its row or entry (搅拌站 → 商品混凝土); [[same]] names one thing in two ways (油漆 → 涂料);
[[area]] brings a place to an area of 名录第三条 (水源地 → 饮用水水源保护区); [[instead]] says what stating a thing rules out (堆肥 →
no 填埋); [[covers]] what denying a thing denies with it (染整 → no 染色). An office may add lines; no index depends on them.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from kb.errors import SettingsError
from kb.settings import CORPUS

MAKING = re.compile(r"(?<=..)(?:制造业?|生产|加工处理|加工|工程|建设|项目|服务|基地)$")
ALL_SOLVENT = re.compile("(?:都|全|均)(?:是|为|用)溶剂型")
KIND = 3  # characters beyond which a term is the head of longer ones
ROMAN = dict(zip("一二三四五12345", "ⅠⅡⅢⅣⅤ" * 2, strict=True))
LATIN = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ", "V": "Ⅴ"}
HALF = str.maketrans({chr(c): chr(c - 0xFEE0) for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF5B))})


@dataclass(frozen=True)
class Word:
    """An everyday word, the term of the law it stands for, and the row it brings to where it belongs to one only."""

    say: str
    means: str
    row: int | None
    why: str
    beside: str = ""  # counts only where the text also speaks of this
    not_after: str = ""  # does not count straight after one of these words (木工铣床)


@cache
def _table() -> dict[str, list[dict[str, object]]]:
    table: dict[str, list[dict[str, object]]] = {}
    for path in (CORPUS / "lexicon.toml", CORPUS / "lexicon-products.toml", CORPUS / "catalogue-words.toml"):
        try:
            for kind, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
                table.setdefault(kind, []).extend(entries)
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"词表“{path.name}”读不了（{error}），请检查最近改动的行。") from None
    return table


@cache
def words(kind: str = "word") -> tuple[Word, ...]:
    """The words of one kind (word, same, area), the longest first."""
    say_as = (lambda text: text) if kind == "same" else canonical
    found = [Word(say_as(str(say)), str(entry["means"]), entry.get("row"), str(entry.get("why", "")), str(entry.get("beside", "")), str(entry.get("not_after", "")))  # type: ignore[arg-type]
             for entry in _table().get(kind, []) for say in entry["say"]]  # type: ignore[attr-defined]
    return tuple(sorted(found, key=lambda w: -len(w.say)))


@cache
def saying(means: str) -> tuple[str, ...]:
    """The everyday words that stand for a term, be it written with the word of making (肉类加工) or without;
    also those that stand for a kind of it (日用玻璃制品 for 玻璃制品)."""
    own = bare(means)
    wider = [say for of, said in _by_meaning().items() if len(own) > KIND and of.endswith(own) and of != own for say in said]
    return (*_by_meaning().get(own, ()), *wider)


@cache
def _by_meaning() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in words():
        found.setdefault(bare(word.means), []).append(word.say)
    return {means: tuple(said) for means, said in found.items()}


def bare(name: str) -> str:
    """A product's name without the word of making after it: 木质制品制造 → 木质制品."""
    return MAKING.sub("", name)


def canonical(text: str) -> str:
    """The text with the law's own words for materials and processes, half-width figures and Roman classes of radiation."""
    text = re.sub("(?<=[0-9一二两三四五六七八九十百千万])个(?=[亿万千兆平立挡档]|吨|公里)", "", text.translate(HALF))  # 一个亿
    text = re.sub(r"(?<![A-Za-z])(I{1,3}|IV|V)(?=\s*类)", lambda m: LATIN[m[1]], text)
    text = re.sub(r"([一二三四五1-5])(?=\s*类(?:射线|放射))", lambda m: ROMAN[m[1]], text)
    text = _same().sub(lambda m: _means()[m[0]] if _beside().get(m[0], "") in text else m[0], text) if _means() else text
    return re.sub("(?<![型量])涂料", "溶剂型涂料", text) if ALL_SOLVENT.search(text) else text


@cache
def _means() -> dict[str, str]:
    """Everyday name → the law's name; a name that stands inside the law's own name stays in the pattern as itself."""
    table = {w.say: w.means for w in words("same")}
    return dict(sorted((table | {means: means for means in table.values()}).items(), key=lambda pair: -len(pair[0])))


@cache
def _beside() -> dict[str, str]:
    return {w.say: w.beside for w in words("same")}


@cache
def _same() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _means())))
