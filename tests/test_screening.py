"""Pre-screening: one project, one sheet — on screen, as JSON, as DOCX."""

import io
import json
from datetime import date

import pytest
from docx import Document

from kb.errors import QuestionError
from kb.screening_docx import as_docx
from kb.screening_facts import corrected
from kb.settings import settings
from tests.conftest import run

DAY = date(2024, 2, 1)
BOARD = "在利州区新建年产5万立方米刨花板项目，总投资1.2亿元"


@pytest.fixture(scope="module")
def sheet(engine):
    return engine.screen(BOARD, DAY)


def test_the_facts_as_understood(sheet):
    facts = {f.name: (f.value, f.stated) for f in sheet.facts}
    assert facts["规模"] == ("5万立方米", True) and facts["建设性质"] == ("新建", True) and facts["建设地点"] == ("利州区", True)
    assert facts["总投资"] == ("1.2亿元", True) and facts["适用法律的日期"] == ("2024年2月1日", True) and "第34项" in facts["行业"][0]


def test_what_is_not_said_is_marked(engine):
    facts = {f.name: f for f in engine.screen("刨花板项目", DAY).facts}
    assert not any(facts[name].stated for name in ("规模", "建设性质", "建设地点", "总投资"))


@pytest.mark.parametrize("text", ["建厂", "新建项目，总投资1亿元", "在广元市建一个工厂"])
def test_of_what_nobody_names_nothing_is_guessed(engine, text):
    sheet = engine.screen(text, DAY)
    assert sheet.eia is None and sheet.eligibility is None and not {f.name: f.stated for f in sheet.facts}["行业"]
    assert sheet.local and sheet.contacts


def test_a_project_outside_the_city_gets_no_rules_of_it(engine):
    sheet = engine.screen("在绵阳市新建电镀厂，总投资2亿元", DAY)
    assert sheet.local == [] and sheet.contacts == [] and sheet.eia.document == "报告书"
    assert not any(c.doc_id == "work-plan" for c in sheet.citations)


def test_words_of_the_description_are_no_markup(engine):
    sheet = engine.screen("<b>养猪场</b> [3] **年出栏** 6000头", DAY)
    assert not any("<b>" in line for s in sheet.sections for line in s.lines)
    assert [c.n for c in sheet.citations] == list(range(1, len(sheet.citations) + 1))


def test_sections_local_rules_document_and_contacts(sheet):
    assert [s.heading[0] for s in sheet.sections] == list("二三四五六")
    assert sheet.eia and sheet.eia.document == "报告表"
    meeting, = (r for r in sheet.local if r.rule.startswith("报告与会商"))
    assert meeting.holds is True and "达到" in meeting.rule
    units = {u for c in sheet.contacts if c.matter == "报告与会商" for u in (*c.lead_units, *c.responsible_units)}
    assert {"各产业和项目推进组", "市投资促进委员会办公室", "市投资促进局"} <= units
    contacts = next(s for s in sheet.sections if s.heading.startswith("五"))
    assert "市生态环境部门" in "".join(contacts.lines) and "未经本市文件核对" in "".join(contacts.lines)


def test_every_statement_cites_and_every_quote_is_verbatim(sheet, engine):
    for citation in sheet.citations:
        assert citation.quote and citation.quote in engine.store.clause(citation.clause_id).text
    assert [c.n for c in sheet.citations] == list(range(1, len(sheet.citations) + 1))
    rules = next(s for s in sheet.sections if s.heading.startswith("三"))
    assert rules.lines and all("[" in line for line in rules.lines)
    by_number = {c.n: c for c in sheet.citations}
    meeting = next(r for r in sheet.local if r.rule.startswith("报告与会商"))
    assert "总投资在1亿元及以上" in by_number[meeting.citation].quote
    for contact in sheet.contacts:
        quote = by_number[contact.citation].quote
        assert all(u in quote or u.endswith("部门") or u.startswith("市") for u in contact.lead_units + contact.responsible_units)
    assert len(sheet.references) == len(sheet.citations) and "不是行政决定" in sheet.notes[-1]


