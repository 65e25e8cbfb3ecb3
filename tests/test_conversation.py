"""What a further turn takes over from the turns before: amounts replaced, facts denied, matters and questions carried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.conversation import Thread, follow, kind

BOARD = "年产3万立方米刨花板能不能引进？要做报告书还是报告表？"
FURNITURE = "木家具厂，年用溶剂型油漆8吨，环评做什么？"


def talk(*turns: str):
    """The last of several turns as it is put to the engine."""
    thread = Thread()
    for turn in turns:
        last = follow(thread, turn)
        thread = last.thread
    return last


@pytest.mark.parametrize("turns, facts, asks", [
    ((BOARD, "那如果是20万立方米呢？"), ("年产20万立方米刨花板",), ("能不能引进", "要做报告书还是报告表")),
    ((BOARD, "那纤维板呢？"), ("年产3万立方米纤维板",), ("能不能引进", "要做报告书还是报告表")),
    ((BOARD, "总投资2亿元呢？", "改成5000万元呢？"), ("年产3万立方米刨花板", "总投资5000万元"), ("能不能引进", "要做报告书还是报告表")),
    ((BOARD, "几天内会商？"), ("年产3万立方米刨花板",), ("几天内会商",)),
    ((FURNITURE, "有电镀", "如果没有电镀呢？"), ("木家具厂", "年用溶剂型油漆8吨", "没有电镀"), ("环评做什么",)),
    ((FURNITURE, "那水泥厂呢？"), ("水泥厂",), ("环评做什么",)),
    (("市农业局要做哪些事？", "那环保局呢？"), ("环保局",), ("要做哪些事",)),
    (("刨花板厂，环评做什么？", "产量是10万立方米/年", "如果改成每年25万立方米呢"), ("刨花板厂", "产量是25万立方米"), ("环评做什么",)),
    (("总投资1亿元的项目入园要走什么程序？", "那9000万元的呢？"), ("总投资9000万元的项目入园",), ("要走什么程序",)),
])
def test_a_turn_takes_over_what_it_lacks(turns, facts, asks):
    last = talk(*turns)
    assert (last.thread.facts, last.thread.asks) == (facts, asks)
    assert all(part in last.question for part in (*facts, *asks))


def test_another_question_of_the_same_matter():
    assert talk("负面清单怎么建立？", "谁牵头？").question == "负面清单谁牵头"


def test_an_added_fact_makes_one_whole_question():
    assert talk(FURNITURE, "没有电镀").question == "木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么"


@pytest.mark.parametrize("first, second", [
    (BOARD, "没办环评就开工会怎么处罚？"), (BOARD, "生态环境法典第九十五条"), (BOARD, "水泥厂环评做什么？"), (BOARD, "《某办法》第三条"),
    ("市农业局要做哪些事？", "负面清单谁牵头？")])
def test_a_whole_question_stands_alone(first, second):
    last = talk(first, second)
    assert (last.question, last.carried) == (second, ())


def test_a_fact_can_be_taken_out():
    last = talk(FURNITURE, "有电镀")
    assert last.thread.without("有电镀").facts == ("木家具厂", "年用溶剂型油漆8吨")
    assert "电镀" not in last.thread.without("有电镀").whole


@pytest.mark.parametrize("fact, what", [("年产3万立方米刨花板", "规模"), ("总投资2亿元", "投资"), ("在利州区", "地点"), ("新建", "性质"),
                                        ("没有电镀", "补充"), ("木家具厂", "事项")])
def test_a_chip_says_what_kind_of_fact_it_is(fact, what):
    assert kind(fact) == what


@given(st.lists(st.text(alphabet="年产3万立方米刨花板能不引进？没有电镀，谁牵头那呢如果是20亿元总投资 \n<>[]", max_size=24), min_size=1, max_size=4))
def test_nothing_is_made_up(turns):
    said = "".join(turns)
    last = talk(*turns)
    assert set(last.question) <= set(said) | set("，；")


def test_the_engine_answers_the_whole(engine):
    less, more = (engine.ask(t.question) for t in (talk(BOARD), talk(BOARD, "那如果是20万立方米呢？")))
    assert (less.eia.document, more.eia.document) == ("报告表", "报告书")
    assert engine.ask(talk("负面清单怎么建立？", "谁牵头？").question).duties.lead_units
