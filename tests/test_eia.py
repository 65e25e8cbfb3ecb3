"""Which EIA document does a project need? Boundaries, exceptions, notes, several categories, missing facts, editions, turns."""

import re
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.eia_grammar import alternatives
from kb.eia_rules import rules
from kb.engine import PolicyEngine
from kb.industries import all_industries
from kb.models import Answer, Clause
from kb.project import Project
from kb.settings import CORPUS

ON = date(2026, 11, 24)


@pytest.fixture(scope="module")
def ask(engine: PolicyEngine):
    return lambda question, on=ON, earlier="": engine.ask(question, on, earlier)


def document(answer: Answer) -> str | None:
    return answer.eia.document if answer.eia else None


def row(**cells: str) -> Clause:
    fields = {"no": 1, "name": "某行业制造 999", "report": "/", "form": "/", "registration": "/", "sensitive_area": ""} | cells
    return Clause(clause_id="list/1", doc_id="list", label="名录第1项", text="\n".join(map(str, fields.values())), fields=fields)


@pytest.mark.parametrize(("question", "expected"), [
    ("木质家具厂，年用溶剂型涂料（含稀释剂）10吨，没有电镀，环评做什么", "报告书"),
    ("木质家具厂，年用溶剂型涂料（含稀释剂）9.9吨，没有电镀，环评做什么", "报告表"),
    ("新建规模化养猪场，年出栏生猪5000头，不涉及环境敏感区，环评做什么", "报告书"),
    ("新建规模化养猪场，年出栏生猪4999头，不涉及环境敏感区，环评做什么", "登记表"),
    ("刨花板厂年产20万立方米，环评做什么", "报告书"),
    ("刨花板厂年产19.9万立方米，环评做什么", "报告表"),
    ("新建医院，住院床位500张，环评做什么", "报告书"),
    ("新建医院，住院床位499张，环评做什么", "报告表"),
    ("新建医院，住院床位20张，环评做什么", "报告表"),
    ("新建医院，住院床位19张，环评做什么", "登记表"),
    ("地面集中光伏电站，总容量6000千瓦，10千伏接入，环评做什么", "登记表"),
    ("地面集中光伏电站，总容量6001千瓦，10千伏接入，环评做什么", "报告表"),
    ("燃煤锅炉供热，总容量65吨/小时，环评做什么", "报告表"),
    ("燃煤锅炉供热，总容量66吨/小时，环评做什么", "报告书"),
    ("新建二级公路30公里，不涉及环境敏感区，环评做什么", "报告表"),
    ("新建二级公路30.1公里，不涉及环境敏感区，环评做什么", "报告书"),
    ("新建城镇生活污水处理厂，日处理10万吨，环评做什么", "报告书"),
    ("新建城镇生活污水处理厂，日处理9.9万吨，环评做什么", "报告表"),
    ("新建水库，库容1000万立方米，环评做什么", "报告书"),
])
def test_boundaries_are_exact(ask, question: str, expected: str) -> None:
    answer = ask(question)
    assert document(answer) == expected and answer.status == "answered"


def test_a_bare_boundary_is_read_by_the_civil_code_and_marked(ask) -> None:
    """1000千升以下的除外 at exactly 1000千升: 民法典 第一千二百五十九条 includes it, and the answer says that it must be confirmed."""
    answer = ask("白酒厂，有发酵工艺，厂房内年生产能力1000千升，环评做什么")
    assert document(answer) == "报告表"
    assert any("第一千二百五十九条" in warning for warning in answer.warnings)
    assert document(ask("白酒厂，有发酵工艺，厂房内年生产能力1001千升，环评做什么")) == "报告书"


@pytest.mark.parametrize(("question", "expected", "words"), [
    ("植物油厂单纯分装，大桶分成小瓶，环评做什么", "豁免", "单纯分装、调和"),
    ("通信设备厂，仅组装，环评做什么", "豁免", "仅分割、焊接、组装"),
    ("石材厂利用石材板材切割、打磨、成型，环评做什么", "豁免", "利用石材板材切割、打磨、成型"),
    ("生活污水处理厂提标改造，不扩规模，环评做什么", "豁免", "提标改造项目"),
])
def test_what_is_carved_out_needs_none_and_the_words_are_shown(ask, question: str, expected: str, words: str) -> None:
    answer = ask(question)
    assert document(answer) == expected
    assert words in answer.text and any(words in c.quote for c in answer.citations)


