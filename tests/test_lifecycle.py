"""Rules change: replaced, amended, repealed; questions of earlier days keep their answers, and nothing undoes what was recorded."""

import json
import os
import shutil
import threading
import zipfile
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from ingest import watching
from kb import backup as backups
from kb.cli import cli
from kb.engine import PolicyEngine
from kb.errors import StoreError, ZhengwenError
from kb.impact import references, resolve
from kb.publishing import changing
from kb.settings import Settings, settings
from kb.store import Store

BEFORE, AFTER = date(2026, 12, 31), date(2027, 1, 1)


@pytest.fixture(scope="module")
def made(shipped, tmp_path_factory):
    """The shipped library, saved once."""
    return backups.backup(settings(), tmp_path_factory.mktemp("saved") / "shipped.zip")


@pytest.fixture
def home(made, tmp_path):
    """A copy of the shipped library in a home of its own, without vectors until something asks for them."""
    folder = tmp_path / "home"
    backups.restore(Settings(home=folder), made)
    for name in ("vectors", *(p.name for p in settings().home.glob("encoder-*"))):
        shutil.copytree(settings().home / name, folder / name)
    return folder


def done(home, *arguments, code=0):
    """What the command says, run in this process: a start of Python costs more than most commands do."""
    before, os.environ["ZHENGWEN_HOME"] = os.environ["ZHENGWEN_HOME"], str(home)
    settings.cache_clear()
    try:
        result = CliRunner().invoke(cli, list(arguments))
    finally:
        os.environ["ZHENGWEN_HOME"] = before
        settings.cache_clear()
    said = result.output + (str(result.exception) if result.exception else "")
    assert isinstance(result.exception, (ZhengwenError, SystemExit, type(None))), result.exception
    assert result.exit_code == code, said
    return said


def engine_of(home) -> PolicyEngine:
    configured = Settings(home=home)
    return PolicyEngine(Store(configured.database), configured)


def test_a_replacement_the_library_knows_changes_nothing(home):
    assert "已经是这样" in done(home, "corpus", "replace", "catalogue-2019", "--by", "catalogue-2024", "--from", "2024-02-01")


def test_an_amended_article_has_two_texts(home, tmp_path):
    old = engine_of(home).store.clause("code-2026/95").text
    new = "建设单位应当在开工建设前依法报批环境影响报告书、报告表，并向社会公开。"
    text = tmp_path / "95.txt"
    text.write_text("第九十五条　" + new, encoding="utf-8")
    said = done(home, "corpus", "amend", "code-2026/第九十五条", "--text-file", str(text), "--from", "2027-01-01", "--basis", "主席令第9号")
    assert "已记录第1号" in said
    done(home, "index", "--quiet")  # does not undo it
    engine = engine_of(home)
    for on, expected in ((BEFORE, old), (AFTER, new)):
        answer = engine.ask("生态环境法典第九十五条", on)
        assert answer.citations[0].quote == expected and answer.citations[0].in_force
        assert "失效" not in answer.text and "尚未" not in answer.text.replace("尚未取得", "")
    other = engine.ask("生态环境法典第九十六条", AFTER).citations[0]
    assert other.quote == engine.store.clause("code-2026/96").text and other.edition == "2027年1月1日修改"
    hits = {h.clause.doc_id for h in engine.search("没有报批环评就开工", AFTER)}
    assert "code-2026@2027-01-01" in hits and "code-2026" not in hits
    assert "主席令第9号" in done(home, "corpus", "events")
    done(home, "corpus", "undo", "1")
    assert engine_of(home).ask("生态环境法典第九十五条", AFTER).citations[0].quote == old
    assert not engine_of(home).store.document("code-2026@2027-01-01")


def test_an_amended_row_decides_from_its_day_on(home, tmp_path):
    question = "木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？"
    row = engine_of(home).store.clause("eia-2021/36").text
    (tmp_path / "36.txt").write_text(row.replace("10吨及以上的", "6吨及以上的"), encoding="utf-8")
    done(home, "corpus", "amend", "eia-2021/36", "--text-file", str(tmp_path / "36.txt"), "--from", "2027-01-01")
    engine = engine_of(home)
    assert engine.ask(question, BEFORE).eia.document == "报告表"
    answer = engine.ask(question, AFTER)
    assert answer.eia.document == "报告书" and any("6吨及以上的" in c.quote for c in answer.citations)
    questions = tmp_path / "q.jsonl"
    questions.write_text("\n".join(json.dumps({"id": n, "question": q}, ensure_ascii=False) for n, q in enumerate((question, "生猪养殖场要做什么环评？"))), encoding="utf-8")
    for how in (["--before", "2026-12-31", "--after", "2027-01-01"], ["--event", "1"]):
        said = done(home, "corpus", "diff", str(questions), *how, "--out", str(tmp_path / "d.jsonl"))
        assert "报告表" in said and "→ 报告书" in said
        assert [json.loads(line)["id"] for line in (tmp_path / "d.jsonl").read_text().splitlines()][0] == 0


