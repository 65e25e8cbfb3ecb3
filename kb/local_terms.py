"""Is a project what a word of a work plan means: 矿山开采, 电镀或喷漆工艺, 食品饮料?

Plans write general words and define none of them. The reviewed table corpus/local-words.toml says which words of a project
certainly fall under one (采石场 under 矿山开采) and which perhaps do (化工 under 大化工); names of GB/T 4754-2017 and the
lexicon bring everyday words there. What a project denies (不含电镀), buys or only makes equipment for does not count.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from kb.errors import SettingsError
from kb.industries import industries
from kb.lexicon import bare, canonical, saying, words
from kb.project import Project
from kb.settings import CORPUS

SHORTEST = 3  # characters of a part of an industry's name that says something by itself
TAIL = re.compile(r"(?<=..)(?:类|工艺|项目|行业|产业|加工)$")
PARTS = re.compile(r"[、，]|(?<=..)(?:[和及与或])(?=..)")


@dataclass(frozen=True)
class Reach:
    """Does the plan's word reach the project? None: it may. `said` are the project's words that speak for it."""

    holds: bool | None
    said: tuple[str, ...] = ()


def reach(term: str, project: Project) -> Reach:
    """Does this word of a plan reach the project?"""
    entry = _entries().get(term)
    if entry is None:
        return _by_itself(term, project)
    if not re.search(entry.get("needs", ""), project.text):
        return Reach(False)
    for holds, kind in ((True, ""), (None, "open_")):
        known = _known(tuple(entry.get("sure" if holds else "open", ())), tuple(entry.get(f"{kind}codes", ())))
        known -= frozenset(map(canonical, entry.get("open", ()))) if holds else frozenset()  # what the table leaves open stays open
        if said := _said(known, project, entry):
            return Reach(holds, said)
    return Reach(False)


def listed(name: str) -> str | frozenset[str]:
    """A pattern or the plain words of the table's head."""
    value = _table()[name]
    return value if isinstance(value, str) else frozenset(value)


def terms_named(text: str) -> list[str]:
    """The words under which the table, or a plan, speaks of what a text names: for taking them out of a question."""
    known = {w for e in _entries().values() for w in (*e["say"], *e.get("sure", ()), *e.get("open", ()))}
    return sorted((w for w in known if w in text), key=len, reverse=True)


def _by_itself(term: str, project: Project) -> Reach:
    """A word the table lacks: by its own words, those the lexicon knows for it, and the industry of that name."""
    parts = [p for p in (TAIL.sub("", part.strip()) for part in PARTS.split(term)) if len(p) > 1]
    codes = tuple(code for part in parts for code in _codes_named(part))
    said = [project.text[a:b] for part in parts for a, b, stated in project.mentions(part) if stated and _is_itself(project, a, b)]
    return Reach(True, tuple(dict.fromkeys(said))) if said else (
        Reach(True, found) if codes and (found := _said(_known((), codes), project, {})) else Reach(False))


def _said(known: frozenset[str], project: Project, entry: dict[str, Any]) -> tuple[str, ...]:
    text, found = project.text, list[tuple[int, int]]()
    lowered, after, before = text.lower(), entry.get("not_after", "(?!)"), entry.get("not_before", "(?!)")
    for word in known:
        if word.lower() not in lowered:
            continue
        for m in re.finditer(re.escape(word), text, re.I):
            beside = re.search(f"(?:{after})$", text[:m.start()]) or re.match(before, text[m.end():])
            if not beside and project.stated(*m.span()) and _is_itself(project, *m.span()):
                found.append(m.span())
    longest = [s for s in found if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in found)]
    return tuple(dict.fromkeys(text[a:b] for a, b in sorted(longest)))


def _is_itself(project: Project, start: int, end: int) -> bool:
    return not project.bought(start, end) and not re.match(str(listed("not_itself")), project.text[end:])


@cache
def _known(plain: tuple[str, ...], codes: tuple[str, ...]) -> frozenset[str]:
    """The words that stand for a term: its own, the names of industries, and everyday words for either."""
    names = {name for code in codes for name in industries(code) if not name.startswith("其他")}
    forms = names | {bare(n) for n in names} | {p for n in names for p in PARTS.split(n) if len(p) >= SHORTEST and not p.startswith("其他")}
    everyday = {w.say for w in words() if w.means in forms or bare(w.means) in forms} | {s for w in plain for s in saying(w)}
    return frozenset(canonical(w) for w in {*plain, *forms, *everyday} if len(w) > 1)


@cache
def _codes_named(name: str) -> tuple[str, ...]:
    from kb.industries import all_industries

    return tuple(code for code, title in all_industries() if len(code) > 1 and bare(title) == bare(name))


@cache
def _entries() -> dict[str, dict[str, Any]]:
    return {say: entry for entry in _table()["term"] for say in entry["say"]}


@cache
def _table() -> dict[str, Any]:
    path = CORPUS / "local-words.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"词表“{path.name}”读不了（{error}），请检查最近改动的行。") from None
