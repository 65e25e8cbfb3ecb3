"""Does the engine name the right EIA document and row? `python -m evals.eia [--failures]` → the figures of both halves.

`dev` was looked at while the rules were written (several rounds, each on questions written anew); of `test` only the figures
were. Most questions are asked in three wordings. A wrong document given as certain is counted apart from an answer that asks for a
fact where none was needed: the first misleads, the second only delays.
"""

import argparse
import json
import statistics
import time
from datetime import date
from pathlib import Path
from typing import Any

from kb.engine import PolicyEngine

SET = Path(__file__).with_suffix(".jsonl")
ON = date(2026, 11, 24)


def questions(path: Path = SET) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure(engine: PolicyEngine, asked: list[dict[str, Any]], failures: bool = False) -> dict[str, float]:
    """Shares of right documents and rows over all wordings, of questions whose wordings agree, and what went wrong."""
    document = rows = wrong = asking = same = total = 0
    times = []
    for gold in asked:
        found = []
        for wording in [gold["question"], *gold["paraphrases"]]:
            started = time.perf_counter()
            answer = engine.ask(wording, ON)
            times.append(time.perf_counter() - started)
            got = answer.eia.document if answer.eia else "待定"
            got_rows = set(answer.eia.rows) if answer.eia else set()
            right = got == gold["document"]
            total, document, rows = total + 1, document + right, rows + (got_rows == set(gold["rows"]))
            wrong, asking = wrong + (not right and got != "待定"), asking + (not right and got == "待定")
            found.append((got, tuple(sorted(got_rows))))
            if failures and (not right or got_rows != set(gold["rows"])):
                print(gold["id"], gold["document"], gold["rows"], "→", got, sorted(got_rows), wording)
        same += len(set(found)) == 1
    several = [q for q in asked if q["paraphrases"]]
    return {"问法": total, "文件": document / total, "项": rows / total, "断错": wrong / total, "多问": asking / total,
            "三种问法一致": (same - len(asked) + len(several)) / len(several), "中位毫秒": statistics.median(times) * 1000}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--failures", action="store_true", help="列出开发半的每一处不符")
    failures = parser.parse_args().failures
    engine = PolicyEngine()
    engine.warm()
    for split in ("dev", "test"):
        figures = measure(engine, [q for q in questions() if q["split"] == split], failures and split == "dev")
        print(f"环评 {split}：" + "，".join(f"{name}{value:.0f}" if value > 1.5 else f"{name}{value:.3f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
