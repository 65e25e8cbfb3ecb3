"""Where clauses live: one SQLite file (WAL), the source of truth, with full text over jieba tokens.

A document is written whole in one transaction (`put_document`), several in one where `transaction` holds them: a failure
leaves the store as it was. What is asked under `reading` sees one state of the store, whatever is written meanwhile.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.database import connect
from kb.errors import StoreError
from kb.full_text import best_clauses, frequency_of
from kb.lifecycle import Event, applied
from kb.models import Clause, Document, Passage
from kb.tokens import tokens

SCHEMA = """
create table if not exists documents(doc_id text primary key, json text not null, content_hash text not null,
                                     source text not null);
create table if not exists clauses(clause_id text primary key, doc_id text not null, ord integer not null,
                                   label text not null, text text not null, json text not null);
create index if not exists clauses_doc on clauses(doc_id, ord);
create table if not exists passages(id integer primary key, clause_id text not null, doc_id text not null,
                                    text text not null, hash text not null);
create index if not exists passages_doc on passages(doc_id);
create virtual table if not exists passages_fts using fts5(tokens);
create table if not exists events(id integer primary key autoincrement, json text not null, withdrawn integer not null default 0);
create table if not exists meta(key text primary key, value text not null);
"""
TABLES = ("documents", "clauses", "passages", "passages_fts", "events", "meta")


def text_hash(text: str) -> str:
    """The key of a text in the vector cache: 16 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Store:
    """Documents, clauses and their passages. Safe to read from several threads."""

    def __init__(self, path: Path | str):
        self.path = Path(path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"建不了文库文件夹“{self.path.parent}”（{error.strerror or error}），请检查 ZHENGWEN_HOME。") from error
        self._local = threading.local()
        self._documents: tuple[str, list[Document]] | None = None
        self._words: tuple[str, dict[str, int]] = ("", {})
        if not set(TABLES) <= {row[0] for row in self.connection.execute("select name from sqlite_master")}:
            self.connection.executescript(SCHEMA)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        if not hasattr(self._local, "db"):
            self._local.db = connect(self.path)
        return self._local.db

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is written whole or not at all; one inside another is part of it."""
        db = self.connection
        if db.in_transaction:
            yield
            return
        db.execute("begin immediate")
        try:
            yield
            db.commit()
        except BaseException:
            db.rollback()
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one moment."""
        db = self.connection
        if db.in_transaction:
            yield
            return
        db.execute("begin")
        try:
            yield
        finally:
            db.rollback()

    def meta(self, key: str) -> str | None:
        """A remembered fact about the store as a whole."""
        row = self.connection.execute("select value from meta where key=?", (key,)).fetchone()
        return str(row[0]) if row else None

    def set_meta(self, key: str, value: str) -> None:
        with self.transaction():
            self.connection.execute("insert into meta values(?,?) on conflict(key) do update set value=excluded.value", (key, value))

    def put_document(self, document: Document, clauses: Iterable[Clause], passages: Iterable[Passage],
                     content_hash: str, source: str = "corpus") -> bool:
        """Write or replace one document; returns False when the same content is already held."""
        row = self.connection.execute("select content_hash, json from documents where doc_id=?",
                                      (document.doc_id,)).fetchone()
        if row and row[0] == content_hash and row[1] == document.model_dump_json():
            return False
        with self.transaction():
            db = self.connection
            self._delete(db, document.doc_id)
            db.execute("insert into documents values(?,?,?,?)",
                       (document.doc_id, document.model_dump_json(), content_hash, source))
            db.executemany("insert into clauses values(?,?,?,?,?,?)",
                           [(c.clause_id, c.doc_id, c.order, c.label, c.text, c.model_dump_json()) for c in clauses])
            for p in passages:
                cursor = db.execute("insert into passages(clause_id, doc_id, text, hash) values(?,?,?,?)",
                                    (p.clause_id, document.doc_id, p.text, text_hash(p.text)))
                db.execute("insert into passages_fts(rowid, tokens) values(?,?)",
                           (cursor.lastrowid, " ".join(tokens(p.text))))
        return True

    @staticmethod
    def _delete(db: sqlite3.Connection, doc_id: str) -> None:
        ids = db.execute("select id from passages where doc_id=?", (doc_id,)).fetchall()
        db.executemany("delete from passages_fts where rowid=?", ids)
        for table in ("passages", "clauses", "documents"):
            db.execute(f"delete from {table} where doc_id=?", (doc_id,))
        Store._changed(db)

    @staticmethod
    def _changed(db: sqlite3.Connection) -> None:
        db.execute("insert into meta values('revision', 1) on conflict(key) do update set value=value+1")

    def remove_document(self, doc_id: str) -> None:
        """Take a document and its clauses away."""
        with self.transaction():
            self._delete(self.connection, doc_id)

    def events(self) -> list[Event]:
        """What happened to the documents, in the order it was recorded; withdrawn events too, marked."""
        rows = self.connection.execute("select id, json, withdrawn from events order by id").fetchall()
        return [Event.model_validate_json(text).model_copy(update={"id": n, "withdrawn": bool(withdrawn)}) for n, text, withdrawn in rows]

    def add_event(self, event: Event) -> Event:
        """Record what happened to a document; it bears on every answer from then on."""
        with self.transaction():
            self._changed(self.connection)
            cursor = self.connection.execute("insert into events(json) values(?)", (event.model_dump_json(exclude={"id", "withdrawn"}),))
        return event.model_copy(update={"id": cursor.lastrowid})

    def withdraw_event(self, event_id: int) -> None:
        """Let an event bear on nothing any more; it stays on record."""
        with self.transaction():
            self._changed(self.connection)
            self.connection.execute("update events set withdrawn=1 where id=?", (event_id,))

    @property
    def revision(self) -> str:
        """Changes whenever a document is written or removed, by whichever process."""
        return self.meta("revision") or "0"

    def documents(self) -> list[Document]:
        """All documents, in the order they came in, as the events left them; read anew only after a change."""
        known, revision = self._documents, self.revision
        if known is None or known[0] != revision:
            rows = self.connection.execute("select json from documents order by rowid").fetchall()
            self._documents = known = revision, applied((Document.model_validate_json(r[0]) for r in rows), self.events())
        return known[1]

    def document(self, doc_id: str) -> Document | None:
        return next((d for d in self.documents() if d.doc_id == doc_id), None)

    def recorded(self, doc_id: str) -> Document | None:
        """A document as it was taken in, before any event."""
        row = self.connection.execute("select json from documents where doc_id=?", (doc_id,)).fetchone()
        return Document.model_validate_json(row[0]) if row else None

    def source(self, doc_id: str) -> str | None:
        """Where a held document came from: 'corpus' or the name of the file; None when it is not held."""
        row = self.connection.execute("select source from documents where doc_id=?", (doc_id,)).fetchone()
        return row[0] if row else None

    def clause(self, clause_id: str) -> Clause | None:
        row = self.connection.execute("select json from clauses where clause_id=?", (clause_id,)).fetchone()
        return Clause.model_validate_json(row[0]) if row else None

    def clauses(self, doc_id: str) -> list[Clause]:
        """All clauses of a document in its own order."""
        rows = self.connection.execute("select json from clauses where doc_id=? order by ord", (doc_id,)).fetchall()
        return [Clause.model_validate_json(r[0]) for r in rows]

    def clauses_by_id(self, clause_ids: Iterable[str]) -> dict[str, Clause]:
        """Those of the clauses that are held, by id."""
        wanted, found = sorted(clause_ids), {}
        for start in range(0, len(wanted), 500):
            part = wanted[start:start + 500]
            rows = self.connection.execute(f"select json from clauses where clause_id in ({','.join('?' * len(part))})", part).fetchall()
            found.update({c.clause_id: c for c in (Clause.model_validate_json(r[0]) for r in rows)})
        return found

    def count(self) -> int:
        """How many clauses are held."""
        return self.connection.execute("select count(*) from clauses").fetchone()[0]

    def passages(self) -> list[tuple[int, str, str, str, str]]:
        """(id, clause_id, doc_id, text, hash) of every passage."""
        return self.connection.execute("select id, clause_id, doc_id, text, hash from passages order by id").fetchall()

    def full_text(self, words: list[str], limit: int = 50, doc_ids: set[str] | None = None) -> list[tuple[str, float]]:
        """Clause ids by BM25 over the words (any of them), best first, with positive scores (kb.full_text)."""
        return best_clauses(self.connection, words, limit, doc_ids, self._frequency)

    def _frequency(self, word: str) -> int:
        """In how many passages a word stands; remembered until the store changes."""
        revision = self.revision
        if self._words[0] != revision:
            self._words = revision, {}
        known = self._words[1]
        if word not in known:
            known[word] = frequency_of(self.connection, word)
        return known[word]
