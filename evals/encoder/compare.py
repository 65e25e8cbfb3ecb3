"""Which encoder finds the right clause? python -m evals.encoder.compare [e5 trained use]: tables with bootstrap intervals.

Base E5, the trained encoder, the universal sentence encoder, BM25, and each with BM25, on questions nobody trained on:
`unseen.jsonl` and the test half of `retrieval.jsonl` (each kind searched among its own documents in force), and the six
national regulations, taken in as documents, a field the encoder was not trained on.
"""

import sys
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np

from evals.retrieval import summary
from evals.sets import TODAY, questions
from ingest.pipeline import ingest_file
from kb.embedding import embedding
from kb.models import Kind
from kb.retrieval import DENSE_WEIGHT, standard
from kb.settings import settings
from kb.store import Store
from kb.tokens import tokens

MODELS = ("e5", "trained", "use")
KINDS: dict[str, Kind] = {"eia": "eia_list", "catalogue": "catalogue", "statute": "statute", "plan": "work_plan"}
DRAWS, SEED = 1000, 20261124


def main(models: tuple[str, ...] = MODELS) -> None:
    """Print R@1, R@5 and R@10 of BM25, of these models, and of each with BM25, for every set."""
    store = Store(settings().database)
    rows = questions("unseen") + [r for r in questions("retrieval") if r["split"] == "test"]
    sets = {kind: [r for r in rows if r["kind"] == kind] for kind in KINDS}
    for kind, members in sets.items():
        _table(kind, models, store, [(r["question"], set(r["gold"]), _admitted(store, KINDS[kind], r["as_of"])) for r in members])
    with tempfile.TemporaryDirectory() as folder:
        regulations, asked = _regulations(Path(folder))
        if asked:
            _table("六部行政法规", models, regulations, asked)


def _admitted(store: Store, kind: Kind, as_of: str | None) -> frozenset[str]:
    on = date.fromisoformat(as_of) if as_of else TODAY
    return frozenset(d.doc_id for d in store.documents() if d.kind == kind and d.in_force(on))


def _regulations(folder: Path) -> tuple[Store, list[tuple[str, set[str], frozenset[str]]]]:
    """A library of the six regulations beside the project, and the questions on them; none where they are absent."""
    store, sources = Store(folder / "s.sqlite3"), Path(__file__).resolve().parents[3] / "shared" / "sources" / "regulations"
    ids = {}
    for path in sorted(sources.glob("*.md")):
        report = ingest_file(store, path, {})
        ids[report.title.removeprefix("中华人民共和国")] = report.doc_id
    everything = frozenset(ids.values())
    return store, [(r["question"], {f"{ids[r['title'].removeprefix('中华人民共和国')]}/{n}" for n in r["articles"]}, everything)
                   for r in questions("regulations")] if ids else []


def _table(name: str, models: tuple[str, ...], store: Store, asked: list[tuple[str, set[str], frozenset[str]]]) -> None:
    """One set's figures. A clause's score is that of its best passage."""
    passages = [(clause_id, doc_id, text) for _, clause_id, doc_id, text, _ in store.passages()
                if any(doc_id in admitted for _, _, admitted in asked)]
    lexical = [dict(store.full_text(tokens(q), 100, set(admitted))) for q, _, admitted in asked]
    methods = {"BM25": lexical}
    for choice in models:
        model = embedding(choice, settings().home)
        assert model is not None
        vectors = np.array(model.get_text_embedding_batch([text for _, _, text in passages]))
        scores = []
        for question, _, admitted in asked:
            best: dict[str, float] = defaultdict(lambda: -1.0)
            for (clause_id, doc_id, _), cosine in zip(passages, vectors @ np.array(model.get_query_embedding(question)), strict=True):
                if doc_id in admitted:
                    best[clause_id] = max(best[clause_id], float(cosine))
            scores.append(dict(sorted(best.items(), key=lambda item: -item[1])[:100]))
        methods[choice] = scores
        methods[f"{choice}+BM25"] = [_fused(a, b) for a, b in zip(scores, lexical, strict=True)]
    print(f"\n{name}（{len(asked)}题）        R@1              R@5              R@10")
    for method, scores in methods.items():
        places = [_place(s, gold) for s, (_, gold, _) in zip(scores, asked, strict=True)]
        print(f"{method:14}" + "  ".join(_with_interval(places, k) for k in (1, 5, 10)), flush=True)


def _fused(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    a, b = standard(one), standard(other)
    low_a, low_b = min(a.values(), default=0.0), min(b.values(), default=0.0)
    return {c: DENSE_WEIGHT * a.get(c, low_a) + (1 - DENSE_WEIGHT) * b.get(c, low_b) for c in a.keys() | b.keys()}


def _place(scores: dict[str, float], gold: set[str]) -> int | None:
    ranked = sorted(scores, key=lambda c: (-scores[c], c))
    return next((n for n, c in enumerate(ranked, 1) if c in gold), None)


def _with_interval(places: list[int | None], k: int) -> str:
    hits = np.array([p is not None and p <= k for p in places], dtype=float)
    drawn = np.random.default_rng(SEED).choice(hits, (DRAWS, len(hits))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{summary(places)[f'R@{k}']:.3f} [{low:.2f},{high:.2f}]"


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or MODELS)
