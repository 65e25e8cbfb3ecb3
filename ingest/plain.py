"""A text without articles → one clause a paragraph, under the headings its numbering makes: 一、（一）1.（1）.

Rule: GB/T 9704-2012 党政机关公文格式 7.3.3 — 文中结构层次序数依次可以用“一、”“（一）”“1.”“（1）”标注; 7.3.1 names the
title and 7.2.5 the document number, 7.3.4 the attachments. `statute` shares the reading of lines and of the preface.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from unicodedata import east_asian_width

from ingest.source import Loaded, Parsed
from kb.articles import closes, number_of
from kb.models import Clause, Coverage

Line = tuple[str, int | None]  # text and page

ANNEX = re.compile(r"^(附\s*[件表录图]\s*[一二三四五六七八九十\d]*|附)(?=\s|[:：]|$)(?!.*[。；]$)")
MARKS = (ANNEX,
         re.compile(r"^(第[一二三四五六七八九十百]+(?:部分|编|章|节))(?=\s|$)"),
         re.compile(r"^([一二三四五六七八九十]+)、"),
         re.compile(r"^([（(][一二三四五六七八九十]+[）)])(?!项)"),
         re.compile(r"^(\d{1,2}[.．])(?!\d)|^(\d{1,2}、)"),
         re.compile(r"^([（(]\d{1,2}[）)])"))  # from the highest heading to the lowest
SIGNATURE = "落款"
HEADING_LENGTH = 40  # a heading is short and ends no sentence
PAGE_NUMBER = re.compile(r"^[-—–―·\s]*\d{1,4}[-—–―·\s]*$|^第\s*\d+\s*页(\D{0,4}\d+\s*页)?$|^\d+\s*/\s*\d+$")
DIGIT = "〇○零一二三四五六七八九十\\d"
DATE = re.compile(rf"((?:[12]\d|[一二][〇○零一二三四五六七八九])[{DIGIT}]{{2}})\s*年\s*([{DIGIT}]{{1,3}})\s*月\s*([{DIGIT}]{{1,3}})\s*日")
TITLE = re.compile(r"^[^。，；：]{2,80}?(法|法典|条例|规定|办法|细则|规则|规程|准则|规范|标准|决定|决议|意见|通知|通告|公告|方案|规划"
                   r"|计划|纲要|目录|名录|清单|指南|导则|章程|制度|要点|措施|批复|解释|守则)(\s*[（(][^（()）]*[）)])*$")
ORDER = re.compile(r"(?<![一-鿿])[一-鿿]{2,20}?(?:[令告]\s*(?:\d{4}\s*年\s*)?第?\s*[〇零一二三四五六七八九十百\d]+\s*号|第\s*\d+\s*号令)")
DOCUMENT_NUMBER = re.compile(r"^[（(]?([一-鿿]{2,12})\s*[〔\[［（(]\s*((?:19|20)\d\d)\s*[〕\]］）)]\s*(\d+)\s*号[）)]?$")
UNIT = re.compile(r"(局|部|厅|委|会|政府|令|文件|院|办公室)$")


def recognise(loaded: Loaded) -> bool:
    """Any text is at least plain text."""
    return True


def parse(loaded: Loaded, doc_id: str) -> Parsed:
    """Every paragraph but the title as a clause."""
    source = read_lines(loaded)
    lines = unwrap(source, ragged(source)) if loaded.media == "pdf" else source
    facts = preface_facts([text for text, _ in lines[:12]], wrapped=loaded.media == "pdf")
    facts.setdefault("title", loaded.title)
    if "issued" not in facts:
        facts["issued"] = signature_date([text for text, _ in lines[-3:]])
    body = [line for line in lines if squeeze(line[0]) != facts["title"]] or lines
    clauses = paragraph_clauses(body, doc_id)
    return Parsed(kind="plain", clauses=clauses, found={"段": len(clauses)} if clauses else {},
                  coverage=Coverage(held=len(clauses)), facts={k: v for k, v in facts.items() if v is not None})


def paragraph_clauses(lines: list[Line], doc_id: str, local: str = "", place: str = "") -> list[Clause]:
    """One clause a paragraph; a heading line stands in the path, and is itself a clause when nothing stands below it.

    `local` begins the ids after the document's; `place` begins the labels until a heading does.
    """
    clauses: list[Clause] = []
    above = [(len(MARKS), place, "")] if place else []  # level, its part of a label, heading as in a path
    bare: list[Line] = []  # a heading line without text below it so far
    counts: Counter[str] = Counter()

    def add(line: Line, path: Iterable[str]) -> None:
        place = "".join(part for _, part, _ in above)
        counts[place] += 1
        order = len(clauses) + 1
        clauses.append(Clause(clause_id=f"{doc_id}/{local}{order}", doc_id=doc_id, text=line[0], page=line[1],
                              label=f"{place}第{counts[place]}段", path=[name for name in path if name], order=order))

    def keep_bare() -> None:
        if bare:
            add(bare.pop(), [name for *_, name in above[:-1]])

    signed = _signature([text for text, _ in lines])
    for k, line in enumerate(lines):
        text = line[0]
        if k in signed:
            keep_bare()
            above = [(len(MARKS), SIGNATURE, "")]
        elif k - 1 in signed:
            above = []
        if mark := _mark(text):
            level, part = mark
            if above and level <= above[-1][0]:
                keep_bare()
            bare.clear()
            alone = MARKS[level] is ANNEX or _is_heading(text)
            head = text if alone else re.split("[。：；]", text)[0][:HEADING_LENGTH]
            above = [*(entry for entry in above if entry[0] < level), (level, part, heading(head))]
            if alone:
                bare.append(line)
                continue
        bare.clear()
        own = mark is not None and not re.search("[。：；].", text)  # the line says no more than its heading
        add(line, [name for *_, name in (above[:-1] if own else above)])
    keep_bare()
    return clauses


def read_lines(loaded: Loaded) -> list[Line]:
    """The lines of a file; in a PDF without page numbers and without the heads and feet that its pages repeat."""
    if loaded.media != "pdf":
        return list(loaded.lines())
    pages: list[list[Line]] = []
    for page in loaded.pages:
        lines = list(Loaded(loaded.path, "pdf", [page]).lines())
        while lines and PAGE_NUMBER.match(lines[-1][0]):
            lines.pop()
        while lines and PAGE_NUMBER.match(lines[0][0]):
            lines.pop(0)
        pages.append(lines)
    for end in (0, -1):
        seen = Counter(lines[end][0] for lines in pages if lines and re.match(r"[^。；，：、]{4,}$", lines[end][0]))
        for lines in pages:
            if lines and seen[lines[end][0]] >= max(3, len(pages) / 2):
                lines.pop(end)
    return [line for lines in pages for line in lines]


def unwrap(lines: list[Line], ends: Callable[[str, str], bool]) -> list[Line]:
    """Paragraphs of a text that was set to a width: `ends(line, next)` says where the source breaks them."""
    paragraphs: list[Line] = []
    previous = ""
    for text, page in lines:
        if paragraphs and not ends(previous, text):
            before, first_page = paragraphs[-1]
            gap = " " if re.search(r"[A-Za-z,.;]$", before) and re.match("[A-Za-z]", text) else ""
            paragraphs[-1] = (before + gap + text, first_page)
        else:
            paragraphs.append((text, page))
        previous = text
    return paragraphs


def ragged(lines: list[Line]) -> Callable[[str, str], bool]:
    """Ends of paragraphs in running text: a closed sentence, a short line, or a numbered line after it."""
    full = full_width(lines)
    return lambda line, following: (closes(line) or line[-1] in "；：" or width(line) < full * 0.75
                                    or _mark(following) is not None)


def full_width(lines: list[Line]) -> int:
    """The width to which the text was set: nine lines in ten are no wider."""
    widths = sorted(width(text) for text, _ in lines)
    return widths[len(widths) * 9 // 10] if widths else 0


def width(text: str) -> int:
    """In half-width characters."""
    return sum(2 if east_asian_width(ch) in "WFA" else 1 for ch in text)


def squeeze(text: str) -> str:
    """A title without the spaces that set it apart: 总　则 → 总则."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=\S)|(?<=\S)\s+(?=[^\x00-\x7f])", "", text.strip())


