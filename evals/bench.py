"""How fast is it? python -m evals.bench: warm answers, the encoder, the index. One line a figure, medians."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from evals.sets import TODAY, questions
from kb.embedding import embedding
from kb.engine import PolicyEngine
from kb.settings import settings

SHORT, LONG = 60, 134  # characters of a short and a long passage


def main() -> None:
    """Measure and print."""
    print(f"{platform.machine()}，{os.cpu_count()}核，Python {platform.python_version()}")
    engine = PolicyEngine()
    engine.warm()
    rows = questions("retrieval")
    times = [_timed(engine.ask, row["question"], date.fromisoformat(row["as_of"]) if row["as_of"] else TODAY) for row in rows]
    print(f"热问答（{len(rows)}题）：中位 {statistics.median(times) * 1000:.0f} ms，95% {sorted(times)[int(len(times) * .95)] * 1000:.0f} ms")
    _encoder(engine)
    for label, arguments in (("冷启动查条文", ["ask", "名录第55项"]), ("冷启动提问", ["ask", rows[0]["question"]])):
        print(f"{label}：{statistics.median(_timed(_run, arguments) for _ in range(3)):.1f} s")
    with tempfile.TemporaryDirectory() as home:
        print(f"首次建立索引：{_timed(_run, ['index', '--quiet'], home):.0f} s")


def _encoder(engine: PolicyEngine) -> None:
    """Queries and passages a second of the model in use."""
    model = embedding(settings().embedding, settings().home)
    if model is None:
        return
    texts = [text for *_, text, _ in engine.store.passages()]
    asked = [row["question"] for row in questions("retrieval")]
    print(f"向量模型 {model.model_name}：一问 {statistics.median(_timed(model.get_query_embedding, q) for q in asked) * 1000:.1f} ms")
    for name, sample in (("短", [t for t in texts if len(t) <= SHORT][:600]), ("长", [t for t in texts if 120 <= len(t) <= LONG + 14][:200])):
        seconds = _timed(model.get_text_embedding_batch, sample)
        print(f"  {name}文本（平均{sum(map(len, sample)) / len(sample):.0f}字）：每秒 {len(sample) / seconds:.0f} 条")


def _timed(call: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - started


def _run(arguments: list[str], home: str | None = None) -> None:
    subprocess.run([sys.executable, "-m", "kb.cli", *arguments], check=True, capture_output=True,
                   env={**os.environ, **({"ZHENGWEN_HOME": str(Path(home))} if home else {})})


if __name__ == "__main__":
    main()
