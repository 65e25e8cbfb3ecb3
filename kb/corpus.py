"""The manifest: which documents exist, which edition is in force on a date, what is held of each.

`corpus/manifest.toml` is the one home of titles, numbers and dates; a key that is absent there means unknown.
"""

import tomllib
from datetime import date
from functools import lru_cache
from typing import Any

from kb.models import Document
from kb.settings import CORPUS


@lru_cache(maxsize=1)
def manifest() -> dict[str, dict[str, Any]]:
    """doc_id → raw entry: a document's own fields plus `source` (where the shipped text is read from)."""
    with (CORPUS / "manifest.toml").open("rb") as f:
        return {entry["doc_id"]: entry for entry in tomllib.load(f)["document"]}


@lru_cache(maxsize=1)
def manifest_documents() -> tuple[Document, ...]:
    """Every entry as a Document, before any text is read."""
    return tuple(Document.model_validate({k: v for k, v in entry.items() if k in Document.model_fields})
                 for entry in manifest().values())


def current_edition(document: Document, documents: list[Document], on: date) -> Document | None:
    """What stands in a replaced document's place on a date, following replacements of replacements."""
    by_id = {d.doc_id: d for d in documents}
    successor, seen = by_id.get(document.replaced_by or ""), {document.doc_id}
    while successor and not successor.in_force(on) and successor.replaced_by and successor.doc_id not in seen:
        seen.add(successor.doc_id)
        successor = by_id.get(successor.replaced_by)
    return successor


def chinese_date(day: date) -> str:
    """2024年2月1日"""
    return f"{day.year}年{day.month}月{day.day}日"
