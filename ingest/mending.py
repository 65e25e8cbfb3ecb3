"""What of an article's text is the article itself? A data source's text → its lines, without headings and annex.

A source that keeps one article a row leaves traces of its layout: sentences broken over lines, spaces between
characters, the 章 and 节 headings of the next part behind the last article before it, an annex behind the last of all.
"""

import re

from ingest.plain import ANNEX, heading
from kb.articles import ITEM, NUMERAL, POINT, closes

HEADING = re.compile(rf"^第\s*(?:[{NUMERAL}]\s*)+(?P<rank>分编|[编章节])(?![、的和至或及第]|规定)(?P<title>[^。；：，]*)$")
TITLE_LENGTH = 45  # no heading is longer
TABLE_LINE = re.compile(r"[|]|^[-+=]{3,}")


def mend(text: str) -> str:
    """An article's text without stray breaks and spaces, and without the headings of the part that follows it.

    A line ends where a sentence does; after ； and ： only in a list, that is below a line that ends with ： or a number.
    Tables and what follows the word 附件 stay as they are.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = lines[:headings_before(lines, 0, len(lines))[0]]
    annex = _annex_line(lines)
    mended: list[str] = []
    in_list = False
    for line in map(_tighten, lines[:annex]):
        if mended and not _ends_line(mended[-1], line, in_list):
            mended[-1] += line
        else:
            mended.append(line)
        in_list = in_list and not closes(line) or line[-1] in "：:" or bool(ITEM.match(line))
    return "\n".join(mended + lines[annex:])


def split_annex(text: str) -> tuple[str, str]:
    """The article itself and the annex that a source left standing behind it; "" where there is none."""
    lines = text.splitlines()
    annex = _annex_line(lines)
    return "\n".join(lines[:annex]), "\n".join(lines[annex:])


def headings_after(text: str) -> list[str]:
    """The headings of the next part that stand at the end of an article's text, as `mend` leaves them out."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [name for _, name in headings_before(lines, 0, len(lines))[1]]


def headings_before(texts: list[str], start: int, end: int) -> tuple[int, list[tuple[str, str]]]:
    """Where the headings right before an article begin, and the headings: (章, 第二章 …), from top to bottom."""
    first = k = end
    while k > start and not closes(texts[k - 1]) and len(texts[k - 1]) <= TITLE_LENGTH:
        k -= 1
        if HEADING.match(texts[k]):
            first = k
    found: list[tuple[str, str]] = []
    for text in texts[first:end]:
        if m := HEADING.match(text):
            found.append((m["rank"], heading(text)))
        else:  # the title on a line of its own, or broken over two lines
            found[-1] = (found[-1][0], heading(found[-1][1] + text))
    return first, found


def _annex_line(lines: list[str]) -> int:
    return next((k for k, line in enumerate(lines) if k and ANNEX.match(line)), len(lines))


def _ends_line(line: str, following: str, in_list: bool) -> bool:
    return (closes(line) or bool(TABLE_LINE.search(line) or TABLE_LINE.search(following))
            or bool(ITEM.match(following) or POINT.match(following) or re.match("[一二三四五六七八九十]+、", following))
            or line[-1] in "：:" or (line[-1] in "；;" and in_list) or bool(re.fullmatch("（[^（）]*）", line)))


def _tighten(line: str) -> str:
    """Without spaces next to a Chinese character, but for the one after 第X条."""
    if TABLE_LINE.search(line):
        return line
    return re.sub(r"(?<=[^\x00-\x7f])(?<!条)[^\S\n]+|(?<!条)[^\S\n]+(?=[^\x00-\x7f])", "", line)
