"""Is a text set in traditional characters? Then it is written in simplified ones, which the parsers and the answers speak.

The forms are those of OpenCC's table for the mainland (t2s); a simplified text that quotes a few traditional ones stays.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ingest.source import Loaded, Page, Table

TELLING = re.compile("[條項款規應當經濟產業環護機關縣發權責監測養殖廠設計劃單]")  # some of which no traditional statute lacks
SHARE = 0.2  # of the Chinese characters that change: of a traditional text a third does, of a simplified one hardly any
HAN = re.compile("[一-鿿]")


def simplified(loaded: Loaded) -> Loaded:
    """The same text in simplified characters where it was in traditional ones, with a note of it; else as it is."""
    text = loaded.text
    if not TELLING.search(text):
        return loaded
    turn = _converter()
    sample = "".join(HAN.findall(text)[:20_000])
    if sum(a != b for a, b in zip(sample, turn(sample), strict=False)) < SHARE * max(1, len(sample)):
        return loaded
    tables: Callable[[], list[Table]] = loaded.tables
    return replace(loaded, pages=[Page(p.number, turn(p.text)) for p in loaded.pages], title=turn(loaded.title) if loaded.title else None,
                   tables=lambda: [Table(t.page, [[turn(cell) for cell in row] for row in t.rows]) for t in tables()],
                   notes=[*loaded.notes, "原文为繁体字，已转换为简体收录"])


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s").convert
