"""Ask every wording of many questions and judge the answers, with a progress bar; in several processes where asked to."""

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from evals.citing import count
from evals.outcome import Judge, Outcome
from evals.sets import day, wordings
from kb.engine import PolicyEngine
from kb.explaining import Explanation

Row = tuple[str, dict[str, Any]]  # the set's name and a line of it
_ENGINE: list[PolicyEngine] = []  # of a worker process


def judges() -> dict[str, Judge]:
    """Who judges a set."""
    from evals import catalogue, duties, eia, honesty, passages

    return {"eia": eia.judge, "catalogue": catalogue.judge, "duties": duties.judge, "retrieval": passages.judge,
            "unseen": passages.judge, "scope": honesty.judge_refusal, "refusals": honesty.judge_refusal,
            "premises": honesty.judge_premise, "temporal": honesty.judge_temporal}


def ask_row(engine: PolicyEngine, row: Row) -> list[Outcome]:
    """The outcomes of all wordings of one question."""
    name, gold = row
    found = []
    for n, wording in enumerate(wordings(gold)):
        answer = engine.ask(wording, day(gold))
        outcome = judges()[name](gold, n, answer)
        trace = brief(engine.explain(wording, day(gold))) if outcome.failed and outcome.split == "dev" else []
        found.append(outcome.model_copy(update={"cites": count(answer, engine.store), "trace": trace}))
    return found


def brief(explanation: Explanation, rows: int = 4, width: int = 90) -> list[str]:
    """The stages of an explanation in a line each: the first rows of each table, cut to a width."""
    return [f"{step.title}：" + "；".join([*step.lines, *(" ".join(cell for cell in row if cell)[:width] for row in step.rows[:rows])])
            for step in explanation.steps[1:-1]]


def ask_all(engine: PolicyEngine, rows: list[Row], title: str) -> list[Outcome]:
    """All outcomes, asked in this process."""
    return [o for outcomes in tracked((ask_row(engine, row) for row in rows), len(rows), title) for o in outcomes]


def ask_in_processes(rows: list[Row], title: str, processes: int) -> list[Outcome]:
    """All outcomes, in the order of the rows, asked by several processes with an engine each."""
    with ProcessPoolExecutor(processes, get_context("spawn"), _open) as pool:
        done = pool.map(_ask_here, rows, chunksize=8)
        return [o for outcomes in tracked(done, len(rows), title) for o in outcomes]


def tracked(items: Iterable[Any], total: int, title: str) -> Iterable[Any]:
    """The items, with a bar on the terminal."""
    from rich.console import Console
    from rich.progress import track

    return track(items, title, total=total, console=Console(stderr=True), disable=not sys.stderr.isatty())


def timed(call: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """The result and the milliseconds it took."""
    import time

    started = time.perf_counter()
    result = call(*arguments)
    return result, (time.perf_counter() - started) * 1000


def _open() -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    engine = PolicyEngine()
    engine.warm()
    _ENGINE.append(engine)


def _ask_here(row: Row) -> list[Outcome]:
    return ask_row(_ENGINE[0], row)
