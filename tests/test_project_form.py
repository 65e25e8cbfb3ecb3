"""A project as a form and as a sentence: what goes in by one comes back by the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import QuestionError
from kb.project_form import NATURE_WORDS, ProjectForm, as_text, read_text

PRODUCTS = ("刨花板", "水泥熟料", "白酒", "商品混凝土", "生猪", "锂电池")
AREAS = ("", "饮用水水源保护区", "自然保护区", "不涉及环境敏感区")


@given(st.builds(ProjectForm, product=st.sampled_from(PRODUCTS), process=st.sampled_from(("", "新型干法", "固态发酵")),
                 scale=st.sampled_from(("5万", "3000", "12.5")), unit=st.sampled_from(("立方米/年", "吨/年", "吨/日", "平方米")),
                 nature=st.sampled_from(("", *NATURE_WORDS)), place=st.sampled_from(("", "利州区", "广元市昭化区")), area=st.sampled_from(AREAS),
                 investment=st.sampled_from(("", "1.2亿元", "9999万元")), more=st.sampled_from(("", "没有电镀"))))
def test_a_form_comes_back_from_its_sentence(form):
    assert read_text(as_text(form)) == form


@pytest.mark.parametrize("text, form", [
    ("在利州区新建年产5万立方米刨花板项目，总投资1.2亿元", ProjectForm("刨花板", "", "5万", "立方米/年", "新建", "利州区", "", "1.2亿元")),
    ("木家具厂，没有电镀", ProjectForm("木家具厂", more="没有电镀")),
    ("扩建养猪场，年出栏6000头，不涉及环境敏感区", ProjectForm("养猪场", "", "6000", "头/年", "扩建", "", "不涉及环境敏感区")),
])
def test_a_description_fills_the_form(text, form):
    assert read_text(text) == form


@pytest.mark.parametrize("form", [ProjectForm(), ProjectForm("刨花板", scale="很多", unit="立方米/年"), ProjectForm("刨花板", investment="不少"),
                                  ProjectForm("刨花板", nature="重建")])
def test_what_cannot_be_read_is_said_in_a_sentence(form):
    with pytest.raises(QuestionError, match="请"):
        as_text(form)


@given(st.text(max_size=60))
def test_any_text_can_be_read(text):
    read_text(text)


def test_both_ways_screen_alike(engine):
    text = "在利州区新建年产5万立方米刨花板项目，总投资1.2亿元"
    one, other = engine.screen(text), engine.screen(as_text(read_text(text)))
    assert one.eligibility.class_ == other.eligibility.class_ and one.eia.document == other.eia.document
