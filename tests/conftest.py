"""One library of the whole shipped corpus, with its vectors, built once by the product's own command."""

import os
import shutil
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


@pytest.fixture(scope="session")
def page_home(shipped, tmp_path_factory):
    """The state folder of the page's server: a copy, so that what is uploaded there stays there."""
    home = tmp_path_factory.mktemp("page") / "home"
    shutil.copytree(settings().home, home)
    return home


@pytest.fixture(scope="session")
def url(page_home):
    """The page on a server process of its own."""
    from tests.browsing import serving

    with serving(page_home) as address:
        yield address


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    from tests.browsing import chromium

    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver
