"""What would a user have otherwise? Five searches over the same documents, asked the same questions on the same machine.

RAG: llama-index VectorStoreIndex over 512-token chunks with the product's own embedding; BM25: jieba words over the same chunks;
向量: the product's vectors of clauses alone; 混合: the product's fused search with its filter by date, without determination;
china-law-mcp: its own search, on the questions of statutes. Each returns passages, best first; `evals.reading` reads answers off them.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from evals.chunks import Chunk, chunks, nodes
from kb.engine import PolicyEngine

DEPTH = 10
STATUTES = "china-law-mcp"


@dataclass(frozen=True)
class Passage:
    """A passage found: the clauses it holds and its score."""

    clauses: tuple[str, ...]
    score: float


Search = Callable[[str, date], list[Passage]]


def searches(engine: PolicyEngine) -> dict[str, Search]:
    """Every baseline that can run here, by name, ready to be asked."""
    home = engine.settings.home
    cut = chunks(engine.store, home)
    found = {"BM25": _bm25(cut)}
    if engine.retriever.dense:
        found = {"RAG": _rag(cut, engine), **found, "向量": _dense(engine)}
    return {**found, "混合": _fused(engine), STATUTES: _china_law(engine)}


def _rag(cut: list[Chunk], engine: PolicyEngine) -> Search:
    from llama_index.core import VectorStoreIndex

    assert engine.retriever.dense is not None
    model = engine.retriever.dense.model
    index = VectorStoreIndex(nodes(cut, model, engine.store, engine.settings.home), embed_model=model)
    retriever = index.as_retriever(similarity_top_k=DEPTH)
    return lambda question, on: [Passage(cut[int(n.node.node_id)].clauses, n.score or 0.0) for n in retriever.retrieve(question)]


def _bm25(cut: list[Chunk]) -> Search:
    from rank_bm25 import BM25Okapi

    from kb.tokens import tokens

    index = BM25Okapi([tokens(c.text) for c in cut])

    def search(question: str, on: date) -> list[Passage]:
        scores = index.get_scores(tokens(question))
        return [Passage(cut[n].clauses, float(scores[n])) for n in scores.argsort()[::-1][:DEPTH]]

    return search


def _dense(engine: PolicyEngine) -> Search:
    def search(question: str, on: date) -> list[Passage]:
        assert engine.retriever.dense is not None
        best: dict[str, float] = {}
        for clause_id, score in engine.retriever.dense.search(question, DEPTH * 6):
            best.setdefault(clause_id, score)
        return [Passage((c,), score) for c, score in list(best.items())[:DEPTH]]

    return search


def _fused(engine: PolicyEngine) -> Search:
    return lambda question, on: [Passage((h.clause.clause_id,), h.score) for h in engine.search(question, on, DEPTH)]


def _china_law(engine: PolicyEngine) -> Search:
    """Its search function called directly; its index is kept beside ours instead of in the system's temporary folder."""
    os.environ["CHINA_LAW_INDEX"] = str(engine.settings.home / "evals" / "china-law-bm25.pkl")
    from china_law_mcp import retrieval

    retrieval.load()
    ids = {d.title: d.doc_id for d in engine.documents()}

    def search(question: str, on: date) -> list[Passage]:
        hits = retrieval.search(question, top_k=DEPTH)
        return [Passage((f"{ids.get(h['law_name'], h['law_name'])}/{h['article_no_arabic']}",), h["score"]) for h in hits]

    return search
