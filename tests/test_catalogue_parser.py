"""The catalogue in official layout: every entry found with its class, sector, number and verbatim text.

The documents are invented; the only real wording is that of facts/catalogue-2024-known.csv.
"""

import csv
import io
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import catalogue
from kb.errors import IngestError
from tests.catalogue_layout import build, entries_of, expected, loaded, paged, pdf, squeezed, wrapped

SHARED = Path(__file__).resolve().parents[2] / "shared"

LAYOUTS = st.fixed_dictionaries({
    "separator": st.sampled_from(["．", ".", "、"]),
    "point": st.sampled_from([".", "．"]),
    "nested": st.booleans(),
    "groups_in": st.sampled_from([("{}、", "（{}）"), ("（{}）", "{}、"), ("", "（{}）")]),
    "heading": st.sampled_from(["第{}类 {}", "第{}类  {}", "第{}类\n{}", "{1}"]),
})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), layout=LAYOUTS, width=st.integers(20, 60),
       breaks=st.lists(st.integers(1, 500), max_size=12), footer=st.sampled_from(["{}", "— {} —", "- {} -", "第{}页"]))
def test_every_entry_survives_wrapping_and_page_breaks(seed, layout, width, breaks, footer):
    paragraphs, entries = build(seed, **layout)
    document = loaded(paged(wrapped(paragraphs, width), breaks, footer))
    parsed = catalogue.parse(document, "x")
    assert entries_of(parsed) == expected(entries)
    doubts = [w for w in parsed.warnings if "开头的一行可能是第" in w]
    assert parsed.warnings == (doubts if layout["separator"] == layout["point"] else [])
    assert catalogue.recognise(document) or layout["heading"] == "{1}"
    assert len({c.clause_id for c in parsed.clauses}) == len(parsed.clauses)
    by_page = {c.clause_id: c.page for c in parsed.clauses}
    for page in document.pages:  # an entry's page is the one where its number stands
        for clause in parsed.clauses:
            if "number" in clause.fields and by_page[clause.clause_id] == page.number:
                start = clause.fields["number"] + layout["separator"] + squeezed(clause.text)[:8]
                assert start in squeezed(page.text)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), width=st.integers(20, 60), separator=st.sampled_from(["．", ".", "、"]))
def test_ragged_lines_do_not_turn_quantities_into_entries(seed, width, separator):
    paragraphs, entries = build(seed, separator)
    parsed = catalogue.parse(loaded("\n".join(wrapped(paragraphs, width, random.Random(seed)))), "x")
    assert entries_of(parsed) == expected(entries)


def test_a_paragraph_a_line_needs_no_wrapping_evidence():
    paragraphs, entries = build(5, ".")
    parsed = catalogue.parse(loaded("\n\n".join(paragraphs)), "x")
    assert entries_of(parsed) == expected(entries)
    sub_items = next(c for c in parsed.clauses if c.fields.get("sub_items"))
    assert sub_items.fields["sub_items"] == sub_items.text.split("\n")[1:]
    assert [s[:3] for s in sub_items.fields["sub_items"]][:2] == ["（1）", "（2）"]


def test_three_hundred_entries_are_counted():
    paragraphs, entries = build(11, per_sector=40, sectors=12)
    assert len(entries) >= 300
    parsed = catalogue.parse(loaded(paged(wrapped(paragraphs, 38), range(30, 3000, 33))), "cat")
    assert entries_of(parsed) == expected(entries)
    assert parsed.coverage.held == len(entries) and not parsed.coverage.missing
    assert parsed.found == {c: sum(e[0] == c for e in entries) for c in catalogue.CLASSES} | {"部门": 48}
    assert [c.order for c in parsed.clauses] == list(range(1, len(parsed.clauses) + 1))
    again = catalogue.parse(loaded(paged(wrapped(paragraphs, 25), range(20, 3000, 20))), "cat")
    assert [c.clause_id for c in again.clauses] == [c.clause_id for c in parsed.clauses]
    c = next(c for c in parsed.clauses if c.fields.get("deadline"))
    assert c.clause_id == "cat/" + "-".join(["淘汰类", c.fields["group"], c.fields["sector"], c.fields["number"]])
    assert c.path == ["淘汰类", c.fields["sector"]] and c.text.endswith(f"（{c.fields['deadline']}）")


