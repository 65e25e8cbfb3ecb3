"""A change of the library is visible whole or not at all: to readers, after failures, with damaged vectors and files."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from ingest.pipeline import ingest_file
from kb import generations
from kb.engine import PolicyEngine
from kb.errors import StoreDamaged, StoreError
from kb.publishing import alone, changing
from kb.settings import Settings
from kb.store import Store
from tests.conftest import run

RULE = "{}市养殖污染防治办法\n第一条　为了防治养殖污染，制定本办法。\n第二条　{}。\n第三条　违反本办法的，处{}万元罚款。\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small library with vectors, as it stands on the disk."""
    folder = tmp_path_factory.mktemp("made")
    settings = Settings(home=folder / "home")
    store = Store(settings.database)
    take_in(store, settings, folder, "青川", "养殖场应当建设粪污贮存池", 3)
    store.connection.close()
    return settings.home


@pytest.fixture
def library(made, tmp_path):
    """A copy of it, in a home of its own."""
    settings = Settings(home=shutil.copytree(made, tmp_path / "home"))
    return Store(settings.database), settings


def take_in(store, settings, folder, city, duty, fine, progress=lambda done, total: None):
    path = folder / f"{city}.txt"
    path.write_text(RULE.format(city, duty, fine), encoding="utf-8")
    return ingest_file(store, path, {}, lambda: changing(store, settings, progress))


def test_a_change_that_fails_leaves_documents_and_vectors(library, tmp_path):
    store, settings = library
    before = store.revision, generations.current(store, settings), store.count()

    def broken(done, total):
        raise OSError(28, "No space left on device")

    with pytest.raises((StoreError, OSError)):
        take_in(store, settings, tmp_path, "旺苍", "养殖场应当安装在线监测设备", 5, broken)
    assert (store.revision, generations.current(store, settings), store.count()) == before
    assert [p.name for p in (settings.home / "vectors").iterdir()] == [before[1].name]
    take_in(store, settings, tmp_path, "旺苍", "养殖场应当安装在线监测设备", 5)
    assert PolicyEngine(store, settings).search("在线监测设备", __import__("datetime").date.today())[0].cosine is not None


def test_a_reader_meanwhile_gets_the_old_answer_or_the_new(library, tmp_path):
    store, settings = library
    engine, stop, seen, wrong = PolicyEngine(Store(settings.database), settings), threading.Event(), set(), []

    def read():
        while not stop.is_set():
            try:
                answer = engine.ask("养殖场粪污贮存池怎么建")
                seen.add("\n".join(c.quote for c in answer.citations if "贮存池" in c.quote))
            except Exception as error:  # noqa: BLE001 - any is a failure
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    duties = [f"养殖场应当建设{n}立方米的粪污贮存池" for n in range(6)]
    for n, duty in enumerate(duties):
        take_in(Store(settings.database), settings, tmp_path, "青川", duty, n + 3)
    stop.set()
    for thread in readers:
        thread.join()
    assert not wrong
    assert seen <= {"养殖场应当建设粪污贮存池。", *(d + "。" for d in duties)} and len(seen) > 1
    assert engine.ask("养殖场粪污贮存池怎么建").citations[0].quote == duties[-1] + "。"


def test_another_process_sees_new_vectors(library, tmp_path):
    store, settings = library
    engine = PolicyEngine(Store(settings.database), settings)
    assert engine.search("在线监测", __import__("datetime").date.today())
    path = tmp_path / "苍溪.txt"
    path.write_text(RULE.format("苍溪", "屠宰企业应当安装在线监测设备", 9), encoding="utf-8")
    assert run("ingest", str(path), home=settings.home).returncode == 0
    top = engine.search("屠宰企业安装什么设备", __import__("datetime").date.today())[0]
    assert "在线监测" in top.clause.text and top.cosine is not None


