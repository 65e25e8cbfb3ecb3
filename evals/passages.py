"""Does the answer cite a clause that answers the question? Judges the sets `retrieval` and `unseen` by what the answer cites."""

from typing import Any

from evals.outcome import Outcome, Verdict, judged
from kb.models import Answer


def judge(row: dict[str, Any], wording: int, answer: Answer) -> Outcome:
    """Right when a clause of the gold is cited; 首条: when it is the first; declined is unanswered."""
    cited = list(dict.fromkeys(c.clause_id for c in answer.citations))
    held = any(c in row["gold"] for c in cited)
    verdict: Verdict = "right" if held else "unanswered" if answer.status in ("refused", "not_found") else "wrong"
    return judged("passages", {**row, "id": row["id"]}, wording, answer, verdict, "、".join(row["gold"]),
                  f"{answer.status} {'、'.join(cited[:8])}", row["kind"], marks={"引到": held, "首条": bool(cited) and cited[0] in row["gold"]})
