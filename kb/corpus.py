"""The manifest: which documents exist, which edition is in force on a date, what is held of each.

`corpus/manifest.toml` is the one home of titles, numbers and dates; an empty value there means unknown.
"""

import tomllib
from datetime import date
from functools import lru_cache
from typing import Any

from kb.models import Document
from kb.settings import CORPUS


@lru_cache(maxsize=1)
def manifest() -> dict[str, dict[str, Any]]:
    """doc_id → raw entry; a document's own fields plus `source` (how the shipped text is read)."""
    with (CORPUS / "manifest.toml").open("rb") as f:
        return {entry["doc_id"]: entry for entry in tomllib.load(f)["document"]}


def manifest_document(doc_id: str) -> Document | None:
    """The manifest's entry as a Document, before any text is read."""
    entry = manifest().get(doc_id)
    return Document.model_validate({k: v for k, v in entry.items() if k in Document.model_fields}) if entry else None


def manifest_documents() -> list[Document]:
    return [d for d in map(manifest_document, manifest()) if d]


def edition_on(documents: list[Document], family: str, on: date) -> Document | None:
    """The edition of a family ('catalogue', 'eia') in force on a date, by the documents' own periods."""
    editions = [d for d in documents if d.doc_id.startswith(family + "-") and d.in_force(on) and d.in_force_from]
    return max(editions, key=lambda d: d.in_force_from or date.min, default=None)


def chinese_date(day: date) -> str:
    """2024年2月1日"""
    return f"{day.year}年{day.month}月{day.day}日"
