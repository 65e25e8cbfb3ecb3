"""Which clauses are nearest to a question: full text (BM25 over jieba words) and vectors, fused.

A clause's score is the weighted sum of its two scores, each brought to the same scale (its distance from the mean
of the list in standard deviations), so neither a missing half nor a rescaled model shifts the balance.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Protocol

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import BaseModel

from kb.embedding import embedding
from kb.errors import SettingsError, VectorsDamaged
from kb.generations import NAMED, current
from kb.models import Document, Hit, Kind
from kb.scope import outside
from kb.settings import Settings
from kb.store import Store
from kb.tokens import tokens
from kb.tracing import note
from kb.vectors import VectorIndex

PASSAGES = 5000  # at most, of one document looked at whole
POOL = 60  # passages taken from each half before fusion
AWAY = 30.0  # seconds until a vector server that was away is tried again
STATES = 3  # of the library, whose vectors are kept open
DENSE_WEIGHT = 0.75  # chosen on the written questions held out of training


class Dense(Protocol):
    """A vector search (kb.vectors.VectorIndex)."""

    model: BaseEmbedding

    def query_vector(self, query: str) -> list[float]: ...

    def search(self, query: str, limit: int, doc_ids: set[str] | None = None, where: dict[str, Any] | None = None) -> list[tuple[str, float]]: ...


class Filter(BaseModel):
    """Where to look; an empty field does not restrict."""

    kinds: set[Kind] = set()
    doc_ids: set[str] = set()
    in_force_on: date | None = None
    class_: str | None = None
    sector: str | None = None

    def admits(self, document: Document) -> bool:
        return ((not self.kinds or document.kind in self.kinds) and (not self.doc_ids or document.doc_id in self.doc_ids)
                and (self.in_force_on is None or document.in_force(self.in_force_on)))


class ClauseRetriever(BaseRetriever):
    """Hybrid search over one store, as a llama-index retriever; without `dense` it is full text alone."""

    def __init__(self, store: Store, dense: Dense | None = None, limit: int = 10, where: Filter | None = None):
        super().__init__()
        self.store, self.dense, self.limit, self.where = store, dense, limit, where or Filter()

    def search(self, query: str, where: Filter | None = None, limit: int | None = None) -> list[Hit]:
        """The clauses nearest to a query, best first, with their fused score and their cosine."""
        where, limit = where or self.where, limit or self.limit
        doc_ids = {d.doc_id for d in self.store.documents() if where.admits(d)}
        words = tokens(query)
        lexical = dict(self.store.full_text(words, POOL, doc_ids))
        cosine = self._cosine(query, where, doc_ids)
        by_words, by_meaning = standard(lexical), standard(cosine)
        weight = DENSE_WEIGHT if self.dense else 0.0
        scores = {clause_id: weight * by_meaning.get(clause_id, min(by_meaning.values(), default=0.0))
                  + (1 - weight) * by_words.get(clause_id, min(by_words.values(), default=0.0))
                  for clause_id in lexical.keys() | cosine.keys()}
        clauses = self.store.clauses_by_id(set(scores))
        ranked = sorted(scores, key=lambda clause_id: (-scores[clause_id], clause_id))
        hits = [Hit(clause=clauses[c], score=scores[c], cosine=cosine.get(c)) for c in ranked
                if c in clauses and _in(clauses[c].fields, where)]
        note("search", query=query, documents=len(doc_ids), words=words, lexical=lexical, cosine=cosine, hits=hits)
        return hits[:limit]

    def cosines(self, query: str, doc_id: str) -> dict[str, float]:
        """By clause id, how near each clause of one document is in meaning; empty without vectors."""
        found: dict[str, float] = {}
        for clause_id, score in self.dense.search(query, PASSAGES, {doc_id}) if self.dense else ():
            found.setdefault(clause_id, score)
        return found

    def outside(self, query: str) -> bool:
        """Does the question lie outside the field, as far as this model can tell?"""
        found = self.dense is not None and outside(self.dense.query_vector(query), self.dense.model.model_name)
        note("scope", outside=found)
        return found

    def _cosine(self, query: str, where: Filter, doc_ids: set[str]) -> dict[str, float]:
        if self.dense is None or not doc_ids:
            return {}
        conditions = [{key: value} for key, value in (("class", where.class_), ("sector", where.sector)) if value]
        narrowed = {"$and": conditions} if len(conditions) > 1 else conditions[0] if conditions else None
        found: dict[str, float] = {}
        for clause_id, score in self.dense.search(query, POOL, doc_ids, narrowed):
            found.setdefault(clause_id, score)
        return found

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [NodeWithScore(score=hit.score, node=TextNode(
            id_=hit.clause.clause_id, text=hit.clause.text,
            metadata={"doc_id": hit.clause.doc_id, "label": hit.clause.label, "path": " / ".join(hit.clause.path)}))
            for hit in self.search(query_bundle.query_str)]


def _in(fields: dict[str, Any], where: Filter) -> bool:
    return (not where.class_ or fields.get("class") == where.class_) and (
        not where.sector or fields.get("sector") == where.sector)


def standard(scores: dict[str, float]) -> dict[str, float]:
    """Scores as distances from their mean, in standard deviations."""
    if not scores:
        return {}
    mean = sum(scores.values()) / len(scores)
    deviation = (sum((v - mean) ** 2 for v in scores.values()) / len(scores)) ** 0.5
    return {key: (value - mean) / (deviation or 1.0) for key, value in scores.items()}


@lru_cache(maxsize=2)
def model(choice: str, home: Path) -> BaseEmbedding | None:
    """The embedding model of a setting, loaded once in a process."""
    return embedding(choice, home)


def open_index(store: Store, settings: Settings) -> VectorIndex | None:
    """The vectors that belong to the store as it stands; None without a model or where no vector is held. VectorsDamaged
    where they are lost or no longer find themselves."""
    named, folder = store.meta(NAMED), current(store, settings)
    if not settings.chroma_url and not named:
        return None
    encoder = model(settings.embedding, settings.home)
    if encoder is None:
        return None
    if named and not folder and not settings.chroma_url:
        raise VectorsDamaged("向量索引不见了，请运行 zhengwen index 由文库重建。")
    index = VectorIndex(settings, encoder, folder)
    if not index.sound():
        raise VectorsDamaged("向量索引已损坏，请运行 zhengwen index 由文库重建。")
    return index if index.count() else None


def open_retriever(store: Store, settings: Settings) -> ClauseRetriever:
    """The retriever these settings ask for; full text alone where there is no model or no vector is held."""
    return ClauseRetriever(store, open_index(store, settings))


class Retrievers:
    """The retriever of the store as the asking thread sees it: one a state of the library, the last few kept, so that a
    question begun before a change ends on what it began with."""

    def __init__(self, store: Store, settings: Settings):
        self.store, self.settings, self._lock = store, settings, Lock()
        self._known: dict[str, ClauseRetriever] = {}
        self._again = 0.0  # when to look for a vector server again that was away

    def at_hand(self) -> ClauseRetriever:
        """The retriever for this moment; VectorsDamaged where its vectors cannot be read."""
        with self._lock:
            state = self._state()
            if self._again and monotonic() > self._again:  # a server that was away may be back
                try:
                    self._again, opened = 0.0, open_retriever(self.store, self.settings)
                    self._keep(state, opened)
                except (SettingsError, VectorsDamaged):
                    self._again = monotonic() + AWAY
            if state not in self._known:
                self._keep(state, open_retriever(self.store, self.settings))
            return self._known[state]

    def by_words(self) -> None:
        """Do without vectors for this moment: they cannot be read, nor built anew."""
        with self._lock:
            self._keep(self._state(), ClauseRetriever(self.store))
            self._again = monotonic() + AWAY if self.settings.chroma_url else 0.0

    def forget(self) -> None:
        """Open the vectors of this moment anew at the next question."""
        with self._lock:
            self._known.pop(self._state(), None)

    def _state(self) -> str:
        return self.store.revision if self.settings.chroma_url else self.store.meta(NAMED) or ""

    def _keep(self, state: str, retriever: ClauseRetriever) -> None:
        self._known[state] = retriever
        while len(self._known) > STATES:
            oldest = self._known.pop(next(iter(self._known))).dense
            if isinstance(oldest, VectorIndex):
                oldest.close()
