"""How often is the right clause found? python -m evals.retrieval: R@1, R@5, R@10 and MRR by kind, on both halves.

The half `dev` may be looked at; of `test` only the figures are shown. All documents are searched at once.
"""

import argparse
from collections import defaultdict

from evals.sets import day, questions
from kb.engine import PolicyEngine


def ranks(engine: PolicyEngine, rows: list[dict], depth: int = 20) -> list[int | None]:
    """For each question the place (from 1) of the first right clause, None beyond the depth."""
    found = []
    for row in rows:
        ids = [hit.clause.clause_id for hit in engine.search(row["question"], day(row), depth)]
        found.append(next((n for n, clause_id in enumerate(ids, 1) if clause_id in row["gold"]), None))
    return found


def summary(places: list[int | None]) -> dict[str, float]:
    """Recall at 1, 5, 10 and the mean reciprocal rank."""
    n = len(places)
    figures = {f"R@{k}": sum(p is not None and p <= k for p in places) / n for k in (1, 5, 10)}
    return figures | {"MRR": sum(1 / p for p in places if p) / n}


def main() -> None:
    """Print the table; with --failures also what went wrong on the half that may be looked at."""
    options = argparse.ArgumentParser()
    options.add_argument("--failures", action="store_true")
    arguments = options.parse_args()
    engine, rows = PolicyEngine(), questions("retrieval")
    places = ranks(engine, rows)
    groups: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    for row, place in zip(rows, places, strict=True):
        groups[row["split"], row["kind"]].append(place)
        groups[row["split"], "全部"].append(place)
    print(f"{'':6}{'':10}{'题数':>4}   R@1   R@5  R@10   MRR")
    for (half, kind), values in sorted(groups.items()):
        figures = summary(values)
        print(f"{half:6}{kind:10}{len(values):>5}  " + " ".join(f"{figures[k]:.3f}" for k in ("R@1", "R@5", "R@10", "MRR")))
    if arguments.failures:
        for row, place in zip(rows, places, strict=True):
            if row["split"] == "dev" and (place is None or place > 5):
                print(place, row["kind"], row["question"], row["gold"])


if __name__ == "__main__":
    main()
