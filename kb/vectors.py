"""Where vectors live: a Chroma collection per embedding model, always rebuildable from the store.

The store is the truth. `VectorIndex.sync` adds what is missing and drops what is stale; `kb.publishing` does so in a copy
of the folder, so that an interrupted run leaves the last state. Vectors of the shipped corpus come from `corpus/vectors-*.npz`, keyed by content hash:
a text that differs, or another model, is computed afresh.
"""

import ctypes
import gc
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from kb.errors import SettingsError, VectorsDamaged, ZhengwenError
from kb.generations import readable
from kb.models import Clause
from kb.settings import CORPUS, Settings
from kb.store import Store

BATCH = 1024
REMEMBERED = 64  # question vectors
SAMPLE = 5  # vectors tried from each end
FEW = 24  # documents compared whole at once
MATRICES = 256  # documents whose vectors are kept in memory
Progress = Callable[[int, int], None]  # done, total


class ShippedVectors:
    """Vectors of one model that ship with the project: int8 per row with one scale, keyed by content hash."""

    def __init__(self, model_name: str, folder: Path = CORPUS):
        self._rows: dict[str, int] = {}
        if (path := vectors_file(model_name, folder)).is_file():
            with np.load(path) as data:
                self._codes, self._scales = data["codes"], data["scales"].astype(np.float32)
                self._rows = {f"{value:016x}": row for row, value in enumerate(data["hashes"].tolist())}

    def get(self, text_hash: str) -> np.ndarray | None:
        row = self._rows.get(text_hash)
        return None if row is None else self._codes[row].astype(np.float32) * self._scales[row]


def vectors_file(model_name: str, folder: Path = CORPUS) -> Path:
    return folder / f"vectors-{re.sub(r'[^A-Za-z0-9.]+', '-', model_name)}.npz"


def write_shipped(model_name: str, hashes: Sequence[str], vectors: np.ndarray, folder: Path = CORPUS) -> Path:
    """Write vectors (n × d, normalised) of texts with these hashes as the shipped file of a model."""
    order = np.argsort(np.array(hashes))
    scales = np.abs(vectors).max(axis=1, keepdims=True) / 127
    codes = np.round(vectors / scales).astype(np.int8)
    path = vectors_file(model_name, folder)
    np.savez_compressed(path, hashes=np.array([int(hashes[i], 16) for i in order], dtype=np.uint64),
                        codes=codes[order], scales=scales[order, 0].astype(np.float32))
    return path


