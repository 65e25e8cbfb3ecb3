"""Does it stay well for long? Thousands of questions from several threads while documents are taken in and removed.

Measured: errors, memory (resident, after every thousand questions), and whether the same question on the same state of the
library gives the same answer. `python -m evals.soak --questions 10000`.
"""

import argparse
import gc
import hashlib
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from ingest.pipeline import ingest_file
from kb.engine import PolicyEngine
from kb.publishing import changing
from kb.settings import ROOT, Settings, settings
from kb.store import Store

SETS = ("eia", "catalogue", "duties", "retrieval", "scope", "unseen")
AS_OF = date(2026, 11, 24)
TEXT = "云溪市船舶修造管理办法\n第一条　为了规范船舶修造，制定本办法。\n第二条　船舶修造企业应当在{n}日内登记船坞。\n第三条　违反本办法的，由市交通运输局责令改正。\n"


def main(questions: int, changes: int, threads: int = 2, seed: int = 1) -> dict[str, Any]:
    """The figures of one run on a copy of the library in use."""
    with tempfile.TemporaryDirectory(prefix="zhengwen-soak-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(settings().home, home, ignore=shutil.ignore_patterns("backups", "downloads", "*.lock"))
        return _run(Settings(home=home), Path(folder), _questions(questions, seed), changes, threads)


def _run(configured: Settings, folder: Path, asked: list[str], changes: int, threads: int) -> dict[str, Any]:
    engine = PolicyEngine(Store(configured.database), configured)
    engine.warm()
    lock, errors, seen, memory, times = threading.Lock(), list[str](), dict[tuple[str, str], str](), list[float](), list[float]()
    counts: Counter[str] = Counter()
    order = iter(enumerate(asked, 1))
    started = time.perf_counter()

    def ask() -> None:
        while (step := _next(order, lock)) is not None:
            n, question = step
            try:
                before, began = _state(engine), time.perf_counter()
                answer = engine.ask(question, AS_OF)
                spent, after = time.perf_counter() - began, _state(engine)
                said = answer.contract() | {"elapsed_ms": 0}
                digest = hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
            except Exception as error:  # noqa: BLE001 - any is counted
                with lock:
                    errors.append(f"{question}：{type(error).__name__} {error}")
                continue
            with lock:
                times.append(spent)
                counts[answer.status] += 1
                if before == after:
                    counts["重复"] += (question, before) in seen
                    counts["不一致"] += seen.setdefault((question, before), digest) != digest
                if n % 1000 == 0:
                    gc.collect()
                    memory.append(_resident())
                    print(f"{n}题，{_resident():.0f} MB，错误{len(errors)}，不一致{counts['不一致']}", file=sys.stderr, flush=True)

    workers = [threading.Thread(target=ask) for _ in range(threads)]
    for worker in workers:
        worker.start()
    made = 0
    while any(w.is_alive() for w in workers):
        if made < changes and len(times) >= (made + 1) * len(asked) / (changes + 1):
            path = folder / "办法.txt"
            path.write_text(TEXT.format(n=20 + made % 2), encoding="utf-8")  # two texts in turn, so that states come again
            store = Store(configured.database)
            ingest_file(store, path, {}, lambda: changing(store, configured))  # noqa: B023
            made += 1
        time.sleep(0.05)
    times.sort()
    return {"题数": len(times), "收录": made, "错误": errors, "重复提问": counts["重复"], "不一致": counts["不一致"], "秒": round(time.perf_counter() - started),
            "中位毫秒": round(times[len(times) // 2] * 1000), "95%毫秒": round(times[int(len(times) * 0.95)] * 1000), "内存MB": [round(m) for m in memory],
            "回答": {k: v for k, v in counts.items() if k not in ("重复", "不一致")}}


def _questions(count: int, seed: int) -> list[str]:
    """The written questions over and over, each round in another order."""
    pool: list[str] = []
    for name in SETS:
        for line in (ROOT / "evals" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            pool += [q for q in [json.loads(line).get("question")] if q]
    pool = sorted(set(pool))
    chance = random.Random(seed)
    few = chance.sample(pool, min(len(pool), max(1, count // 4)))  # so that each is asked about four times
    return [q for _ in range(-(-count // len(few))) for q in chance.sample(few, len(few))][:count]


def _next(order: Any, lock: threading.Lock) -> Any:
    with lock:
        return next(order, None)


def _state(engine: PolicyEngine) -> str:
    """What of the library bears on answers: the text of the document that comes and goes."""
    document = next((d for d in engine.store.documents() if d.title.startswith("云溪市船舶")), None)
    clause = engine.store.clause(f"{document.doc_id}/2") if document else None
    return clause.text if clause else ""


def _resident() -> float:
    """Resident memory of this process in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--changes", type=int, default=20)
    options = parser.parse_args()
    figures = main(options.questions, options.changes)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    sys.exit(bool(figures["错误"] or figures["不一致"]))
