"""Rubbish in, a sentence out: loaders, parsers, amounts, questions and the interfaces under random input."""

import io
import zipfile

import pytest
from docx import Document
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from ingest.loading import ACCEPTED, load
from ingest.pipeline import prepare
from kb.errors import ZhengwenError
from kb.impact import resolve
from kb.quantities import quantities, thresholds

LEGAL = st.text(st.sampled_from("第一二三十百千万条款项之编章节（）()、，。；：《》〔〕及以下上不含超过年月日吨米立方头蒸小时元 　\t\n0123456789.%％①A«­‮\ufeff𠀀环评办法"), max_size=300)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def sample(kind: str) -> bytes:
    """A small sound file of a kind, to be harmed."""
    out = io.BytesIO()
    if kind == ".docx":
        document = Document()
        document.add_paragraph("第一条　养殖场应当登记。")
        document.add_table(2, 2).cell(0, 0).text = "序号"
        document.save(out)
    elif kind == ".pdf":
        canvas = Canvas(out)
        canvas.drawString(80, 700, "1 rule")
        canvas.showPage()
        canvas.save()
    else:
        out.write("<!doctype html><html><body><p>第一条　养殖场应当登记。</p><table><tr><td>1</td><td>2</td></tr></table></body></html>".encode())
    return out.getvalue()


def taken(path) -> None:
    """A file is read and parsed, or refused with one sentence; nothing else comes out."""
    try:
        prepare(path, {})
    except ZhengwenError as error:
        assert str(error).endswith("。") and "Traceback" not in str(error)


@QUIET
@given(data=st.binary(max_size=2000), suffix=st.sampled_from([s for s in ACCEPTED if s not in (".doc", ".wps", ".rtf")]))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data, suffix):
    path = tmp_path_factory.mktemp("f") / f"x{suffix}"
    path.write_bytes(data)
    taken(path)


@QUIET
@given(kind=st.sampled_from([".docx", ".pdf", ".html"]), cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), min_size=1, max_size=5))
def test_harmed_files_are_read_or_refused(tmp_path_factory, kind, cuts):
    data = bytearray(sample(kind))
    for at, patch in cuts:
        start = int(at * len(data))
        data[start:start + len(patch) + 1] = patch
    path = tmp_path_factory.mktemp("f") / f"x{kind}"
    path.write_bytes(bytes(data))
    taken(path)


@QUIET
@given(xml=st.text(max_size=200), text=LEGAL)
def test_any_document_xml_is_read_or_refused(tmp_path_factory, xml, text):
    path = tmp_path_factory.mktemp("f") / "x.docx"
    with zipfile.ZipFile(io.BytesIO(sample(".docx"))) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                body = body.replace("养殖场".encode(), (xml + text).encode("utf-8", "replace"))
            new.writestr(name, body)
    taken(path)


@QUIET
@given(text=LEGAL, suffix=st.sampled_from([".txt", ".md", ".html"]))
def test_any_legal_looking_text_is_parsed_or_refused(tmp_path_factory, text, suffix):
    path = tmp_path_factory.mktemp("f") / f"x{suffix}"
    path.write_text(("<p>" if suffix == ".html" else "") + text, encoding="utf-8", errors="replace")
    taken(path)


@settings(max_examples=300, deadline=None)
@given(LEGAL)
def test_amounts_never_fail(text):
    for found in (*quantities(text), *thresholds(text)):
        assert found.text in text or found.text.strip()


@settings(max_examples=200, deadline=None)
@given(title=LEGAL, brackets=LEGAL)
def test_citations_never_fail(shipped, title, brackets):
    from datetime import date

    resolve(title, brackets, shipped.documents(), date(2026, 11, 25))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(question=st.one_of(LEGAL, st.text(max_size=200)), day=st.dates())
def test_any_question_has_an_answer_whose_quotes_stand(engine, question, day):
    try:
        answer = engine.ask(question, day)
    except ZhengwenError as error:
        assert "核对" not in str(error)
        return
    for citation in answer.citations:
        assert citation.quote in engine.clause(citation.clause_id).text


@pytest.fixture(scope="module")
def client(engine):
    from web.server import create_app

    return TestClient(create_app(engine, page=False), base_url="http://localhost", raise_server_exceptions=False)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40), lambda c: st.lists(c, max_size=4) | st.dictionaries(
    st.sampled_from(["question", "as_of", "earlier", "project", "text", "messages", "model", "role", "content", "stream"]), c, max_size=4), max_leaves=12)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(["/api/ask", "/api/screen", "/api/verify", "/v1/chat/completions", "/login", "/logout"]), body=JSON)
def test_the_interfaces_never_fail(client, path, body):
    import json

    answer = client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code < 500 or answer.status_code == 503, answer.text


def test_paths_lead_nowhere_else(client, tmp_path):
    for path in ("/api/clauses/../../etc/passwd", "/api/clauses/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/static/../kb/settings.py", "/file=/etc/passwd"):
        answer = client.get(path)
        assert answer.status_code in (404, 422) and "root:" not in answer.text
    with pytest.raises(ZhengwenError):
        load(tmp_path / "..\0" / "x.txt")