class VectorIndex:
    """Nearest passages by cosine, of one embedding model, in a folder of their own (or on a Chroma server)."""

    def __init__(self, settings: Settings, model: BaseEmbedding, folder: Path | None = None):
        self.model = model
        self._asked: dict[str, list[float]] = {}
        self._matrices: dict[str, tuple[list[str], np.ndarray]] = {}
        name = "zw-" + re.sub(r"[^A-Za-z0-9]+", "-", model.model_name).strip("-")[:50]
        with _guarded():
            self._client = _client(settings, folder or settings.home / "vectors" / "alone")
            self._collection = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 400}})

    def __enter__(self) -> "VectorIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder, and of the memory: a library changed daily must not grow by an index a day."""
        with suppress(Exception):
            self._client.close()
        self._matrices.clear()
        self._collection = self._client = None
        gc.collect()
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)  # what the index used is else kept for this process alone (glibc)

    def sync(self, store: Store, progress: Progress = lambda done, total: None) -> int:
        """Bring the collection to what the store holds; returns how many vectors were computed (not shipped)."""
        self.drop_stale(store)
        return self.add_missing(store, progress)

    def missing(self, store: Store) -> list[str]:
        """Keys of passages that have no vector yet."""
        held = self._held()
        return [key for key in _wanted(store) if key not in held]

    def stale(self, store: Store) -> list[str]:
        """Keys of vectors whose passage the store no longer holds."""
        return sorted(self._held() - _wanted(store).keys())

    def drop_stale(self, store: Store) -> None:
        with _guarded():
            for batch in _batches(self.stale(store), 5000):
                self._collection.delete(ids=batch)

    def add_missing(self, store: Store, progress: Progress = lambda done, total: None) -> int:
        """Vectors for the passages that have none; returns how many were computed."""
        wanted, missing = _wanted(store), self.missing(store)
        shipped, computed, done = ShippedVectors(self.model.model_name), 0, 0
        kinds = {d.doc_id: d.kind for d in store.documents()}
        for batch in _batches(missing, BATCH):
            vectors = {key: shipped.get(wanted[key][3]) for key in batch}
            fresh = [key for key, vector in vectors.items() if vector is None]
            if fresh:
                texts = [wanted[key][2] for key in fresh]
                computed += len(fresh)
                vectors.update(zip(fresh, map(np.array, self.model.get_text_embedding_batch(texts)), strict=True))
            clauses = store.clauses_by_id({wanted[key][0] for key in batch})
            with _guarded():
                self._collection.add(
                    ids=batch, embeddings=[np.asarray(vectors[key], dtype=np.float32) for key in batch],
                    metadatas=[_metadata(clauses[wanted[key][0]], kinds[wanted[key][1]]) for key in batch])
            done += len(batch)
            progress(done, len(missing))
        return computed

    def sound(self) -> bool:
        """Do a few of its own vectors still find themselves? A file cut short or overwritten shows here."""
        with _guarded():
            some = self._collection.get(limit=SAMPLE, include=["embeddings"])
            last = self._collection.get(limit=SAMPLE, offset=max(0, self.count() - SAMPLE), include=["embeddings"])
            asked = [*(some["embeddings"] if some["embeddings"] is not None else []), *(last["embeddings"] if last["embeddings"] is not None else [])]
            if not asked:
                return self.count() == 0
            found = self._collection.query(query_embeddings=asked, n_results=1, include=["distances"])["distances"]
        return all(row and row[0] < 1e-3 for row in found or [])

    def search(self, query: str, limit: int, doc_ids: set[str] | None = None, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
        """(clause_id, cosine) of the nearest passages, best first; a clause may occur more than once. `doc_ids`: only of these
        documents; `where`: Chroma's own filter beside it.

        Chroma's filter costs more the more it admits. So a few documents are compared whole, many are picked from what is
        nearest without a filter, and only where that does not suffice all of them are compared.
        """
        vector = self.query_vector(query)
        if where:
            return self._near(vector, limit, {"$and": [where, {"doc_id": {"$in": sorted(doc_ids)}}]} if doc_ids is not None else where)
        if doc_ids is None:
            return self._near(vector, limit)
        for taken in (limit * 2, limit * 8) if len(doc_ids) > FEW else ():
            near = self._near(vector, taken)
            found = [hit for hit in near if _document_of(hit[0]) in doc_ids]
            if len(found) >= limit or len(near) < taken:
                return found[:limit]
        return self._among(vector, limit, doc_ids)

    def _near(self, vector: list[float], limit: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
        with _guarded():
            found = self._collection.query(query_embeddings=[vector], n_results=limit, where=where, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [(_clause_of(key), 1 - distance) for key, distance in zip(found["ids"][0], distances, strict=True)]

    def _among(self, vector: list[float], limit: int, doc_ids: set[str]) -> list[tuple[str, float]]:
        """The nearest of these documents' passages, every one compared."""
        asked = np.asarray(vector, dtype=np.float32)
        found: list[tuple[str, float]] = []
        for doc_id in doc_ids:
            clauses, matrix = self._matrix(doc_id)
            if not clauses:
                continue  # listed without its text
            cosines = matrix @ asked
            best = np.argpartition(-cosines, limit)[:limit] if len(cosines) > limit else range(len(cosines))
            found += [(clauses[n], float(cosines[n])) for n in best]
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def _matrix(self, doc_id: str) -> tuple[list[str], np.ndarray]:
        """The clauses of a document's passages and their unit vectors; those used last are kept."""
        held = self._matrices.pop(doc_id, None)
        if held is None:
            with _guarded():
                got = self._collection.get(where={"doc_id": doc_id}, include=["embeddings"])
            vectors = np.asarray(got["embeddings"], dtype=np.float32).reshape(len(got["ids"]), -1 if got["ids"] else 1)
            held = [_clause_of(key) for key in got["ids"]], vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        self._matrices[doc_id] = held
        while len(self._matrices) > MATRICES:
            self._matrices.pop(next(iter(self._matrices)), None)
        return held

    def _held(self) -> set[str]:
        with _guarded():
            return set(self._collection.get(include=[])["ids"])

    def query_vector(self, query: str) -> list[float]:
        """The question's vector; the last few are kept, as one question is looked at more than once."""
        vector = self._asked.get(query)
        if vector is None:
            vector = self._asked[query] = self.model.get_query_embedding(query)
            if len(self._asked) > REMEMBERED:
                self._asked.pop(next(iter(self._asked)), None)
        return vector

    def count(self) -> int:
        """How many vectors are held."""
        with _guarded():
            return self._collection.count()


def _clause_of(key: str) -> str:
    return key.rsplit("|", 1)[0]


def _document_of(clause_id: str) -> str:
    return clause_id.split("/", 1)[0]


def _wanted(store: Store) -> dict[str, tuple[str, str, str, str]]:
    """By key: clause, document, text and hash of every passage."""
    return {f"{clause_id}|{text_hash}": (clause_id, doc_id, text, text_hash)
            for _, clause_id, doc_id, text, text_hash in store.passages()}


@contextmanager
def _guarded() -> Iterator[None]:
    """Whatever Chroma says of a damaged folder is one error (its own panics are no ordinary exceptions)."""
    try:
        yield
    except (ZhengwenError, MemoryError):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise VectorsDamaged("向量索引读写失败，请运行 zhengwen index 由文库重建。") from error


def _metadata(clause: Clause, kind: str) -> dict[str, Any]:
    """What a search can be filtered by."""
    wanted = {"doc_id": clause.doc_id, "kind": kind, "class": clause.fields.get("class"),
              "sector": clause.fields.get("sector")}
    return {key: value for key, value in wanted.items() if value}


def _client(settings: Settings, folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    if not settings.chroma_url:
        return chromadb.PersistentClient(str(readable(folder)) if folder.is_dir() else str(folder), settings=quiet)
    url = urlsplit(settings.chroma_url)
    try:
        return chromadb.HttpClient(host=url.hostname or "localhost", port=url.port or 8000,
                                   ssl=url.scheme == "https", settings=quiet)
    except Exception as error:  # connection errors of several libraries
        raise SettingsError(f"连接不上 Chroma 服务“{settings.chroma_url}”，请检查 ZHENGWEN_CHROMA_URL。") from error


def _batches(keys: Sequence[str], size: int) -> Iterable[list[str]]:
    return (list(keys[start:start + size]) for start in range(0, len(keys), size))
