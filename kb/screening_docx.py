"""The sheet as a DOCX file in the form an office files: title, table of facts, numbered sections, citations, notes."""

import io
import re
from typing import Any

from kb.composing import sentence
from kb.screening import Screening

TITLE_FONT, TEXT_FONT = "黑体", "仿宋"
PIECE = re.compile(r"\*\*(.+?)\*\*|(\[\d+\])")
RULE = re.compile(r"^\|(?:\s*-+\s*\|)+$")


def as_docx(sheet: Screening) -> bytes:
    """The file's bytes."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document: Any = Document()
    for style in ("Normal", "Heading 1", "Title", "List Bullet", "List Number"):
        _font(document.styles[style], TEXT_FONT if style in ("Normal", "List Bullet", "List Number") else TITLE_FONT)
    document.core_properties.title, document.core_properties.author = sheet.title, ""
    document.add_heading(sheet.title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading(sentence("screen.facts"), level=1)
    _table(document, [[fact.name, fact.value] for fact in sheet.facts])
    for section in sheet.sections:
        document.add_heading(section.heading, level=1)
        for line in section.lines:
            _block(document, line)
    document.add_heading(sentence("screen.citations"), level=1)
    for reference in sheet.references:
        document.add_paragraph(reference)
    document.add_heading(sentence("screen.notes"), level=1)
    for note in sheet.notes:
        document.add_paragraph(plain(note))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def plain(text: str) -> str:
    """Markdown text as it is read: no escapes, no bold."""
    return re.sub(r"\\(.)", r"\1", text.replace("**", ""))


def _block(document: Any, text: str) -> None:
    """One Markdown paragraph: a table, bullets, or text."""
    rows = [line for line in text.split("\n") if line.strip()]
    if rows and all(row.startswith("|") for row in rows):
        _table(document, [[plain(cell.strip()) for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows if not RULE.match(row)], head=True)
        return
    for row in rows:
        bullet = row.startswith("- ")
        paragraph = document.add_paragraph(style="List Bullet" if bullet else None)
        _runs(paragraph, row[2:] if bullet else row)


def _runs(paragraph: Any, text: str) -> None:
    """Text with its bold parts."""
    done = 0
    for m in PIECE.finditer(text):
        paragraph.add_run(plain(text[done:m.start()]))
        run = paragraph.add_run(plain(m[1] or m[2]))
        run.bold, run.font.superscript = bool(m[1]), bool(m[2])
        done = m.end()
    paragraph.add_run(plain(text[done:]))


def _table(document: Any, rows: list[list[str]], head: bool = False) -> None:
    from docx.shared import Cm

    table = document.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for n, row in enumerate(rows):
        for k, (cell, text) in enumerate(zip(table.add_row().cells, row, strict=True)):
            cell.text = text
            cell.paragraphs[0].runs[0].bold = (n == 0 if head else k == 0) if text else False
            if not head:
                cell.width = Cm(4 if k == 0 else 12)


def _font(style: Any, name: str) -> None:
    """A Chinese font, and black headings."""
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    style.font.name = name
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
    style.font.color.rgb = RGBColor(0, 0, 0)