def test_the_national_class_and_what_follows_from_it(engine):
    text = "在利州区新建单线年产4万立方米普通刨花板项目，总投资1.2亿元"
    sheet = engine.screen(text, date(2023, 6, 1))
    assert sheet.eligibility.class_ == "限制类" and sheet.sections[0].lines and "[1]" in "".join(sheet.sections[0].lines)
    assert {r.rule.split("：")[0]: r.holds for r in sheet.local}["限制类"] is True and any("本地现有企业配套" in q for q in sheet.questions)
    later = engine.screen(text, date(2026, 11, 24))
    assert "2024年本" in later.sections[0].lines[0]  # what is held of it is said first


def test_open_facts_become_questions(engine):
    assert "项目的总投资是多少万元（人民币）？" in engine.screen("新建年产5万立方米刨花板项目", DAY).questions
    assert any("大化工" in q for q in engine.screen("新建甲醇项目，总投资2亿元", DAY).questions)


def test_the_clauses_of_the_day_are_used(engine):
    old, new = ({c.doc_id for c in engine.screen(BOARD, day).citations} for day in (DAY, date(2026, 11, 24)))
    assert "eia-law" in old and "code-2026" in new and "eia-law" not in new


@pytest.mark.parametrize("given, says", [
    ({"scale": "25万立方米/年"}, "在利州区新建年产25万立方米/年刨花板项目，总投资1.2亿元"), ({"investment_": "9999万元"}, "在利州区新建年产5万立方米刨花板项目，总投资9999万元"),
    ({"nature": "扩建"}, "在利州区扩建年产5万立方米刨花板项目，总投资1.2亿元"), ({"place": "昭化区"}, "在昭化区新建年产5万立方米刨花板项目，总投资1.2亿元")])
def test_corrections_replace_what_they_correct(given, says):
    assert corrected(BOARD, **given) == says


@pytest.mark.parametrize("given", [{"scale": "很大"}, {"investment_": "很多"}, {"nature": "变建"}])
def test_corrections_that_say_nothing_are_refused(given):
    with pytest.raises(QuestionError):
        corrected(BOARD, **given)


def test_a_correction_changes_the_sheet(engine):
    sheet = engine.screen(corrected(BOARD, scale="25万立方米/年", investment_="9999万元"), DAY)
    assert sheet.eia.document == "报告书"
    assert next(r for r in sheet.local if r.rule.startswith("报告与会商")).holds is False


def test_the_docx_is_what_an_office_files(sheet):
    document = Document(io.BytesIO(as_docx(sheet)))
    headings = [p.text for p in document.paragraphs if p.style.name in ("Title", "Heading 1")]
    assert headings[0] == "招商项目政策预审表" and [h[0] for h in headings[1:]] == list("一二三四五六七八")
    cells = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert cells["项目"] == BOARD and cells["适用法律的日期"] == "2024年2月1日"
    text = "\n".join(p.text for p in document.paragraphs)
    assert "**" not in text and "\\" not in text and "[[" not in text
    for citation in sheet.citations:
        assert f"[{citation.n}] 《{citation.doc_title}》" in text and citation.quote.split("\n")[0] in text


def test_the_command(shipped, tmp_path):
    out, home = tmp_path / "预审.docx", settings().home
    done = run("screen", BOARD, "--as-of", "2024-02-01", "--investment", "1亿元", "--json", "--docx", str(out), home=home)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["as_of"] == "2024-02-01" and found["eia"]["document"] == "报告表" and "总投资1亿元" in found["project"]
    assert next(r for r in found["local"] if r["rule"].startswith("报告与会商"))["holds"] is True
    assert Document(str(out)).paragraphs[0].text == "招商项目政策预审表"
    shown = run("screen", "新建电镀厂", home=home)
    assert shown.returncode == 0 and "严格控制" in shown.stdout and "--investment" in shown.stdout


@pytest.mark.parametrize("arguments", [["screen", ""], ["screen", "建厂", "--as-of", "昨天"], ["screen", "建厂", "--scale", "很大"],
                                       ["screen", "建厂", "--docx", "/没有/这个/文件夹/a.docx"]])
def test_the_command_says_what_is_wrong(shipped, arguments):
    done = run(*arguments, home=settings().home)
    assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.strip().endswith("。")
