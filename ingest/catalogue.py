"""What stands in the 产业结构调整指导目录? Its official layout → one clause an entry, with class, sector and number.

The layout is fixed by 促进产业结构调整暂行规定（国发〔2005〕40号）第十三条: the catalogue consists of 鼓励类, 限制类 and
淘汰类; each is divided into numbered sectors (in 淘汰类 under 落后生产工艺装备 and 落后产品), each sector into entries
numbered from 1. A line is taken for an entry's beginning because its number fits the sector's sequence, not because
it begins with digits: entries may begin with a quantity (3．1000吨/年以下…), and a quantity may be wrapped to a line's
beginning (10.5兆瓦). So all readings of a sector are compared and the most plausible one is kept (`_starts`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingest.catalogue_outline import (
    CLASS,
    CLASSES,
    ENTRY,
    HANGING,
    TITLE,
    Block,
    Line,
    find_body,
    read_blocks,
    read_lines,
)
from ingest.plain import signature_date, to_date, width
from ingest.source import Loaded, Parsed
from kb.errors import IngestError
from kb.models import Clause

SUB_ITEM = re.compile(r"[（(](\d{1,2})[）)]")
NOTE = re.compile(r"(?:附?注|说明)[：:]")
DEADLINE = re.compile(r"[（(]\s*(\d{4}年(?!版|本|第)[^（）()]*)[）)][。；;]?$")
ORDER = re.compile(r"([一-鿿、]{2,40}(?:令|公告))[（(]?((?:\d{4}年)?第\d+号)[）)]?")
IN_FORCE = re.compile(r"自([^自，。；]{8,12}日)起(?:施行|实施|执行)")
WIDE = r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef“”‘’—…]"


def recognise(loaded: Loaded) -> bool:
    """Is this the catalogue itself: classes, numbered sectors and entries, under its title or as 第一类, 第二类 …?"""
    lines = read_lines(loaded)
    start = find_body(lines)
    if start is None or not any(block.sector and block.lines for block in read_blocks(lines[start:])):
        return False
    numbered = {m[1] for line in lines[start:] if (m := CLASS.fullmatch(line.compact))}
    return len(numbered) >= 2 or _title(lines[:start], loaded.title) is not None


def parse(loaded: Loaded, doc_id: str) -> Parsed:
    """Every entry as a clause; what a class or sector says before its first entry is a clause …说明."""
    lines = read_lines(loaded)
    start = find_body(lines)
    if start is None:
        raise IngestError("没有读到“鼓励类、限制类、淘汰类”标题及其下的编号条目，请换用官方发布的目录文件。")
    blocks = read_blocks(lines[start:])
    style = _Style(blocks)
    parsed = Parsed("catalogue", [], facts=_facts(lines[:start], loaded.title))
    found = dict.fromkeys([*CLASSES, "部门"], 0)
    used: Counter[str] = Counter()
    for i, block in enumerate(blocks):
        may_hold_entries = block.sector or not any(b.sector for b in blocks if b.class_ == block.class_)
        starts = _starts(block.lines, style) if may_hold_entries else []
        _check_sequence(block, starts, style, parsed)
        found[block.class_] += len(starts)
        found["部门"] += bool(block.sector)
        last_of_class = i + 1 == len(blocks) or blocks[i + 1].class_ != block.class_
        parsed.clauses += _clauses(block, starts, doc_id, len(parsed.clauses), used, last_of_class)
    for class_ in CLASSES:
        if not found[class_]:
            parsed.warnings.append(f"没有读到{class_}的条目，请核对文件是否完整。")
            parsed.coverage.missing.append(class_)
    parsed.found = found
    parsed.coverage.held = sum(found[class_] for class_ in CLASSES)
    return parsed


def entry_clause(doc_id: str, local: str, class_: str, sector: str, text: str, order: int,
                 number: str | None = None, group: str | None = None, page: int | None = None,
                 complete: bool = True, deadline: str | None = None) -> Clause:
    """One entry of the catalogue, from a file in official layout or from a shipped table."""
    label = "·".join(filter(None, [class_, group, sector])) + (f"第{number}项" if number else "")
    fields = {"class": class_, "sector": sector, "number": number, "complete_entry": complete, "group": group,
              "deadline": deadline, "sub_items": text.split("\n")[1:]}
    return Clause(clause_id=f"{doc_id}/{local}", doc_id=doc_id, label=label, text=text, path=[class_, sector],
                  page=page, order=order, fields=fields)


# The entries of a sector.

class _Style:
    """How this document is set: its separator after a number, its decimal points, the width of a full line."""

    def __init__(self, blocks: list[Block]) -> None:
        separators: Counter[str] = Counter()
        points: Counter[str] = Counter()
        continued: list[int] = []
        for block in blocks:
            for line, following in zip(block.lines, block.lines[1:], strict=False):
                m = ENTRY.match(line.text)
                if m and not m[4][:1].isdigit():
                    separators[m[2]] += 1
                points.update(re.findall(r"(?<=\d)[.．](?=\d)", m[4] if m else line.text))
                if block.sector and not _is_marked(following.text):
                    continued.append(width(line.text))
        self.separator = separators.most_common(1)[0][0] if separators else "．"
        self.points = set(points)
        continued.sort()  # lines that run on are full, so a shorter one ends its paragraph
        self.short = continued[len(continued) // 20] - 4 if continued else float("inf")

    def score(self, m: re.Match[str], before: Line | None) -> float:
        """How much speaks for this line beginning an entry (above 0) rather than continuing one (below)."""
        _, separator, space, rest = m.groups()
        if not rest[:1].isdigit() or space or re.match(r"\d+[.．]\d", rest):  # 3．甲, 3. 10万吨, 3.10.5万吨
            score = 3.0 if separator == "、" else 5.0  # 2、3型 is also an enumeration wrapped
        elif re.match(r"0+(?![.．\d])", rest):
            score = -8.0  # 5.0万 is a quantity
        elif separator not in self.points:
            score = 2.0  # 3．1000吨 where decimals are written 3.5
        else:  # 3.1000吨 is hardly a decimal, 10.5兆瓦 may be one
            score = 0.5 if re.match(r"(?:\d{4,}|\d\d0)(?!\d)", rest) else -2.0
        if separator != self.separator:
            score -= 4 if "、" in (separator, self.separator) else 2
        if before is None or width(before.text) < self.short:
            score += 3
        if before is not None and before.text.endswith(HANGING):
            score -= 4
        return score


def _starts(lines: list[Line], style: _Style) -> list[tuple[int, int]]:
    """(line, number) of each entry: of all sequences of candidates the one with the highest score.

    best[n] is the best reading so far whose last entry is number n, as (score, chain of entries).
    """
    Chain = tuple[Any, int, int] | None
    best: dict[int, tuple[float, Chain]] = {0: (0.0, None)}
    depth = 0
    for i, line in enumerate(lines):
        if (m := ENTRY.match(line.text)) and (number := int(m[1])) > 0 and (
                m[4] or i + 1 < len(lines) and not ENTRY.match(lines[i + 1].text)):  # a number alone is no entry
            score = style.score(m, lines[i - 1] if i else None)
            depth, score = (0 if score >= 3 else depth), score - (4 if depth else 0)  # some brackets are never closed
            value, chain = max(((v - _jump(last, number), c) for last, (v, c) in best.items()), key=lambda o: o[0])
            if value + score > best.get(number, (float("-inf"), None))[0]:
                best[number] = (value + score, (chain, i, number))
        depth = max(0, depth + len(re.findall("[（(]", line.text)) - len(re.findall("[）)]", line.text)))
    chain = max(best.values(), key=lambda o: o[0])[1]
    starts: list[tuple[int, int]] = []
    while chain:
        chain, i, number = chain
        starts.append((i, number))
    return starts[::-1]


def _jump(last: int, number: int) -> float:
    """What it costs to read `number` after `last`: nothing in sequence; gaps, repeats and restarts are defects."""
    if number > last:
        missing = number - last - 1
        return min(3.5 + 0.5 * missing, 12.0) if missing else 0.0
    return 4.0 if number == last else 8.0 if number == 1 else float("inf")


def _clauses(block: Block, starts: list[tuple[int, int]], doc_id: str, order: int, used: Counter[str],
             last_of_class: bool) -> Iterator[Clause]:
    """The clauses of one block: 说明 before its first entry, its entries, and at a class's end its 注."""
    stem = "-".join(filter(None, [block.class_, block.group, block.sector]))

    def unique(local: str) -> str:
        used[local] += 1
        return local if used[local] == 1 else f"{local}-{used[local]}"

    def remark(name: str, lines: list[Line]) -> Clause:
        return Clause(clause_id=f"{doc_id}/{unique(f'{stem}-{name}')}", doc_id=doc_id, label=f"{block.label}·{name}",
                      text=_paragraphs(lines), path=block.label.split("·"), page=lines[0].page, order=order)

    end = len(block.lines)
    if last_of_class and starts:
        end = next((i for i in range(starts[-1][0] + 1, end) if NOTE.match(block.lines[i].text)), end)
    if lead := block.lines[:starts[0][0] if starts else end]:
        order += 1
        yield remark("说明", lead)
    for (i, number), (following, _) in zip(starts, [*starts[1:], (end, 0)], strict=False):
        order += 1
        text = _entry_text([ENTRY.sub(r"\4", block.lines[i].text, count=1),
                            *(line.text for line in block.lines[i + 1:following])])
        deadline = DEADLINE.search(text.split("\n")[0].rstrip("：:"))
        yield entry_clause(doc_id, unique(f"{stem}-{number}"), block.class_, block.sector, text, order, str(number),
                           block.group, block.lines[i].page, deadline=deadline[1].strip() if deadline else None)
    if end < len(block.lines):
        order += 1
        yield remark("注", block.lines[end:])


