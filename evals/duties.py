"""Are lead and responsible units exact? python -m evals.duties: exact set equality, open and unseen, and the median time.

A question of a topic expects the units of every duty that speaks of it; a question of a unit expects that unit in the
roles it has, and the clauses. `dev` may be looked at (--failures), also what was opened of the unseen; of `test` only the figures are shown.
"""

import argparse
import statistics
from datetime import date

from evals.retrieval import questions
from kb.engine import PolicyEngine
from kb.models import Answer

TODAY = date(2026, 11, 24)


def exact(answer: Answer, row: dict) -> dict[str, bool]:
    """Are the units of both roles, the clauses and the status those expected?"""
    found = answer.duties
    lead, responsible, clauses = ((set(found.lead_units), set(found.responsible_units), {t.clause_id for t in found.tasks})
                                  if found else (set(), set(), set()))
    return {"单位": (lead, responsible) == (set(row["lead_units"]), set(row["responsible_units"])),
            "条款": clauses == set(row["clause_ids"]), "状态": answer.status == row["status"] and answer.intent == "duties"}


def main() -> None:
    """Print the table; with --failures also what went wrong on the half that may be looked at."""
    options = argparse.ArgumentParser()
    options.add_argument("--failures", action="store_true")
    options.add_argument("--dev", action="store_true", help="only the half that may be looked at")
    arguments = options.parse_args()
    engine, times = PolicyEngine(), []
    results: dict[str, list[dict[str, bool]]] = {"dev": [], "test": []}
    for row in questions("duties"):
        if arguments.dev and row["split"] != "dev":
            continue
        answer = engine.ask(row["question"], TODAY)
        times.append(answer.elapsed_ms)
        results[row["split"]].append(held := exact(answer, row))
        if arguments.failures and row["split"] == "dev" and not all(held.values()):
            print(row["id"], row["question"], [k for k, ok in held.items() if not ok], answer.status, answer.intent,
                  answer.duties and [answer.duties.lead_units, answer.duties.responsible_units,
                                     [t.clause_id.split("/")[1] for t in answer.duties.tasks]], "应为", row["lead_units"],
                  row["responsible_units"], row["clause_ids"])
    for half, rows in results.items():
        if rows:
            print(f"{half:5} {len(rows)}题  " + "  ".join(f"{k}全等 {sum(r[k] for r in rows)}/{len(rows)}" for k in rows[0]))
    print(f"中位数 {statistics.median(times):.1f} 毫秒，最长 {max(times):.0f} 毫秒")


if __name__ == "__main__":
    main()