def heading(text: str) -> str:
    """A heading as it is written in a path: 第一章　总　则 → 第一章 总则."""
    return re.sub(r"^(第[^第]{1,8}?(?:分编|部分|[编章节])|附[件表录图]?+[一二三四五六七八九十\d]*+)(?=[^:：])", r"\1 ", squeeze(text)).rstrip("：:")


def preface_facts(preface: list[str], wrapped: bool, last_title: bool = False) -> dict[str, Any]:
    """Title, number, date of issue and start, as far as the lines before the text state them."""
    lines = [line for line in preface if not line.endswith("。")]
    title = _title(lines, wrapped, last_title)
    facts: dict[str, Any] = {"title": title} if title else {}
    text = "\n".join(lines)
    undated = DATE.sub(" ", text)
    numbers = [f"{m[1]}〔{m[2]}〕{m[3]}号" for line in lines if (m := DOCUMENT_NUMBER.match(line))]
    orders = [re.sub(r"\s", "", m[0]).removeprefix("中华人民共和国") for m in ORDER.finditer(undated)]
    if number := next(iter(numbers + orders), None):
        facts["number"] = number
    marks = list(DATE.finditer(text))
    ends = [*(m.start() for m in marks[1:]), len(text)]
    for m, end in zip(marks, ends, strict=False):
        event = re.sub("《[^》]*》", "", text[m.end():end])
        day = to_date(m[0])
        if day and re.search("公布|发布|颁布|印发|修正|修订|修改", event):  # 通过 alone does not make it public
            facts["issued"] = max(day, facts.get("issued", day))
        if day and re.match(r"\s*起?\s*(施行|实施|生效)", event):
            facts["in_force_from"] = day
    return facts


