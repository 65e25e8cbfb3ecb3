"""The index as one file: exported, checked, mounted read-only by replicas that answer alike."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from kb.settings import settings
from kb.store import Store
from tests.conftest import run

QUESTIONS = ["木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？", "没办环评就开工怎么处罚", "负面清单谁牵头？", "名录第55项", "广元对电镀项目怎么管"]
ANSWER = ("import json, sys; from datetime import date; from kb.engine import PolicyEngine; e = PolicyEngine(); "
          "print(json.dumps([{**e.ask(q, date(2026, 11, 24)).contract(), 'elapsed_ms': 0} for q in json.loads(sys.argv[1])] + [bool(e.retriever.dense)]))")


@pytest.fixture(scope="module")
def snapshot(shipped, tmp_path_factory):
    path = tmp_path_factory.mktemp("snapshot") / "政问.tar.gz"
    done = run("index", "export", str(path))
    assert done.returncode == 0 and "条条文" in done.stdout, done.stderr
    return path


@pytest.fixture(scope="module")
def replica(snapshot, tmp_path_factory):
    home = tmp_path_factory.mktemp("replica")
    done = run("index", "import", str(snapshot), home=home)
    assert done.returncode == 0 and "已装好" in done.stdout, done.stderr
    return home


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A library of one document without vectors, and its snapshot."""
    folder = tmp_path_factory.mktemp("small")
    file = folder / "某县办法.txt"
    file.write_text("某县秸秆管理办法\n第一条 为了加强秸秆管理，制定本办法。\n第二条 禁止露天焚烧秸秆。\n", encoding="utf-8")
    assert run("ingest", str(file), home=folder / "home", ZHENGWEN_EMBEDDING="none").returncode == 0
    assert run("index", "export", str(folder / "small.tar.gz"), home=folder / "home", ZHENGWEN_EMBEDDING="none").returncode == 0
    return folder / "small.tar.gz"


def answers(home: Path, before: list[str] | None = None) -> subprocess.Popen:
    return subprocess.Popen([*(before or []), sys.executable, "-c", ANSWER, json.dumps(QUESTIONS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "ZHENGWEN_HOME": str(home)}, cwd=Path(__file__).resolve().parents[1])


def told(process: subprocess.Popen) -> list:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out)


def test_a_snapshot_says_what_it_holds_and_nothing_of_its_machine(snapshot):
    with tarfile.open(snapshot) as packed:
        contents = json.load(packed.extractfile("snapshot.json"))
        assert contents["documents"] > 20 and contents["clauses"] > 4000
        assert {m.uname for m in packed} == {""} and set(packed.getnames()) == {"snapshot.json", *contents["sha256"]}
    assert any(name.startswith("encoder-") for name in contents["sha256"]) and any(name.startswith("vectors/") for name in contents["sha256"])


def test_replicas_on_a_file_system_they_cannot_write_answer_alike(shipped, replica):
    """Two at once, the folder mounted read-only where this machine lets the test do so, else its write bits taken away."""
    before = sorted(p.relative_to(replica) for p in replica.rglob("*"))
    mount = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', str(replica)]
    mounted = subprocess.run([*mount, "true"], capture_output=True).returncode == 0 if shutil.which("unshare") else False
    if not mounted:
        assert os.getuid() != 0, "以 root 运行时需要能够只读挂载"
        subprocess.run(["chmod", "-R", "a-w", str(replica)], check=True)
    try:
        processes = [answers(replica, mount if mounted else None) for _ in range(2)]
        first, second = map(told, processes)
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(replica)], check=True)
    assert first == second == told(answers(settings().home))
    assert first[-1] is True  # with vectors
    assert sorted(p.relative_to(replica) for p in replica.rglob("*")) == before


def test_a_library_is_not_replaced_by_mistake(small, tmp_path):
    assert run("index", "import", str(small), home=tmp_path).returncode == 0
    refused = run("index", "import", str(small), home=tmp_path)
    assert refused.returncode == 1 and "--replace" in refused.stderr
    assert run("index", "import", "--replace", str(small), home=tmp_path).returncode == 0
    again = run("index", "export", str(small), home=tmp_path)
    assert again.returncode == 1 and "已经存在" in again.stderr


def test_who_reads_meanwhile_sees_the_new_library(small, tmp_path):
    """A process that serves goes on with what is imported over its library."""
    other = tmp_path / "另一办法.txt"
    other.write_text("某市扬尘管理办法\n第一条 为了防治扬尘，制定本办法。\n", encoding="utf-8")
    assert run("ingest", str(other), home=tmp_path / "home", ZHENGWEN_EMBEDDING="none").returncode == 0
    store = Store(tmp_path / "home" / "zhengwen.sqlite3")
    assert [d.title for d in store.documents()] == ["某市扬尘管理办法"]
    assert run("index", "import", "--replace", str(small), home=tmp_path / "home").returncode == 0
    assert [d.title for d in store.documents()] == ["某县秸秆管理办法"]


def spoilt(snapshot: Path, folder: Path, how: str) -> Path:
    """A copy of the snapshot that is not what it says."""
    path = folder / f"{how}.tar.gz"
    if how == "cut":
        path.write_bytes(snapshot.read_bytes()[:-2000])
    elif how == "noise":
        path.write_bytes(os.urandom(5000))
    else:
        with tarfile.open(snapshot) as source, tarfile.open(path, "w:gz", compresslevel=1) as target:
            for member in source:
                data = source.extractfile(member)
                library = member.name == "zhengwen.sqlite3"
                if how == "changed" and library:
                    target.addfile(member, io.BytesIO(data.read().replace("露天焚烧".encode(), "露天堆放".encode())))
                elif how != "missing" or not library:
                    target.addfile(member, data)
            if how == "escaping":
                info = tarfile.TarInfo("../outside")
                target.addfile(info)
    return path


@pytest.mark.parametrize("how", ["cut", "noise", "changed", "missing", "escaping"])
def test_a_snapshot_that_is_not_whole_is_not_taken_in(small, tmp_path, how):
    home = tmp_path / "home"
    done = run("index", "import", str(spoilt(small, tmp_path, how)), home=home)
    assert done.returncode == 1 and "没有导入" in done.stderr and "Traceback" not in done.stderr
    assert not (home / "zhengwen.sqlite3").exists() and not (tmp_path / "outside").exists()
    assert not [p for p in home.iterdir() if p.name.startswith(".zhengwen-")]


def test_a_file_that_is_not_there(tmp_path):
    done = run("index", "import", str(tmp_path / "没有.tar.gz"), home=tmp_path / "home")
    assert done.returncode == 1 and "找不到快照" in done.stderr