def _check_sequence(block: Block, starts: list[tuple[int, int]], style: _Style, parsed: Parsed) -> None:
    """A number missing or repeated in a sector is a defect of the file or of its reading, a line that may have been
    the entry after the last one is a doubt: say where."""
    last = 0
    for _, number in starts:
        if number <= last:
            parsed.warnings.append(f"{block.label}第{number}项的序号重复出现，请对照原文核对。")
        for missing in range(last + 1, number):
            parsed.warnings.append(f"{block.label}缺第{missing}项，请对照原文核对。")
            parsed.coverage.missing.append(f"{block.label}第{missing}项")
        last = number
    for i in range(starts[-1][0] + 1 if starts else len(block.lines), len(block.lines)):
        m = ENTRY.match(block.lines[i].text)
        if m and int(m[1]) == last + 1 and style.score(m, block.lines[i - 1]) > -3:
            parsed.warnings.append(f"{block.label}第{last}项中以“{m[0][:8]}”开头的一行可能是第{last + 1}项，请对照原文核对。")


# Text.

def _is_marked(text: str) -> bool:
    return bool(ENTRY.match(text) or SUB_ITEM.match(text) or NOTE.match(text))


def _entry_text(lines: list[str]) -> str:
    """One entry: wrapped lines joined, each of its sub-items （1）（2）… on a line of its own."""
    raw = "\n".join(filter(None, lines))
    cuts: list[int] = []
    for m in SUB_ITEM.finditer(raw):
        if int(m[1]) == len(cuts) + 1 and re.search(r"[\n：:；;。]\s*$", raw[:m.start()]):
            cuts.append(m.start())
    if len(cuts) < 2:
        cuts = []
    return "\n".join(_unwrapped(raw[a:b]) for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True))