def signature_date(lines: Iterable[str]) -> date | None:
    """成文日期: a line that is a date and nothing else (7.3.5.4)."""
    return next((to_date(line) for line in lines if DATE.fullmatch(line.strip("（）() "))), None)


def to_date(text: str) -> date | None:
    """The first day a text names, 2017年2月1日 or 二〇一七年二月一日; None when there is no such day."""
    m = DATE.search(text)
    if m is None:
        return None
    year = "".join(str(number_of(ch)[0]) for ch in m[1].replace("○", "〇"))
    try:
        return date(int(year), number_of(m[2])[0], number_of(m[3])[0])
    except ValueError:
        return None


def _title(lines: list[str], wrapped: bool, last: bool) -> str | None:
    """The first line that names a kind of document, or the last; in a PDF with the line it was broken off from."""
    found = [k for k, line in enumerate(lines) if TITLE.match(line) and not DATE.search(line)
             and not re.match(r"目\s*[录次]$", line)]
    if not found:
        return None
    k = found[-1 if last else 0]
    before = lines[k - 1] if wrapped and k else ""
    broken = before and not re.search(r"[\d号）)：]", before) and not UNIT.search(before) and k - 1 not in found
    return squeeze((before if broken else "") + lines[k])


def _signature(texts: list[str]) -> set[int]:
    """The lines that sign a document: after its text a date alone, and the units named above it (7.3.5)."""
    first = next((k for k, text in enumerate(texts) if closes(text)), len(texts))
    found: set[int] = set()
    for day in range(first + 1, len(texts)):
        if DATE.fullmatch(texts[day]):
            unit = day
            while unit - 1 > first and len(texts[unit - 1]) <= HEADING_LENGTH and UNIT.search(texts[unit - 1]) \
                    and not _mark(texts[unit - 1]):
                unit -= 1
            found.update(range(unit, day + 1))
    return found


def _mark(text: str) -> tuple[int, str] | None:
    """Level and label part of a numbered line."""
    for level, pattern in enumerate(MARKS):
        if m := pattern.match(text):
            return level, re.sub(r"\s", "", next(group for group in m.groups() if group))
    return None


def _is_heading(text: str) -> bool:
    return len(text) <= HEADING_LENGTH and not re.search("[。；]|：$", text)
