"""How is the amended edition of a document made? Its clauses as they were, with those the events amend put in their place.

The edition follows from the document before it and the events, so it is made anew whenever either changes.
"""

import re
from typing import Any

from ingest.catalogue import entry_clause
from ingest.eia_table import TITLES, row_clause
from ingest.pipeline import write
from ingest.statute import article_clause
from kb.articles import number_of
from kb.corpus import chinese_date
from kb.errors import IngestError
from kb.lifecycle import Event
from kb.models import Clause, Document
from kb.store import Store

ARTICLE = re.compile(r"(\d+)(?:-(\d+))?")
OPENING = re.compile(r"^\s*第[零〇一二三四五六七八九十百千万\d]+条(?:之[一二三四五六七八九十]+)?[\s　]*")
SOURCE = "amended"


def rebuild(store: Store) -> int:
    """Make every amended edition from what it amends; editions that no event asks for any more go. Returns how many changed."""
    events = [e for e in store.events() if e.kind == "amend" and not e.withdrawn and e.by]
    editions = dict.fromkeys(str(e.by) for e in events)
    changed = 0
    for edition in sorted(editions, key=lambda e: e.rpartition("@")[2]):  # an amended edition may be amended again
        amendments = [e for e in events if e.by == edition]
        before = store.recorded(amendments[0].doc_id)
        if before is None:
            raise IngestError(f"修改的依据“{amendments[0].doc_id}”已不在文库，请先收录，或用 zhengwen corpus undo {amendments[0].id} 撤销修改。")
        clauses = [c.model_copy(update={"doc_id": edition, "clause_id": edition + c.clause_id.removeprefix(before.doc_id)})
                   for c in store.clauses(before.doc_id)]
        for event in amendments:
            clauses = amended(clauses, before.kind, edition, event)
        clauses = [c.model_copy(update={"order": n}) for n, c in enumerate(clauses, 1)]
        changed += write(store, _document(before, edition, amendments), clauses, source=SOURCE)
    for document in store.documents():
        if store.source(document.doc_id) == SOURCE and document.doc_id not in editions:
            store.remove_document(document.doc_id)
            changed += 1
    return changed


def amended(clauses: list[Clause], kind: str, edition: str, event: Event) -> list[Clause]:
    """The clauses of an edition after one amendment. IngestError where the clause is not there, or the text says nothing."""
    clause_id = f"{edition}/{event.clause}"
    at = next((n for n, c in enumerate(clauses) if c.clause_id == clause_id), None)
    if event.text is None:
        if at is None:
            raise IngestError(f"没有“{event.clause}”这一条，不能删除。")
        return clauses[:at] + clauses[at + 1:]
    if not event.text.strip():
        raise IngestError("修改后的条文没有文字；删去一条请用 --delete。")
    if at is not None:
        return [*clauses[:at], _reworded(clauses[at], kind, event.text), *clauses[at + 1:]]
    if kind != "statute" or not (number := ARTICLE.fullmatch(str(event.clause))):
        raise IngestError(f"没有“{event.clause}”这一条；新增只支持法规的“第X条之一”，写成 文件编号/95-1。")
    key = int(number[1]), int(number[2] or 0)
    after = max((n for n, c in enumerate(clauses) if (c.fields.get("article", 10 ** 6), c.fields.get("sub", 0)) < key), default=-1)
    path = clauses[after].path if after >= 0 else []
    new = article_clause(edition, key[0], OPENING.sub("", event.text.strip()), path, 0, sub=key[1])
    return [*clauses[:after + 1], new, *clauses[after + 1:]]


def clause_named(store: Store, words: str) -> tuple[str, str]:
    """The document and the clause that `code-2026/95` or `code-2026/第九十五条` names; the clause need not be held."""
    doc_id, _, place = words.partition("/")
    if m := re.fullmatch(r"第?([零〇一二三四五六七八九十百千\d]+)条(?:之([一二三四五六七八九十]+))?", place):
        place = str(number_of(m[1])[0]) + (f"-{number_of(m[2])[0]}" if m[2] else "")
    if not doc_id or not place or store.recorded(doc_id) is None:
        raise IngestError(f"“{words}”无法识别，请写成 文件编号/条，例如 code-2026/95；文件编号见 zhengwen corpus status。")
    return doc_id, place


def _reworded(clause: Clause, kind: str, text: str) -> Clause:
    """A clause under a new text, its fields read anew where its kind has some."""
    text = "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())
    fields: dict[str, Any] = clause.fields
    if kind == "eia_list" and "no" in fields:
        keys = {title: key for key, title in TITLES.items()}
        given = {keys.get(name, name): cell.strip() for name, sep, cell in (line.partition("：") for line in text.splitlines()) if sep}
        if not set(given) <= set(fields):
            raise IngestError(f"名录的一项请逐行写“列名：内容”，列名有：{'、'.join(TITLES.values())}。")
        row = row_clause(clause.doc_id, fields["no"], {**{k: v for k, v in fields.items() if k != "no"}, **given}, clause.order, clause.page)
        return row.model_copy(update={"path": clause.path})
    if kind == "catalogue" and "class" in fields:
        entry = entry_clause(clause.doc_id, "x", fields["class"], fields["sector"], text, clause.order, fields.get("number"), fields.get("group"), clause.page)
        return clause.model_copy(update={"text": text, "fields": {**fields, **entry.fields}})
    return clause.model_copy(update={"text": OPENING.sub("", text) if kind == "statute" else text})


def _document(before: Document, edition: str, amendments: list[Event]) -> Document:
    on = amendments[0].on
    bases = "、".join(dict.fromkeys(e.basis for e in amendments if e.basis)) or "维护人员录入"
    changed = "、".join(dict.fromkeys(str(e.clause) for e in amendments))
    name = f"{before.edition}（{chinese_date(on)}修改）" if before.edition else f"{chinese_date(on)}修改"
    return before.model_copy(update={"doc_id": edition, "edition": name, "in_force_from": on, "checked_on": max(before.checked_on or on, amendments[-1].recorded.date()),
                                     "obtained": f"{before.obtained}；{chinese_date(on)}起修改 {changed}（{bases}）"})
