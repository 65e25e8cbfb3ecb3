"""The catalogue across editions: entries side by side, verbatim, and nothing said of what is not held."""

import json
import re
from datetime import date

import pytest

from ingest import catalogue
from ingest.pipeline import write
from kb.editions import changes
from kb.engine import PolicyEngine
from kb.models import Coverage, Document
from kb.settings import Settings
from kb.store import Store
from tests.catalogue_layout import loaded
from tests.conftest import run

ON = date(2033, 1, 1)
OLD = """第一类 鼓励类
一、虚构业
1．高纯虚构石材的综合利用技术
第二类 限制类
一、农林业
1．单线5万立方米/年以下的普通假想板、高中密度样品板生产装置
2．单线3万立方米/年以下的木质假想板生产装置
3．虚构陶粒生产线(10万吨/年及以下，试验地区除外)
4．日处理10吨以下的虚构油料加工项目
5．假想板胶粘剂、虚构涂料的旧式间歇生产工艺
第三类 淘汰类
一、落后产品
（一）虚构业
1．B型样品水泵
"""
NEW = """第一类 鼓励类
一、虚构业
1．高纯虚构石材的综合利用技术
第二类 限制类
一、农林牧渔业
1．单线5万立方米/年以下的普通假想板、高中密度样品板生产装置
2．虚构陶粒生产线（20万吨/年及以下，试验地区除外），配套窑炉
3．日处理10吨以下的虚构油脂加工项目
第三类 淘汰类
一、落后生产工艺装备
（一）虚构业
1．假想板胶粘剂、虚构涂料的旧式间歇生产工艺
二、落后产品
（一）虚构业
1．B型样品水泵
"""


