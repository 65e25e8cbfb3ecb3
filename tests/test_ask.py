"""Questions through the one door: look-ups, refusals, repealed texts, verbatim quotes."""

import re
from datetime import date

import pytest

from ingest.shipped import build

TODAY = date(2026, 11, 24)


def test_rebuilding_changes_nothing(shipped):
    assert build(shipped) == 0


def test_counts(shipped):
    rows = [c for c in shipped.clauses("eia-2021") if "no" in c.fields]
    assert len(rows) == 173
    assert len(shipped.clauses("eia-2021")) == 173 + 7 + 6
    assert len(shipped.clauses("catalogue-2019")) == 836 + 214
    assert len(shipped.clauses("catalogue-2024")) == 16
    assert len(shipped.clauses("code-2026")) == 1240


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


@pytest.mark.parametrize("question", ["未批先建怎么处罚", "污水处理厂要做环评吗", "入园项目怎么会商", "秸秆怎么利用", "水土保持方案谁审批"])
def test_every_quote_is_verbatim(engine, shipped, question):
    answer = engine.ask(question, TODAY)
    assert answer.citations
    for citation in answer.citations:
        assert citation.quote in shipped.clause(citation.clause_id).text
        assert f"[{citation.n}]" in answer.text
