"""How fast is it, and does it stay so as the library grows? `python -m evals.bench` (make bench, about ten minutes on two free cores).

Writes evals/bench.json and prints Markdown; every figure says what it is measured on. Wall times are of this machine as busy as
it was (its load is given); CPU times are of the process alone. With --no-growth the library is measured as it is.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from evals.baselines import searches
from evals.growth import copy_of, grow
from evals.latency import KINDS, sample
from evals.printing import README, into, table
from evals.run import machine
from evals.sets import FOLDER, day
from kb.embedding import embedding
from kb.engine import PolicyEngine
from kb.settings import settings
from kb.store import Store

SHORT, LONG = 60, 134  # characters of a short and a long passage
SIZES = (20_000, 200_000)
CLIENTS = (1, 5, 20)
RUNS = 3


def main() -> None:
    """Measure, write and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--no-growth", action="store_true", help="不做规模试验")
    arguments = options.parse_args()
    result: dict[str, Any] = {"made": {"date": date.today().isoformat(), "machine": machine(), "load": os.getloadavg()[0]}}
    stages: list[tuple[str, Callable[[], Any]]] = [
        ("cold", _cold), ("index", _index), ("encoder", _encoder), ("warm", lambda: _child(settings().home)), ("clients", _clients),
        ("against", _against), ("size_mb", lambda: sizes(settings().home))]
    for n, (name, stage) in enumerate(stages, 1):
        print(f"[{n}/{len(stages)}] {name} …", file=sys.stderr, flush=True)
        result[name] = stage()
    if not arguments.no_growth:
        result["growth"] = _growth(result["warm"])
    result["made"]["load_after"] = os.getloadavg()[0]
    result["markdown"] = markdown(result)
    (FOLDER / "bench.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    into(README, "make bench", result["markdown"])
    print(result["markdown"])


def markdown(r: dict[str, Any]) -> str:
    """The tables of a benchmark."""
    rows = [["冷启动：查条文", f"{r['cold']['look_up']:.1f} 秒"], ["冷启动：提问", f"{r['cold']['ask']:.1f} 秒"],
            ["首次建立索引（随附向量）", f"{r['index']['shipped']:.0f} 秒"], ["首次建立索引（没有随附向量，全部计算）", f"{r['index']['computed']:.0f} 秒"],
            *([[f"向量模型：{name}文本（平均{e['characters']}字）", f"每秒 {e['per_second']:.0f} 条"] for name, e in r["encoder"]["passages"].items()]
              + [["向量模型：一问", f"{r['encoder']['query_ms']:.1f} 毫秒"]] if r["encoder"] else []),
            *[[f"热问答·{KINDS[k]}（{v['n']}题）：中位／95%／99%", f"{v['p50']:.0f}／{v['p95']:.0f}／{v['p99']:.0f} 毫秒（CPU 中位 {v['cpu50']:.0f}）"] for k, v in r["warm"]["kinds"].items()],
            *[[f"{c['clients']}个同时提问：每秒答数，95%", f"{c['per_second']:.1f}，{c['p95']:.0f} 毫秒"] for c in r["clients"]],
            ["内存（热）", f"{r['warm']['memory_mb']:.0f} MB"], ["文库／向量", "／".join(f"{v:.0f} MB" for v in r["size_mb"].values())],
            *[[f"用时之比：政问／{name}（中位）", f"{a['ours'] / a['p50']:.2f}（{a['ours']:.0f}／{a['p50']:.0f} 毫秒）"] for name, a in r["against"].items()]]
    head = f"{r['made']['machine']}；{r['made']['date']}；系统负载 {r['made']['load']:.1f}–{r['made']['load_after']:.1f}"
    parts = [head, table(["项目", "结果"], rows)]
    if r.get("growth"):
        parts.append(table(["条文数", "中位毫秒", "95%毫秒", "CPU 中位毫秒", "CPU 之比", "内存 MB", "文库／向量 MB", "建立用时（秒）"],
                           [[f"{g['clauses']:,}", f"{g['p50']:.0f}", f"{g['p95']:.0f}", f"{g['cpu50']:.0f}", f"{g['cpu50'] / r['growth'][0]['cpu50']:.2f}", f"{g['memory_mb']:.0f}",
                             "／".join(f"{v:.0f}" for v in g["size_mb"].values()), f"{g['built']:.0f}" if g["built"] else "—"] for g in r["growth"]]))
    return "\n\n".join(parts)


def sizes(home: Path) -> dict[str, float]:
    """Megabytes of the store and of its vectors."""
    return {"文库": sum(p.stat().st_size for p in home.glob("zhengwen.sqlite3*")) / 2**20,
            "向量": sum(p.stat().st_size for p in (home / "vectors").rglob("*") if p.is_file()) / 2**20}


def _cold() -> dict[str, float]:
    question = sample("retrieval", 1)[0][1]["question"]
    return {"look_up": statistics.median(_seconds(_run, ["-m", "kb.cli", "ask", "名录第55项"]) for _ in range(RUNS)),
            "ask": statistics.median(_seconds(_run, ["-m", "kb.cli", "ask", question]) for _ in range(RUNS))}


def _index() -> dict[str, float]:
    """Seconds of a first index, with the shipped vectors and with none of them."""
    found = {}
    for name, arguments in (("shipped", ["-m", "kb.cli", "index", "--quiet"]),
                            ("computed", ["-c", "import sys; from kb.vectors import ShippedVectors; ShippedVectors.get = lambda self, key: None; "
                                                "sys.argv = ['zhengwen', 'index', '--quiet']; from kb.cli import main; main()"])):
        with tempfile.TemporaryDirectory() as home:
            found[name] = _seconds(_run, arguments, home)
    return found


def _encoder() -> dict[str, Any]:
    """Queries and passages a second of the model in use."""
    model = embedding(settings().embedding, settings().home)
    if model is None:
        return {}
    texts = [text for *_, text, _ in Store(settings().database).passages()]
    asked = [row["question"] for _, row in sample("retrieval", 60)]
    groups = {"短": [t for t in texts if len(t) <= SHORT][:600], "长": [t for t in texts if 120 <= len(t) <= LONG + 14][:200]}
    model.get_query_embedding(asked[0])
    return {"model": model.model_name, "query_ms": statistics.median(_seconds(model.get_query_embedding, q) for q in asked) * 1000,
            "passages": {name: {"characters": round(sum(map(len, g)) / len(g)), "per_second": len(g) / _seconds(model.get_text_embedding_batch, g)} for name, g in groups.items()}}


def _clients() -> list[dict[str, float]]:
    """Answers a second and the 95th percentile with several clients asking one engine at once."""
    engine = PolicyEngine()
    engine.warm()
    rows = [row for name in KINDS for _, row in sample(name, 24)]
    found = []
    for clients in CLIENTS:
        times: list[float] = []
        lock = threading.Lock()

        def one(row: dict[str, Any], times: list[float] = times, lock: Any = lock) -> None:
            seconds = _seconds(engine.ask, row["question"], day(row))
            with lock:
                times.append(seconds * 1000)

        started = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(one, rows))
        found.append({"clients": clients, "per_second": len(rows) / (time.perf_counter() - started), "p95": statistics.quantiles(times, n=20)[-1]})
    return found