def test_the_known_wordings_of_2024():
    path = SHARED / "facts" / "catalogue-2024-known.csv"
    if not path.exists():
        pytest.skip("需要 ../shared/facts/catalogue-2024-known.csv")
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    restricted = [r["text"] for r in rows if r["class"] == "限制类"]
    obsolete = [r["text"] for r in rows if r["class"] == "淘汰类"]
    for separator in ("．", ".", "、"):
        for width in range(14, 50):
            lines = wrapped(["第二类 限制类", "一、农林牧渔业",
                             *(f"{n}{separator}{t}" for n, t in enumerate(restricted, 1)),
                             "第三类 淘汰类", "一、落后生产工艺装备", "（一）机械",
                             *(f"{n}{separator}{t}" for n, t in enumerate(obsolete, 1))], width)
            parsed = catalogue.parse(loaded("\n".join(lines)), "catalogue-2024")
            texts = [squeezed(c.text) for c in parsed.clauses]
            assert texts == [squeezed(t) for t in restricted + obsolete], (separator, width)
    assert parsed.clauses[2].label == "限制类·农林牧渔业第3项"


HEAD = """国家发展和改革委员会令
第 77 号
《产业结构调整指导目录（2031年本）》已经审议通过，现予公布，自2032年2月1日起施行。《产业结构调整指导目录（2030年本）》同时废止。
2031年12月27日
产业结构调整指导目录
（2031年本）
目 录
第一类 鼓励类
一、农林牧渔业
第二类 限制类
一、农林牧渔业 ............ 3
第三类 淘汰类
"""
BODY = """第一类 鼓励类
一、农林牧渔业
1．试验甲
2．试验乙
第二类 限制类
限制类是试验用的说明，
与鼓励类、
淘汰类
不同。
一、农林牧渔业
1．试验丙
二、建材
1．试验丁的GB Standard
Type装置
3．试验戊，编号DG-
185
第三类 淘汰类
一、落后生产工艺装备
（一）建材
1．试验己（2035年底前）
1．试验庚（按照虚构公约的要求）
二、落后产品
（一）建材
1．试验辛
注：括号内为试验期限。
"""


def test_announcement_contents_preamble_and_defects():
    parsed = catalogue.parse(loaded(HEAD + BODY), "c")
    assert parsed.facts == {"title": "产业结构调整指导目录（2031年本）", "edition": "2031", "issued": date(2031, 12, 27),
                            "number": "国家发展和改革委员会令第77号", "in_force_from": date(2032, 2, 1)}
    texts = {c.clause_id.removeprefix("c/"): c.text for c in parsed.clauses}
    assert texts == {
        "鼓励类-农林牧渔业-1": "试验甲", "鼓励类-农林牧渔业-2": "试验乙",
        "限制类-说明": "限制类是试验用的说明，与鼓励类、淘汰类不同。", "限制类-农林牧渔业-1": "试验丙",
        "限制类-建材-1": "试验丁的GB Standard Type装置", "限制类-建材-3": "试验戊，编号DG-185",
        "淘汰类-落后生产工艺装备-建材-1": "试验己（2035年底前）",
        "淘汰类-落后生产工艺装备-建材-1-2": "试验庚（按照虚构公约的要求）",
        "淘汰类-落后产品-建材-1": "试验辛", "淘汰类-落后产品-建材-注": "注：括号内为试验期限。"}
    labels = [c.label for c in parsed.clauses]
    assert "限制类·说明" in labels and "淘汰类·落后产品·建材第1项" in labels
    assert [c.fields["deadline"] for c in parsed.clauses if c.fields.get("deadline")] == ["2035年底前"]
    assert parsed.warnings == ["限制类·建材缺第2项，请对照原文核对。", "淘汰类·落后生产工艺装备·建材第1项的序号重复出现，请对照原文核对。"]
    assert parsed.coverage.missing == ["限制类·建材第2项"] and parsed.coverage.held == 8


def test_one_class_alone_is_held_as_a_part():
    part = "第二类 限制类\n一、建材\n1．试验甲\n2．试验乙\n"
    assert not catalogue.recognise(loaded(part))
    document = loaded(part, title=None)
    document.title = "产业结构调整指导目录（2031年本）"
    assert catalogue.recognise(document)
    parsed = catalogue.parse(document, "c")
    assert parsed.coverage.held == 2 and parsed.coverage.missing == ["鼓励类", "淘汰类"]


QUANTITY = "第二类 限制类\n一、建材\n1．{}\n2．试验乙\n第三类 淘汰类\n二、建材\n1．试验丙\n"


