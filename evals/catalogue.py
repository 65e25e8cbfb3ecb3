"""Does the engine name the right class and entries? `python -m evals.catalogue [--failures]` → the figures.

Both halves were written by the project and both have been looked at while the rules were written: the figures are those of a
development set, not of unseen questions. Each question is asked in three wordings, as of its own date. A wrong 限制类, 鼓励类 or 允许类 is counted apart from an answer that
asks where nothing needed asking. An entry listed as `arguable` is neither right nor wrong; in a question that is
conditional the entries whose fact is open count.
"""

import argparse
import json
import statistics
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from kb.engine import PolicyEngine
from kb.models import Answer

SET = Path(__file__).with_suffix(".jsonl")
CLASSES = ("限制类", "鼓励类", "允许类")


def questions(path: Path = SET) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure(engine: PolicyEngine, asked: list[dict[str, Any]], failures: bool = False) -> dict[str, float]:
    """Shares of right classes and entry sets over all wordings, of questions whose wordings agree, and what went wrong."""
    right = entries = same = total = asking = 0
    wrong: Counter[str] = Counter()
    times = []
    for gold in asked:
        found = []
        for wording in [gold["question"], *gold["paraphrases"]]:
            started = time.perf_counter()
            answer = engine.ask(wording, date.fromisoformat(gold["as_of"]))
            times.append(time.perf_counter() - started)
            got, status, items = _result(answer)
            fine = got == gold["class"] and (got != "待定" or status == gold["status"])
            arguable = set(gold.get("arguable") or [])
            total, right, entries = total + 1, right + fine, entries + (items - arguable == set(gold["items"]) - arguable)
            wrong[got] += got != gold["class"]
            asking += status == "conditional" and gold["status"] != "conditional"
            found.append((got, status))
            if failures and not fine:
                print(gold["id"], gold["class"], gold["status"], gold["items"], "→", got, status, sorted(items), wording)
        same += len(set(found)) == 1
    return {"问法": total, "类别": right / total, "条目": entries / total, **{f"误判{c}": wrong[c] for c in CLASSES}, "多问": asking,
            "三种问法一致": same / len(asked), "中位毫秒": statistics.median(times) * 1000}


def _result(answer: Answer) -> tuple[str, str, set[str]]:
    e = answer.eligibility
    return (e.class_, answer.status, {m.item_id for m in e.matches}) if e else ("待定", answer.status, set())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--failures", action="store_true", help="列出每一处不符")
    failures = parser.parse_args().failures
    engine = PolicyEngine()
    engine.warm()
    figures = measure(engine, questions(), failures)
    print("目录：" + "，".join(f"{name}{value:.3f}" if isinstance(value, float) and value <= 1 else f"{name}{value:.0f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
