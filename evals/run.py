"""Everything that is claimed of quality, measured at once: `python -m evals.run` (make eval, under five minutes on two cores).

Writes var/evals/results.json with every outcome, evals/results.json with the figures alone, and evals/report.html; prints the
figures as Markdown. With --dev only the half that may be looked at, with --quick a fixed sample; --open-test also shows what
failed of the unseen half.
"""

import argparse
import json
import os
import platform
import random
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from evals import figures
from evals.asking import Row, ask_in_processes
from evals.check import check
from evals.comparing import ask_baselines, compared, latency, retrieved
from evals.outcome import Outcome
from evals.sets import FOLDER, questions
from kb.engine import PolicyEngine
from kb.settings import settings

SETS = ("eia", "catalogue", "duties", "retrieval", "unseen", "scope", "refusals", "premises", "temporal")
SEED = 20261124
DEV_MOST = 900  # questions of one set's dev half
QUICK = 25  # questions of each half of a set
DEV_BASELINE = 60  # of a set's dev half, for the baselines' cutoff
TIMED = 120


def rows_of(dev: bool = False, quick: bool = False) -> list[Row]:
    """The questions to ask: all, but a seeded sample where a dev half is large or a quick look is wanted."""
    found: list[Row] = []
    for name in SETS:
        for half in ("dev", "test"):
            held = [q for q in questions(name) if q.get("split", "test") == half and not (dev and half == "test")]
            most = QUICK if quick else DEV_MOST if half == "dev" else len(held)
            found += [(name, q) for q in (held if len(held) <= most else random.Random(SEED).sample(held, most))]
    return found


def run(dev: bool = False, quick: bool = False, baselines: bool = True, processes: int | None = None) -> tuple[dict[str, Any], list[Outcome]]:
    """The figures and the outcomes they are made from."""
    started, processes = time.perf_counter(), processes or min(2, os.cpu_count() or 1)
    engine = PolicyEngine()
    if faults := check(engine.store):
        sys.exit("题集的依据有误：\n" + "\n".join(faults))
    rows = rows_of(dev, quick)
    outcomes = ask_in_processes(rows, "提问", processes)
    result: dict[str, Any] = {
        "made": {"date": date.today().isoformat(), "machine": machine(), "questions": len(rows), "wordings": len(outcomes)},
        "sets": figures.by_set(outcomes), "kinds": figures.by_kind(outcomes), "conditions": figures.conditions(outcomes),
        "citations": figures.citations(outcomes)}
    if baselines:
        shuffled = random.Random(SEED).sample(rows, len(rows))
        sampled = [r for name in SETS for r in [r for r in shuffled if r[0] == name and r[1].get("split") == "dev"][:DEV_BASELINE]]
        passages = [r for r in rows if r[0] == "retrieval" and r not in sampled]
        asked = [*(r for r in rows if r[1].get("split", "test") == "test"), *sampled, *(r for r in passages if r[1]["split"] == "dev")]
        found = ask_baselines(asked, processes)
        engine.warm()
        timed = [r for r in shuffled if r[1].get("split", "test") == "test"][:TIMED] or shuffled[:TIMED]
        result |= {"compared": compared(outcomes, found, engine.store), "retrieval": retrieved(found), "latency": latency(engine, timed)}
    result["made"]["seconds"] = round(time.perf_counter() - started)
    return result, outcomes


def machine() -> str:
    """What the figures were measured on."""
    try:
        model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    except OSError:
        model = platform.processor()
    return f"{platform.machine()} {model}，{os.cpu_count()}核，Python {platform.python_version()}"


def main() -> None:
    from evals.printing import README, into, markdown, summary
    from evals.report import write

    options = argparse.ArgumentParser()
    options.add_argument("--dev", action="store_true", help="只用可以看的一半")
    options.add_argument("--quick", action="store_true", help="每套题只取固定的一小部分")
    options.add_argument("--no-baselines", action="store_true", help="不跑对照方法")
    options.add_argument("--open-test", action="store_true", help="失败表里也写出没有看过的一半")
    arguments = options.parse_args()
    result, outcomes = run(arguments.dev, arguments.quick, not arguments.no_baselines)
    folder = settings().home / "evals"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "outcomes.jsonl").write_text("".join(o.model_dump_json() + "\n" for o in outcomes), encoding="utf-8")
    whole = not (arguments.dev or arguments.quick or arguments.no_baselines)
    target = FOLDER if whole else folder
    (target / "results.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write(result, outcomes, target / "report.html", arguments.open_test)
    if whole:
        into(README, "make eval", summary(result))
    print(markdown(result))
    print(f"\n报告：{target / 'report.html'}；逐题结果：{folder / 'outcomes.jsonl'}")


if __name__ == "__main__":
    main()
