"""A work plan in parts 一、, items （一） and paragraphs → one clause a paragraph, typos of the source kept."""

import re

import cn2an

from kb.models import Clause

ARTEFACT = re.compile(r"\[bookmark: _\w+\]")
PART = re.compile(r"^([一二三四五六七八九十]+)、")
ITEM = re.compile(r"^（([一二三四五六七八九十]+)）")


def recognise(text: str) -> bool:
    """Does the text read like a work plan that names leading units?"""
    return "牵头单位" in text and any(PART.match(line) for line in text.splitlines())


def parse(text: str, doc_id: str) -> list[Clause]:
    """Clauses part.item.paragraph; a heading line stands in the path, an inline heading stays in its text."""
    clauses: list[Clause] = []
    part = item = paragraph = 0
    path: list[str] = []
    for raw in ARTEFACT.sub("", text).splitlines():
        line = raw.strip("\ufeff 　\t")
        if not line or (not clauses and not path and len(line) < 40 and line.endswith("方案")):
            continue
        if m := PART.match(line):
            part, item, paragraph, path = cn2an.cn2an(m[1]), 0, 0, [line]
            continue
        if m := ITEM.match(line):
            item, paragraph, path = cn2an.cn2an(m[1]), 0, [*path[:1], line.split("。")[0]]
            if "。" not in line:
                continue
        paragraph += 1
        place = f"第{cn2an.an2cn(part)}部分" if part else "引言"
        label = f"{place}{f'（{cn2an.an2cn(item)}）' if item else ''}第{paragraph}段"
        clauses.append(Clause(clause_id=f"{doc_id}/{part}.{item}.{paragraph}", doc_id=doc_id, label=label,
                              text=line, path=list(path), order=len(clauses) + 1))
    return clauses