@pytest.mark.parametrize("line", ["2.5兆瓦的装置", "2.0吨的装置", "2．0万吨的装置", "3.2万吨/年的装置", "2025年12月31日前的装置",
                                  "2、3型装置", "12、甲型装置"])
def test_a_quantity_wrapped_to_a_line_start_is_text(line):
    first = "年产量在任何情况下都不应当小于按照试验方法计算得到的数值的虚构工艺和装置，能力低于"
    parsed = catalogue.parse(loaded(QUANTITY.format(f"{first}\n{line}")), "c")
    assert [c.text for c in parsed.clauses][:2] == [first + line, "试验乙"]


FULL = "单线能力按照试验方法第3.5节计算的虚构工艺装置和配套的机组"


@pytest.mark.parametrize(("lines", "numbers"), [
    ([FULL, "以及假想的附属设施", "2.5万吨/年以下的虚构工艺"], "12"),  # a short line ends its paragraph
    ([FULL, "2.5万吨/年以下的虚构工艺"], "1"),  # a full line may run on
    ([FULL, "2.1000吨/年以下的虚构工艺"], "12"),  # nobody writes 2.1000吨
    ([FULL, "2.10.5万吨/年以下的虚构工艺"], "12"),  # nor has a quantity two points
    ([FULL, "2. 5万吨/年以下的虚构工艺"], "12"),  # nor a space after its point
    ([FULL[:-2] + "低于", "2.1000吨/年的虚构工艺"], "1"),  # 低于 ends no entry
    ([FULL[:-4] + "（低温", "2.1000吨/年的除外）"], "1"),  # nor does an open bracket
    ([FULL, "以及假想的附属设施", "2.0万吨/年以下的虚构工艺"], "1"),  # no entry begins with 0
    ([FULL[:-4] + "（低温", "2.试验乙", FULL, "3.1000吨/年以下的虚构工艺"], "123"),  # a bracket the source left open
    ([FULL, "2.试验乙", FULL, "五、六类虚构装置", "3.试验丙"], "123"),  # no heading: numbering goes on below it
    ([FULL, "3.试验丙", "4.试验丁"], "134"),  # a gap in the source
    ([FULL, "2、甲型虚构装置"], "1"),  # another separator than the document's
    ([FULL, "2.试验乙", "3." + FULL, "1.列举甲", "4.试验丁"], "1234"),
    ([FULL, "140.列举甲", "2.试验乙", "3.试验丙"], "123"),
    (["试验甲", *(f"{n}.试验" for n in range(2, 7)), *(f"{n}.又一" for n in range(1, 7))], "123456123456"),  # heading lost
])
def test_what_speaks_for_and_against_an_entry(lines, numbers):
    head = ["第二类 限制类", "一、建材", "1.试验甲", "二、轻工", f"1.{FULL}", f"{FULL}", "以及设施", "三、机械"]
    tail = ["四、医药", f"1.{FULL}", FULL, "二、三级虚构装置", "第三类 淘汰类", "一、建材", "1.试验甲"]
    parsed = catalogue.parse(loaded("\n".join([*head, "1." + lines[0], *lines[1:], *tail])), "c")
    assert "".join(c.fields["number"] for c in parsed.clauses if c.fields["sector"] == "机械") == numbers
    assert [c.text for c in parsed.clauses if c.fields["sector"] == "医药"] == [FULL + FULL + "二、三级虚构装置"]


@pytest.mark.parametrize(("end", "deadline"), [
    ("（2035年12月31日）", "2035年12月31日"), ("（2035年）", "2035年"), ("(2035年6月底前)", "2035年6月底前"),
    ("（2035年12月31日，试验地区2036年）", "2035年12月31日，试验地区2036年"), ("（按照2035年版试验标准）", None),
    ("（2035年版试验标准除外）", None), ("（试验机组除外）", None),
])
def test_deadlines_are_verbatim(end, deadline):
    parsed = catalogue.parse(loaded(f"第三类 淘汰类\n一、落后产品\n（一）建材\n1．试验甲{end}\n2．试验乙"), "c")
    assert [c.fields["deadline"] for c in parsed.clauses] == [deadline, None]
    assert parsed.clauses[0].text == "试验甲" + end