def _paragraphs(lines: list[Line]) -> str:
    """Prose: a line ends a paragraph where it ends a sentence."""
    raw = re.sub(r"(?<![。；：])\n", "\0", "\n".join(line.text for line in lines))
    return "\n".join(_unwrapped(part.replace("\0", "\n")) for part in raw.split("\n"))


def _unwrapped(text: str) -> str:
    """Lines joined: a space is kept only between Latin words."""
    text = re.sub(r"(?<=[A-Za-z])\s*\n\s*(?=[A-Za-z])", " ", text.strip())
    text = re.sub(r"\s*\n\s*", "", text)
    return re.sub(rf"(?<={WIDE})\s+|\s+(?={WIDE})", "", text)


# What the announcement before the catalogue says.

def _title(head: list[Line], title: str | None) -> tuple[str, str | None] | None:
    """(title, edition) where the document names itself, on one line or two; a title cited in a sentence is not one."""
    names = [line.compact for line in head]
    names += [a + b for a, b in zip(names, names[1:], strict=False) if b[:1] in "（("]
    if title:
        names.append(re.split(r"[\s_|｜—-]", title.strip())[0])
    matches = [m for name in names if (m := TITLE.fullmatch(name))]
    matches.sort(key=lambda m: (m[2] is None, -len(m[0])))
    if not matches:
        return None
    name, edition, amended = matches[0].groups()
    return name + (f"（{edition}年本）" if edition else "") + (amended or ""), edition


def _facts(head: list[Line], title: str | None) -> dict[str, Any]:
    """Title, edition, number and dates, each only where plainly and singly stated."""
    facts: dict[str, Any] = {}
    lines = [line.compact for line in head]
    if named := _title(head, title):
        facts["title"] = named[0]
        if named[1]:
            facts["edition"] = named[1]
    for line in [*lines, *(a + b for a, b in zip(lines, lines[1:], strict=False))]:
        if m := ORDER.fullmatch(line):
            facts.setdefault("number", m[1] + m[2])
    if issued := signature_date(lines):
        facts["issued"] = issued
    starts = {to_date(text) for text in IN_FORCE.findall("".join(lines))} - {None}
    if len(starts) == 1:
        facts["in_force_from"] = starts.pop()
    return facts

