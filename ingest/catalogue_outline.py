"""Which heading does a line of the catalogue stand under? Lines → blocks by class, group and sector.

A line is a heading because of what it opens: 第一类 鼓励类 entries below it, a sector the next ordinal and entries that
begin anew. What only repeats a heading (tables of contents, running heads) or reads like one in a sentence opens none.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import cn2an

from ingest.source import Loaded

CLASSES = ("鼓励类", "限制类", "淘汰类")
NAMES = "|".join(CLASSES)
ORDINAL = "[一二三四五六七八九十]{1,3}"
CLASS = re.compile(rf"第[一二三]类[：:、]?({NAMES})")
BARE_CLASS = re.compile(rf"(?:[一二三]、|[（(][一二三][）)])?({NAMES})")
GROUP = re.compile(rf"(?:{ORDINAL}、|[（(]{ORDINAL}[）)])?(落后生产工艺[、和]?装备|落后产品)")
SECTOR = re.compile(rf"(?:({ORDINAL})、|[（(]({ORDINAL})[）)])([一-鿿][一-鿿、（）()]{{1,24}})")
ENTRY = re.compile(r"(\d{1,3})\s*([．.、])(\s*)(.*)")
PAGE_NUMBER = re.compile(r"[—–－―-]+\s*\d{1,4}\s*[—–－―-]+|第\s*\d{1,4}\s*页.{0,12}")
TITLE = re.compile(r"([一-鿿]{0,10}产业结构调整指导目录)(?:[（(]?(\d{4})年本[）)]?)?([（(][^（）()]*修[正订改][^（）()]*[）)])?")
HANGING = tuple("，,、（(《“/／-－—~～≤≥<>＜＞=＝×及和与或为于至每约第足过")  # no entry ends so


class Line(NamedTuple):
    text: str
    page: int | None

    @property
    def compact(self) -> str:
        return re.sub(r"\s", "", self.text)


@dataclass
class Block:
    """The lines under one heading: a class, a group of it, or a sector."""

    class_: str
    group: str | None = None
    sector: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def label(self) -> str:
        return "·".join(filter(None, [self.class_, self.group, self.sector]))


def read_lines(loaded: Loaded) -> list[Line]:
    """Lines that carry text: no page numbers; 第一类 ⏎ 鼓励类 is one heading."""
    lines: list[Line] = []
    bare: dict[int, int] = {}  # line → the number alone on it, where a page number may stand
    for page in loaded.pages:
        first = len(lines)
        lines += [Line(t, page.number) for raw in page.text.splitlines() if (t := raw.strip("\ufeff\u3000\xa0 \t\r"))]
        places = range(first, len(lines)) if page.number is None else {first, len(lines) - 1} & {*range(len(lines))}
        bare |= {i: int(lines[i].text) for i in places if re.fullmatch(r"\d{1,3}", lines[i].text)}
    numbers = set(bare.values())
    kept: list[Line] = []
    for i, line in enumerate(lines):
        page_number = i in bare and (bare[i] == line.page or {bare[i] - 1, bare[i] + 1} & numbers)
        if page_number or PAGE_NUMBER.fullmatch(line.text):
            continue
        if kept and BARE_CLASS.fullmatch(line.compact) and re.fullmatch("第[一二三]类", kept[-1].compact):
            line = Line(kept.pop().text + line.text, line.page)
        kept.append(line)
    return kept


def find_body(lines: list[Line]) -> int | None:
    """The first class heading with an entry below it: those of a table of contents have none."""
    pattern, heading = _class_pattern(lines), None
    for i, line in enumerate(lines):
        if pattern.fullmatch(line.compact):
            heading = i
        elif heading is not None and (m := ENTRY.match(line.text)) and int(m[1]) == 1 and (
                not m[4][:1].isdigit() or SECTOR.fullmatch(lines[i - 1].compact)):
            return heading
    return None


def read_blocks(lines: list[Line]) -> list[Block]:
    """Lines under the heading they stand under. Running heads that repeat the class or the title are left out."""
    pattern = _class_pattern(lines)
    blocks: list[Block] = []
    sector_number, nested = 0, False  # nested: a group divides its sector; otherwise sectors divide their group
    for i, line in enumerate(lines):
        text = line.compact
        if m := pattern.fullmatch(text):
            if not blocks or blocks[-1].class_ != m[1]:
                blocks.append(Block(m[1]))
                sector_number, nested = 0, False
        elif (m := TITLE.fullmatch(text)) and m[2]:
            continue
        elif (m := GROUP.fullmatch(text)) and _opens(lines, i):
            nested = _next_mark(lines, i) == 1
            blocks.append(Block(blocks[-1].class_, m[1], blocks[-1].sector if nested else ""))
            sector_number = sector_number if nested else 0
        elif (m := SECTOR.fullmatch(text)) and (
                (n := int(cn2an.cn2an(m[1] or m[2], "smart"))) == 1 or n > sector_number) and (
                _opens(lines, i, first=3 if n == sector_number + 1 else 1)):
            blocks.append(Block(blocks[-1].class_, None if nested else blocks[-1].group, m[3]))
            sector_number = n
        else:
            blocks[-1].lines.append(line)
    return [block for block in blocks if block.lines]


def _class_pattern(lines: list[Line]) -> re.Pattern[str]:
    """Where one class is headed 第一类 鼓励类, a line that merely reads 淘汰类 is text."""
    return CLASS if any(CLASS.fullmatch(line.compact) for line in lines) else BARE_CLASS


def _opens(lines: list[Line], i: int, first: int = 3) -> bool:
    """Does a heading-like line open something? It continues no sentence, and numbering begins below it: with 1, or
    where the first entries are missing with no more than `first`."""
    return not (i and lines[i - 1].text.endswith(HANGING)) and _next_mark(lines, i) <= first


def _next_mark(lines: list[Line], i: int) -> int:
    """The number of the first entry-like line below line i; 0 when another heading comes first."""
    for line in lines[i + 1:]:
        if m := ENTRY.match(line.text):
            return int(m[1])
        if any(p.fullmatch(line.compact) for p in (SECTOR, GROUP, CLASS, BARE_CLASS)):
            return 0
    return 0