def test_an_unlisted_project_is_outside_by_article_five(ask) -> None:
    answer = ask("我想开个火锅店，要办环评吗")
    assert document(answer) == "豁免" and answer.eia and answer.eia.rows == []
    assert any(c.clause_id == "eia-2021/a5" for c in answer.citations)


def test_the_notes_of_the_list_are_rules(ask) -> None:
    plated = ask("水表厂，表壳化学镀镍，环评做什么")
    assert document(plated) == "报告书" and any(c.clause_id == "eia-2021/n6" for c in plated.citations)
    grown = ask("现有猪场年出栏3000头，扩建后达到年出栏7000头，规模化养殖，不涉及环境敏感区，环评做什么")
    assert document(grown) == "登记表" and any(c.clause_id == "eia-2021/n2" for c in grown.citations)
    shop = ask("商场里开精酿啤酒屋，非工业建筑，自己发酵，环评做什么")
    assert document(shop) == "豁免" and any(c.clause_id == "eia-2021/n4" for c in shop.citations)


def test_several_categories_take_the_highest_by_article_four(ask) -> None:
    answer = ask("规模化猪场年出栏3000头，不涉及环境敏感区，同时建沼气发电，环评做什么")
    assert answer.eia and (answer.eia.document, answer.eia.rows) == ("报告表", [3, 89])
    assert any(c.clause_id == "eia-2021/a4" for c in answer.citations)


def test_a_missing_fact_makes_every_branch_and_one_question(ask) -> None:
    answer = ask("刨花板厂，环评做什么")
    assert answer.status == "conditional" and answer.eia and answer.eia.document == "待定"
    assert {b.document for b in answer.eia.branches} == {"报告书", "报告表"} and {b.holds for b in answer.eia.branches} == {None}
    assert len(answer.questions) == 1 and "立方米" in answer.questions[0]


def test_a_fact_that_decides_nothing_is_not_asked_for(ask) -> None:
    """Electroplating or not, 10吨 of solvent paint is a 报告书."""
    answer = ask("木质家具厂，年用溶剂型涂料（含稀释剂）12吨，环评做什么")
    assert document(answer) == "报告书" and not answer.questions


def test_facts_arrive_over_several_turns_and_later_ones_correct(ask) -> None:
    first = "木家具厂，用溶剂型油漆8吨，环评做什么"
    assert ask(first).status == "conditional"
    assert document(ask("没有电镀", earlier=first)) == "报告表"
    assert document(ask("更正一下，油漆是12吨", earlier=first + "；没有电镀")) == "报告书"
    assert ask("负面清单由谁牵头？", earlier=first).intent == "duties"


def test_a_sensitive_area_counts_only_if_the_row_says_so_and_only_when_touched(ask) -> None:
    assert document(ask("商品房小区，涉及文物保护单位，环评做什么")) == "报告表"
    assert document(ask("商品房小区，涉及居民区，不涉及其他环境敏感区，环评做什么")) == "豁免"
    assert document(ask("标准厂房建设，涉及居民区，环评做什么")) == "报告表"
    assert document(ask("采石场，离风景名胜区很近，环评做什么")) == "待定"


def test_before_2021_the_list_is_reference_only_and_the_statute_follows_the_date(ask) -> None:
    question = "刨花板厂年产3万立方米，环评做什么"
    early = ask(question, date(2020, 6, 1))
    assert document(early) == "待定" and "2021年1月1日" in early.warnings[0]
    before, after = ask(question, date(2026, 8, 14)), ask(question, date(2026, 8, 15))
    assert document(before) == document(after) == "报告表"
    assert "eia-law/16" in {c.clause_id for c in before.citations} and "code-2026/95" in {c.clause_id for c in after.citations}


def test_numbers_of_an_answer_stand_in_a_cited_clause_or_in_the_question(ask) -> None:
    for question in ("刨花板厂年产3万立方米，环评做什么", "新建医院，住院床位500张，环评做什么", "水泥厂，环评做什么"):
        answer = ask(question)
        said = question + "".join(c.quote + c.label + (c.doc_number or "") + c.doc_title for c in answer.citations)
        body = answer.text.split("关于《")[0]
        for number in re.findall(r"\d+(?:\.\d+)?", re.sub(r"\[\d+\]", "", body)):
            assert number in said, (question, number)


