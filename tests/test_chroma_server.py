"""A Chroma server of its own process serves the same answers as the embedded store; when it goes, questions are still answered."""

import shutil
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import httpx
import pytest

from evals.wording import questions
from kb.engine import PolicyEngine
from kb.retrieval import model, open_index
from kb.settings import Settings
from kb.vectors import VectorIndex

ON = date(2026, 11, 24)
ASKED = ["没办环评就开工怎么处罚", "环评批复多久有效", "噪声扰民怎么罚", "秸秆怎么处理", "多大的项目要会商", "矿山要不要恢复植被", "危险化学品怎么管",
         "规划环评谁来审查", "环评收费吗", "违法排污会不会拘留"] + [row["question"] for row in questions()]


@pytest.fixture(scope="module")
def chroma(tmp_path_factory):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = shutil.which("chroma", path=str(Path(sys.executable).parent)) or "chroma"
    process = subprocess.Popen([command, "run", "--path", str(tmp_path_factory.mktemp("chroma")), "--host", "127.0.0.1", "--port", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            if httpx.get(url + "/api/v2/heartbeat").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url, process
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def remote(engine, chroma):
    settings = Settings(home=engine.settings.home, chroma_url=chroma[0])
    encoder = model(settings.embedding, settings.home)
    if encoder is None:
        pytest.skip("没有可用的向量模型")
    VectorIndex(settings, encoder).sync(engine.store)
    return PolicyEngine(engine.store, settings)


def test_the_same_clauses_are_found_with_the_same_likeness(engine, remote):
    embedded, served = open_index(engine.store, engine.settings), open_index(remote.store, remote.settings)
    assert embedded and served and embedded.count() == served.count() > 4000
    for question in ASKED:
        one, other = embedded.search(question, 30)[:10], served.search(question, 30)[:10]  # the far end of a graph search may differ
        assert [c for c, _ in one] == [c for c, _ in other]
        assert [s for _, s in one] == pytest.approx([s for _, s in other], abs=1e-5)


def test_every_question_is_answered_alike(engine, remote):
    assert remote.retriever.dense is not None
    for question in ASKED:
        mine, theirs = (e.ask(question, ON).contract() | {"elapsed_ms": 0} for e in (engine, remote))
        assert mine == theirs, question


def test_when_the_server_goes_questions_are_answered_by_words(engine, remote, chroma):
    chroma[1].kill()
    chroma[1].wait(20)
    started = time.monotonic()
    answer = remote.ask("没办环评就开工怎么处罚", ON)
    assert answer.citations and time.monotonic() - started < 30
    assert remote.notice() is not None
    started = time.monotonic()
    remote.ask("没办环评就开工怎么处罚", ON)
    assert time.monotonic() - started < 2  # not tried again at every question
