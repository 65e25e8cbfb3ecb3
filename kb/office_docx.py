"""Markdown paragraphs as a DOCX file in the form an office files: title, headings, tables, quotes, numbered citations."""

import io
import re
from typing import Any

TITLE_FONT, TEXT_FONT = "黑体", "仿宋"
PIECE = re.compile(r"\*\*(.+?)\*\*|(?<!\\)(\[\d+\])")
RULE = re.compile(r"^\|(?:\s*-+\s*\|)+$")


def new_document(title: str) -> Any:
    """An empty document with its title, its styles in Chinese fonts."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document: Any = Document()
    for style in ("Normal", "Heading 1", "Title", "List Bullet", "List Number", "Quote"):
        _font(document.styles[style], TEXT_FONT if style in ("Normal", "List Bullet", "List Number", "Quote") else TITLE_FONT)
    document.core_properties.title, document.core_properties.author = title, ""
    document.add_heading(title, level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    return document


def as_bytes(document: Any) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def plain(text: str) -> str:
    """Markdown text as it is read: no escapes, no bold."""
    return re.sub(r"\\(.)", r"\1", text.replace("**", ""))


def block(document: Any, text: str) -> None:
    """One Markdown paragraph: a table, bullets, a quote, or text."""
    rows = [line for line in text.split("\n") if line.strip()]
    if rows and all(row.startswith("|") for row in rows):
        table(document, [[plain(cell.strip()) for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows if not RULE.match(row)], head=True)
        return
    for row in rows:
        style = "List Bullet" if row.startswith("- ") else "Quote" if row.startswith("> ") else None
        _runs(document.add_paragraph(style=style), row[2:] if style else row)


def table(document: Any, rows: list[list[str]], head: bool = False) -> None:
    """A ruled table: its first row bold, or, without a head, its first column."""
    from docx.shared import Cm

    made = document.add_table(rows=0, cols=len(rows[0]))
    made.style = "Table Grid"
    for n, row in enumerate(rows):
        for k, (cell, text) in enumerate(zip(made.add_row().cells, row, strict=True)):
            cell.text = text
            cell.paragraphs[0].runs[0].bold = (n == 0 if head else k == 0) if text else False
            if not head:
                cell.width = Cm(4 if k == 0 else 12)


def _runs(paragraph: Any, text: str) -> None:
    """Text with its bold parts and raised citation numbers."""
    done = 0
    for m in PIECE.finditer(text):
        paragraph.add_run(plain(text[done:m.start()]))
        run = paragraph.add_run(plain(m[1] or m[2]))
        run.bold, run.font.superscript = bool(m[1]), bool(m[2])
        done = m.end()
    paragraph.add_run(plain(text[done:]))


def _font(style: Any, name: str) -> None:
    """A Chinese font, and black text."""
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    style.font.name = name
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
    style.font.color.rgb = RGBColor(0, 0, 0)
