"""Any other text becomes its paragraphs, each verbatim under the headings its numbering makes."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import plain
from ingest.source import Loaded, Page

NOTICE = """某市人民政府办公室关于加强大气污染防治工作的通知
某政办发〔2019〕7号
各县区人民政府，市级有关部门：
为了改善空气质量，现通知如下。
一、总体要求
坚持源头防治。
分级负责。
二、重点任务
（一）控制扬尘。施工工地应当围挡。
（二）治理企业
1. 淘汰落后产能。
2．下列企业应当改造：
（1）水泥企业；
（2）砖瓦企业。
三、保障措施
附件：任务清单
某市人民政府办公室
2019年4月8日"""


def loaded(text: str, media: str = "txt", title: str | None = None) -> Loaded:
    return Loaded(Path("测试.txt"), media, [Page(None, text)], title=title)


def test_paragraphs_under_their_headings():
    parsed = plain.parse(loaded(NOTICE), "d")
    assert plain.recognise(loaded(NOTICE)) and parsed.kind == "plain"
    assert [(c.label, c.text, c.path) for c in parsed.clauses] == [
        ("第1段", "某政办发〔2019〕7号", []),
        ("第2段", "各县区人民政府，市级有关部门：", []),
        ("第3段", "为了改善空气质量，现通知如下。", []),
        ("一第1段", "坚持源头防治。", ["一、总体要求"]),
        ("一第2段", "分级负责。", ["一、总体要求"]),
        ("二（一）第1段", "（一）控制扬尘。施工工地应当围挡。", ["二、重点任务", "（一）控制扬尘"]),
        ("二（二）1.第1段", "1. 淘汰落后产能。", ["二、重点任务", "（二）治理企业"]),
        ("二（二）2．第1段", "2．下列企业应当改造：", ["二、重点任务", "（二）治理企业"]),
        ("二（二）2．（1）第1段", "（1）水泥企业；", ["二、重点任务", "（二）治理企业", "2．下列企业应当改造"]),
        ("二（二）2．（2）第1段", "（2）砖瓦企业。", ["二、重点任务", "（二）治理企业", "2．下列企业应当改造"]),
        ("三第1段", "三、保障措施", []),  # a heading with nothing below it is not lost
        ("附件第1段", "附件：任务清单", []),
        ("落款第1段", "某市人民政府办公室", []),
        ("落款第2段", "2019年4月8日", [])]
    assert [c.clause_id for c in parsed.clauses] == [f"d/{n}" for n in range(1, 15)]
    assert parsed.found == {"段": 14}


def test_facts_of_a_notice():
    assert plain.parse(loaded(NOTICE), "d").facts == {
        "title": "某市人民政府办公室关于加强大气污染防治工作的通知", "number": "某政办发〔2019〕7号", "issued": date(2019, 4, 8)}


def test_a_cited_number_in_prose_is_not_the_documents_own():
    facts = plain.parse(loaded("根据国务院令第253号和川办发〔2010〕5号，2010年3月1日公布的名录继续有效。\n照此执行。"), "d").facts
    assert facts == {}


def test_pages_set_to_a_width_keep_their_paragraphs():
    lines = ["某市环境保护局关于印发名录的通知", "一、总体要求", "坚持源头防治，严格控制高耗能、高排放项目，推动产业结构调整，改善环境质量。",
             "各部门要按照职责分工抓好落实，并于每年年底前报告进展情况，接受社会公众的监督检查。", "二、其他"]
    wrapped = [line[at:at + 20] for line in lines for at in range(0, len(line), 20)]
    pages = [Page(n, "\n".join([*wrapped[at:at + 3], f"- {n} -"])) for n, at in enumerate(range(0, len(wrapped), 3), 1)]
    parsed = plain.parse(Loaded(Path("测试.pdf"), "pdf", pages), "d")
    assert [(c.label, c.text, c.page) for c in parsed.clauses] == [
        ("一第1段", lines[2], 1), ("一第2段", lines[3], 2), ("二第1段", "二、其他", 3)]


def test_heads_and_feet_repeated_on_pages_are_left_out():
    pages = [Page(n, f"某市环境保护局文件\n第{n}部分的内容各不相同。\n第 {n} 页 共 4 页") for n in range(1, 5)]
    parsed = plain.parse(Loaded(Path("测试.pdf"), "pdf", pages), "d")
    assert [(c.text, c.page) for c in parsed.clauses] == [(f"第{n}部分的内容各不相同。", n) for n in range(1, 5)]


def test_a_long_paragraph_stays_whole():
    text = "严格执行环境影响评价制度。" * 100
    assert [c.text for c in plain.parse(loaded(text), "d").clauses] == [text]


@pytest.mark.parametrize(("written", "day"), [
    ("2017年2月1日", date(2017, 2, 1)), ("2017 年 12 月 31 日", date(2017, 12, 31)),
    ("二〇一七年二月一日", date(2017, 2, 1)), ("二○二一年十二月三十一日", date(2021, 12, 31)),
    ("一九九八年十月二十日", date(1998, 10, 20)), ("2017年2月30日", None), ("今日", None)])
def test_dates(written, day):
    assert plain.to_date(f"于{written}印发") == day


@pytest.mark.parametrize(("preface", "number"), [
    ("1998年11月29日中华人民共和国国务院令第253号发布", "国务院令第253号"),
    ("（2020年11月30日生态环境部令第16号公布）", "生态环境部令第16号"),
    ("中华人民共和国主席令\n第七十七号", "主席令第七十七号"),
    ("国家发展和改革委员会令 2019年 第29号", "国家发展和改革委员会令2019年第29号"),
    ("国家发展改革委第21号令", "国家发展改革委第21号令"),
    ("川府发[2018]24号", "川府发〔2018〕24号")])
def test_document_numbers(preface, number):
    assert plain.preface_facts(preface.split("\n"), wrapped=False)["number"] == number


LINES = st.lists(st.builds(lambda mark, text: mark + text, st.sampled_from(
    ["", "", "一、", "二、", "（一）", "（二）", "1.", "2、", "（1）", "附件1 ", "第一章 "]),
    st.text(alphabet="环境保护项目，；：。1", min_size=1, max_size=60)), min_size=1, max_size=25)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_every_line_is_a_clause_or_a_heading_above_one(lines):
    parsed = plain.parse(loaded("\n".join(lines)), "d")
    texts = [c.text for c in parsed.clauses]
    headings = {re.sub(r"\s", "", name) for c in parsed.clauses for name in c.path}
    labels = [c.label for c in parsed.clauses]
    assert len(set(labels)) == len(labels)
    assert texts == [line for line in texts if line in lines]
    for line in lines:
        tight = re.sub(r"\s", "", line)
        assert line in texts or tight.rstrip("：:") in headings or tight == parsed.facts.get("title")
