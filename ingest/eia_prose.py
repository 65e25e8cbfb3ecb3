"""What does a ruled list say outside its rows? Its heading, articles and closing notes → what they state.

第一条, 第二条 … stand before the table and count up by one; 说明 (注, 备注) stand after it or in its merged last row, and
are numbered 1. 2. … . Everything else is kept apart, so that a person can be told what was not taken in.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import cn2an

from ingest.source import Loaded, Table
from ingest.text import one_line

CHINESE = "一二三四五六七八九十百"
ORDINAL = re.compile(rf"[（(]?([{CHINESE}]+)[)）、]?")  # 一 | 畜牧业: a heading with its ordinal in a cell of its own
HEADING = re.compile(rf"([{CHINESE}]+)、|第([{CHINESE}]+)[章节类]")
ARTICLE = re.compile(rf"第([{CHINESE}零]+)条(?![（(之第规款项、，和及至的])([\s\u3000]*)(.*)")
NOTES = re.compile(r"(?:说明|备注|注)[：:]\s*(.*)")
NOTE_ITEM = re.compile(r"(?:^|(?<=[。；\n]))\s*(\d+)[.．、]")
ATTACHMENT = re.compile(r"附[件录表]\s*\d*")
EDITION = re.compile(r"（(\d{4}年[版本])）")
TITLE = re.compile(r"[^，。；：]*(?:名录|目录|清单|名单)(?:（\d{4}年[版本]）)?")
DOC_NUMBER = re.compile(r"[一-鿿]{2,20}(?:令第?\d+号|〔\d{4}〕\d+号)")
IN_FORCE = re.compile(r"自(\d{4})年(\d{1,2})月(\d{1,2})日起(?:施行|实施|执行)")


@dataclass
class Prose:
    head: list[str] = field(default_factory=list)  # before the first article or table
    articles: list[tuple[str, str, int | None]] = field(default_factory=list)  # label, text, page
    notes: list[tuple[str, str, int | None]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)  # lines that belong to none of these


def read_prose(loaded: Loaded, tables: list[Table]) -> Prose:
    """What stands outside the tables: an article or a note runs until the next one or until a table begins."""
    prose, in_tables = Prose(), defaultdict[int | None, str](str)
    for table in tables:
        in_tables[table.page] += "".join(squeeze("".join(row)) for row in table.rows)
    articles: list[tuple[str, list[str], int | None]] = []
    notes = [([m[1]], page) for m, page in _notes_in(tables)]
    into, last = prose.head, 0
    for line, page in loaded.lines():
        pieces = line.split()
        short = into is not prose.rest and len("".join(pieces)) < 2  # the last character of a wrapped sentence
        if not short and all(piece in in_tables[page] for piece in pieces):
            into = prose.rest
        elif (m := ARTICLE.match(line)) and ((no := chinese(m[1])) == last + 1 or (m[2] and no > last)):
            last, into = no, [m[3]]
            articles.append((f"第{m[1]}条", into, page))
        elif m := NOTES.match(line):
            into = [m[1]]
            notes.append((into, page))
        else:
            into = prose.rest if ATTACHMENT.match(line) and into is not prose.head else into
            into.append(line)
    texts = [(label, unspaced(one_line("\n".join(lines))), page) for label, lines, page in articles]
    prose.articles = [article for article in texts if article[1]]
    for lines, page in notes:
        prose.notes += [(f"说明{len(prose.notes) + n}", text, page) for n, text in enumerate(_note_items(lines), 1)]
    return prose


def read_facts(loaded: Loaded, prose: Prose) -> dict[str, Any]:
    """Title, edition and number as the heading states them; the day in force from the document's own articles.

    A number inside an article belongs to another document (同时废止 …) and is not taken.
    """
    head = [squeeze(line) for line in prose.head]
    title = next((t for t in [squeeze(loaded.title or ""), *head] if TITLE.fullmatch(t)), None)
    edition = EDITION.search("".join([title or "", *head]))
    number = next((line for pair in zip(head, [*head[1:], ""], strict=False) for line in (pair[0], "".join(pair))
                   if DOC_NUMBER.fullmatch(line)), None)
    day = next((m for text in [*(a[1] for a in reversed(prose.articles)), "".join(head)]
                if (m := IN_FORCE.search(squeeze(text)))), None)
    if title and edition and edition[0] not in title:
        title += edition[0]
    facts = {"title": title, "edition": edition and edition[1], "number": number,
             "in_force_from": day and date(int(day[1]), int(day[2]), int(day[3]))}
    return {name: value for name, value in facts.items() if value}


def merged_heading(cells: list[str], number: int) -> str:
    """The text of a row that is one merged cell, in whichever way the medium writes it, else ""."""
    first, ordinal = unspaced(cells[0]), ORDINAL.fullmatch(squeeze(cells[number]))
    texts = {unspaced(cell) for at, cell in enumerate(cells) if at != number} - {""}
    if ordinal and len(texts) == 1:
        return f"{ordinal[1]}、{texts.pop()}"
    if not first or texts | {first} != {first}:
        return ""
    whole = number == 0 or all(cells) or HEADING.match(first) or NOTES.match(first)
    return re.sub(r"[（(]续表?[）)]$", "", first) if whole else ""


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def unspaced(text: str) -> str:
    """Take out the spaces of justified setting: between two characters, and before a ；."""
    return re.sub(r"(?<=[一-鿿])[ \u3000]+(?=[一-鿿])|[ \u3000]+(?=；)", "", text).strip()


def chinese(number: str) -> int:
    return int(cn2an.cn2an(number))


def _notes_in(tables: list[Table]) -> Iterator[tuple[re.Match[str], int | None]]:
    """Notes set as a merged last row of the table."""
    for table in tables:
        for row in table.rows:
            if (heading := merged_heading(row, 0)) and (m := NOTES.match(heading)):
                yield m, table.page


def _note_items(lines: list[str]) -> list[str]:
    """1. 2. 3. … in sequence; a note without numbers is one."""
    text = "\n".join(lines)
    cuts: list[re.Match[str]] = []
    for m in NOTE_ITEM.finditer(text):
        if int(m[1]) == len(cuts) + 1:
            cuts.append(m)
    ends = [*(m.start() for m in cuts[1:]), len(text)]
    bodies = [text[m.end():end] for m, end in zip(cuts, ends, strict=False)] or [text]
    return [unspaced(one_line(body)) for body in bodies if body.strip()]