def library(path, whole=True):
    """A store of two invented editions, the newer held whole or in part."""
    store = Store(path / "zhengwen.sqlite3")
    for edition, text, start, end in (("2031", OLD, date(2031, 1, 1), date(2031, 12, 31)), ("2032", NEW, date(2032, 1, 1), None)):
        clauses = catalogue.parse(loaded(text), f"c{edition}").clauses
        if edition == "2032" and not whole:  # of its last entry only some words are held
            clauses[-1].fields["complete_entry"] = False
        complete = Coverage(held=len(clauses), official=len(clauses))
        part = Coverage(held=len(clauses), official=len(clauses) + 3, note="试验用的一部分")
        write(store, Document(doc_id=f"c{edition}", title=f"产业结构调整指导目录（{edition}年本）", kind="catalogue", edition=edition,
                              family="catalogue", in_force_from=start, in_force_to=end, aliases=[f"{edition}年本"],
                              replaced_by="c2032" if end else None,
                              coverage=complete if whole or edition == "2031" else part), clauses)
    return PolicyEngine(store, Settings(home=path, embedding="none"))


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    return library(tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    return library(tmp_path_factory.mktemp("part"), whole=False)


def asked(engine, word, on=ON):
    return engine.ask(f"{word}2031年和2032年有什么变化？", on)


def statements(answer):
    """The lines that set entries side by side, with each mark as the clause it cites."""
    local = {c.n: c.clause_id for c in answer.citations}
    lines = [line for line in answer.text.split("\n\n") if line.startswith("- ")]
    return [re.sub(r"\[(\d+)\]", lambda m: f"<{local[int(m[1])]}>", line[2:]) for line in lines]


def test_an_entry_that_stayed_and_one_without_counterpart(two):
    answer = asked(two, "木质假想板")
    assert (answer.intent, answer.status) == ("eligibility", "answered")
    # the 2032 entry most like it is the word-for-word twin of another 2031 entry and belongs to that one
    assert statements(answer) == ["<c2031/限制类-农林业-2>：在《产业结构调整指导目录（2032年本）》中没有与之文字相近的条目，该版本已全部收录。"]
    both = statements(asked(two, "普通假想板"))
    assert both == ["<c2031/限制类-农林业-1> → <c2032/限制类-农林牧渔业-1>：类别相同（限制类）；所属行业由“农林业”变为“农林牧渔业”；文字相同。"]


def test_what_changed_is_shown_old_to_new(two):
    [line] = statements(asked(two, "虚构陶粒"))
    assert line.startswith("<c2031/限制类-农林业-3> → <c2032/限制类-农林牧渔业-2>：类别相同（限制类）")
    assert "“10万吨/年及以下” → “20万吨/年及以下”；新版多出“配套窑炉”。" in line
    assert "试验地区除外" not in line  # brackets of another width are no change


def test_an_entry_that_moved_to_another_class(two):
    [line] = statements(asked(two, "虚构涂料"))
    assert "类别由限制类变为淘汰类" in line and "文字相同" in line


def test_a_counterpart_that_lost_the_word_is_found(two):
    answer = asked(two, "虚构油料")
    [line] = statements(answer)
    assert "“日处理10吨以下的虚构油料加工项目” → “日处理10吨以下的虚构油脂加工项目”" in line
    assert {c.clause_id for c in answer.citations} == {"c2031/限制类-农林业-4", "c2032/限制类-农林牧渔业-3"}


def test_every_entry_stands_verbatim_under_its_edition_and_class(two):
    answer = asked(two, "假想板")
    assert {c.clause_id for c in answer.citations} >= {f"c2031/限制类-农林业-{n}" for n in (1, 2, 5)}
    assert all(c.quote == two.clause(c.clause_id).text and c.quote in answer.text for c in answer.citations)
    heads = re.findall(r"\*\*《产业结构调整指导目录（(\d+)年本）》(..类)\*\*", answer.text)
    assert heads == [("2031", "限制类"), ("2032", "限制类"), ("2032", "淘汰类")]
    assert answer.text.startswith("《产业结构调整指导目录（2031年本）》已于2032年1月1日失效")


def test_nothing_is_called_deleted_where_the_edition_is_incomplete(part):
    answer = asked(part, "木质假想板")
    [line] = statements(answer)
    assert "收录不全，不能据此认为这一条被删除或新增" in line and "全部收录" not in answer.text
    assert any("试验用的一部分" in w for w in answer.warnings)
    nothing = asked(part, "从未写到的东西")
    assert nothing.status == "not_found" and "不等于没有规定" in nothing.text and not nothing.citations


def test_a_part_of_an_entry_is_set_against_nothing(part, two):
    alone = statements(asked(part, "样品水泵"))
    assert [line.split("：")[0] for line in alone] == ["<c2031/淘汰类-落后产品-虚构业-1>", "<c2032/淘汰类-落后产品-虚构业-1>"]
    assert "可能只是条目的一部分" in alone[1]
    assert "文字相同" in statements(asked(two, "样品水泵"))[0]


def test_an_entry_missing_from_the_older_edition(two):
    said = statements(two.ask("各版目录里的窑炉有什么不同", ON))
    assert len(said) == 1 and said[0].startswith("<c2031/限制类-农林业-3> → <c2032")  # its pair is found by its text
    assert "“20万吨/年及以下”" in said[0]


def test_no_entry_holds_the_word_itself(two):
    answer = two.ask("各版目录关于“木质样品板”的条目有什么不同", ON)
    assert "没有条目直接写到“木质样品板”" in answer.text and answer.status == "answered"
    assert "c2031/限制类-农林业-1" in {c.clause_id for c in answer.citations}
    assert "c2031/鼓励类-虚构业-1" not in {c.clause_id for c in answer.citations}


@pytest.mark.parametrize("question", [
    "2031年和2032年目录有什么变化？", "新旧目录有什么区别", "各版目录关于“ ”的条目有什么不同？"])
def test_without_a_product_it_asks_for_one(two, question):
    answer = two.ask(question, ON)
    assert answer.status == "conditional" and answer.questions and not answer.citations


@pytest.mark.parametrize("question", [
    "虚构陶粒2031年本和2032年本有什么区别", "年产3万吨的虚构陶粒项目在2031年和2032年有何变化", "新旧目录对虚构陶粒的规定有什么不同",
    "新版目录对虚构陶粒的要求和旧版有什么差别？", "虚构陶粒跟2031年相比，现在有什么变化", "各版目录里的虚构陶粒对比",
    "《产业结构调整指导目录（2031年本）》与《产业结构调整指导目录（2032年本）》中虚构陶粒条目对照",
    "我们厂做虚构陶粒，2031年和2032年有什么变化"])
def test_forms_of_the_question(two, question):
    [line] = statements(two.ask(question, ON))
    assert line.startswith("<c2031/限制类-农林业-3> → <c2032/限制类-农林牧渔业-2>")


@pytest.mark.parametrize("question", [
    "报告书和报告表有什么区别", "虚构陶粒和普通假想板有什么不同", "2031年和2032年环评要求有什么变化", "2031年的虚构陶粒属于哪一类",
    "2031年和2032年的牵头单位有什么不同", "新旧名录有什么区别", "2031年有什么变化"])
def test_other_questions_are_not_taken_for_it(two, question):
    text = two.ask(question, ON).text
    assert "前后对照" not in text and "各版目录" not in text


def test_two_invented_texts_part_by_part():
    assert changes("甲类，1万吨以下的乙；丙", "甲类、2万吨以下的乙。") == [("1万吨以下的乙；丙", "2万吨以下的乙")]
    assert changes("甲（乙除外）", "甲(乙除外)") == changes("１０万吨 以下", "10万吨以下") == []
    assert changes("甲、乙、丙", "甲、丙、丁") == [("乙", ""), ("", "丁")]
    assert changes("甲1吨，乙1吨", "甲2吨，乙2吨") == [("甲1吨", "甲2吨"), ("乙1吨", "乙2吨")]


def test_the_shipped_editions(engine):
    answer = engine.ask("刨花板2019年和2024年有什么变化", date(2026, 11, 24))
    by_id = {c.clause_id: c for c in answer.citations}
    assert set(by_id) == {"catalogue-2019/AA0068", "catalogue-2019/AA0069", "catalogue-2024/限制类-2"}
    same, alone = statements(answer)
    assert same.startswith("<catalogue-2019/AA0068> → <catalogue-2024/限制类-2>") and "文字相同" in same
    assert alone.startswith("<catalogue-2019/AA0069>") and "不能据此认为" in alone
    assert [w for w in answer.warnings if "16条" in w] and [w for w in answer.warnings if "淘汰类未收录" in w]
    pump = engine.ask("各版目录里的离心泵有什么不同", date(2026, 11, 24))
    assert "可能只是条目的一部分" in pump.text
    every = engine.ask("各版目录里的松香有什么不同", date(2026, 11, 24))
    assert "（2013年修正）》的正文没有收录" in every.text and "新版多出“松脂初加工项目”" in every.text
    many = engine.ask("各版目录里的生产有什么不同", date(2026, 11, 24))
    assert many.status == "conditional" and not many.citations


def test_the_command(shipped):
    done = run("compare", "刨花板", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["intent"] == "eligibility" and len(answer["citations"]) == 3
    assert "前后对照" in run("compare", "刨花板").stdout
    assert run("compare", "“”").returncode == 1
