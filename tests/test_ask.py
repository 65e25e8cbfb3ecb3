"""Questions through the one door: look-ups, refusals, repealed texts, verbatim quotes."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from ingest.shipped import build
from tests.conftest import run

TODAY = date(2026, 11, 24)


def test_rebuilding_changes_nothing(shipped):
    assert build(shipped) == 0


def test_counts(shipped):
    rows = [c for c in shipped.clauses("eia-2021") if "no" in c.fields]
    assert len(rows) == 173
    assert len(shipped.clauses("eia-2021")) == 173 + 7 + 6
    assert len(shipped.clauses("catalogue-2019")) == 836 + 214
    assert len(shipped.clauses("catalogue-2024")) == 16
    assert len(shipped.clauses("code-2026")) == 1242


def test_a_torn_article_stands_alone_and_says_so(shipped):
    whole, torn = shipped.clause("code-2026/1119"), shipped.clause("code-2026/1120")
    assert "挥发性有机物" not in whole.text and "挥发性有机物" in torn.text
    assert "缺开头" in torn.label
    missing = shipped.document("code-2026").coverage.missing
    assert [m[:8] for m in missing] == ["第一千一百二十条", "第一千二百零一条"]


def test_no_article_carries_the_next_heading(shipped):
    for document in shipped.documents():
        if document.kind == "statute":
            for clause in shipped.clauses(document.doc_id):
                assert not re.search(r"\n第[一二三四五六七八九十]+(分编|编|章|节)\s*[^，。]*$", clause.text), clause.clause_id


def test_every_document_states_its_dates_and_coverage(shipped):
    for document in shipped.documents():
        assert document.checked_on and document.obtained
        held = len(shipped.clauses(document.doc_id))
        assert bool(document.coverage.held == 0) == (held == 0), document.doc_id
    official = {d.doc_id: (d.coverage.held, d.coverage.official) for d in shipped.documents()}
    assert official["catalogue-2024"] == (16, 1005)
    assert official["code-2026"] == (1240, 1242)


def test_work_plan_structure(shipped):
    clauses = shipped.clauses("work-plan")
    items = {tuple(c.clause_id.split("/")[1].split(".")[:2]) for c in clauses}
    assert len([i for i in items if i[0] == "2"]) == 8
    assert len([i for i in items if i[0] == "3"]) == 4
    assert sum(len(re.findall(r"（牵头单位[:：][^（）]*）", c.text)) for c in clauses) == 12
    assert not any("bookmark" in c.text for c in clauses)


@pytest.mark.parametrize("question, clause_id", [
    ("生态环境法典第九十五条", "code-2026/95"),
    ("生态环境法典第95条讲什么", "code-2026/95"),
    ("名录第55项", "eia-2021/55"),
    ("环评名录第四条怎么规定的", "eia-2021/a4"),
    ("循环经济促进法第五十八条", "circular-economy-law/58"),
])
def test_looks_up_the_named_clause(engine, question, clause_id):
    answer = engine.ask(question, TODAY)
    assert answer.status == "answered"
    assert [c.clause_id for c in answer.citations] == [clause_id]


def test_looks_up_an_item_of_the_plan(engine):
    answer = engine.ask("第二部分第（四）项讲什么", TODAY)
    assert [c.clause_id for c in answer.citations] == ["work-plan/2.4.1"]


def test_a_repealed_text_says_so_first(engine):
    answer = engine.ask("环境影响评价法第十六条", TODAY)
    assert "失效" in answer.text.split("\n")[0] and "生态环境法典" in answer.text.split("\n")[0]
    assert not answer.citations[0].in_force
    assert engine.ask("环境影响评价法第十六条", date(2025, 1, 1)).citations[0].in_force


@pytest.mark.parametrize("question", ["护照怎么办", "明天天气怎么样", "写一首诗", ""])
def test_refuses_what_lies_outside(engine, question):
    assert engine.ask(question, TODAY).status == "refused"


@pytest.mark.parametrize("question, label, quote", [
    ("生态环境法典第九十五条第一款", "第九十五条第一款", None),
    ("名录第三条第（一）项", "名录第三条第（一）项", "（一）国家公园、自然保护区"),
    ("分类管理名录说明6", "名录说明6", "化学镀、阳极氧化"),
    ("产业结构调整指导目录（2024年本）限制类农林牧渔业第2项", "限制类·农林牧渔业第2项", "单线5万立方米/年以下"),
])
def test_looks_up_a_part(engine, question, label, quote):
    citation = engine.ask(question, TODAY).citations[0]
    assert citation.label == label
    assert quote is None or citation.quote.startswith(quote)


def test_several_places_of_one_document(engine):
    answer = engine.ask("生态环境法典第九十五条和第九十六条分别讲什么", TODAY)
    assert [c.clause_id for c in answer.citations] == ["code-2026/95", "code-2026/96"]


@pytest.mark.parametrize("question", ["生态环境法典第一千三百条", "《四川省环境保护条例》第三条", "建设项目环境保护管理条例第七条",
                                      "44号令第二条"])
def test_what_is_not_held_is_not_found(engine, question):
    answer = engine.ask(question, TODAY)
    assert answer.status == "not_found" and not answer.citations


def test_an_article_of_no_document_is_asked_back(engine):
    answer = engine.ask("第二十条讲什么", TODAY)
    assert answer.status == "conditional" and answer.questions


def test_a_replaced_list_names_what_stands_today(engine):
    first = engine.ask("按44号令，搅拌站环评怎么做", TODAY).text.split("\n")[0]
    assert "2021年1月1日失效" in first and "（2021年版）》接替" in first
    first = engine.ask("产业结构调整指导目录（2011年本）里刨花板怎么说", TODAY).text.split("\n")[0]
    assert "（2024年本）》接替" in first


def test_a_law_not_yet_in_force_says_so(engine):
    answer = engine.ask("生态环境法典第九十五条", date(2025, 3, 1))
    assert "尚未施行" in answer.text.split("\n")[0] and not answer.citations[0].in_force


def test_the_law_of_the_day_answers(engine):
    question = "没办环评就开工怎么处罚"
    assert "code-2026" in {c.doc_id for c in engine.ask(question, TODAY).citations}
    past = engine.ask(question, date(2025, 3, 1))
    assert "eia-law/31" in [c.clause_id for c in past.citations]
    assert all(c.in_force for c in past.citations)


def test_what_may_have_changed_is_said(engine):
    assert any("修订稿" in w for w in engine.ask("名录第55项", TODAY).warnings)
    assert any("2026年8月28日" in w for w in engine.ask("生态环境法典第九十五条", TODAY).warnings)
    assert not any("核对至" in w for w in engine.ask("循环经济促进法第一条", date(2026, 8, 1)).warnings)


def test_a_question_of_class_says_that_the_catalogue_is_not_complete(engine):
    answer = engine.ask("新能源汽车电池回收拆解项目能不能引进", TODAY)
    assert any("2024年本" in w and "没有查到不等于没有规定" in w for w in answer.warnings)


SETS = Path(__file__).parents[1] / "evals"
QUESTIONS = [json.loads(line) for line in (SETS / "retrieval.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_quote_of_two_hundred_questions_is_verbatim(engine, shipped):
    for row in QUESTIONS:
        answer = engine.ask(row["question"], date.fromisoformat(row["as_of"]) if row["as_of"] else TODAY)
        for citation in answer.citations:
            assert citation.quote in shipped.clause(citation.clause_id).text
        assert {c.n for c in answer.citations} == {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", answer.text)}


def test_questions_of_the_evaluation_are_not_in_the_training():
    trained = {json.loads(line)["question"] for path in (SETS / "encoder").rglob("*.jsonl")
               for line in path.read_text(encoding="utf-8").splitlines()}
    for name in ("retrieval", "scope"):
        rows = [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        assert not trained & {row["question"] for row in rows}


def test_markup_in_a_question_or_document_is_text(engine):
    answer = engine.ask("《<script>alert(1)</script>》第三条", TODAY)
    assert answer.status == "not_found"
    assert r"\<script\>" in answer.text and "<script>" not in answer.text


def test_json_is_the_contract(shipped):
    done = run("ask", "名录第55项", "--json", "--as-of", "2024-06-01")
    answer = json.loads(done.stdout)
    assert list(answer) == ["question", "as_of", "intent", "status", "text", "citations", "eligibility", "eia", "duties",
                            "questions", "warnings", "elapsed_ms"]
    assert (answer["as_of"], answer["status"], answer["eia"]) == ("2024-06-01", "answered", None)
    assert list(answer["citations"][0]) == ["n", "doc_id", "doc_title", "doc_number", "edition", "clause_id", "label",
                                            "quote", "page", "in_force", "url"]
    assert answer["citations"][0]["page"] == 13


def test_batch(shipped, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": "甲", "question": "名录第55项"}\n\n'
                                       '{"id": 2, "question": "护照怎么办", "as_of": "2024-06-01"}\n', encoding="utf-8")
    done = run("ask", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(r["id"], r["status"]) for r in rows] == [("甲", "answered"), (2, "refused")]


@pytest.mark.parametrize("arguments, said", [
    (["ask", "名录第55项", "--as-of", "去年"], "无法识别"), (["ask", "--batch", "x.jsonl"], "--out"),
    (["ask", "--batch", "没有.jsonl", "--out", "y.jsonl"], "没有.jsonl")])
def test_bad_input_is_one_sentence(shipped, tmp_path, arguments, said):
    done = run(*arguments)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_a_bad_line_of_a_batch_is_named_and_nothing_is_written(shipped, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": 1, "question": "a"}\n{"id": 2}\n', encoding="utf-8")
    done = run("ask", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"))
    assert done.returncode == 1 and "第2行" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["in.jsonl"]


def test_without_an_index_the_next_step_is_said(tmp_path):
    done = run("ask", "名录第55项", home=tmp_path)
    assert done.returncode == 1 and "zhengwen index" in done.stderr


def test_the_library_as_a_table(shipped):
    done = run("documents", COLUMNS="200")
    assert done.returncode == 0 and "16 / 1,005 条" in done.stdout and "正文未收录" in done.stdout
