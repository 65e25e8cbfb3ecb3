"""Chinese words for full text: jieba with a domain dictionary generated from the corpus itself."""

import csv
import logging
import re
from functools import lru_cache
from typing import Any

from kb.settings import CORPUS, settings

STOP = frozenset("的了和与及或在对是为等有以其由把被要吗呢吧啊么之这那哪什么怎么怎样如何哪些多少可以需要我们我你他请问一个一下这个那个"
                 "属于应当不得进行".split()) | set("的了和与及或在对是为等有以其由把被要吗呢吧啊么之这那哪我你他")


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
    """Words of the field: names of GB/T 4754-2017 and nouns of the EIA list, 2–8 characters."""
    found: set[str] = set()
    with (CORPUS / "gbt4754-2017.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            found.update(re.split(r"[、和及与（）()，,]", row["name"]))
    with (CORPUS / "eia-2021.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            found.update(re.split(r"[、；，（）()\d*\s]+", row["name"]))
    return tuple(sorted(w for w in found if 2 <= len(w) <= 6 and re.fullmatch(r"[一-鿿]+", w)))


def tokens(text: str) -> list[str]:
    """Search words of a text, in order, stop words and punctuation left out."""
    words = _jieba().cut_for_search(text.lower())
    return [w for w in words if w not in STOP and re.search(r"\w", w)]