def test_two_changes_at_once_wait_for_each_other(library, tmp_path):
    _, settings = library
    paths = []
    for city in ("剑阁", "朝天", "昭化"):
        paths.append(tmp_path / f"{city}.txt")
        paths[-1].write_text(RULE.format(city, f"{city}的养殖场应当登记", 1), encoding="utf-8")
    env = {**os.environ, "ZHENGWEN_HOME": str(settings.home)}
    with alone(settings):
        running = [subprocess.Popen([sys.executable, "-m", "kb.cli", "ingest", str(p)], env=env, stderr=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True) for p in paths]
        first = running[0].stderr.readline()
        while "另一个进程" not in first and running[0].poll() is None:
            first = running[0].stderr.readline()
        assert "另一个进程正在更新文库" in first
    assert [p.wait(120) for p in running] == [0, 0, 0]
    for process in running:
        process.communicate()
    held = Store(settings.database)
    assert {d.title[:2] for d in held.documents()} == {"青川", "剑阁", "朝天", "昭化"}


@pytest.mark.parametrize("harm", ["gone", "emptied", "garbage", "cut", "no-sqlite"])
def test_damaged_vectors_are_built_anew(library, harm):
    store, settings = library
    sound = [h.clause.clause_id for h in PolicyEngine(store, settings).search("粪污贮存", __import__("datetime").date.today())]
    folder = generations.current(store, settings)
    if harm == "gone":
        shutil.rmtree(folder)
    elif harm == "emptied":
        shutil.rmtree(folder)
        folder.mkdir()
    else:
        for path in [p for p in folder.rglob("*") if p.is_file() and (harm != "no-sqlite" or p.name == "chroma.sqlite3")]:
            data = path.read_bytes()
            path.write_bytes(data[:len(data) // 2] if harm == "cut" else os.urandom(len(data)))
    hits = PolicyEngine(Store(settings.database), settings).search("粪污贮存", __import__("datetime").date.today())
    assert [h.clause.clause_id for h in hits] == sound and hits[0].cosine is not None


def test_a_damaged_store_is_one_sentence(library):
    store, settings = library
    store.connection.close()
    for suffix in ("-wal", "-shm"):
        settings.database.with_name(settings.database.name + suffix).unlink(missing_ok=True)
    whole = settings.database.read_bytes()
    for data in (b"x" * 5000, whole[:100] + os.urandom(len(whole) - 100)):
        settings.database.write_bytes(data)
        done = run("ask", "粪污", home=settings.home)
        assert done.returncode == 1 and "已损坏" in done.stderr and "Traceback" not in done.stderr
        with pytest.raises(StoreDamaged):
            Store(settings.database).documents()


def test_the_clock_may_be_wrong(library, tmp_path):
    """Dates of the machine decide nothing about what is newer."""
    store, settings = library
    script = "import time, sys, datetime; real = time.time; time.time = lambda: real() - 4e8\nfrom kb.cli import main; sys.argv = ['zhengwen', 'ingest', sys.argv[1]]; main()"
    path = tmp_path / "利州.txt"
    path.write_text(RULE.format("利州", "利州的养殖场应当登记", 1), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", script, str(path)], env={**os.environ, "ZHENGWEN_HOME": str(settings.home)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(store.documents()) == 2 and PolicyEngine(store, settings).ask("利州的养殖场应当做什么").citations


def test_the_lock_of_a_killed_process_is_free(library):
    _, settings = library
    holder = subprocess.Popen([sys.executable, "-c", "from kb.publishing import alone; from kb.settings import Settings; import sys, time\n"
                               f"with alone(Settings(home={str(settings.home)!r})): print('held', flush=True); time.sleep(60)"],
                              stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline().strip() == "held"
    holder.kill()
    holder.wait()
    with alone(settings, waiting=lambda: pytest.fail("the lock is still held")):
        pass


def test_sqlite_failures_are_sentences(tmp_path):
    store = Store(tmp_path / "s.sqlite3")
    other = sqlite3.connect(tmp_path / "s.sqlite3")
    other.execute("begin immediate")
    store.connection.execute("pragma busy_timeout=50")
    with pytest.raises(StoreError, match="另一个进程"):
        store.set_meta("x", "1")
    other.rollback()
    store.set_meta("x", "1")
    assert store.meta("x") == "1"
