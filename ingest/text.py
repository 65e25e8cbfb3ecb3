"""What every loader does to raw text: what cannot be seen is removed, what can stays verbatim."""

import re
import unicodedata

CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x9f]")
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
BOOKMARK = re.compile(r"\[bookmark:[^\]\n]*\]")
RADICALS = re.compile("[\u2e80-\u2fd5]")  # fonts of PDFs map 生 to the radical ⽣; no drafter writes one


def clean(text: str) -> str:
    """Verbatim text without what cannot be seen: line ends \\n, no control characters, NFC."""
    text = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\xa0", " ")
    text = BOOKMARK.sub("", INVISIBLE.sub("", CONTROL.sub("", text)))
    return unicodedata.normalize("NFC", RADICALS.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text))


def one_line(text: str) -> str:
    """Lines of one cell or paragraph joined: Chinese without a space, words and codes in Latin letters with one."""
    return re.sub(r"\s*\n\s*", "", re.sub(r"(?<=[!-~])[ \t]*\n\s*(?=[!-~])", " ", text)).strip()


def rectangular(rows: list[list[str]]) -> list[list[str]]:
    """Rows of one length, short ones filled with empty cells."""
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
