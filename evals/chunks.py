"""The same documents as a plain RAG pipeline sees them: running text, cut into chunks of 512 tokens, embedded once.

Each document is written out as its clauses in order under their headings; llama-index's SentenceSplitter cuts it, tokens counted
by the encoder's own tokenizer. A chunk knows which clauses it holds (at least half of their text) and carries title, number
and dates of its document. Vectors are kept under ZHENGWEN_HOME by content hash, so that only a first run computes them.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode

from kb.models import Document
from kb.store import Store

TOKENS, OVERLAP = 512, 50
HELD = 0.5  # of a clause's characters


@dataclass(frozen=True)
class Chunk:
    """A piece of a document and the clauses it holds."""

    doc_id: str
    text: str
    clauses: tuple[str, ...]


def chunks(store: Store, home: Path) -> list[Chunk]:
    """Every document held, cut."""
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=TOKENS, chunk_overlap=OVERLAP, tokenizer=_tokenizer(home))
    return [chunk for d in store.documents() for chunk in _cut(d, store, splitter)]


def nodes(cut: list[Chunk], model: BaseEmbedding, store: Store, home: Path) -> list[TextNode]:
    """The chunks as llama-index nodes with their vectors."""
    vectors = _vectors([c.text for c in cut], model, home / "evals")
    about = {d.doc_id: d for d in store.documents()}
    return [TextNode(id_=str(n), text=c.text, embedding=vector.tolist(), metadata=_about(about[c.doc_id]),
                     excluded_embed_metadata_keys=list(_about(about[c.doc_id])))
            for n, (c, vector) in enumerate(zip(cut, vectors, strict=True))]


def _cut(document: Document, store: Store, splitter: Any) -> list[Chunk]:
    text, spans, heading = "", [], None
    for clause in store.clauses(document.doc_id):
        if clause.path and clause.path != heading:
            text, heading = text + " / ".join(clause.path) + "\n", clause.path
        label = f"{clause.label} " if document.kind != "catalogue" and clause.label not in clause.text else ""
        spans.append((len(text) + len(label), len(text) + len(label) + len(clause.text), clause.clause_id))
        text += label + clause.text + "\n\n"
    found, at = [], 0
    for piece in splitter.split_text(text) if text else []:
        start = text.find(piece, max(0, at - 400))
        start = start if start >= 0 else at
        end = start + len(piece)
        held = tuple(c for a, b, c in spans if min(b, end) - max(a, start) >= HELD * (b - a))
        found.append(Chunk(document.doc_id, piece, held))
        at = end
    return found


def _about(d: Document) -> dict[str, str]:
    return {"title": d.title, "number": d.number or "", "in_force": f"{d.in_force_from or ''} – {d.in_force_to or ''}", "doc_id": d.doc_id}


def _tokenizer(home: Path) -> Any:
    """The encoder's tokenizer; characters where another model is in use."""
    from tokenizers import Tokenizer

    path = next(iter(sorted(home.glob("encoder-*/tokenizer.json"))), None)
    if path is None:
        return list
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    return lambda text: tokenizer.encode(text).ids


def _vectors(texts: list[str], model: BaseEmbedding, folder: Path) -> list[np.ndarray]:
    from evals.asking import tracked

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"chunks-{model.model_name}.npz"
    keys = [hashlib.sha256(t.encode()).hexdigest()[:16] for t in texts]
    kept = dict(np.load(path)) if path.is_file() else {}
    missing = [(k, t) for k, t in zip(keys, texts, strict=True) if k not in kept]
    for start in tracked(range(0, len(missing), 16), (len(missing) + 15) // 16, "对照：计算分块向量"):
        part = missing[start:start + 16]
        kept.update({k: np.array(v, dtype=np.float32) for (k, _), v in zip(part, model.get_text_embedding_batch([t for _, t in part]), strict=True)})
    if missing:
        np.savez(path, **{k: kept[k] for k in keys})
    return [kept[k] for k in keys]
