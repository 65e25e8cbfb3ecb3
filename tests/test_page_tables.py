"""职责查询 and 目录浏览 in the browser: filters, the matrix, files, an entry's page."""

import pytest
from openpyxl import load_workbook

from tests.browsing import CSS, choose, downloaded, open_page, press, tab, wait_for, waiting, write
from web.browse_tab import found
from web.duties_tab import shown
from web.entry import as_html


@pytest.fixture(scope="module")
def page(url, browser):
    open_page(browser, url)
    return browser


def test_duties_by_unit_under_its_new_name(page):
    tab(page, "职责查询")
    wait_for(page, "#duties .bar", "共 33 项职责")
    write(page, "事项", "负面清单\n")
    wait_for(page, "#duties td", "市发展改革委")
    page.find_element(CSS, "#duties td .link.strong").click()
    wait_for(page, "dialog .around .here", "负面清单")
    press(page, "关闭", "dialog")
    press(page, "导出 XLSX", "#duties")
    sheet = load_workbook(downloaded(page, "职责分工*.xlsx")).active
    assert sheet.max_row >= 2 and "负面清单" in str(sheet["D2"].value)
    write(page, "事项", "飞机\n")
    wait_for(page, "#duties .notice", "不能据此说没有这项职责")
    write(page, "事项", "\n")
    wait_for(page, "#duties .bar", "共 33 项职责")


def test_the_matrix_of_units_and_tasks(page):
    tab(page, "职责查询")
    page.find_element(CSS, "#duty-view label:nth-of-type(2)").click()
    wait_for(page, "#duties .matrix tbody th", "市环境保护局")
    assert len(page.find_elements(CSS, "#duties .matrix thead th")) == 34
    assert page.find_elements(CSS, "#duties .matrix td.lead .dot")
    press(page, "市农业局", "#duties .matrix")
    wait_for(page, "#duties .bar", "共 6 项职责")


@pytest.mark.parametrize("unit, role, count", [("环保局", "牵头", "6"), ("生态环境局", "牵头", "6"), ("市农业局", "责任", "")])
def test_a_unit_in_a_role(engine, unit, role, count):
    table = shown(engine, unit, role, "", "表格")
    assert f"共 <b>{count}" in table and "<script" not in table
    assert "符合单位“&lt;b&gt;”" in shown(engine, "<b>", role, "", "表格")


def test_the_catalogue_is_browsed_and_an_entry_opened(page):
    tab(page, "目录浏览")
    write(page, "关键词", "刨花板")
    wait_for(page, "#browse .bar", "共 1 条")
    page.find_element(CSS, "#browse .link.row").click()
    wait_for(page, "#entry .entry td", "<5万立方米/年（单线）")
    wait_for(page, "#entry .history", "产业结构调整指导目录（2019年本）")
    wait_for(page, "#entry .history", "文字相同")
    choose(page, "版本", "2019年本")
    choose(page, "类别", "限制类")
    wait_for(page, "#browse .bar", "共 2 条")
    page.find_element(CSS, "#browse-list label:nth-of-type(2)").click()
    write(page, "关键词", "人造板")
    wait_for(page, "#browse td", "年产20万立方米及以上的")
    waiting(page).until(lambda d: len(d.find_elements(CSS, "#browse .link.row")) == 1)
    page.find_element(CSS, "#browse .link.row").click()
    wait_for(page, "#entry .entry td", "规模：≥20万立方米/年")


def test_filters_narrow_the_catalogue(engine):
    whole = found(engine, "catalogue-2019")
    limited = found(engine, "catalogue-2019", "限制类", "建材")
    assert 0 < len(limited) < len(whole) and all(c.fields["class"] == "限制类" and c.fields["sector"] == "建材" for c in limited)
    assert found(engine, "eia-2021", "登记表", words="畜牧") and not found(engine, "eia-2021", words="没有这个词")


def test_every_entry_has_a_page(engine):
    for doc_id, step in (("catalogue-2019", 60), ("catalogue-2024", 3), ("eia-2021", 12)):
        for clause in found(engine, doc_id)[::step]:
            page = as_html(clause.clause_id, engine)
            assert "条件" in page and page.count("<table") == page.count("</table>") and "None" not in page
    assert "没有这一条" in as_html("catalogue-2019/没有", engine)
