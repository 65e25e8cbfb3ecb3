"""What is an industry called, and what belongs to it? The tree of GB/T 4754-2017 (国民经济行业分类): codes and names."""

import csv
import re
from functools import cache

from kb.settings import CORPUS

CODE = re.compile(r"(?<!\d)\d{2,4}(?!\d)")


@cache
def _tree() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Code → name, code → codes below it."""
    names: dict[str, str] = {}
    below: dict[str, list[str]] = {}
    with (CORPUS / "gbt4754-2017.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            names[row["code"]] = row["name"]
            below.setdefault(row["parent"], []).append(row["code"])
    return names, below


def industries(code: str) -> list[str]:
    """The name of an industry code and of all codes below it."""
    names, below = _tree()
    found = [names[code]] if code in names else []
    for child in below.get(code, []):
        found += industries(child)
    return list(dict.fromkeys(found))


@cache
def industries_of(text: str) -> tuple[str, ...]:
    """The names of every industry whose code stands in a text (卷烟制造 162), and of those below it."""
    return tuple(name for code in CODE.findall(text) for name in industries(code))


@cache
def all_industries() -> tuple[tuple[str, str], ...]:
    """Every code of the tree with its name."""
    return tuple(_tree()[0].items())
