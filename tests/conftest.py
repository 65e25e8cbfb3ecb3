"""One library of the whole shipped corpus, with its vectors, built once by the product's own command."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("ZHENGWEN_HOME", tempfile.mkdtemp(prefix="zhengwen-"))

import pytest  # noqa: E402

from kb.engine import PolicyEngine  # noqa: E402
from kb.settings import settings  # noqa: E402
from kb.store import Store  # noqa: E402

SHARED = Path(__file__).resolve().parents[2] / "shared"


def run(*arguments: str, home: Path | None = None, **environment: str) -> subprocess.CompletedProcess:
    """The zhengwen command as a user runs it."""
    env = {**os.environ, **environment} | ({"ZHENGWEN_HOME": str(home)} if home else {})
    return subprocess.run([sys.executable, "-m", "kb.cli", *arguments], env=env, text=True, capture_output=True, timeout=600)


@pytest.fixture(scope="session")
def shipped():
    done = run("index", "--quiet")
    assert done.returncode == 0, done.stderr
    return Store(settings().database)


@pytest.fixture(scope="session")
def engine(shipped):
    return PolicyEngine(shipped)


@pytest.fixture(scope="session")
def shared():
    if not SHARED.is_dir():
        pytest.skip("需要项目旁边的 shared 文件夹（官方原件）")
    return SHARED
