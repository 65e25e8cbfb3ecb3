"""Faults in short: kills at random points, a full disk, a folder that cannot be written. `python -m evals.faults` is the long run."""

import json
import os
import resource
import shutil
import subprocess
import sys

import pytest

from evals import faults
from kb import generations
from kb.settings import Settings, settings
from kb.store import Store
from tests.conftest import run

RULE = faults.RULE.format(city="剑阁")


def test_kills_at_random_points(shipped):
    """In a process of its own: a process that has searched vectors cannot be forked."""
    done = subprocess.run([sys.executable, "-m", "evals.faults", "--kills", "7", "--seed", "20261125"], capture_output=True, text=True,
                          env={**os.environ, "ZHENGWEN_HOME": str(settings().home)}, timeout=240)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["不对"] == [] and sum(figures["杀在"].values()) == 7


@pytest.fixture
def home(shipped, tmp_path):
    """A copy of the shipped library."""
    return shutil.copytree(settings().home, tmp_path / "home")


def test_a_full_disk_changes_nothing(home, tmp_path):
    (tmp_path / "办法.txt").write_text(RULE, encoding="utf-8")
    store = Store(home / "zhengwen.sqlite3")
    before = store.revision, generations.current(store, Settings(home=home))
    store.connection.close()
    for largest in (2 ** 16, 2 ** 20):  # bytes any file may grow to: too few for the store, or for the vectors
        done = subprocess.run([sys.executable, "-c", "import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
                               "from kb.cli import main; sys.argv = ['zhengwen', 'ingest', sys.argv[1]]; main()", str(tmp_path / "办法.txt")],
                              env={**os.environ, "ZHENGWEN_HOME": str(home)}, capture_output=True, text=True,
                              preexec_fn=lambda most=largest: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        assert done.returncode == 1 and "没有改动" in done.stderr and "Traceback" not in done.stderr, done.stderr
        store = Store(home / "zhengwen.sqlite3")
        assert (store.revision, generations.current(store, Settings(home=home))) == before
        store.connection.close()
    assert run("ingest", str(tmp_path / "办法.txt"), home=home).returncode == 0


def reading_only(home, *arguments):
    """The command where nothing can be written under home: by permission, or, for an administrator, on a mount that is read-only."""
    command, env = [sys.executable, "-m", "kb.cli", *arguments], {**os.environ, "ZHENGWEN_HOME": str(home)}
    if os.getuid() == 0:
        command = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', str(home), *command]
    else:
        for path in (home, *home.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
    return subprocess.run(command, env=env, capture_output=True, text=True)


@pytest.mark.skipif(os.getuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0, reason="这里不能另设只读挂载")
def test_a_folder_that_cannot_be_written_is_read(home, tmp_path):
    (tmp_path / "办法.txt").write_text(RULE, encoding="utf-8")
    asked = reading_only(home, "ask", "木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？")
    assert asked.returncode == 0 and "报告表" in asked.stdout and "Traceback" not in asked.stderr, asked.stderr
    for command in (("ingest", str(tmp_path / "办法.txt")), ("index", "--quiet"), ("corpus", "repeal", "work-plan", "--from", "2027-01-01")):
        done = reading_only(home, *command)
        assert done.returncode == 1 and "Traceback" not in done.stderr and "没有改动" in done.stderr, done.stderr
