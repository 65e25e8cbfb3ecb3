"""Does the engine name the right EIA document and row? `python -m evals.eia [--failures]` → the figures of both halves.

`dev` was looked at while the rules were written (several rounds, each on questions written anew); of `test` only the figures
were. Most questions are asked in three wordings. A wrong document given as certain is counted apart from an answer that asks for a
fact where none was needed: the first misleads, the second only delays.
"""

import argparse
import statistics
from typing import Any

from evals.asking import ask_all
from evals.outcome import Outcome, Verdict, judged
from evals.sets import questions
from kb.engine import PolicyEngine
from kb.models import Answer


def judge(row: dict[str, Any], wording: int, answer: Answer) -> Outcome:
    """Right when the document is; the rows are a mark of their own. No document at all counts as 待定."""
    got, rows = (answer.eia.document, sorted(answer.eia.rows)) if answer.eia else ("待定", [])
    verdict: Verdict = "right" if got == row["document"] else "unanswered" if got == "待定" else "wrong"
    return judged("eia", row, wording, answer, verdict, f"{row['document']} {row['rows']}", f"{got} {rows}", row["document"],
                  marks={"文件": got == row["document"], "项": set(rows) == set(row["rows"])},
                  due=row["document"] == "待定", same=f"{got}{rows}")


def figures(outcomes: list[Outcome]) -> dict[str, float]:
    """Shares of right documents and rows over all wordings, of questions whose wordings agree, and what went wrong."""
    total = len(outcomes)
    several = [s for s in agreement(outcomes).values() if s[1] > 1]
    return {"问法": total, **{mark: sum(o.marks[mark] for o in outcomes) / total for mark in ("文件", "项")},
            "断错": sum(o.verdict == "wrong" for o in outcomes) / total, "多问": sum(o.verdict == "unanswered" for o in outcomes) / total,
            "三种问法一致": sum(s[0] == 1 for s in several) / max(1, len(several)), "中位毫秒": statistics.median(o.ms for o in outcomes)}


def agreement(outcomes: list[Outcome]) -> dict[str, tuple[int, int]]:
    """By question: how many different results its wordings had, and how many wordings there were."""
    by_id: dict[str, list[str]] = {}
    for o in outcomes:
        by_id.setdefault(o.id, []).append(o.same)
    return {k: (len(set(v)), len(v)) for k, v in by_id.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--failures", action="store_true", help="列出开发半的每一处不符")
    failures = parser.parse_args().failures
    engine = PolicyEngine()
    engine.warm()
    for split in ("dev", "test"):
        outcomes = ask_all(engine, [("eia", q) for q in questions("eia") if q["split"] == split], f"环评 {split}")
        for o in outcomes if failures and split == "dev" else []:
            if o.failed:
                print(o.id, o.gold, "→", o.got, o.question)
        print(f"环评 {split}：" + "，".join(f"{name}{value:.0f}" if value > 1.5 else f"{name}{value:.3f}" for name, value in figures(outcomes).items()))


if __name__ == "__main__":
    main()