def test_an_amended_plan_keeps_the_units(home, tmp_path):
    (tmp_path / "t.txt").write_text("市环境保护与产业发展协同工作组每年编制负面清单。（牵头单位：市发展改革委，责任单位：市环境保护局）", encoding="utf-8")
    done(home, "corpus", "amend", "work-plan/2.3.1", "--text-file", str(tmp_path / "t.txt"), "--from", "2027-01-01")
    engine = engine_of(home)
    assert "市发展改革委" in engine.ask("负面清单谁牵头", AFTER).duties.lead_units
    assert any("每年编制负面清单" in c.quote for c in engine.ask("负面清单谁牵头", AFTER).citations)
    assert not any("每年编制负面清单" in c.quote for c in engine.ask("负面清单谁牵头", BEFORE).citations)


def test_articles_are_added_and_deleted(home, tmp_path):
    (tmp_path / "n.txt").write_text("第九十五条之一　县级人民政府可以规定更短的期限。", encoding="utf-8")
    done(home, "corpus", "amend", "code-2026/95-1", "--text-file", str(tmp_path / "n.txt"), "--from", "2027-01-01")
    done(home, "corpus", "amend", "code-2026/96", "--delete", "--from", "2027-01-01")
    engine = engine_of(home)
    assert engine.ask("生态环境法典第九十五条之一", AFTER).citations[0].quote == "县级人民政府可以规定更短的期限。"
    order = [c.clause_id.split("/")[1] for c in engine.store.clauses("code-2026@2027-01-01")]
    assert order[order.index("95"):][:3] == ["95", "95-1", "97"]
    assert engine.ask("生态环境法典第九十六条", BEFORE).citations[0].clause_id == "code-2026/96"


def test_a_repealed_document_is_named_as_such(home):
    done(home, "corpus", "repeal", "work-plan", "--from", "2026-06-01", "--basis", "市政府令")
    engine = engine_of(home)
    assert engine.ask("负面清单谁牵头", date(2026, 5, 31)).status == "answered"
    after = engine.ask("按工作方案，负面清单谁牵头", date(2026, 6, 2))
    assert after.text.find("失效") >= 0 or after.text.find("废止") >= 0


def test_wrong_words_change_nothing(home, tmp_path):
    (tmp_path / "e.txt").write_text("　\n", encoding="utf-8")
    before = engine_of(home).store.revision
    for arguments in (["replace", "没有", "--by", "catalogue-2024", "--from", "2027-01-01"],
                      ["replace", "eia-2021", "--by", "eia-2021", "--from", "2027-01-01"],
                      ["replace", "eia-2021", "--by", "eia-2017", "--from", "二月"],
                      ["repeal", "code-2026", "--from", "2020-01-01"],
                      ["amend", "code-2026/9999", "--delete", "--from", "2027-01-01"],
                      ["amend", "code-2026/95", "--text-file", str(tmp_path / "e.txt"), "--from", "2027-01-01"],
                      ["amend", "code-2026/95", "--from", "2027-01-01"],
                      ["amend", "livestock-regulation/5", "--delete", "--from", "2027-01-01"],
                      ["undo", "7"], ["checked", "没有"]):
        done(home, "corpus", *arguments, code=1)
    assert engine_of(home).store.revision == before


def test_citations_are_resolved_by_title_and_number(shipped, tmp_path):
    found = {r.words: r for r in references(shipped, date(2026, 11, 25), ["work-plan"])}
    catalogue = next(r for words, r in found.items() if "2011年本" in words)
    assert (catalogue.state, catalogue.document.doc_id, catalogue.successor.doc_id) == ("ended", "catalogue-2011", "catalogue-2024")
    listed = next(r for words, r in found.items() if "44号令" in words)
    assert (listed.state, listed.document.doc_id, listed.successor.doc_id) == ("ended", "eia-2017", "eia-2021")
    assert next(r for words, r in found.items() if "十三个五年" in words).state == "absent"
    documents = shipped.documents()
    on = date(2026, 11, 25)
    assert resolve("建设项目环境影响评价分类管理名录", "", documents, on)[1]  # no edition named
    assert resolve("环境影响评价法", "", documents, on)[0].doc_id == "eia-law"
    assert resolve("建设项目环境影响评价分类管理名录", "（环境保护部令第99号）", documents, on)[0] is None


def test_status_is_for_a_scheduled_run(home):
    said = done(home, "corpus", "status")
    assert "catalogue-2024" in said and "收录不全" in said and "44号令" in said and "最近7天没有备份" in said
    said = done(home, "corpus", "status", "--days", "1", "--quiet", code=2)
    assert "该核对了" in said and "corpus checked" in said
    done(home, "corpus", "checked", "code-2026")
    assert "生态环境法典》该核对" not in done(home, "corpus", "status", "--days", "1", "--quiet", code=2)


