"""Does the explanation show how the answer really came about, and does taking it change nothing?"""

import json
import threading
from datetime import date

import pytest

from kb import tracing
from kb.explaining import as_markdown
from tests.conftest import run

TODAY = date(2026, 11, 24)
WOOD = "木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？"


def table(explanation, title):
    return next(s for s in explanation.steps if title in s.title)


def test_the_conditions_of_the_row_with_what_the_project_says(engine):
    found = engine.explain(WOOD, TODAY)
    assert found.answer.eia.document == "报告表"
    candidates = table(found, "哪一项").rows
    assert [row[0] for row in candidates if row[-1] == "是"] == ["第36项"] and len(candidates) > 3
    held = {row[0]: row[1:] for row in table(found, "第36项的条件逐条对照").rows}
    assert held["有电镀工艺"][1] == "不符合"
    assert any(kind == "规模" and value == "不符合" and "8吨" in compared and "10吨" in compared for kind, value, compared in held.values())
    assert "报告表" in table(found, "第36项的结果").lines[0]
    assert all(row[2] == "一字不差" for row in table(found, "核对").rows) and len(table(found, "核对").rows) == len(found.answer.citations)


def test_what_is_not_said_is_shown_as_not_said(engine):
    found = engine.explain("刨花板厂，环评做什么", TODAY)
    assert found.answer.status == "conditional"
    assert any(row[2] == "没有说" for row in table(found, "逐条对照").rows)
    assert "最能分开" in "".join(table(found, "的结果").lines)


def test_entries_of_the_catalogue_and_their_comparison(engine):
    found = engine.explain("年产3万立方米刨花板属于哪一类", TODAY)
    row = table(found, "2024年本）》的条目").rows[0]
    assert row[2] == "符合" and "3万立方米" in row[3] and "5万立方米" in row[3]


def test_passages_with_the_scores_they_were_found_by(engine):
    found = engine.explain("没办环评就开工怎么处罚", TODAY)
    scored = table(found, "检索")
    assert scored.head[1:] == ["用词分", "词义（余弦）", "合成分"] and any("code-2026/83" in row[0] and float(row[2]) > 0.3 for row in scored.rows)
    assert found.answer.citations[0].clause_id in " ".join(row[0] for row in scored.rows)


@pytest.mark.parametrize("question", [WOOD, "负面清单谁牵头", "名录第55项", "今天天气怎么样", "刨花板"])
def test_the_answer_is_the_one_given_without_a_trace(engine, question):
    plain, traced = engine.ask(question, TODAY).contract(), engine.explain(question, TODAY).answer.contract()
    plain.pop("elapsed_ms"), traced.pop("elapsed_ms")
    assert plain == traced
    assert as_markdown(engine.explain(question, TODAY)).startswith("## 1. 怎样读这个问题")


def test_a_trace_hears_nothing_of_other_threads(engine):
    heard = []
    with tracing.tracing() as notes:
        other = threading.Thread(target=lambda: heard.append(engine.ask("夜里施工噪声怎么管", TODAY)))
        other.start()
        other.join()
    assert heard and notes == []
    tracing.note("search", query="无人听")
    assert engine.explain("夜里施工噪声怎么管", TODAY).steps[1:]


def test_the_command(shipped):
    done = run("explain", WOOD, "--as-of", "2026-11-24", "--json")
    told = json.loads(done.stdout)
    assert told["answer"]["eia"]["document"] == "报告表" and any("逐条对照" in step["title"] for step in told["steps"])
    bad = run("explain", "")
    assert bad.returncode == 1 and "请写明问题" in bad.stderr and "Traceback" not in bad.stderr
    assert run("explain", "名录第55项", "--as-of", "昨天").returncode == 1
