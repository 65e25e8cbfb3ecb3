"""A file becomes a document of the store: load → recognise → parse → check → store, in one transaction.

The vectors follow from the store (`kb.vectors`), so a failure at any step leaves the library as it was.
"""

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ingest import catalogue, eia_table, plain, statute, work_plan
from ingest.loading import load
from ingest.passages import passages
from ingest.pdf import Progress
from ingest.source import Loaded, Parsed
from kb.corpus import manifest_documents
from kb.errors import IngestError
from kb.models import Clause, Document, Passage
from kb.store import Store
from kb.tokens import dictionary_hash

FORMAT = "2"  # raise when the shape of clauses or passages changes, so that stores are rebuilt
# a catalogue may be set as a table, and a ruled list has articles of its own: the narrower kind is asked first
PARSERS = (("产业目录", catalogue), ("表格名录", eia_table), ("法规条文", statute), ("工作方案", work_plan),
           ("一般文本", plain))
DRAFT = "draft"  # the document's id while its title is not yet known
Changing = Callable[[], AbstractContextManager[Any]]


class Report(BaseModel):
    """What was done with one file, for a person to read."""

    doc_id: str
    title: str
    parser: str
    found: dict[str, int]
    warnings: list[str]
    changed: bool


@dataclass
class Prepared:
    """A file as it would be taken in: what was recognised, before anything is written."""

    path: Path
    document: Document
    clauses: list[Clause]
    parser: str
    found: dict[str, int]
    warnings: list[str]


def prepare(path: Path, given: dict[str, Any], reading: Progress = lambda done, total: None) -> Prepared:
    """Read a file without changing the library. `given` holds Document fields a person stated (title, number, in_force_from …):
    they win over the manifest's, which win over what the text says of itself. `reading` is told of pages that must be
    recognised, which takes seconds each. Raises IngestError."""
    loaded = load(path, reading)
    parser, module = recognise(loaded)
    stated = {key: value for key, value in given.items() if value is not None}
    parsed = module.parse(loaded, DRAFT)
    check(parsed, path)
    title = stated.get("title") or parsed.facts.get("title") or loaded.title or path.stem
    document = _document(title, parsed, stated, path)
    if loaded.recognised:
        document = document.model_copy(update={"recognised": round(min(loaded.recognised.values()), 3)})
    return Prepared(path, document, _homed(parsed.clauses, document.doc_id), parser, {**parsed.found, "条文": len(parsed.clauses)},
                    [*loaded.notes, *parsed.warnings])


def take_in(store: Store, file: Prepared, changing: Changing = nullcontext) -> Report:
    """Write a prepared file inside `changing` (kb.publishing), so that its vectors appear with it; its PDF is kept. Raises
    IngestError; the store is then unchanged."""
    from ingest.amending import rebuild
    from ingest.originals import drop, keep

    before = store.recorded(file.document.doc_id)
    with changing():
        document = file.document.model_copy(update={"original": keep(store, file.path)})
        changed = write(store, document, file.clauses, source=file.path.name)
        if changed:
            rebuild(store)
    if before and before.original != document.original:
        drop(store, before.original)
    return Report(doc_id=document.doc_id, title=document.title, parser=file.parser, changed=changed, found=file.found,
                  warnings=[*file.warnings, *_beside(store, document)])


def _beside(store: Store, document: Document) -> list[str]:
    """Editions of the same text that stay in force beside a new one: whether it takes their place, a person must say."""
    day = document.in_force_from or date.today()
    beside = [d for d in store.documents() if d.family and d.family == document.family and d.doc_id != document.doc_id
              and d.in_force(day) and d.coverage.held != 0 and (d.in_force_from is None or d.in_force_from < day)]
    return [f"《{d.title}》仍有效；如果由本文件替代，请运行 zhengwen corpus replace {d.doc_id} --by {document.doc_id} --from {day}" for d in beside]


def ingest_file(store: Store, path: Path, given: dict[str, Any], changing: Changing = nullcontext,
                reading: Progress = lambda done, total: None) -> Report:
    """Take one file in: `prepare`, then `take_in`."""
    return take_in(store, prepare(path, given, reading), changing)


def recognise(loaded: Loaded) -> tuple[str, Any]:
    """The first parser that knows this kind of document: its Chinese name and its module. Plain text takes all."""
    return next((name, module) for name, module in PARSERS if module.recognise(loaded))


def check(parsed: Parsed, path: Path) -> None:
    """Refuse what cannot be right: no clause, two clauses of one id, an empty text."""
    ids = [c.clause_id for c in parsed.clauses]
    if not ids:
        raise IngestError(f"“{path.name}”里没有读到条文，请确认文件内容完整。")
    if len(ids) != len(set(ids)) or not all(c.text.strip() for c in parsed.clauses):
        raise IngestError(f"“{path.name}”解析出重复或空白的条文，请检查文件是否拼接了多份内容。")


def write(store: Store, document: Document, clauses: list[Clause], source: str = "corpus") -> bool:
    """Store a document under the hash of its clauses and of the rules that index them; False when nothing changed."""
    found: list[Passage] = passages(document, clauses)
    digest = hashlib.sha256((FORMAT + dictionary_hash()).encode())
    for part in (*clauses, *found):
        digest.update(part.model_dump_json().encode())
    return store.put_document(document, clauses, found, digest.hexdigest(), source)


def _homed(clauses: list[Clause], doc_id: str) -> list[Clause]:
    """The clauses under their document's id."""
    return [c.model_copy(update={"doc_id": doc_id, "clause_id": doc_id + c.clause_id.removeprefix(DRAFT)}) for c in clauses]


def _document(title: str, parsed: Parsed, stated: dict[str, Any], path: Path) -> Document:
    """The document's record: the manifest's entry of that title if there is one, else a new one."""
    known = next((d for d in manifest_documents() if _same_title(d.title, title)), None)
    read = {key: value for key, value in parsed.facts.items() if key in Document.model_fields}
    base = known.model_dump(exclude_none=True) if known else {
        "doc_id": "doc-" + hashlib.sha256(_plain_title(title).encode()).hexdigest()[:10],
        "family": {"catalogue": "catalogue", "eia_list": "eia"}.get(parsed.kind)}
    official = parsed.coverage.official or (known.coverage.official if known else None)
    coverage = parsed.coverage.model_copy(update={"official": official})
    if official and coverage.held is not None and coverage.held != official:
        coverage.note = f"官方共{official}条，由文件读到{coverage.held}条"
    values = {**read, **base, **stated, "kind": parsed.kind, "coverage": coverage,
              "title": known.title if known else title, "obtained": f"由文件“{path.name}”收录",
              "checked_on": stated.get("checked_on") or date.today()}
    return Document.model_validate(values)


def _same_title(one: str, other: str) -> bool:
    return _plain_title(one) == _plain_title(other)


def _plain_title(title: str) -> str:
    """A title without the state's name, brackets' width and spaces."""
    return re.sub(r"[\s《》]", "", title).removeprefix("中华人民共和国").translate(str.maketrans("()〔〕", "（）（）"))