def test_backup_and_restore(home, tmp_path):
    saved = tmp_path / "saved.zip"
    stop, wrong = threading.Event(), []

    def write():
        store, n = Store(home / "zhengwen.sqlite3"), 0
        while not stop.is_set():
            try:
                store.set_meta("busy", str(n := n + 1))
            except ZhengwenError as error:
                wrong.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    done(home, "backup", str(saved))  # while it is written to
    stop.set()
    writer.join()
    assert not wrong and saved.stat().st_mode & 0o077 == 0
    count = Store(home / "zhengwen.sqlite3").count()
    reader = engine_of(home)
    done(home, "corpus", "repeal", "work-plan", "--from", "2026-06-01")
    assert reader.store.document("work-plan").in_force_to
    done(home, "restore", str(saved))
    assert reader.store.document("work-plan").in_force_to is None  # an open reader follows
    for suffix in ("-wal", "-shm"):
        (home / f"zhengwen.sqlite3{suffix}").unlink(missing_ok=True)
    (home / "zhengwen.sqlite3").write_bytes(b"rubbish" * 1000)
    assert "已损坏" in done(home, "ask", "负面清单谁牵头", code=1)
    done(home, "restore", str(saved))
    assert Store(home / "zhengwen.sqlite3").count() == count and list(home.glob("*.damaged"))
    assert engine_of(home).ask("负面清单谁牵头").status == "answered"


def test_a_backup_that_is_none_is_refused(home, tmp_path):
    good = tmp_path / "good.zip"
    backups.backup(Settings(home=home), good)
    before = Store(home / "zhengwen.sqlite3").revision
    cases = {"text": b"not a zip", "cut": good.read_bytes()[:-5000]}
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
    with zipfile.ZipFile(tmp_path / "forged", "w") as z:
        z.writestr("backup.json", json.dumps({"made": "2026-01-01T00:00:00+00:00", "sha256": {"zhengwen.sqlite3": "0" * 64, "../../x": "0"}}))
        z.writestr("zhengwen.sqlite3", b"x")
    for name in (*cases, "forged", "missing"):
        with pytest.raises(ZhengwenError):
            backups.restore(Settings(home=home), tmp_path / name)
    assert Store(home / "zhengwen.sqlite3").revision == before
    with pytest.raises(StoreError):
        backups.backup(Settings(home=home), tmp_path / "good.zip" / "x.zip")


class Site(BaseHTTPRequestHandler):
    body, status, asked = b"%PDF-1.4 one", 200, []

    def do_GET(self):
        etag = f'"{hash(self.body)}"'
        self.asked.append(self.headers.get("If-None-Match"))
        same = self.headers.get("If-None-Match") == etag
        self.send_response(304 if same else self.status)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "text/html" if self.body.startswith(b"<") else "application/pdf")
        self.end_headers()
        if not same:
            self.wfile.write(self.body)

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def test_addresses_are_watched(site, shipped, monkeypatch):
    document = shipped.document("eia-2021").model_copy(update={"url": site + "list.pdf"})
    front = document.model_copy(update={"doc_id": "front", "url": site})
    states = {}
    def outcomes():
        return [look.outcome for look in watching.look([document, front], states)]
    assert outcomes() == ["first", "by_hand"]
    assert outcomes() == ["same", "by_hand"] and Site.asked[-1]
    monkeypatch.setattr(Site, "body", b"%PDF-1.4 two")
    assert outcomes()[0] == "changed" and states[document.url].changed == date.today()
    assert outcomes()[0] == "same"
    page = "<!doctype html><html><head><title>x</title></head><body><div class='nav'>访问量{}</div><div class='content'><p>第一条　为了规范养殖，制定本办法。</p><p>第二条　养殖场应当登记备案，并报告情况。</p></div></body></html>"
    monkeypatch.setattr(Site, "body", page.format(1).encode())
    assert outcomes()[0] == "changed"
    monkeypatch.setattr(Site, "body", page.format(2).encode())
    assert outcomes()[0] in ("same", "changed")
    monkeypatch.setattr(Site, "status", 503)
    monkeypatch.setattr(Site, "body", b"%PDF-1.4 three")
    assert outcomes()[0] == "unreachable" and states[document.url].changed


def test_changes_are_seen_by_a_reader_of_another_process(home):
    engine = engine_of(home)
    engine.ask("负面清单谁牵头")
    with changing(engine.store, engine.settings):
        pass
    done(home, "corpus", "repeal", "work-plan", "--from", "2026-06-01")
    assert engine.store.document("work-plan").in_force_to == date(2026, 5, 31)
