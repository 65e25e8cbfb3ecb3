"""Text becomes HTML in one place: nothing a document, a file or a person wrote becomes markup; badges and buttons say the right thing."""

from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.composing import sentence
from kb.models import Answer, Citation, Document
from kb.settings import Settings
from web import feedback, sources
from web.choices import Amount, amount, replies
from web.feedback import as_eval_lines, record
from web.fields import day
from web.markup import esc, link, markdown, table

TAGS = {"p", "strong", "em", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "div", "button", "span", "br", "hr", "h1", "h2", "h3",
        "h4", "h5", "h6"}
NASTY = st.text(alphabet="<>&\"'`${}[]()!*_#|\\-+~:/= \n\tabjscriptonerrorimghref条1\ue000\ue001", max_size=80)


class Parts(HTMLParser):
    """The tags and attributes of a piece of HTML, and its text."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


@given(NASTY)
def test_nothing_in_an_answer_becomes_markup(text):
    page = markdown(text)
    parts = Parts(page)
    assert set(parts.tags) <= TAGS
    assert all(name in ("type", "class", "data-n", "aria-label", "tabindex", "role", "start", "style") for name, _ in parts.attributes)
    assert not set(page) & set("{}$`"), "Gradio reads an HTML value as a template"


@given(NASTY)
def test_text_comes_back_as_it_was(text):
    assert Parts(f"<p>{esc(text)}</p>").text == text
    assert set(Parts(table(("<b>",), [[esc(text)]], text)).tags) <= {"div", "table", "caption", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[点](javascript:alert(1))", "![图](http://x/y.png)", "<a href='javascript:1'>",
                                  "&lt;script&gt;", "[引用]: javascript:1\n\n[引用]", "<https://x.cn>", "`<b>`", "```\n<b>\n```"])
def test_links_pictures_and_tags_are_text(text):
    parts = Parts(markdown(text))
    assert not {"a", "img", "script", "b", "code", "pre"} & set(parts.tags)


def test_markers_become_buttons_and_escaped_ones_do_not():
    page = markdown("结论[2]，原文写作\\[3\\]", {2: "《<法>》第一条"})
    assert page.count("<button") == 1 and 'data-n="2"' in page and "引文2 《&lt;法&gt;》第一条" in page and "[3]" in page


@pytest.mark.parametrize("url, opens", [("https://www.ndrc.gov.cn/", True), ("javascript:alert(1)", False), ("data:text/html,x", False), ("//x.cn", False)])
def test_only_web_addresses_are_links(url, opens):
    assert ("<a " in link(url, "来源")) is opens


TODAY = date.today()


@pytest.mark.parametrize("begins, ends, said", [
    (date(2020, 1, 1), None, "现行"), (date(2020, 1, 1), TODAY - timedelta(1), "已废止"), (date(2020, 1, 1), TODAY + timedelta(30), "将废止"),
    (TODAY + timedelta(5), None, "尚未施行"), (None, None, "施行日期未载明"), (None, TODAY + timedelta(30), "将废止")])
def test_a_badge_says_whether_a_text_is_in_force(begins, ends, said):
    assert sources.state(Document(doc_id="a", title="某法", kind="statute", in_force_from=begins, in_force_to=ends), TODAY) == said


@pytest.mark.parametrize("question, sent", [
    (sentence("eia.ask_trait", name="电镀"), ["有电镀", "没有电镀"]), (sentence("eia.ask_only", name="组装"), ["只做组装", "不只做组装"]),
    (sentence("eia.ask_place"), ["涉及环境敏感区", "不涉及环境敏感区"]), (sentence("local.ask_nature"), ["新建", "改建", "扩建"]),
    (sentence("eia.ask_subject", name="水泥；石灰"), ["水泥", "石灰", "不是水泥，不是石灰"]), (sentence("eligibility.ask_need", name="热镀锌"), ["属于热镀锌", "不属于热镀锌"]),
    ("随便一个问题？", [])])
def test_a_question_offers_its_replies(question, sent):
    assert [reply for _, reply in replies(question)] == sent


def test_a_question_for_an_amount_names_it_and_its_unit():
    assert amount(sentence("eia.ask_limit", name="产量", unit="立方米/年")) == Amount("产量", "立方米/年")
    assert amount(sentence("local.ask_investment")) == Amount("总投资", "万元") and amount(sentence("eia.ask_place")) is None


def test_replies_settle_what_was_asked(engine):
    from kb.conversation import Thread, follow

    for question in ("木家具厂，环评做什么？", "刨花板厂，环评做什么？", "养猪场环评"):
        turn = follow(Thread(), question)
        asked = engine.ask(turn.question).questions[0]
        options = [r for _, r in replies(asked)] or [f"{a.name}5{a.unit}" for a in [amount(asked)] if a]
        assert options and all(asked not in engine.ask(follow(turn.thread, reply).question).questions for reply in options), asked


@pytest.mark.parametrize("text", ["2024-06-01", "2024年6月1日", "2024.6.1", "2024/6/1", " 2024 年 6 月 1 日 "])
def test_dates_are_read_as_an_office_writes_them(text):
    assert day(text) == date(2024, 6, 1)


def test_feedback_is_kept_and_becomes_a_question_set(tmp_path):
    citation = Citation(n=1, doc_id="d", doc_title="法", clause_id="d/1", label="第一条", quote="甲", in_force=True)
    answer = Answer(question="问\n题", as_of=date(2024, 6, 1), intent="lookup", status="answered", text="答", citations=[citation])
    home = Settings(home=tmp_path).home
    record(home, "有误", "应为第二条", answer)
    record(home, "有用", "", answer)
    with (home / feedback.NAME).open("a", encoding="utf-8") as f:
        f.write('{"torn')
    lines = as_eval_lines(home).splitlines()
    assert len(lines) == 2 and '"clauses": ["d/1"]' in lines[0] and '"note": "应为第二条"' in lines[0]
    with pytest.raises(Exception, match="有用"):
        record(home, "随便", "", answer)
