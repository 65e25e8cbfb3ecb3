"""Does a library survive kill -9 at any moment? Changes are started, killed at a random point, looked at, and run again.

After every kill the store must be whole and exactly as before the change or exactly as after it, its vectors in step with
it and sound, and a question must be answered; then the same change must complete. `python -m evals.faults --kills 200`.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from kb import generations
from kb.backup import backup, restore
from kb.engine import PolicyEngine
from kb.publishing import changing
from kb.settings import Settings
from kb.store import Store
from kb.vectors import VectorIndex

RULE = ("{city}市畜禽养殖污染防治办法\n第一条　为了防治养殖污染，制定本办法。\n" + "".join(
    f"第{n}条　养殖场应当{what}，并报{{city}}市农业农村局备案。\n" for n, what in zip("二三四五六七八九", (
        "建设粪污贮存池", "安装在线监测设备", "建立粪污台账", "配套消纳土地", "防止恶臭扩散", "处理病死畜禽", "公开排放情况", "接受监督检查"), strict=True)))

SMALL = ("work-plan", "eia-2021", "catalogue-2024", "energy-law")


class State(NamedTuple):
    """What a library holds, as one hash each of its documents and its clauses."""

    documents: str
    clauses: str


def change_ingest(settings: Settings, folder: Path) -> None:
    _take_in(settings, folder, RULE.format(city="剑阁"))


def change_upload(settings: Settings, folder: Path) -> None:
    """As the page does it: in a process that answers questions meanwhile."""
    engine = PolicyEngine(Store(settings.database), settings)
    engine.ask("养殖场要做什么")
    _take_in(settings, folder, RULE.format(city="青川").replace("贮存池", "密闭贮存池"))
    engine.ask("养殖场要做什么")


def change_index(settings: Settings, folder: Path) -> None:
    """A library that lacks most shipped documents, and gets them."""
    from ingest.shipped import build

    store = Store(settings.database)
    with changing(store, settings):
        build(store)


def change_replace(settings: Settings, folder: Path) -> None:
    from ingest.changing import replace

    store = Store(settings.database)
    with changing(store, settings):
        replace(store, "eia-2021", "catalogue-2024", date(2027, 1, 1))


def change_amend(settings: Settings, folder: Path) -> None:
    from ingest.changing import amend

    store = Store(settings.database)
    with changing(store, settings):
        amend(store, "work-plan", "2.3.1", "市发展改革委牵头编制负面清单。", date(2027, 1, 1))


def change_restore(settings: Settings, folder: Path) -> None:
    restore(settings, folder / "saved.zip")
    with changing(Store(settings.database), settings):
        pass


def change_vectors(settings: Settings, folder: Path) -> None:
    """Vectors that were lost are built anew."""
    with changing(Store(settings.database), settings):
        pass


CHANGES: dict[str, Callable[[Settings, Path], None]] = {
    "收录": change_ingest, "上传": change_upload, "索引": change_index, "替代": change_replace, "修改": change_amend,
    "恢复": change_restore, "重建向量": change_vectors}


def main(kills: int, seed: int, home: Path | None = None) -> dict[str, Any]:
    """Kill so many changes; the figures, with everything that was not as it should be."""
    chance, faults, points = random.Random(seed), [], Counter[str]()
    with tempfile.TemporaryDirectory(prefix="zhengwen-faults-") as folder:
        base = Path(folder) / "base"
        prepared = _prepare(base, home or Settings().home)
        for n in range(kills):
            name = list(CHANGES)[n % len(CHANGES)]
            trial = Path(folder) / "trial"
            shutil.rmtree(trial, ignore_errors=True)
            shutil.copytree(prepared[name].folder, trial, symlinks=True)
            settings = Settings(home=trial / "home")
            work = partial(CHANGES[name], settings, trial)
            killed = _child(work, chance.uniform(0, prepared[name].seconds))
            held = _look(settings, needs_vectors=name != "重建向量")
            which = "之前" if held[0] == prepared[name].before else "之后" if held[0] == prepared[name].after else "之间"
            points[which if killed else "已完成"] += 1
            if which == "之间" or held[1]:
                faults.append(f"{n} {name}：{which} {'；'.join(held[1])}")
            if _child(work, None) != 0:
                faults.append(f"{n} {name}：再次运行没有完成")
            again = _look(settings, needs_vectors=True)
            if again[0] != prepared[name].after or again[1]:
                faults.append(f"{n} {name}：再次运行之后不对 {'；'.join(again[1])}")
            if n % 10 == 9:
                print(f"已杀{n + 1}次，不对{len(faults)}次", file=sys.stderr, flush=True)
    return {"次数": kills, "杀在": dict(points), "不对": faults}


class _Prepared(NamedTuple):
    folder: Path
    before: State
    after: State
    seconds: float


def _prepare(base: Path, home: Path) -> dict[str, _Prepared]:
    """For every change: a library to start from, what it holds before and after, and how long the change takes."""
    first = base / "first"
    (first / "home").mkdir(parents=True)
    for encoder in home.glob("encoder-*"):
        (first / "home" / encoder.name).symlink_to(encoder)
    assert _child(partial(_begin, Settings(home=first / "home")), None) == 0
    found: dict[str, _Prepared] = {}
    for name, change in CHANGES.items():
        folder = base / f"c{len(found)}"
        shutil.copytree(first, folder, symlinks=True)
        settings = Settings(home=folder / "home")
        assert _child(partial(_make_ready, name, settings, folder), None) == 0
        before = _look(settings, needs_vectors=False)[0]
        after = base / "after"
        shutil.rmtree(after, ignore_errors=True)
        shutil.copytree(folder, after, symlinks=True)
        done = Settings(home=after / "home")
        started = time.perf_counter()
        assert _child(partial(change, done, after), None) == 0, name
        found[name] = _Prepared(folder, before, _look(done, needs_vectors=True)[0], time.perf_counter() - started)
    return found


def _begin(settings: Settings) -> None:
    """A few documents of the shipped corpus: enough to change, little enough to look at hundreds of times."""
    from ingest.shipped import build

    store = Store(settings.database)
    with changing(store, settings):
        build(store)
        for document in store.documents():
            if document.doc_id not in SMALL:
                store.remove_document(document.doc_id)


def _make_ready(name: str, settings: Settings, folder: Path) -> None:
    if name == "上传":
        _take_in(settings, folder, RULE.format(city="青川"))
    elif name == "恢复":
        backup(settings, folder / "saved.zip")
        change_ingest(settings, folder)
    elif name == "重建向量":
        shutil.rmtree(settings.home / generations.FOLDER)


def _take_in(settings: Settings, folder: Path, text: str) -> None:
    from ingest.pipeline import ingest_file

    path = folder / "办法.txt"
    path.write_text(text, encoding="utf-8")
    store = Store(settings.database)
    ingest_file(store, path, {}, lambda: changing(store, settings))


def _child(work: Callable[[], None], seconds: float | None) -> int | None:
    """Run in a process of its own; killed after so many seconds: True if it was still at it. Without: its exit code."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException as error:  # noqa: BLE001 - told, then the process ends
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    if seconds is None:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _look(settings: Settings, needs_vectors: bool) -> tuple[State, list[str]]:
    """What the library holds, and what is wrong with it, seen by a process of its own."""
    read, write = os.pipe()

    def work() -> None:
        wrong = []
        store = Store(settings.database)
        if store.connection.execute("pragma quick_check").fetchone()[0] != "ok":
            wrong.append("文库损坏")
        documents = [d.model_dump_json(exclude={"checked_on"}) for d in store.documents()]
        clauses = [c.model_dump_json() for d in store.documents() for c in store.clauses(d.doc_id)]
        if needs_vectors:
            folder, model = generations.current(store, settings), SimpleNamespace(model_name=_model_name(settings))
            index: Any = VectorIndex(settings, model, folder) if folder else None  # type: ignore[arg-type]
            if index is None or index.missing(store) or index.stale(store) or not index.sound():
                wrong.append("向量与文库不一致")
        answer = PolicyEngine(store, Settings(home=settings.home, embedding="none")).ask("节约能源法第三条")
        if not answer.citations:
            wrong.append("不能回答")
        os.write(write, json.dumps([_hash(documents), _hash(clauses), wrong]).encode())

    code = _child(work, None)
    os.close(write)
    with os.fdopen(read) as f:
        said = f.read()
    if code or not said:
        return State("", ""), ["打不开文库"]
    documents, clauses, wrong = json.loads(said)
    return State(documents, clauses), wrong


def _model_name(settings: Settings) -> str:
    return "zhengwen-" + next(settings.home.glob("encoder-*")).name


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures = main(options.kills, options.seed)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    sys.exit(bool(figures["不对"]))
