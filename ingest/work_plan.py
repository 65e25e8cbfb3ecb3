"""A work plan in parts 一、, items （一） and paragraphs → one clause a paragraph, typos of the source kept.

Recognised by what such plans share: parts numbered 一、 and units named as 牵头单位 or 责任单位, in any brackets.
"""

import re

import cn2an

from ingest.source import Loaded, Parsed
from kb.duty_records import statements
from kb.models import Clause, Coverage

PART = re.compile(r"^([一二三四五六七八九十]+)、")
ITEM = re.compile(r"^[（(]([一二三四五六七八九十]+)[）)]")
ROLE = re.compile(r"牵头|主办|责任单位|责任部门")
LONGEST_HEADING = 40


def recognise(loaded: Loaded) -> bool:
    """Does the text read like a work plan that names leading or responsible units?"""
    lines = [line for line, _ in _paragraphs(loaded)]
    return any(PART.match(line) for line in lines) and any(ROLE.search(line) and statements(line) for line in lines)


def parse(loaded: Loaded, doc_id: str) -> Parsed:
    """Clauses part.item.paragraph; a heading line stands in the path, an inline heading stays in its text. A heading that
    names units and has no text below it is the duty itself."""
    clauses: list[Clause] = []
    part = item = paragraph = 0
    path: list[str] = []
    items: set[tuple[int, int]] = set()
    title = ""
    lines = _paragraphs(loaded)
    for n, (line, page) in enumerate(lines):
        if not clauses and not path and not title and len(line) <= LONGEST_HEADING and "。" not in line:
            title = line
            continue
        if m := PART.match(line):
            part, item, paragraph, path = cn2an.cn2an(m[1]), 0, 0, [line.split("。")[0]]
        elif m := ITEM.match(line):
            item, paragraph, path = cn2an.cn2an(m[1]), 0, [*path[:1], line.split("。")[0]]
            items.add((part, item))
        if m and "。" not in line:
            if not _is_duty(lines, n):
                continue
            path.pop()
        paragraph += 1
        place = f"第{cn2an.an2cn(part)}部分" if part else "引言"
        label = f"{place}{f'（{cn2an.an2cn(item)}）' if item else ''}第{paragraph}段"
        clauses.append(Clause(clause_id=f"{doc_id}/{part}.{item}.{paragraph}", doc_id=doc_id, label=label, text=line,
                              path=list(path), page=page, order=len(clauses) + 1))
    duties = sum(statements(c.text) for c in clauses)
    return Parsed(kind="work_plan", clauses=clauses, facts={"title": title} if title else {},
                  found={"部分": part, "项": len(items), "段": len(clauses), "单位括注": duties},
                  coverage=Coverage(held=len(clauses)))


def _is_duty(lines: list[tuple[str, int | None]], n: int) -> bool:
    """Does a heading name units and have nothing below it: neither a paragraph nor, under a part, an item?"""
    after = lines[n + 1][0] if n + 1 < len(lines) else ""
    return bool(statements(lines[n][0])) and (not after or bool(PART.match(after) or (ITEM.match(after) and ITEM.match(lines[n][0]))))


def _paragraphs(loaded: Loaded) -> list[tuple[str, int | None]]:
    """Lines as paragraphs: in a PDF a line goes on with the next until a sentence ends or a heading begins."""
    found: list[tuple[str, int | None]] = []
    for line, page in loaded.lines():
        heading = PART.match(line) or ITEM.match(line)
        if loaded.media == "pdf" and found and not heading and not _ends(found[-1][0], first=len(found) == 1):
            found[-1] = found[-1][0] + line, found[-1][1]
        else:
            found.append((line, page))
    return found


def _ends(line: str, first: bool) -> bool:
    """Is this paragraph or heading complete? The title and a short heading have no full stop."""
    short_heading = (PART.match(line) or ITEM.match(line)) and "。" not in line and len(line) < 25
    return bool(first or short_heading or re.search(r"[。；：:）)]$", line))
