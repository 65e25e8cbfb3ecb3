"""Chinese words for full text: jieba with a dictionary of the field, generated from the corpus itself.

The dictionary holds the industry names of GB/T 4754-2017, the nouns of the EIA list and of the catalogue, and the
units the work plan names as leading or responsible.
"""

import csv
import hashlib
import logging
import re
from functools import lru_cache
from typing import Any

from kb.settings import CORPUS, settings

NAMES = (("gbt4754-2017.csv", "name"), ("eia-2021.csv", "name"), ("catalogue-2019.csv", "text"),
         ("catalogue-2024-known.csv", "text"))
UNITS = re.compile(r"(?:牵头|责任)单位[:：]([^（）]*?)(?=[，,]\s*责任单位|）)")
WORD = re.compile(r"[一-鿿]{2,6}")
STOP = frozenset(
    "的 了 和 与 及 或 在 对 是 为 等 有 以 其 由 把 被 要 吗 呢 吧 啊 么 之 这 那 哪 我 你 他 们 什么 怎么 怎样 如何 哪些 哪个 多少 可以 "
    "需要 我们 你们 他们 请问 一个 一下 这个 那个 属于 是否 是不是 要不要 能不能 可不可以 有没有 应当 不得 进行 咋 还 就 都 也 吗 呀 想 打算".split())


@lru_cache(maxsize=1)
def _jieba() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = str(settings().home)
    jieba.dt.cache_file = "jieba.cache"
    jieba.initialize()
    for word in domain_words():
        jieba.add_word(word)
    return jieba


@lru_cache(maxsize=1)
def domain_words() -> tuple[str, ...]:
    """Words of the field, 2–6 characters (units of any length), sorted."""
    found: set[str] = set()
    for name, column in NAMES:
        with (CORPUS / name).open(encoding="utf-8-sig") as f:
            for row in csv.DictReader(f):
                found.update(w for w in re.split(r"[、；;，,和及与或（）()\d*\s]+", row[column]) if WORD.fullmatch(w))
    plan = (CORPUS / "work-plan.txt").read_text(encoding="utf-8")
    found.update(unit.strip() for units in UNITS.findall(plan) for unit in re.split("[、，,]", units))
    return tuple(sorted(found - {""}))


def dictionary_hash() -> str:
    """Changes when the words of the full-text index would be cut otherwise."""
    return hashlib.sha256("\n".join((*domain_words(), *sorted(STOP))).encode()).hexdigest()[:16]


def tokens(text: str) -> list[str]:
    """Search words of a text, in order, stop words and punctuation left out."""
    return [w for w in _jieba().cut_for_search(text.lower()) if w not in STOP and re.search(r"\w", w)]