def test_a_doubtful_last_entry_is_reported():
    lines = ["第二类 限制类", "一、建材", "1.产能为3.5万吨/年以下的虚构工艺和虚构装置", "（配套2.7兆瓦以下的虚构试验机组的除外）",
             "2.5万吨/年以下的虚构工艺", "第三类 淘汰类", "一、建材", "1.试验甲"]
    parsed = catalogue.parse(loaded("\n".join(lines)), "c")
    assert [c.fields["number"] for c in parsed.clauses] == ["1", "1"]
    assert "限制类·建材第1项中以“2.5万吨/年以”开头的一行可能是第2项，请对照原文核对。" in parsed.warnings


def test_a_number_without_text_is_a_missing_entry():
    parsed = catalogue.parse(loaded("第二类 限制类\n一、建材\n1．试验甲\n2．\n3．试验乙\n4．\n试验丙\n5．"), "c")
    assert [(c.fields["number"], c.text) for c in parsed.clauses] == [("1", "试验甲2．"), ("3", "试验乙"), ("4", "试验丙5．")]
    assert "限制类·建材第2项" in parsed.coverage.missing


@pytest.mark.parametrize("title", ["产业结构调整指导目录2031年本 试验网", "产业结构调整指导目录(2031年本)"])
def test_the_title_is_given_in_its_official_form(title):
    parsed = catalogue.parse(loaded(BODY, title=title), "c")
    assert (parsed.facts["title"], parsed.facts["edition"]) == ("产业结构调整指导目录（2031年本）", "2031")


@pytest.mark.parametrize("text", [
    "某市环境保护与产业发展工作方案\n一、总体要求\n（一）鼓励类\n1．对《产业结构调整指导目录》鼓励类项目优先。\n（二）限制类\n1．不予审批。\n"
    "（三）淘汰类\n1．限期退出。牵头单位：试验局。",
    "试验条例\n第一章 总则\n第一条 产业结构调整指导目录由鼓励类、限制类和淘汰类组成。\n第二条 淘汰类项目\n（一）禁止投资；\n1．甲。",
    "鼓励类、限制类和淘汰类的说明。\n1．鼓励类是试验。\n2．限制类是试验。",
    "建设项目环境影响评价分类管理名录\n一、农业 01、林业 02\n1．试验项目\n2．试验项目",
    "产业结构调整指导目录（2031年本）\n由鼓励类、限制类和淘汰类组成。\n一、解读\n1．试验。",
    "",
])
def test_other_documents_are_not_recognised(text):
    assert not catalogue.recognise(loaded(text))


def test_documents_at_hand_are_not_recognised():
    sources = SHARED / "sources"
    if not sources.exists():
        pytest.skip("需要 ../shared/sources")
    from pypdf import PdfReader
    pages = [p.extract_text() for p in PdfReader(sources / "eia-catalogue-2021.pdf").pages[:6]]
    assert not catalogue.recognise(loaded(pages, title="建设项目环境影响评价分类管理名录"))
    for path in [sources / "guangyuan-work-plan-2017.txt", *(sources / "regulations").glob("*.md")]:
        assert not catalogue.recognise(loaded(path.read_text(encoding="utf-8"))), path.name


def test_a_file_without_entries_is_refused_in_chinese():
    with pytest.raises(IngestError, match="官方"):
        catalogue.parse(loaded("第一类 鼓励类\n（略）"), "c")


def test_a_table_row_and_an_official_entry_are_the_same_clause():
    table = catalogue.entry_clause("c", "AA0001", "限制类", "农林业", "试验", 1)
    assert (table.clause_id, table.label, table.path) == ("c/AA0001", "限制类·农林业", ["限制类", "农林业"])
    assert table.fields == {"class": "限制类", "sector": "农林业", "number": None, "complete_entry": True, "group": None,
                            "deadline": None, "sub_items": []}


def test_a_real_pdf():
    from pypdf import PdfReader
    paragraphs, entries = build(3, per_sector=12)
    buffer = io.BytesIO(pdf(["产业结构调整指导目录", "（2031年本）", *wrapped(paragraphs, 34)]))
    document = loaded([page.extract_text() for page in PdfReader(buffer).pages])
    assert catalogue.recognise(document)
    parsed = catalogue.parse(document, "c")
    assert entries_of(parsed) == expected(entries)
    assert parsed.facts == {"title": "产业结构调整指导目录（2031年本）", "edition": "2031"}
    assert parsed.clauses[0].page == 1 and parsed.clauses[-1].page == len(document.pages)
