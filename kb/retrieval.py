"""Which clauses are nearest to a question: full text (BM25 over jieba words) and vectors, fused.

A clause's score is the weighted sum of its two scores, each brought to the same scale (its distance from the mean
of the list in standard deviations), so neither a missing half nor a rescaled model shifts the balance.
"""

from datetime import date
from typing import Any, Protocol

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import BaseModel

from kb.embedding import embedding
from kb.models import Document, Hit, Kind
from kb.scope import outside
from kb.settings import Settings
from kb.store import Store
from kb.tokens import tokens
from kb.vectors import VectorIndex

POOL = 60  # passages taken from each half before fusion
DENSE_WEIGHT = 0.75  # chosen on the written questions held out of training


class Dense(Protocol):
    """A vector search (kb.vectors.VectorIndex)."""

    model: BaseEmbedding

    def query_vector(self, query: str) -> list[float]: ...

    def search(self, query: str, limit: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]: ...


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
        lexical = dict(self.store.full_text(tokens(query), POOL, doc_ids))
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
        return hits[:limit]

    def outside(self, query: str) -> bool:
        """Does the question lie outside the field, as far as this model can tell?"""
        return self.dense is not None and outside(self.dense.query_vector(query), self.dense.model.model_name)

    def _cosine(self, query: str, where: Filter, doc_ids: set[str]) -> dict[str, float]:
        if self.dense is None or not doc_ids:
            return {}
        conditions: list[dict[str, Any]] = [{"doc_id": {"$in": sorted(doc_ids)}}]
        conditions += [{key: value} for key, value in (("class", where.class_), ("sector", where.sector)) if value]
        found: dict[str, float] = {}
        for clause_id, score in self.dense.search(query, POOL, conditions[0] if len(conditions) == 1 else {"$and": conditions}):
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


def open_index(settings: Settings) -> VectorIndex | None:
    """The vector index these settings ask for; None where they ask for none or no model is installed."""
    model = embedding(settings.embedding, settings.home)
    return VectorIndex(settings, model) if model else None


def open_retriever(store: Store, settings: Settings) -> ClauseRetriever:
    """The retriever these settings ask for; full text alone where there is no model or no vector is held."""
    index = open_index(settings)
    return ClauseRetriever(store, index if index and index.count() else None)
