"""What does the library hold? Its documents as a table for a person: dates, state, coverage."""

from kb.corpus import chinese_date
from kb.models import Document

HEADER = ["文件", "文号", "施行日期", "失效日期", "收录", "说明"]


def overview(documents: list[Document]) -> list[list[str]]:
    """The header and a row a document; what is unknown is said to be unknown."""
    return [HEADER, *([d.title, d.number or "未知", chinese_date(d.in_force_from) if d.in_force_from else "未知",
                       chinese_date(d.first_day_out) if d.in_force_to else "—", coverage(d), note(d)] for d in documents)]


def coverage(document: Document) -> str:
    """1,240 / 1,242 条, 仅目录条目 …"""
    c = document.coverage
    if c.held == 0:
        return "正文未收录"
    if c.held is None:
        return "全文"
    return f"{c.held:,} / {c.official:,} 条" if c.official else f"{c.held:,} 条"


def note(document: Document) -> str:
    """How the text was obtained, what is missing, what is on its way, up to when it was checked."""
    c = document.coverage
    parts = [document.obtained, c.note, c.missing and "缺：" + "、".join(c.missing), document.pending,
             document.checked_on and f"核对至{chinese_date(document.checked_on)}"]
    return "；".join(p for p in parts if p)
