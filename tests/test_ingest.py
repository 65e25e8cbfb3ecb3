"""Files become documents: the real ones, the same one twice, a changed one, and everything that cannot be read."""

import hashlib
import re
import sqlite3

import pytest
from pypdf import PdfWriter

from ingest.pipeline import ingest_file
from kb.errors import IngestError
from kb.store import Store
from tests.conftest import run

RULES = "测试市养殖管理办法\n\n第一条 为了规范养殖，制定本办法。\n\n第二条 养殖场应当办理手续，依照第一条执行。\n"
PLAN = """某市绿色发展工作方案
一、总体要求
坚持绿色发展。
二、重点任务
（一）优化布局。推进园区建设。（牵头单位：市商务局，责任单位：市财政局、市水利局）
（二）严格准入。严把准入关口。（责任单位:市应急局）
"""


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home" / "zhengwen.sqlite3")


def content(path):
    """Everything the store holds, as one hash."""
    with sqlite3.connect(path) as db:
        rows = [db.execute(f"select * from {table}").fetchall() for table in ("documents", "clauses", "passages")]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_official_list_equals_the_fact_table(store, shipped, shared):
    report = ingest_file(store, shared / "sources" / "eia-catalogue-2021.pdf", {})
    assert report.doc_id == "eia-2021"
    assert report.found["行"] == 173
    read = {c.clause_id: (c.text, c.page, c.fields) for c in store.clauses("eia-2021") if "no" in c.fields}
    facts = {c.clause_id: (c.text, c.page, c.fields) for c in shipped.clauses("eia-2021") if "no" in c.fields}
    assert read == facts


def test_work_plan_from_its_source(store, shipped, shared):
    report = ingest_file(store, shared / "sources" / "guangyuan-work-plan-2017.txt", {})
    assert (report.doc_id, report.parser) == ("work-plan", "工作方案")
    assert report.found["部分"] == 3 and report.found["项"] == 12 and report.found["单位括注"] == 12
    assert [c.text for c in store.clauses("work-plan")] == [c.text for c in shipped.clauses("work-plan")]


@pytest.mark.parametrize("name, articles", [("建设项目环境保护管理条例", 30), ("企业投资项目核准和备案管理条例", 24),
                                            ("畜禽规模养殖污染防治条例", 44), ("规划环境影响评价条例", 36),
                                            ("自然保护区条例", 44), ("环境影响评价法", 37)])
def test_regulations(store, shared, name, articles):
    path = next((shared / "sources" / "regulations").glob(f"{name}*"))
    report = ingest_file(store, path, {})
    clauses = [c for c in store.clauses(report.doc_id) if "article" in c.fields]
    assert [c.fields["article"] for c in clauses] == list(range(1, articles + 1))
    source = re.sub(r"\s", "", path.read_text(encoding="utf-8"))
    for clause in clauses:
        assert re.sub(r"\s", "", clause.text) in source


def test_a_listed_rule_takes_its_manifest_entry(store, shared):
    path = next((shared / "sources" / "regulations").glob("企业投资项目核准和备案管理条例*"))
    report = ingest_file(store, path, {})
    assert report.doc_id == "investment-approval-regulation"
    document = store.document(report.doc_id)
    assert document.number == "国务院令第673号"
    assert document.in_force_from.isoformat() == "2017-02-01"


def test_same_file_changes_nothing_and_a_changed_one_replaces(store, tmp_path):
    path = tmp_path / "办法.txt"
    path.write_text(RULES, encoding="utf-8")
    first = ingest_file(store, path, {})
    before = content(store.path)
    assert first.changed and not ingest_file(store, path, {}).changed
    assert content(store.path) == before
    path.write_text(RULES.replace("养殖场", "屠宰场"), encoding="utf-8")
    second = ingest_file(store, path, {})
    assert second.changed and second.doc_id == first.doc_id
    assert "屠宰场" in store.clause(f"{first.doc_id}/2").text
    assert len(store.documents()) == 1


def test_what_a_person_states_wins(store, tmp_path):
    path = tmp_path / "办法.txt"
    path.write_text(RULES, encoding="utf-8")
    report = ingest_file(store, path, {"title": "另一市养殖办法", "number": "某府发〔2024〕1号"})
    document = store.document(report.doc_id)
    assert (document.title, document.number) == ("另一市养殖办法", "某府发〔2024〕1号")


def test_another_citys_plan(store, tmp_path):
    path = tmp_path / "方案.txt"
    path.write_text(PLAN, encoding="utf-8")
    report = ingest_file(store, path, {})
    assert report.parser == "工作方案"
    assert [c.label for c in store.clauses(report.doc_id)] == ["第一部分第1段", "第二部分（一）第1段", "第二部分（二）第1段"]


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("坏文件")
    (folder / "空.txt").write_bytes(b"")
    (folder / "空白.txt").write_text(" \n\n", encoding="utf-8")
    (folder / "损坏.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    (folder / "损坏.docx").write_bytes(b"PK\x03\x04" + b"\0" * 400)
    (folder / "图片.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    (folder / "文件夹").mkdir()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret")
    with (folder / "加密.pdf").open("wb") as f:
        writer.write(f)
    return folder


@pytest.mark.parametrize("name", ["空.txt", "空白.txt", "损坏.pdf", "损坏.docx", "图片.pdf", "加密.pdf", "文件夹", "不存在.pdf"])
def test_what_cannot_be_read_is_one_sentence_and_changes_nothing(store, bad_files, tmp_path, name):
    good = tmp_path / "办法.txt"
    good.write_text(RULES, encoding="utf-8")
    ingest_file(store, good, {})
    before = content(store.path)
    with pytest.raises(IngestError) as caught:
        ingest_file(store, bad_files / name, {})
    assert name in str(caught.value) and str(caught.value).endswith("。") and "\n" not in str(caught.value)
    assert content(store.path) == before


def test_the_command_reports_each_file_and_fails(bad_files, tmp_path):
    good = tmp_path / "办法.txt"
    good.write_text(RULES, encoding="utf-8")
    done = run("ingest", str(good), str(bad_files / "损坏.pdf"), str(bad_files / "加密.pdf"), home=tmp_path / "home",
               ZHENGWEN_EMBEDDING="none")
    assert done.returncode == 1
    assert "按“法规条文”解析" in done.stdout and "条2" in done.stdout
    assert "损坏.pdf" in done.stderr and "加密.pdf" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert len(Store(tmp_path / "home" / "zhengwen.sqlite3").documents()) == 1


def test_a_document_taken_in_survives_the_next_index(tmp_path, shared):
    path = next((shared / "sources" / "regulations").glob("建设项目环境保护管理条例*"))
    home = tmp_path / "home"
    assert run("ingest", str(path), home=home, ZHENGWEN_EMBEDDING="none").returncode == 0
    assert run("index", "--quiet", home=home, ZHENGWEN_EMBEDDING="none").returncode == 0
    assert len(Store(home / "zhengwen.sqlite3").clauses("construction-env-regulation")) == 30
