"""项目预审 in the browser: form ↔ sentence, the sheet and its files, many projects at once."""

import io
import json

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from kb.errors import QuestionError
from tests.browsing import CSS, downloaded, field, open_page, press, tab, wait_for, waiting, write
from web import batch

TEXT = "在利州区新建年产5万立方米刨花板项目，总投资1.2亿元"


@pytest.fixture
def screening(url, browser):
    open_page(browser, url)
    tab(browser, "项目预审")
    return browser


def test_a_sentence_fills_the_form_and_makes_the_sheet(screening):
    write(screening, "项目描述", TEXT)
    press(screening, "按描述预审")
    wait_for(screening, "#sheet .conclusion", "限制类")
    wait_for(screening, "#sheet .conclusion", "报告表")
    wait_for(screening, "#sheet .conclusion", "须报告、会商")
    assert [field(screening, name).get_attribute("value") for name in ("产品或建设内容", "规模", "建设地点", "总投资")] == ["刨花板", "5万", "利州区", "1.2亿元"]
    screening.find_element(CSS, "#sheet .md .cite").click()
    wait_for(screening, "#sheet .source.lit mark", "普通刨花板")


def test_the_form_makes_the_sentence(screening):
    write(screening, "产品或建设内容", "白酒")
    write(screening, "规模", "1000")
    waiting(screening).until(lambda d: d.find_element(CSS, "#sheet"))
    press(screening, "预审")
    wait_for(screening, "#sheet .facts-table", "新建年产1000立方米白酒项目")
    write(screening, "总投资", "不少")
    press(screening, "预审")
    wait_for(screening, "#sheet .notice", "总投资“不少”无法识别")


def test_the_sheet_is_saved(screening):
    write(screening, "项目描述", TEXT)
    press(screening, "按描述预审")
    press(screening, "导出 JSON")
    assert json.loads(downloaded(screening, "项目预审表*.json").read_text("utf-8"))["eia"]["document"] == "报告表"
    press(screening, "导出 DOCX")
    assert "招商项目政策预审表" in Document(str(downloaded(screening, "项目预审表*.docx"))).paragraphs[0].text


def test_many_projects_at_once(screening, tmp_path):
    file = tmp_path / "项目.xlsx"
    book = Workbook()
    for row in (batch.COLUMNS, (TEXT,), ("", "白酒", "", "很多", "吨/年"), ("@SUM(1)<script>",)):
        book.active.append(row)
    book.save(file)
    press(screening, "批量")
    press(screening, "下载模板（XLSX）")
    assert [c.value for c in load_workbook(downloaded(screening, "*模板.xlsx")).active[1]] == list(batch.COLUMNS)
    screening.find_element(CSS, "#batch-file input[type=file]").send_keys(str(file))
    wait_for(screening, "#batch-file", ".xlsx")
    press(screening, "开始预审")
    wait_for(screening, "#batch-done .notice", "共3个项目，完成2个，1个有问题")
    waiting(screening).until(lambda d: next(iter(d.find_elements(CSS, "#batch-out")), None)).click()
    sheet = load_workbook(downloaded(screening, "预审结果*.xlsx")).active
    rows = [dict(zip([c.value for c in sheet[1]], [c.value for c in line], strict=True)) for line in sheet.iter_rows(min_row=2)]
    assert rows[0]["国家目录类别"] == "限制类" and rows[0]["环评文件"] == "报告表" and not rows[0]["错误"]
    assert "规模“很多吨/年”无法识别" in rows[1]["错误"] and sheet["A4"].data_type == "s"


@pytest.mark.parametrize("name, data", [("a.txt", b"x"), ("a.xlsx", b"PK\x03\x04broken"), ("a.csv", "甲,乙\n1,2\n".encode()), ("b.csv", "项目描述\n".encode()),
                                        ("c.csv", ("项目描述\n" + "建厂\n" * 501).encode()), ("d.csv", b"\xff\xfe\x00\xd8\xff")])
def test_a_table_that_is_none_is_refused_in_a_sentence(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(QuestionError, match="请"):
        batch.rows(tmp_path / name)


def test_a_table_from_a_spreadsheet_of_this_country(tmp_path):
    (tmp_path / "a.csv").write_bytes("说明\n项目描述,编号\n刨花板厂,7\n".encode("gb18030"))
    assert batch.rows(tmp_path / "a.csv") == [{"项目描述": "刨花板厂", "编号": "7"}]
    assert load_workbook(io.BytesIO(batch.as_xlsx([{"项目描述": "=cmd|x\x07", "错误": ""}]))).active["A2"].value == "=cmd|x"