def _against() -> dict[str, dict[str, float]]:
    """The product's whole answer against each baseline's bare search, alternating on the same questions."""
    engine = PolicyEngine()
    engine.warm()
    rows = [row for name in KINDS for _, row in sample(name, 12)]
    ready = searches(engine)
    calls: dict[str, Callable[..., object]] = {"ours": engine.ask, **ready}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for row in rows:
        for name, call in calls.items():
            times[name].append(_seconds(call, row["question"], day(row)) * 1000)
    ours = statistics.median(times.pop("ours"))
    return {name: {"p50": statistics.median(t), "ours": ours} for name, t in times.items()}


def _growth(first: dict[str, Any]) -> list[dict[str, Any]]:
    """The library as it is, then grown; each measured in a process of its own."""
    points = [{**first["all"], "memory_mb": first["memory_mb"], "clauses": first["clauses"], "size_mb": sizes(settings().home), "built": 0}]
    encoder = embedding(settings().embedding, settings().home)
    with tempfile.TemporaryDirectory() as folder:
        grown = copy_of(settings().home, Path(folder) / "home")
        for size in SIZES:
            built = _seconds(grow, grown, encoder, size)
            got = _child(grown.home)
            points.append({**got["all"], "memory_mb": got["memory_mb"], "clauses": got["clauses"], "size_mb": sizes(grown.home), "built": built})
    return points


def _child(home: Path) -> dict[str, Any]:
    done = _run(["-m", "evals.latency"], str(home))
    return json.loads(done.stdout)


def _seconds(call: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - started


def _run(arguments: list[str], home: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **({"ZHENGWEN_HOME": home} if home else {})})


if __name__ == "__main__":
    main()
