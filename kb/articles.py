"""Into which 款, 项 and 目 does an article fall, and how are articles numbered and named? Pure text, no I/O.

立法法 第六十五条: 法律根据内容需要，可以分编、章、节、条、款、项、目; 编章节条的序号用中文数字依次表述，款不编序号，
项的序号用中文数字加括号依次表述，目的序号用阿拉伯数字依次表述. So a 款 is counted by its lines, and since it closes
with a full stop, a line after ，、；： that bears no number of its own still belongs to the 款 it continues.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import cn2an

NUMERAL = "〇零一二两三四五六七八九十百千0-9０-９"  # for a character class
ITEM = re.compile(r"[（(]\s*([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])\s*[）)](?!项(?!目)|[、，。；：）)])")
POINT = re.compile(r"(?<![\d.．])(\d{1,2})(?:[.．](?!\d)|、)")
CLOSED = re.compile(r"[。！？!?][”’\"」』）)》〉]*$")  # a sentence, and with it a 款, ends here
ARTICLE_NUMBER = re.compile(
    rf"^\s*(?:第\s*)?((?:[{NUMERAL}]\s*)+?)\s*(?:条\s*)?(?:之\s*([一二三四五六七八九十]+))?\s*$")
OPEN = "，、；：,;:"  # after these a sentence goes on
BOUNDARY = "：；。，、:;,"  # an inline item stands after one of these, a mention after 条 款 列 …


@dataclass(frozen=True)
class Item:
    """A 项, or a 目 within one: its number and its verbatim text with the mark."""

    number: int
    text: str
    points: list["Item"] = field(default_factory=list)  # 目


@dataclass(frozen=True)
class Paragraph:
    """A 款: its number from 1 and its verbatim text, item lines included."""

    number: int
    text: str
    items: list[Item] = field(default_factory=list)


def paragraphs(text: str) -> list[Paragraph]:
    """The 款 of an article's text, each a verbatim substring of it."""
    spans: list[tuple[int, int, int]] = []  # start, end, number of the last item seen at the start of a line
    for m in re.finditer(r"\S[^\n]*", text):
        item = ITEM.match(m[0])
        first = last = len(spans)  # the paragraph this line joins; beyond the end: a new one
        number = _integer(item[1]) if item else 0
        if item:
            # a line between （四） and （五） belongs to （四）, so the paragraph of （四） goes on
            first = next((k for k in reversed(range(last)) if number > 1 and spans[k][2] == number - 1), last - 1)
        elif spans and (POINT.match(m[0]) or text[spans[-1][1] - 1] in OPEN):
            first = last - 1
        start = spans[first][0] if 0 <= first < last else m.start()
        number = number or (spans[first][2] if 0 <= first < last else 0)
        del spans[max(first, 0):]
        spans.append((start, m.start() + len(m[0].rstrip()), number))
    pieces = [text[start:end] for start, end, _ in spans]
    return [Paragraph(n, piece, _items(piece)) for n, piece in enumerate(pieces, 1)]


def closes(line: str) -> bool:
    """Does the line end its sentence?"""
    return CLOSED.search(line.rstrip()) is not None


@lru_cache(maxsize=8192)
def number_of(text: str) -> tuple[int, int]:
    """ "九十五", "95", "第九十五条" → (95, 0); "第二十三条之一" → (23, 1). ValueError when it is no number."""
    m = ARTICLE_NUMBER.match(text)
    if m is None:
        raise ValueError(f"不是条文序号：{text}")
    return _integer(m[1]), _integer(m[2]) if m[2] else 0


def article_label(number: int, sub: int = 0) -> str:
    """(95, 0) → 第九十五条; (23, 1) → 第二十三条之一."""
    return f"第{in_chinese(number)}条" + (f"之{in_chinese(sub)}" if sub else "")


def in_chinese(number: int) -> str:
    """95 → 九十五, as laws write numbers."""
    return str(cn2an.an2cn(number))


def _integer(numeral: str) -> int:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", numeral)).replace("〇", "零")
    return int(plain) if plain.isdecimal() else int(cn2an.cn2an(plain, "smart"))


def _items(paragraph: str) -> list[Item]:
    """Marks at the start of a line, and marks inside one where they count up from 一 in order."""
    marks = [(m.start(), _integer(m[1])) for m in ITEM.finditer(paragraph)]
    chosen: list[tuple[int, int]] = []
    for k, (at, number) in enumerate(marks):
        before = paragraph[:at].rstrip(" \t\u3000")
        due = (chosen[-1][1] if chosen else 0) + 1
        listed = number > 1 or any(later == 2 for _, later in marks[k + 1:])  # a lone inline （一） is a mention
        if not before or before[-1] == "\n" or (number == due and listed and before[-1] in BOUNDARY):
            chosen.append((at, number))
    pieces = _cut(paragraph, [at for at, _ in chosen])
    return [Item(number, piece, _points(piece)) for (_, number), piece in zip(chosen, pieces, strict=True)]


def _points(item: str) -> list[Item]:
    """The 目 of a 项: 1. 2. … counting up, each at the start of a line or after a stop."""
    starts: list[int] = []
    for m in POINT.finditer(item):
        before = item[:m.start()].rstrip(" \t\u3000")
        if int(m[1]) == len(starts) + 1 and before and before[-1] in "：；。\n:;":
            starts.append(m.start())
    return [Item(n, piece) for n, piece in enumerate(_cut(item, starts), 1)]


def _cut(text: str, starts: list[int]) -> list[str]:
    """The text from each start up to the next."""
    return [text[at:end].rstrip() for at, end in zip(starts, [*starts[1:], len(text)], strict=False)]