@pytest.mark.parametrize("question", ["没办环评就开工怎么处罚", "环评报告书多久批下来", "环评报告表和报告书有什么区别", "登记表怎么备案"])
def test_questions_of_the_law_of_eia_are_not_taken_for_projects(ask, question: str) -> None:
    assert ask(question).eia is None


# --- the parsed cells, on invented rows: another edition reads by the same rules ---------------------------------


def test_cells_are_read_by_the_language_of_the_list() -> None:
    r = rules(row(report="有酸洗工艺的（手工的除外）；新建、扩建年产5万吨及以上且有焙烧工艺的甲产品、乙产品制造", form="其他（仅组装的除外）以上均不含单纯混合的",
                  registration="除丙产品外的"))
    (_, report), (_, form), (_, registration) = r.cells
    assert [a.text for a in report] == ["有酸洗工艺的（手工的除外）", "新建、扩建年产5万吨及以上且有焙烧工艺的甲产品、乙产品制造"]
    kinds = {c.kind: c for c in report[1].branches[0].conditions}
    assert kinds["nature"].terms == ("新建", "扩建") and kinds["trait"].terms == ("焙烧",)
    assert kinds["subject"].terms == ("甲产品", "乙产品") and kinds["limit"].limit and kinds["limit"].limit.show() == "≥5万吨/年"
    assert report[0].branches[0].exceptions and form[0].branches[0].rest
    assert [e.branches[0].conditions[0].terms for e in form[0].branches[0].exceptions] == [("组装",), ("混合",)]
    assert registration[0].branches[0].exceptions[0].branches[0].conditions[0].terms == ("丙产品",)


@given(st.lists(st.text(alphabet="甲乙丙丁、（）年产10吨及以上的", min_size=1, max_size=20), min_size=1, max_size=5))
def test_alternatives_lose_no_character(parts: list[str]) -> None:
    cell = "；".join(parts)
    assert re.sub("[；\\s]", "", cell).replace("/", "") == re.sub("[；\\s]", "", "".join(alternatives(cell))).replace("/", "")


@pytest.mark.parametrize(("text", "term", "said"), [
    ("没有电镀、喷漆工艺", "喷漆", False), ("无电镀，有喷漆", "喷漆", True), ("有没有电镀没说", "电镀", None), ("不锈钢制品厂", "不锈钢", True),
    ("电镀外协，厂里不做", "电镀", False), ("自然保护区、风景名胜区都不沾", "风景名胜区", False), ("不是给纸厂当木料的原料林", "原料林", False),
    ("不用溶剂型涂料的家具喷漆", "喷漆", True), ("非溶剂型涂料", "溶剂型涂料", None)])
def test_what_a_question_states_and_denies(text: str, term: str, said: bool | None) -> None:
    assert Project(text).says(term) is said


def test_the_lexicon_only_names_terms_that_stand_in_the_law() -> None:
    table = tomllib.loads((CORPUS / "lexicon.toml").read_text(encoding="utf-8"))
    table["word"] += tomllib.loads((CORPUS / "lexicon-products.toml").read_text(encoding="utf-8"))["word"]
    law = (CORPUS / "eia-2021.csv").read_text(encoding="utf-8") + (CORPUS / "eia-2021-articles.csv").read_text(encoding="utf-8")
    names = "\n".join(name for _, name in all_industries())
    unknown = [e["means"] for kind in ("word", "instead", "covers") for e in table[kind]
               if e["means"] not in law and e["means"] not in names]
    assert len(unknown) <= 12, unknown  # heads that a list of the law shares: 三级公路 of 三级、四级公路
    said = [w for e in table["word"] for w in e["say"]]
    assert len(said) == len(set(said)), "同一说法写了两次"


@pytest.mark.parametrize("question", ["钠离子电池的硬碳负极材料厂，做什么环评", "锂电池负极材料厂要做什么环评"])
def test_a_battery_material_is_no_battery_and_its_baking_is_asked(engine, question):
    answer = engine.ask(question)
    assert answer.eia.rows == [60] and answer.eia.document == "待定" and any("焙烧" in q for q in answer.questions)
