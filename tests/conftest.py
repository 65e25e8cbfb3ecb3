"""One engine over the whole shipped corpus, built once in a folder of its own."""

import os
import tempfile

os.environ.setdefault("ZHENGWEN_HOME", tempfile.mkdtemp(prefix="zhengwen-"))

import pytest  # noqa: E402

from ingest.shipped import build  # noqa: E402
from kb.engine import PolicyEngine  # noqa: E402
from kb.settings import settings  # noqa: E402
from kb.store import Store  # noqa: E402


@pytest.fixture(scope="session")
def shipped():
    store = Store(settings().database)
    build(store)
    return store


@pytest.fixture(scope="session")
def engine(shipped):
    return PolicyEngine(shipped)
