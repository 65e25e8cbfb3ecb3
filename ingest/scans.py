"""What does a picture of a page say? Scans and photos → lines in reading order, with how sure the recognition is.

The models (PP-OCR, in the wheel of rapidocr) run under onnxruntime on this machine; they are loaded at the first page that
needs them. A page that lies on its side or on its head is turned first; columns are read one after the other.
"""

import logging
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ingest.source import Loaded, Page
from ingest.text import clean
from kb.errors import IngestError

SURE = 0.9  # of a page's mean; below it a person should compare it with the original
UPRIGHT = 0.75  # mean below which a page may stand on its head
PIXELS = 100_000_000  # of one picture
WIDEST = 2400  # pixels of a side that the models are given
SCALE = 200 / 72  # PDF pages are drawn at 200 dots an inch
Progress = Callable[[int, int], None]


class Line(NamedTuple):
    """One recognised line: its place, its text, how sure (0 to 1)."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    score: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def read_image(path: Path, data: bytes, progress: Progress = lambda done, total: None) -> Loaded:
    """A photo or scan as a document of one page, or of one a frame."""
    frames = list(_frames(path, data))
    pages, scores = [], []
    for n, picture in enumerate(frames, 1):
        text, score = recognise(picture)
        pages.append(Page(n, text))
        scores.append(score)
        progress(n, len(frames))
    return Loaded(path, "pdf", pages, recognised=dict(enumerate(scores, 1)))


def recognise(picture: Any) -> tuple[str, float]:
    """The text of one picture (PIL) in reading order, and the mean certainty of its lines, 1.0 where there is none."""
    lines = _upright(np.asarray(picture.convert("RGB")))
    if not lines:
        return "", 1.0
    weight = sum(len(line.text) for line in lines)
    return clean("\n".join(in_order(lines))), sum(line.score * len(line.text) for line in lines) / weight


def drawn(data: bytes, numbers: list[int]) -> Iterator[tuple[int, Any]]:
    """Pages of a PDF (counted from 1) as pictures."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        for number in numbers:
            page = pdf[number - 1]
            width, height = page.get_size()
            yield number, page.render(scale=min(SCALE, (PIXELS / max(1.0, width * height)) ** 0.5)).to_pil()
            page.close()
    finally:
        pdf.close()


def in_order(lines: list[Line]) -> list[str]:
    """Texts from top to bottom; where a gutter divides the page, the left column before the right one."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    gutter = _gutter(lines, left, right)
    if gutter is None:
        return _rows(lines)
    found: list[str] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda x: x.top):
        if line.left < gutter < line.right:  # a heading across both columns ends what stands above it
            found += _columns(band, gutter) + [line.text]
            band = []
        else:
            band.append(line)
    return found + _columns(band, gutter)


def _columns(band: list[Line], gutter: float) -> list[str]:
    return _rows([x for x in band if x.right <= gutter]) + _rows([x for x in band if x.left >= gutter])


def _gutter(lines: list[Line], left: float, right: float) -> float | None:
    """Where two columns part: a place near the middle that almost no line crosses and on both sides of which many begin."""
    middle = (left + right) / 2
    sides = [x for x in lines if x.right - x.left < 0.55 * (right - left)]
    if len(sides) < 8 or len(sides) < 0.6 * len(lines):
        return None
    for shift in (0, -0.03, 0.03, -0.06, 0.06, -0.1, 0.1):
        at = middle + shift * (right - left)
        before, after = [x for x in sides if x.right <= at], [x for x in sides if x.left >= at]
        crossing = sum(x.left < at < x.right for x in lines)
        beside = sum(any(abs(x.top - y.top) < x.height / 2 for y in after) for x in before)
        if min(len(before), len(after)) >= 4 and crossing <= 0.2 * len(lines) and beside >= 0.5 * min(len(before), len(after)):
            wide = sorted(x.right - x.left for x in before)[len(before) // 2]
            return at if wide > 0.25 * (right - left) else None  # narrow cells beside each other are a table
    return None


def _rows(lines: list[Line]) -> list[str]:
    """Lines that stand at one height as one, from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda x: (x.top + x.bottom) / 2):
        last = rows[-1] if rows else None
        if last and abs((line.top + line.bottom) / 2 - (last[-1].top + last[-1].bottom) / 2) < 0.5 * min(line.height, last[-1].height):
            last.append(line)
        else:
            rows.append([line])
    return [" ".join(x.text for x in sorted(row, key=lambda x: x.left)) for row in rows]


def _upright(picture: Any) -> list[Line]:
    """The lines of a picture the right way up: on its side lines stand, on its head they cannot be read."""
    lines = _lines(picture)
    if not lines:
        return []
    standing = sum(x.height > 1.5 * (x.right - x.left) for x in lines if len(x.text) > 2)
    if standing > 0.5 * sum(len(x.text) > 2 for x in lines) and standing:
        return max((_lines(np.rot90(picture, k)) for k in (1, 3)), key=_certainty)
    if _certainty(lines) < UPRIGHT:
        return max((lines, _lines(np.rot90(picture, 2))), key=_certainty)
    return lines


def _certainty(lines: list[Line]) -> float:
    return sum(x.score * len(x.text) for x in lines) / max(1, sum(len(x.text) for x in lines))


def _lines(picture: Any) -> list[Line]:
    found = _engine()(np.ascontiguousarray(picture), use_cls=False)
    if found.boxes is None or not found.txts:
        return []
    return [Line(float(box[:, 0].min()), float(box[:, 1].min()), float(box[:, 0].max()), float(box[:, 1].max()), text.strip(), float(score))
            for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True) if text.strip()]


@lru_cache(maxsize=1)
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise IngestError("识别扫描件需要的 rapidocr 没有安装，请运行 make setup，或先用其他软件识别文字后再导入。") from error
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return RapidOCR(params={"Global.log_level": "critical", "Global.max_side_len": WIDEST, "Global.text_score": 0.3})


def _frames(path: Path, data: bytes) -> Iterator[Any]:
    """The pictures of a file, turned as its camera says; a picture too large to be a page is refused unread."""
    from io import BytesIO

    from PIL import Image, ImageOps, ImageSequence

    with Image.open(BytesIO(data)) as opened:
        for frame in ImageSequence.Iterator(opened):
            if frame.width * frame.height > PIXELS:
                raise IngestError(f"{path.name} 有{frame.width}×{frame.height}像素，大得不像一页文件，请缩小后再导入。")
            yield ImageOps.exif_transpose(frame.copy())
