"""Ruled lists: the official 2021 list cell by cell, and invented lists in every layout a list may come in."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import eia_table
from ingest.eia_table import note_clause, parse, recognise, row_clause
from ingest.loading import load
from ingest.source import Loaded, Page, Table
from kb.eia_grammar import alternatives
from kb.errors import IngestError

SHARED = Path(__file__).resolve().parents[2] / "shared"
CELLS = ("sector", "name", "report", "form", "registration", "sensitive_area")
EIA_HEADER = ["序号", "项目类别", "报告书", "报告表", "登记表", "本栏目环境敏感区含义"]
PERMIT_HEADER = ["序号", "行业类别", "重点管理", "简化管理", "登记管理"]


def loaded(tables, lines=(), page=None, media="docx", title=None):
    """A loaded file made of tables and of lines beside them."""
    shown = ["\t".join(row) for table in tables for row in table.rows] if page is None else []
    return Loaded(Path("名录"), media, [Page(page, "\n".join([*lines, *shown]))], title, lambda: tables)


def facts(name):
    with (SHARED / "facts" / name).open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


# --- the official list of 2021 ---


@pytest.fixture(scope="module")
def official():
    path = SHARED / "sources" / "eia-catalogue-2021.pdf"
    if not path.exists():
        pytest.skip("缺少 ../shared 中的官方名录 PDF")
    return load(path)


@pytest.fixture(scope="module")
def parsed(official):
    return parse(official, "eia-2021")


def test_the_official_list_is_recognised(official):
    assert recognise(official)


def test_every_cell_of_the_official_list(parsed):
    rows = [(str(c.fields["no"]), *(c.fields[key] for key in CELLS), str(c.page)) for c in parsed.clauses[:173]]
    assert rows == [tuple(row[key] for key in ("no", *CELLS, "page")) for row in facts("eia-2021.csv")]


def test_articles_and_notes_of_the_official_list(parsed):
    beside = parsed.clauses[173:]
    assert [c.clause_id for c in beside] == [f"eia-2021/{n}" for n in "a1 a2 a3 a4 a5 a6 a7 n1 n2 n3 n4 n5 n6".split()]
    expected = [(f"名录{row['article']}", re.sub(r"\s", "", row["text"])) for row in facts("eia-2021-articles.csv")]
    assert [(c.label, re.sub(r"\s", "", c.text)) for c in beside] == expected
    assert [c.page for c in beside] == [1, 1, 1, 2, 2, 2, 2] + [39] * 6


def test_what_is_said_of_the_official_list(parsed):
    assert parsed.kind == "eia_list" and parsed.warnings == []
    assert parsed.found == {"行": 173, "行业": 55, "条": 7, "说明": 6, "页": 39}
    assert parsed.coverage.held == 173 and parsed.coverage.missing == []
    assert [c.order for c in parsed.clauses] == list(range(1, 187))
    # 环境保护部令第44号 and 生态环境部令第1号 stand in 第七条, but are the numbers of what it repeals
    assert parsed.facts == {"title": "建设项目环境影响评价分类管理名录（2021年版）", "edition": "2021年版",
                            "in_force_from": date(2021, 1, 1)}


# --- clauses shared with the shipped tables ---


def test_a_row_as_a_clause():
    clause = row_clause("eia-2021", 2, {"sector": "一、农业01、林业02", "name": "经济林基地项目", "report": "/",
                                        "form": "原料林基地", "registration": "其他", "sensitive_area": ""}, 7, 3)
    assert (clause.clause_id, clause.label, clause.page, clause.order) == ("eia-2021/2", "名录第2项", 3, 7)
    assert clause.text == "行业：一、农业01、林业02\n项目类别：经济林基地项目\n报告书：/\n报告表：原料林基地\n登记表：其他"
    assert clause.fields == {"no": 2, "sector": "一、农业01、林业02", "name": "经济林基地项目", "report": "/",
                             "form": "原料林基地", "registration": "其他", "sensitive_area": ""}


@pytest.mark.parametrize("label, local", [("第七条", "a7"), ("第十二条", "a12"), ("说明4", "n4"), ("说明11", "n11")])
def test_an_article_or_note_as_a_clause(label, local):
    clause = note_clause("eia-2021", label, "文字", 9)
    assert (clause.clause_id, clause.label, clause.text, clause.order) == (f"eia-2021/{local}", f"名录{label}", "文字", 9)


# --- invented lists: any order of columns, cut by pages anywhere ---

WORDS = st.text("甲乙丙丁木材加工；（）·35A ", min_size=1, max_size=12).map(lambda t: re.sub(" +", "", t) + "的")
HEADERS = {"name": "项目类别", "report": "环境影响报告书", "form": "报告表", "registration": "登记表"}


@st.composite
def lists(draw):
    """(rows as (no, sector, cells), tables): the tables show the rows, cut into pages between and inside rows."""
    columns = draw(st.permutations(["no", *HEADERS, "备注栏"]))
    two_rows = draw(st.booleans())
    groups = {"report": "环评类别", "form": "环评类别", "registration": "环评类别"}
    titles = {"no": "序号", "备注栏": "备注栏", **HEADERS}
    header = [[titles[c] for c in columns]]
    if two_rows:
        header = [[groups.get(c, titles[c]) for c in columns], [titles[c] if c in groups else "" for c in columns]]
    rows, pages, sector = [], [[]], ""
    for no in range(1, draw(st.integers(2, 8)) + 1):
        if no == 1 or draw(st.booleans()):
            sector = f"{'一二三四五六七八'[len({s for _, s, _, _ in rows})]}、{draw(WORDS)}"
            pages[-1].append([sector, *[""] * (len(columns) - 1)])
        cells = {c: draw(st.one_of(st.just("/"), st.just(""), WORDS)) for c in columns} | {"name": draw(WORDS)}
        line = [str(no) if c == "no" else cells[c] for c in columns]
        rows.append((no, sector, {c: cells[c] for c in columns if c != "no"}, len(pages)))
        cut = draw(st.sampled_from(["whole", "before", "inside"])) if no > 1 else "whole"
        if cut == "inside":
            at = [len(cell) if c == "no" else draw(st.integers(0, len(cell)))
                  for c, cell in zip(columns, line, strict=True)]
            rest = [cell[n:] for n, cell in zip(at, line, strict=True)]
            if any(rest):
                pages[-1].append([cell[:n] for n, cell in zip(at, line, strict=True)])
                pages.append([rest])
                continue
        if cut == "before" and pages[-1]:
            rows[-1] = (*rows[-1][:3], len(pages) + 1)
            pages.append([])
        pages[-1].append(line)
    repeated = draw(st.booleans())
    return rows, [Table(n, [*(header if repeated or n == 1 else []), *page]) for n, page in enumerate(pages, 1)]


@settings(max_examples=250, deadline=None)
@given(lists())
def test_rows_survive_any_cut_and_any_order_of_columns(case):
    rows, tables = case
    result = parse(loaded(tables, page=1), "d")
    assert [(c.fields["no"], c.fields["sector"], {k: c.fields[k] for k in (*HEADERS, "备注栏")}, c.page)
            for c in result.clauses] == rows
    assert result.kind == "eia_list" and result.warnings == []


def test_one_merged_cell_may_head_number_and_name():
    tables = [Table(1, [["环评类别项目类别", "", "报 告 书", "报 告 表"], ["一、渔业 04", "", "", ""],
                        ["1", "海水养殖", "/", "全部"], ["2", "内陆养殖", "/", "其他"]])]
    assert [(c.fields["no"], c.fields["name"], c.fields["form"]) for c in parse(loaded(tables, page=1), "d").clauses] == [
        (1, "海水养殖", "全部"), (2, "内陆养殖", "其他")]


def test_a_column_of_its_own_may_name_the_industry():
    tables = [Table(1, [["序号", "行业", "项目类别", "报告表"], ["1", "渔业", "海水养殖", "全部"],
                        ["2", "", "内陆养殖", "其他"], ["3", "林业", "经济林", "/"]])]
    assert [c.fields["sector"] for c in parse(loaded(tables, page=1), "d").clauses] == ["渔业", "渔业", "林业"]


def test_a_sentence_with_the_words_of_a_header_is_no_header():
    tables = [eia_rows(1), Table(2, [["", "", "以及编制环境影响报告书的其他同类建设项目", "编制环境影响报告表的其他建设项目的", "", ""],
                                     ["2", "第2种养殖", "/", "全部", "其他", ""]])]
    result = parse(loaded(tables, page=1), "d")
    assert result.clauses[0].fields["form"] == "全部编制环境影响报告表的其他建设项目的" and len(result.clauses) == 2


def test_a_note_may_be_the_last_row_of_the_table():
    tables = [Table(1, [["项目类别", "序号", "报告表"], ["海水养殖", "1", "全部"], ["内陆养殖", "2", "/"],
                        ["注：1.规模指新增规模。2.不含科研项目。", "", ""]])]
    result = parse(loaded(tables, page=1), "d")
    assert [(c.label, c.text) for c in result.clauses[2:]] == [("名录说明1", "规模指新增规模。"), ("名录说明2", "不含科研项目。")]
    assert result.warnings == [] and result.clauses[1].fields["form"] == "/"


def test_spaces_of_justified_setting_are_not_text():
    tables = [Table(1, [["序号", "项目类别", "报告表"], ["1", "屠 宰 及 肉 类 加 工135* ；水产品加工 136", "/"]])]
    assert parse(loaded(tables, page=1), "d").clauses[0].fields["name"] == "屠宰及肉类加工135*；水产品加工 136"


# --- a list with other columns ---


def permit_list():
    return [Table(None, [PERMIT_HEADER, ["一、畜牧业 03"] * 5, ["1", "牲畜饲养 031", "设有污水排放口的", "/", "其他"],
                         ["二、农副食品加工业 13"] * 5, ["2", "谷物磨制 131", "/", "/", "谷物磨制 131*"]])]


def test_a_list_with_other_columns_keeps_its_own_headers():
    result = parse(loaded(permit_list(), ["固定污染源排污许可分类管理名录（2019年版）", "第一条 为实施排污许可，制定本名录。"]), "p")
    assert recognise(loaded(permit_list())) and result.kind == "plain"
    first, second, article = result.clauses
    assert (first.clause_id, first.label, first.path) == ("p/1", "第1项", ["一、畜牧业 03"])
    assert first.text == "行业类别：牲畜饲养 031\n重点管理：设有污水排放口的\n简化管理：/\n登记管理：其他"
    assert second.fields == {"no": 2, "行业类别": "谷物磨制 131", "重点管理": "/", "简化管理": "/",
                             "登记管理": "谷物磨制 131*"}
    assert (article.clause_id, article.label) == ("p/a1", "第一条")
    assert result.facts["title"] == "固定污染源排污许可分类管理名录（2019年版）"


def test_columns_under_two_headings_of_one_name_are_kept_apart():
    tables = [Table(1, [["序号", "企业", "2020年", "", "2025年", ""], ["", "", "产能", "产量", "产能", "产量"],
                        ["1", "甲厂", "10吨", "8吨", "20吨", "18吨"], ["2", "乙厂", "1吨", "1吨", "2吨", "2吨"]])]
    fields = parse(loaded(tables, page=1), "d").clauses[0].fields
    assert fields == {"no": 1, "企业": "甲厂", "2020年·产能": "10吨", "2020年·产量": "8吨", "2025年·产能": "20吨",
                      "2025年·产量": "18吨"}


def test_a_heading_may_have_its_ordinal_in_the_number_column():
    tables = [Table(1, [["序号", "企业", "产能"], ["一", "水泥", ""], ["1", "甲厂", "10吨"], ["2", "乙厂", "1吨"]])]
    assert [c.path for c in parse(loaded(tables, page=1), "d").clauses] == [["一、水泥"]] * 2


# --- media without pages ---


def test_a_word_table_with_merged_cells(tmp_path):
    import docx

    document = docx.Document()
    document.add_paragraph("某省建设项目环境影响评价分类管理名录（2024年版）")
    document.add_paragraph("第一条 为了分类管理，制定本名录。")
    document.add_paragraph("第二条 本名录自2024年5月1日起施行。")
    table = document.add_table(rows=6, cols=5)
    for r, row in enumerate([["序号", "项目类别", "环评类别", "", ""], ["", "", "报告书", "报告表", "登记表"],
                             ["一、渔业 04", "", "", "", ""], ["1", "海水养殖", "围海养殖", "/", "其他"],
                             ["", "", "填海养殖", "", "零星"], ["2", "内陆养殖", "/", "网箱养殖", "其他"]]):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    for a, b in [((0, 2), (0, 4)), ((0, 0), (1, 0)), ((0, 1), (1, 1)), ((2, 0), (2, 4)), ((3, 0), (4, 0)),
                 ((3, 1), (4, 1)), ((3, 3), (4, 3))]:
        table.cell(*a).merge(table.cell(*b))
    document.add_paragraph("注：1.涉及规模的，均指新增规模。")
    document.add_paragraph("2.“其他”指除上述之外的。")
    document.save(tmp_path / "名录.docx")

    file = load(tmp_path / "名录.docx")
    assert recognise(file)
    result = parse(file, "d")
    assert [c.fields for c in result.clauses[:2]] == [
        {"no": 1, "sector": "一、渔业 04", "name": "海水养殖", "report": "围海养殖\n填海养殖", "form": "/",
         "registration": "其他\n零星", "sensitive_area": ""},
        {"no": 2, "sector": "一、渔业 04", "name": "内陆养殖", "report": "/", "form": "网箱养殖",
         "registration": "其他", "sensitive_area": ""}]
    assert [(c.clause_id, c.text) for c in result.clauses[2:]] == [
        ("d/a1", "为了分类管理，制定本名录。"), ("d/a2", "本名录自2024年5月1日起施行。"),
        ("d/n1", "涉及规模的，均指新增规模。"), ("d/n2", "“其他”指除上述之外的。")]
    assert result.warnings == [] and all(c.page is None for c in result.clauses)
    assert result.facts == {"title": "某省建设项目环境影响评价分类管理名录（2024年版）", "edition": "2024年版",
                            "in_force_from": date(2024, 5, 1)}


def test_a_table_of_a_web_page(tmp_path):
    rows = "".join(f"<tr><td>{n}</td><td>养殖项目{n}</td><td>/</td><td>全部</td></tr>" for n in range(1, 6))
    (tmp_path / "a.html").write_text(
        "<html><body><h1>某市环评豁免清单</h1><table><tr><th colspan=2>项目类别</th><th>报告书</th><th>报告表</th></tr>"
        f"<tr><td colspan=4>一、渔业</td></tr>{rows}<tr><td colspan=4>注：不含围海养殖。</td></tr></table></body></html>",
        encoding="utf-8")
    file = load(tmp_path / "a.html")
    assert recognise(file)
    result = parse(file, "d")
    assert [(c.fields["no"], c.fields["name"], c.fields["sector"]) for c in result.clauses[:5]] == [
        (n, f"养殖项目{n}", "一、渔业") for n in range(1, 6)]
    assert [(c.clause_id, c.text) for c in result.clauses[5:]] == [("d/n1", "不含围海养殖。")]
    assert result.found == {"行": 5, "行业": 1, "说明": 1} and result.warnings == []


# --- what is missing or doubtful is said ---


def eia_rows(*numbers, page=1):
    return Table(page, [EIA_HEADER, *([str(n), f"第{n}种养殖", "/", "全部", "其他", ""] for n in numbers)])


def test_missing_rows_are_named():
    result = parse(loaded([eia_rows(1, 2, 4, 7)], page=1), "d")
    assert result.coverage.missing == ["第3项", "第5项", "第6项"] and result.coverage.held == 4
    assert any("缺3、5、6" in w for w in result.warnings)


def test_a_missing_heading_is_named():
    table = eia_rows(1, 2)
    table.rows.insert(1, ["一、农业", *[""] * 5])
    table.rows.insert(3, ["三、渔业", *[""] * 5])
    assert any("行业编号" in w and "缺2" in w for w in parse(loaded([table], page=1), "d").warnings)


def test_a_number_given_twice_keeps_both_rows():
    result = parse(loaded([eia_rows(1, 2, 2, 3)], page=1), "d")
    assert [c.clause_id for c in result.clauses] == ["d/1", "d/2", "d/2-2", "d/3"]
    assert any("第2项" in w for w in result.warnings)


def test_a_row_without_number_inside_a_page_is_kept_and_said():
    table = eia_rows(1, 2)
    table.rows.insert(2, ["", "", "围海养殖", "", "", ""])
    result = parse(loaded([table], page=1), "d")
    assert result.clauses[0].fields["report"] == "/\n围海养殖"
    assert any("没有序号" in w and "第1项" in w for w in result.warnings)


def test_a_row_that_is_no_item_is_left_out_and_said():
    table = eia_rows(1, 2)
    table.rows.append(["合计", "两种", "0", "2", "2", ""])
    result = parse(loaded([table], page=1), "d")
    assert [c.fields["name"] for c in result.clauses] == ["第1种养殖", "第2种养殖"]
    assert any("合计" in w for w in result.warnings)


def test_prose_that_is_neither_article_nor_note_is_said():
    result = parse(loaded([eia_rows(1, 2, page=None)], ["各部门要高度重视。", "第一条 制定本名录。", "附件1", "联系人名单"]), "d")
    assert any("3行" in w and "各部门" in w for w in result.warnings)


def test_a_file_without_such_a_table_is_refused():
    with pytest.raises(IngestError, match="表格"):
        parse(loaded([], ["第一条 制定本办法。"]), "d")


# --- what is not such a list ---


def test_prose_with_a_table_as_annex_is_no_list():
    body = [f"（{'一二三四五六七八九'[n]}）加强协同推进。由市发展改革委牵头，各县区配合，按季度调度进展情况。" for n in range(9)]
    annex = Table(None, [["序号", "任务", "牵头单位"], ["1", "会商", "市发展改革委"], ["2", "督查", "督查室"]])
    assert not recognise(loaded([annex], body))
    large = Table(None, [["序号", "任务", "牵头单位"], *([str(n), "按季度会商重大项目进展情况", "市发展改革委"] for n in range(1, 30))])
    assert not recognise(loaded([large], body)), "its prose would be lost"


def test_a_statute_with_a_table_as_annex_is_no_list():
    articles = [f"第{n}条 建设单位应当按照国家有关规定采取措施，防治生产建设活动对环境造成的污染和破坏。" for n in "一二三四五六七八九"]
    annex = Table(None, [["序号", "项目", "限值"], *([str(n), f"第{n}类污染物", "见标准"] for n in range(1, 12))])
    assert not recognise(loaded([annex], articles))


def test_a_table_without_numbers_is_no_list():
    assert not recognise(loaded([Table(None, [["单位", "电话"], ["市环境保护局", "〇一"], ["市发展改革委", "〇二"]])]))


def test_tables_of_a_pdf_that_counts_nothing_are_not_read():
    def tables():
        raise AssertionError("slow")
    assert not recognise(Loaded(Path("a.pdf"), "pdf", [Page(1, "第一条 制定本办法。\n第二条 本办法自公布之日起施行。")], None, tables))


@pytest.mark.parametrize("name", ["guangyuan-work-plan-2017.txt", "regulations/环境影响评价法(2018-12-29).md"])
def test_other_documents_are_no_lists(name):
    path = SHARED / "sources" / name
    if not path.exists():
        pytest.skip("缺少 ../shared 中的原文")
    assert not recognise(load(path))


# --- facts ---


def test_number_and_title_as_the_heading_gives_them():
    head = ["附件2", "某省生态环境厅公告", "（第3号）", "生态环境部令", "第 16 号", "建设项目环境影响评价分类管理名录", "（2021年版）",
            "第一条 根据《某办法》（环境保护部令第44号）制定本名录，自2021年1月1日起施行。"]
    assert parse(loaded([eia_rows(1, 2, page=None)], head), "d").facts == {
        "title": "建设项目环境影响评价分类管理名录（2021年版）", "edition": "2021年版", "number": "生态环境部令第16号",
        "in_force_from": date(2021, 1, 1)}


def test_a_reference_at_the_beginning_of_a_line_is_no_article():
    lines = ["第一条 敏感区指下列区域，", "第二条规定的除外，", "第九条另有要求的从其要求。", "第二条 敏感区的含义按", "第三条（一）确定。", "第三条 包括：（一）国家公园。"]
    result = parse(loaded([eia_rows(1, 2, page=None)], lines), "d")
    assert [c.text for c in result.clauses[2:]] == ["敏感区指下列区域，第二条规定的除外，第九条另有要求的从其要求。", "敏感区的含义按第三条（一）确定。",
                                                    "包括：（一）国家公园。"]


def test_articles_on_the_page_of_the_table_end_where_it_begins():
    page = "第一条 为了分类管理制定本名\n录\n第三条 本名录自2021年1月1日起施行\n序号 项目类别 报告书 报告表\n1 第1种养殖 / 全部 其他\n2"
    table = eia_rows(1, 2)
    table.rows[1][1] = "第1种养殖名录"
    result = parse(Loaded(Path("a.pdf"), "pdf", [Page(1, page)], None, lambda: [table]), "d")
    assert [(c.clause_id, c.text) for c in result.clauses[2:]] == [("d/a1", "为了分类管理制定本名录"),
                                                                   ("d/a3", "本名录自2021年1月1日起施行")]
    assert [w for w in result.warnings if "条文编号" in w and "缺2" in w]


# --- alternatives of a cell ---


def test_alternatives_are_cut_outside_parentheses_only():
    assert alternatives("年出栏5000头（折合；含幼畜）及以上的； 涉及环境敏感区的") == [
        "年出栏5000头（折合；含幼畜）及以上的", "涉及环境敏感区的"]
    assert alternatives("a（b(c；d)；e）;f") == ["a（b(c；d)；e）", "f"]
    assert alternatives("/") == alternatives("") == []
    assert alternatives("其他（含甲；乙") == ["其他（含甲", "乙"], "a parenthesis never closed encloses nothing"
    assert alternatives("其他（含甲；乙（丙）") == ["其他（含甲", "乙（丙）"]


FLAT = st.text("甲乙12、，", min_size=1, max_size=6)
PART = st.lists(st.one_of(FLAT, FLAT.map(lambda t: f"（{t}；{t}）"), FLAT.map(lambda t: f"(甲（{t}；乙）；丙)")),
                min_size=1, max_size=4).map("".join)


@given(st.lists(PART, min_size=1, max_size=5))
def test_alternatives_joined_are_the_cell(parts):
    assert alternatives("；".join(parts)) == parts


def test_alternatives_of_the_official_list_are_verbatim(parsed):
    cells = [c.fields[key] for c in parsed.clauses[:173] for key in ("name", "report", "form", "registration")]
    for cell in cells:
        found = alternatives(cell)
        assert all(part in cell for part in found)
        assert all(part.count("（") == part.count("）") for part in found)
    assert eia_table.TITLES.keys() == set(CELLS)
