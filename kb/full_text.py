"""Which clauses share most with a question's words? BM25 over the store's FTS5 table, at a cost that hardly grows with the library.

A word that stands in many passages tells little and costs most: of a question's words the rarest are taken, up to a number of
passages in all. In a few documents all words are taken and only their passages are read.
"""

import sqlite3
from collections.abc import Callable

POSTINGS = 8_000  # passages looked at for one question
FEW = 8  # documents whose passages are read by themselves
AHEAD = 6  # passages taken for each clause wanted: several of one clause may be found, and some in documents not asked for


def best_clauses(db: sqlite3.Connection, words: list[str], limit: int, doc_ids: set[str] | None,
                 frequency: Callable[[str], int]) -> list[tuple[str, float]]:
    """Clause ids by BM25 over the words (any of them), best first, with positive scores. `frequency`: in how many passages a
    word stands."""
    if not words or doc_ids is not None and not doc_ids:
        return []
    if doc_ids is not None and len(doc_ids) <= FEW:
        rows = [row for doc_id in sorted(doc_ids) for row in _of_document(db, _any(words), doc_id, limit * 3)]
        return _clauses(sorted(rows, key=lambda r: r[1]), limit)
    query, taken = _any(_telling(words, frequency)), limit * AHEAD
    while True:
        ranked = db.execute("select rowid, rank from passages_fts where passages_fts match ? order by rank limit ?", (query, taken)).fetchall()
        owners = _owners(db, [r[0] for r in ranked])
        found = _clauses([(owners[i][0], score) for i, score in ranked if i in owners and (doc_ids is None or owners[i][1] in doc_ids)], limit)
        if len(found) >= limit or len(ranked) < taken:
            return found
        taken *= 8


def frequency_of(db: sqlite3.Connection, word: str) -> int:
    """In how many passages a word stands; counted no further than decides whether it is taken."""
    return db.execute("select count(*) from (select 1 from passages_fts where passages_fts match ? limit ?)", (_any([word]), POSTINGS + 1)).fetchone()[0]


def _telling(words: list[str], frequency: Callable[[str], int]) -> list[str]:
    """The rarest words, as many as stand in so many passages together; at least one."""
    held = sorted((frequency(w), w) for w in dict.fromkeys(words))
    kept: list[str] = []
    looked_at = 0
    for n, word in held:
        looked_at += n
        if kept and looked_at > POSTINGS and any(frequency(k) for k in kept):
            break
        kept.append(word)
    return kept


def _of_document(db: sqlite3.Connection, query: str, doc_id: str, limit: int) -> list[tuple[str, float]]:
    """A document's passages were written together: their ids bound what is read."""
    first, last = db.execute("select (select min(id) from passages where doc_id=?), (select max(id) from passages where doc_id=?)", (doc_id, doc_id)).fetchone()
    if first is None:
        return []
    return db.execute("select p.clause_id, bm25(passages_fts) from passages_fts f join passages p on p.id=f.rowid "
                      "where passages_fts match ? and f.rowid between ? and ? and p.doc_id=? order by 2 limit ?", (query, first, last, doc_id, limit)).fetchall()


def _owners(db: sqlite3.Connection, ids: list[int]) -> dict[int, tuple[str, str]]:
    """By passage its clause and document."""
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start:start + 500]
        rows = db.execute(f"select id, clause_id, doc_id from passages where id in ({','.join('?' * len(part))})", part).fetchall()
        found.update({r[0]: (r[1], r[2]) for r in rows})
    return found


def _clauses(rows: list[tuple[str, float]], limit: int) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for clause_id, score in rows:
        best.setdefault(clause_id, -score)
    return list(best.items())[:limit]


def _any(words: list[str]) -> str:
    return " OR ".join('"' + w.replace('"', "") + '"' for w in dict.fromkeys(words))
