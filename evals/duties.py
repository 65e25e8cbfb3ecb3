"""Are lead and responsible units exact? python -m evals.duties: exact set equality, open and unseen, and the median time.

A question of a topic expects the units of every duty that speaks of it; a question of a unit expects that unit in the
roles it has, and the clauses. `dev` may be looked at (--failures), also what was opened of the unseen; of `test` only the figures are shown.
"""

import argparse
import statistics
from typing import Any

from evals.asking import ask_all
from evals.outcome import Outcome, Verdict, judged
from evals.sets import questions
from kb.engine import PolicyEngine
from kb.models import Answer


def exact(answer: Answer, row: dict[str, Any]) -> dict[str, bool]:
    """Are the units of both roles, the clauses and the status those expected?"""
    lead, responsible, clauses = _found(answer)
    return {"单位": (lead, responsible) == (set(row["lead_units"]), set(row["responsible_units"])),
            "条款": clauses == set(row["clause_ids"]), "状态": answer.status == row["status"] and answer.intent == "duties"}


def judge(row: dict[str, Any], wording: int, answer: Answer) -> Outcome:
    """Right when units, clauses and status are; unanswered when declined where units were to be named."""
    marks, (lead, responsible, clauses) = exact(answer, row), _found(answer)
    verdict: Verdict = "right" if all(marks.values()) else "unanswered" if answer.status != "answered" and row["status"] == "answered" else "wrong"
    return judged("duties", row, wording, answer, verdict, _told(row["lead_units"], row["responsible_units"], row["clause_ids"], row["status"]),
                  _told(lead, responsible, clauses, f"{answer.status} {answer.intent}"), row["status"], marks=marks,
                  must_decline=row["status"] == "not_found", same=f"{sorted(lead)}{sorted(responsible)}{answer.status}")


def _found(answer: Answer) -> tuple[set[str], set[str], set[str]]:
    found = answer.duties
    return (set(found.lead_units), set(found.responsible_units), {t.clause_id for t in found.tasks}) if found else (set(), set(), set())


def _told(lead: Any, responsible: Any, clauses: Any, status: str) -> str:
    return f"{status} 牵头{sorted(lead)} 责任{sorted(responsible)} {sorted(clauses)}"


def main() -> None:
    """Print the table; with --failures also what went wrong on the half that may be looked at."""
    options = argparse.ArgumentParser()
    options.add_argument("--failures", action="store_true")
    options.add_argument("--dev", action="store_true", help="only the half that may be looked at")
    arguments = options.parse_args()
    rows = [("duties", q) for q in questions("duties") if q["split"] == "dev" or not arguments.dev]
    outcomes = ask_all(PolicyEngine(), rows, "职责")
    for o in outcomes:
        if arguments.failures and o.split == "dev" and o.failed:
            print(o.id, o.question, [k for k, held in o.marks.items() if not held], o.got, "应为", o.gold)
    for half in ("dev", "test"):
        if held := [o.marks for o in outcomes if o.split == half]:
            print(f"{half:5} {len(held)}题  " + "  ".join(f"{k}全等 {sum(m[k] for m in held)}/{len(held)}" for k in held[0]))
    times = [o.ms for o in outcomes]
    print(f"中位数 {statistics.median(times):.1f} 毫秒，最长 {max(times):.0f} 毫秒")


if __name__ == "__main__":
    main()
