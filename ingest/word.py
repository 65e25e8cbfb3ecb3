"""What does a Word document say? DOCX → its paragraphs with their automatic numbers, its tables, its title.

Text stands as Word would show it with all changes accepted; a table of contents is left out. What every medium
shares is here too: the text without what cannot be seen (Word's [bookmark: …] among it), a cell as one line.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from ingest.numbering import Numbering, W
from ingest.source import Loaded, Page, Table
from ingest.text import clean, one_line, rectangular


def read_docx(path: Path, data: bytes) -> Loaded:
    """Lines and tables in order; the title as its style marks it, else a heading that opens the document."""
    import docx

    document = docx.Document(BytesIO(data))
    numbering = Numbering(document)
    names = {s.get(W + "styleId"): n.get(W + "val", "").lower()
             for s in document.styles.element.iter(W + "style") if (n := s.find(W + "name")) is not None}
    lines: list[str] = []
    tables: list[Table] = []
    title = heading = None
    for block in _blocks(document.element.body):
        if block.tag == W + "tbl":
            table, shown = _docx_table(block, numbering)
            tables.append(table)
            lines += shown
            continue
        for paragraph in _visible(block, "p"):
            text = clean(_paragraph(paragraph, numbering))
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            name = names.get(style.get(W + "val"), "") if style is not None else ""
            if text.strip() and name in ("title", "标题"):
                title = title or one_line(text)
            elif text.strip() and not any(lines) and re.match(r"(heading|标题) ?\d", name):
                heading = one_line(text)
            lines.append(text)
    return Loaded(path, "docx", [Page(None, "\n".join(lines))], title or heading, lambda: tables)


def _blocks(body: Any) -> Iterator[Any]:
    """Paragraphs and tables in order; those in content controls too, but not a table of contents."""
    for child in body.iterchildren(W + "p", W + "tbl", W + "sdt"):
        if child.tag != W + "sdt":
            yield child
        elif not any("Contents" in g.get(W + "val", "") for g in child.iter(W + "docPartGallery")):
            yield from (block for content in child.iterchildren(W + "sdtContent") for block in _blocks(content))


def _visible(node: Any, name: str) -> Iterator[Any]:
    """The elements of that name in it; a text box is stored twice for old programs, and counts once."""
    return (e for e in node.iter(W + name) if not any(a.tag.endswith("}Fallback") for a in e.iterancestors()))


def _paragraph(paragraph: Any, numbering: Numbering) -> str:
    text = _runs(paragraph)
    label = numbering.label(paragraph)
    return label + text if text.strip() else text


def _runs(node: Any) -> str:
    """Text of a paragraph as it stands: insertions kept, deletions, moved-away text, field codes left out."""
    text = ""
    for child in node.iterchildren("{*}*"):
        name = child.tag.rpartition("}")[2]
        if name == "t":
            text += child.text or ""
        elif name in ("tab", "br", "cr", "noBreakHyphen"):
            text += {"tab": "\t", "noBreakHyphen": "-"}.get(name, "\n")
        elif name not in ("pPr", "rPr", "sdtPr", "moveFrom", "del", "rt", "Fallback", "txbxContent"):
            text += _runs(child)
    return text


def _docx_table(table: Any, numbering: Numbering) -> tuple[Table, list[str]]:
    """Rows with merged cells carried into each place they cover, and lines showing each cell once."""
    rows: list[list[str]] = []
    lines = []
    for tr in table.iterchildren(W + "tr"):
        before = tr.find(f"{W}trPr/{W}gridBefore")
        row, shown = [""] * int(before.get(W + "val") if before is not None else 0), []
        for tc in (c for c in tr.iter(W + "tc") if next(c.iterancestors(W + "tr")) is tr):
            span, merge = tc.find(f"{W}tcPr/{W}gridSpan"), tc.find(f"{W}tcPr/{W}vMerge")
            text = one_line(clean("\n".join(_paragraph(p, numbering) for p in _visible(tc, "p"))))
            shown.append(text)
            if merge is not None and merge.get(W + "val") != "restart" and rows and len(row) < len(rows[-1]):
                text = rows[-1][len(row)]
            row += [text] * int(span.get(W + "val") if span is not None else 1)
        rows.append(row)
        lines.append("\t".join(shown))
    return Table(None, rectangular(rows)), lines
