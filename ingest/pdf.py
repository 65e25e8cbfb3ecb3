"""What does a PDF say? Its text by page without what only repeats: page numbers, running heads, slanted watermarks.

A page that is a picture is read by recognition (ingest.scans); its tables are read off ruled lines when a parser asks.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from ingest.source import Loaded, Page, Table
from ingest.text import clean, one_line
from kb.errors import IngestError

PAGES = 3000  # of one file
LEAST_TEXT = 30  # characters of a text layer; a picture's page with fewer is recognised
MARGIN_LINES = 3  # running heads and feet take at most so many lines of a page's edge
MARKED_NUMBER = re.compile(r"[-—–―－·]+\s*\d{1,4}\s*[-—–―－·]+|第\s*[\d一二三四五六七八九十百]+\s*页([\s，,、/／]*共\s*\d+\s*页)?"
                           r"|\d{1,4}\s*[/／]\s*\d{1,4}|共\s*\d+\s*页[\s，,、/／]*第\s*\d+\s*页|Page\s*\d+(\s*of\s*\d+)?", re.I)
BARE_NUMBER = re.compile(r"\d{1,4}")

Progress = Callable[[int, int], None]


def read_pdf(path: Path, data: bytes, progress: Progress = lambda done, total: None) -> Loaded:
    """Pages, and tables on demand. `progress` is told of pages that must be recognised."""
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise IngestError(f"{path.name} 设有打开密码，请取消密码后再导入。")
    if len(reader.pages) > PAGES:
        raise IngestError(f"{path.name} 有{len(reader.pages)}页，上限是{PAGES}页，请拆分后再导入。")
    pages = [_text(page).splitlines() for page in reader.pages]
    if not pages:
        raise ValueError("no page")
    sure = _recognised(data, reader, pages, progress)
    _trim_margins(pages)
    texts = [Page(number, "\n".join(lines)) for number, lines in enumerate(pages, 1)]

    @cache
    def tables() -> list[Table]:
        import pdfplumber

        try:
            with pdfplumber.open(BytesIO(data)) as pdf:
                found = []
                for page in pdf.pages:
                    found += [Table(page.page_number, [[one_line(clean(cell or "")) for cell in row] for row in rows])
                              for rows in page.extract_tables()]
                    page.close()
                return found
        except Exception as error:  # of several libraries
            raise IngestError(f"{path.name} 的表格已损坏，请重新获取原件，或打开后另存为新文件再导入。") from error

    return Loaded(path, "pdf", texts, tables=tables, recognised=sure)


def _text(page: Any) -> str:
    """A page's text without what stands aslant, which is a watermark and never a clause."""
    aslant: list[str] = []

    def look(text: str, matrix: list[float], text_matrix: list[float], font: Any, size: float) -> None:
        a = text_matrix[0] * matrix[0] + text_matrix[1] * matrix[2]
        b = text_matrix[0] * matrix[1] + text_matrix[1] * matrix[3]
        if text.strip() and abs((math.degrees(math.atan2(b, a)) + 45) % 90 - 45) > 5:
            aslant.extend(piece.strip() for piece in text.splitlines() if piece.strip())

    text = clean(page.extract_text(visitor_text=look))
    marks = {clean(mark) for mark in aslant}
    return "\n".join(line for line in text.splitlines() if line.strip() not in marks) if marks else text


def _recognised(data: bytes, reader: Any, pages: list[list[str]], progress: Progress) -> dict[int, float]:
    """Read the pages that are pictures into `pages`; how sure, by page counted from 1."""
    wanted = [n for n, lines in enumerate(pages, 1)
              if len("".join(lines).strip()) < LEAST_TEXT and _has_picture(reader.pages[n - 1])]
    if not wanted:
        return {}
    from ingest.scans import drawn, recognise

    sure = {}
    for done, (number, picture) in enumerate(drawn(data, wanted), 1):
        text, sure[number] = recognise(picture)
        pages[number - 1] = text.splitlines()
        progress(done, len(wanted))
    return sure


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    drawings = resources.get_object().get("/XObject") if resources else None
    return drawings is not None and any(d.get_object().get("/Subtype") in ("/Image", "/Form") for d in drawings.get_object().values())


def _trim_margins(pages: list[list[str]]) -> None:
    """Take page numbers and running heads off the edges of pages, from the outermost line inwards.

    A running line stands at the same place on 60% of the pages and on four at least, and ends no sentence. A bare
    number may be a row of a table: it counts as page number only where it keeps step with the pages.
    """
    numbered: set[int] = set()
    for edge in (0, -1):
        for _ in range(MARGIN_LINES):
            for lines in pages:
                while lines and not lines[edge].strip():
                    del lines[edge]
            outermost = [" ".join(lines[edge].split()) if lines else "" for lines in pages]
            repeated = {line for line, n in Counter(outermost).items()
                        if n >= max(4, 0.6 * len(pages)) and not line.endswith(tuple("。；：，、"))}
            bare = {i: int(line) - i for i, line in enumerate(outermost)
                    if i not in numbered and BARE_NUMBER.fullmatch(line)}
            in_step = {shift for shift, n in Counter(bare.values()).items() if shift == 1 or 2 * n >= len(pages)}
            for i, line in enumerate(outermost):
                is_number = bool(MARKED_NUMBER.fullmatch(line)) or bare.get(i) in in_step
                if line and (is_number or line in repeated):
                    del pages[i][edge]
                if is_number:
                    numbered.add(i)
