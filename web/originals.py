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
GAPS = 40  # characters between a clause's pieces that may be another cell's
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
        image = _rendered(path.read_bytes(), clause.page, clause.text, quote)
    return f"《{document.title}》第{clause.page}页（标出的是引用的文字）", image


def _rendered(data: bytes, number: int, clause: str, quote: str) -> bytes:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        page = pdf[number - 1]
        image = page.render(scale=SCALE).to_pil().convert("RGB")
        text = page.get_textpage()
        image = _marked(image, [text.get_charbox(n) for n in places(text.get_text_range(), clause, quote)], page.get_height())
    finally:
        pdf.close()
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def places(page: str, clause: str, quote: str) -> list[int]:
    """Which characters of a page's text are the quote: looked for only where its clause stands, as 其他 stands in every row; a
    cell's lines are found piece by piece. All that is found of the clause where the quote itself is not."""
    at = [n for n, char in enumerate(page) if not char.isspace()]
    printed = "".join(page[n] for n in at)
    pieces = _pieces(printed, _bare(clause), LEAST)
    if not pieces:
        return []
    anchor = max(pieces, key=lambda p: p[1] - p[0])
    reach = len(_bare(clause)) + GAPS
    row = [p for p in pieces if anchor[0] - reach <= p[0] and p[1] <= anchor[1] + reach]
    begin, end = min(p[0] for p in row), max(p[1] for p in row)
    end += GAPS if end - begin < len(_bare(clause)) else 0
    wanted = _bare(quote)
    found = [(begin + a, begin + b) for a, b in _pieces(printed[begin:end], wanted, min(LEAST, len(wanted)))] if wanted else []
    return [at[n] for a, b in found or row for n in range(a, min(b, len(at)))]


def _bare(text: str) -> str:
    """A clause without the names of its cells and without spaces: as it is printed."""
    return re.sub(r"\s|^(?:行业|项目类别|报告书|报告表|登记表|环境敏感区含义)：", "", text, flags=re.M)


def _pieces(printed: str, wanted: str, least: int) -> list[tuple[int, int]]:
    return [(m.a, m.a + m.size) for m in SequenceMatcher(None, printed, wanted, autojunk=False).get_matching_blocks() if m.size >= max(1, least)]


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
