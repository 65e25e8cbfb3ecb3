"""What a question takes for granted and the clauses say otherwise is put right first; what it only asks is not."""

from datetime import date

import pytest

TODAY, THEN = date(2026, 11, 24), date(2022, 6, 1)


@pytest.mark.parametrize("question, on, said", [
    ("既然年产3万立方米的普通刨花板项目属于鼓励类，我们能不能引进", TODAY, "问题里说的是鼓励类，但按条文是限制类"),
    ("年产800吨松香不在限制类里面，所以能引进对吧", TODAY, "问题里说不属于限制类，但按条文属于限制类"),
    ("新建炼铁项目环评只做报告表就行了吧", TODAY, "问题里说的是“报告表”，但按名录不是这样：需要编制报告书"),
    ("日转运200吨的生活垃圾转运站不用办环评吧", TODAY, "问题里说的是“不需要办理环评手续”，但按名录不是这样：需要编制报告表")])
def test_a_false_supposition_is_contradicted_first(engine, question, on, said):
    answer = engine.ask(question, on)
    assert answer.text.startswith(said) and answer.warnings[0].startswith(said)


@pytest.mark.parametrize("question", [
    "年产3万立方米刨花板属于鼓励类吗", "年产3万立方米刨花板是鼓励类还是限制类", "既然年产3万立方米刨花板属于限制类，就不能引进了吧", "新建炼铁项目环评做报告书就行了吧",
    "新建炼铁项目做报告书还是报告表", "日转运200吨的生活垃圾转运站要不要办环评"])
def test_a_true_supposition_or_a_mere_question_is_not(engine, question):
    assert "问题里说" not in engine.ask(question, TODAY).text
