"""The page of the original PDF a clause stands on, with the cited words marked."""

import io
import re
import threading
from difflib import SequenceMatcher
from typing import Any

from kb.engine import PolicyEngine
from kb.errors import QuestionError

SCALE = 1.6  # times 72 dots an inch: readable, about 150 KB a page
LEAST = 4  # characters that must agree before they are marked
_rendering = threading.Lock()  # PDFium may be called by one thread at a time


def marked_page(engine: PolicyEngine, clause_id: str, quote: str) -> tuple[str, bytes]:
    """(title, JPEG) of the page; QuestionError where the library keeps no original."""
    clause = engine.clause(clause_id)
    document = engine.store.document(clause.doc_id) if clause else None
    if clause is None or document is None or not document.original or not clause.page:
        raise QuestionError("文库没有保存这份文件的原件，请看条文的上下文。")
    path = engine.store.path.parent / "originals" / document.original
    if not path.is_file():
        raise QuestionError("原件已不在文库的 originals 文件夹里，请重新收录这份文件。")
    with _rendering:
        image = _rendered(path.read_bytes(), clause.page, quote)
    return f"《{document.title}》第{clause.page}页（标出的是引用的文字）", image


def _rendered(data: bytes, number: int, quote: str) -> bytes:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        page = pdf[number - 1]
        image = page.render(scale=SCALE).to_pil().convert("RGB")
        image = _marked(image, _boxes(page, quote), page.get_height())
    finally:
        pdf.close()
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _boxes(page: Any, quote: str) -> list[tuple[float, float, float, float]]:
    """Where the characters of a quote stand, in points from the lower left; a cell's lines are found piece by piece."""
    text = page.get_textpage()
    whole = text.get_text_range()
    places = [n for n, char in enumerate(whole) if not char.isspace()]
    printed, wanted = "".join(whole[n] for n in places), re.sub(r"\s|^(?:行业|项目类别|报告书|报告表|登记表|环境敏感区含义)：", "", quote, flags=re.M)
    found = [m for m in SequenceMatcher(None, printed, wanted, autojunk=False).get_matching_blocks() if m.size >= min(LEAST, len(wanted))]
    return [text.get_charbox(places[n]) for m in found for n in range(m.a, m.a + m.size)]


def _marked(image: Any, boxes: list[tuple[float, float, float, float]], height: float) -> Any:
    """The image with the characters laid over in yellow and a bar at the margin beside them."""
    from PIL import Image, ImageChops, ImageDraw

    if not boxes:
        return image
    layer = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(layer)
    for left, bottom, right, top in boxes:
        draw.rectangle([left * SCALE - 1, (height - top) * SCALE - 2, right * SCALE + 1, (height - bottom) * SCALE + 2], fill=(255, 232, 120))
    marked = ImageChops.multiply(image, layer)
    top, bottom = (height - max(b[3] for b in boxes)) * SCALE, (height - min(b[1] for b in boxes)) * SCALE
    ImageDraw.Draw(marked).rectangle([4, top - 4, 10, bottom + 4], fill=(165, 40, 27))
    return marked
