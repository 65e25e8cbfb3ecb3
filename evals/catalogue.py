"""Does the engine name the right class and entries? `python -m evals.catalogue [--failures]` → the figures.

`dev` has been looked at while the rules were written; of `test`, where there is one, only the figures are shown. Each question is
asked in three wordings, as of its own date. A wrong 限制类, 鼓励类 or 允许类 is counted apart from an answer that
asks where nothing needed asking. An entry listed as `arguable` is neither right nor wrong; in a question that is
conditional the entries whose fact is open count.
"""

import argparse
import statistics
from typing import Any

from evals.asking import ask_all
from evals.eia import agreement
from evals.outcome import Outcome, Verdict, judged
from evals.sets import questions
from kb.engine import PolicyEngine
from kb.models import Answer

CLASSES = ("限制类", "鼓励类", "允许类")


def judge(row: dict[str, Any], wording: int, answer: Answer) -> Outcome:
    """Right when the class is, and, where it stays open, for the right reason (not found, or a fact missing)."""
    e = answer.eligibility
    got, items = (e.class_, {m.item_id for m in e.matches}) if e else ("待定", set())
    fine = got == row["class"] and (got != "待定" or answer.status == row["status"])
    arguable = set(row.get("arguable") or [])
    verdict: Verdict = "right" if fine else "unanswered" if got in ("待定", row["class"]) else "wrong"
    return judged("catalogue", row, wording, answer, verdict, f"{row['class']} {row['status']} {row['items']}",
                  f"{got} {answer.status} {sorted(items)}", row["class"], due=row["status"] == "conditional", same=got + answer.status,
                  marks={"类别": fine, "条目": items - arguable == set(row["items"]) - arguable})


def figures(outcomes: list[Outcome]) -> dict[str, float]:
    """Shares of right classes and entry sets over all wordings, of questions whose wordings agree, and what went wrong."""
    total, agree = len(outcomes), agreement(outcomes)
    wrong = [o.got.split()[0] for o in outcomes if o.got.split()[0] != o.gold.split()[0]]
    return {"问法": total, "类别": sum(o.marks["类别"] for o in outcomes) / total, "条目": sum(o.marks["条目"] for o in outcomes) / total,
            **{f"误判{c}": wrong.count(c) for c in CLASSES}, "多问": sum(o.conditional and not o.due for o in outcomes),
            "三种问法一致": sum(n == 1 for n, _ in agree.values()) / len(agree), "中位毫秒": statistics.median(o.ms for o in outcomes)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--failures", action="store_true", help="列出开发半的每一处不符")
    failures = parser.parse_args().failures
    engine = PolicyEngine()
    engine.warm()
    for split in ("dev", "test"):
        if not (rows := [("catalogue", q) for q in questions("catalogue") if q["split"] == split]):
            continue
        outcomes = ask_all(engine, rows, f"目录 {split}")
        for o in outcomes if failures and split == "dev" else []:
            if not o.marks["类别"]:
                print(o.id, o.gold, "→", o.got, o.question)
        print(f"目录 {split}：" + "，".join(f"{name}{value:.3f}" if isinstance(value, float) and value <= 1 else f"{name}{value:.0f}"
                                       for name, value in figures(outcomes).items()))


if __name__ == "__main__":
    main()
