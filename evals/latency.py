"""How long does a warm answer take in this library? `python -m evals.latency` prints JSON: p50, p95, p99 by kind, memory.

Wall milliseconds, and CPU milliseconds of this process, which other work on the machine changes little. The questions are a seeded
sample of each set, asked once before they are timed.
"""

import json
import random
import time
from typing import Any

import numpy as np

from evals.sets import day, questions
from kb.engine import PolicyEngine

KINDS = {"eia": "环评", "catalogue": "目录", "duties": "职责", "retrieval": "条文", "premises": "错误前提", "refusals": "拒答"}
EACH, SEED = 40, 20261124


def sample(name: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    """A fixed sample of a set."""
    rows = questions(name)
    return [(name, row) for row in random.Random(SEED).sample(rows, min(count, len(rows)))]


def measure(engine: PolicyEngine, each: int = EACH) -> dict[str, Any]:
    """Times by kind and of all, memory in MB, clauses held."""
    import psutil

    engine.warm()
    kinds, every = {}, []
    for name in KINDS:
        rows = [row for _, row in sample(name, each)]
        for row in rows[:5]:
            engine.ask(row["question"], day(row))
        times = []
        for row in rows:
            wall, cpu = time.perf_counter(), time.process_time()
            engine.ask(row["question"], day(row))
            times.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
        kinds[name] = _quantiles(times)
        every += times
    return {"kinds": kinds, "all": _quantiles(every), "clauses": engine.store.count(), "memory_mb": psutil.Process().memory_info().rss / 2**20}


def _quantiles(times: list[tuple[float, float]]) -> dict[str, float]:
    wall, cpu = np.array(times).T
    return {"n": len(times), **{f"p{q}": float(np.quantile(wall, q / 100)) for q in (50, 95, 99)}, "cpu50": float(np.quantile(cpu, 0.5)), "cpu95": float(np.quantile(cpu, 0.95))}


if __name__ == "__main__":
    print(json.dumps(measure(PolicyEngine())))
