"""Documents nobody here has seen go from file to right answers: another list, another city's plan, another city's regulation.

All three are invented for this test; their numbers and names occur nowhere in the corpus.
"""

from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ingest.changing import replace
from ingest.pipeline import ingest_file
from kb import backup
from kb.engine import PolicyEngine
from kb.publishing import changing
from kb.settings import Settings, settings
from kb.store import Store

NOW, BEFORE = date(2027, 2, 1), date(2026, 12, 1)
EIA = ["序号", "项目类别", "登记表", "报告表", "报告书"]  # the official list has them the other way round
EIA_ROWS = [
    ["一、农副食品加工"], ["1", "谷物磨制", "/", "全部（仅分装的除外）", "年加工1万吨及以上的"],
    ["2", "植物油加工", "除单纯分装、调和外的", "其他", "年加工20万吨及以上且有浸出工艺的"],
    ["二、木材加工"], ["3", "人造板制造", "其他", "年产10万立方米以下的（不含2万立方米以下的）", "年产10万立方米及以上的"],
    ["4", "木质家具制造", "仅组装的", "其他（年用非溶剂型低VOCs含量涂料5吨以下的除外）", "有电镀工艺的；年用溶剂型涂料（含稀释剂）6吨及以上的"],
    ["三、非金属矿物制品"], ["5", "商品混凝土；砼结构构件制造", "/", "全部", "/"]]
PERMIT = ["序号", "行业类别", "重点管理", "简化管理", "登记管理"]
PERMIT_ROWS = [["1", "谷物磨制131", "/", "/", "全部"],
               ["2", "人造板制造202", "纳入重点排污单位名录的", "年产10万立方米及以上的胶合板、纤维板、刨花板", "其他"],
               ["3", "家具制造21", "纳入重点排污单位名录的", "年使用10吨及以上溶剂型涂料的", "其他"]]
PLAN = ["云溪市产业准入与生态保护协同实施方案", "云府发〔2026〕3号", "为推动产业高质量发展与生态环境高水平保护，制定本方案。", "一、总体要求",
        "坚持生态优先、绿色发展。", "二、重点任务",
        "（一）建立准入清单。编制并每年更新产业准入负面清单，限制类项目一律不得引进。（牵头单位：市经济和信息化局；责任单位：市生态环境局、市自然资源局，各区县人民政府）",
        "（二）严格环境准入。严格控制电镀、印染项目，总投资5000万元及以上的项目应当在签约前5个工作日内由市招商局组织会商。（牵头单位：市招商局，责任单位：市生态环境局、市应急管理局）",
        "（三）推进秸秆综合利用。到2027年秸秆综合利用率达到95%以上。（牵头单位：市农业农村局；责任单位：市生态环境局）",
        "三、保障措施", "市政府督查室对任务落实情况每季度通报一次。"]
ARTICLES = ["为了加强河湖保洁，保护水环境，制定本条例。", "本市行政区域内河道、湖泊、水库水面及其岸线的保洁活动，适用本条例。",
            "市水利局主管全市河湖保洁工作。市生态环境局、市城市管理局按照各自职责做好相关工作。", "禁止向河湖倾倒垃圾、渣土、畜禽粪污。",
            "违反本条例第四条规定，倾倒畜禽粪污的，由市水利局责令限期清理，处五千元以上二万元以下罚款；逾期不清理的，处二万元以上十万元以下罚款。",
            "本条例自2026年7月1日起施行。"]


def ruled(path: Path, title: str, number: str, head: list[str], rows: list[list[str]], articles: list[str]) -> Path:
    """An official list as its PDF is set: title, number, articles, then a table ruled cell by cell over its pages."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

    def text(words: str, size: int = 9) -> Paragraph:
        return Paragraph(words, ParagraphStyle("x", fontName="STSong-Light", fontSize=size, leading=size * 1.4, wordWrap="CJK"))

    cells = [[text(c) for c in row] + [""] * (len(head) - len(row)) for row in [head, *rows]]
    spans = [("SPAN", (0, n), (-1, n)) for n, row in enumerate(rows, 1) if len(row) == 1]
    table = Table(cells, repeatRows=1, colWidths=[40, 150, 170, 170, 150])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), *spans]))
    SimpleDocTemplate(str(path), pagesize=landscape(A4)).build(
        [text(title, 16), text(number, 10), *[text(a, 10) for a in articles], Spacer(1, 10), table])
    return path


def regulation(path: Path) -> Path:
    """A local regulation whose article numbers exist only as a list style."""
    document = Document()
    numbering = document.part.numbering_part.element
    abstract, level = OxmlElement("w:abstractNum"), OxmlElement("w:lvl")
    abstract.set(qn("w:abstractNumId"), "99")
    level.set(qn("w:ilvl"), "0")
    for tag, value in (("start", "1"), ("numFmt", "chineseCountingThousand"), ("lvlText", "第%1条　"), ("suff", "nothing")):
        child = OxmlElement(f"w:{tag}")
        child.set(qn("w:val"), value)
        level.append(child)
    abstract.append(level)
    numbering.insert(0, abstract)
    number, link = OxmlElement("w:num"), OxmlElement("w:abstractNumId")
    number.set(qn("w:numId"), "99")
    link.set(qn("w:val"), "99")
    number.append(link)
    numbering.append(number)
    for line in ("云溪市河湖保洁条例", "（2026年5月1日云溪市第八届人民代表大会常务委员会第二十次会议通过）"):
        document.add_paragraph(line)
    for n, text in enumerate(ARTICLES):
        if n in (0, 3):
            document.add_paragraph("第一章　总则" if n == 0 else "第二章　保洁与处罚")
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        listed = OxmlElement("w:numPr")
        for tag, value in (("ilvl", "0"), ("numId", "99")):
            child = OxmlElement(f"w:{tag}")
            child.set(qn("w:val"), value)
            listed.append(child)
        properties.append(listed)
    document.save(str(path))
    return path


@pytest.fixture(scope="module")
def taken_in(shipped, tmp_path_factory):
    """The shipped library with the invented documents in it; (engine, reports by file name)."""
    folder = tmp_path_factory.mktemp("unseen")
    configured = Settings(home=folder / "home")
    backup.restore(configured, backup.backup(settings(), folder / "shipped.zip"))
    for encoder in settings().home.glob("encoder-*"):
        (configured.home / encoder.name).symlink_to(encoder)
    plan = Document()
    for line in PLAN:
        plan.add_paragraph(line)
    plan.save(str(folder / "方案.docx"))
    files = [ruled(folder / "名录.pdf", "建设项目环境影响评价分类管理名录（2027年版）", "生态环境部令第99号", EIA, EIA_ROWS,
                   ["第一条 为了实施建设项目环境影响评价分类管理，制定本名录。", "第二条 本名录未作规定的建设项目，不纳入建设项目环境影响评价管理。",
                    "第三条 本名录自2027年1月1日起施行。"]),
             ruled(folder / "排污.pdf", "云溪市固定污染源排污管理分类名录（2027年版）", "云环发〔2026〕88号", PERMIT, PERMIT_ROWS,
                   ["第一条 为了实施排污分类管理，制定本名录。", "第二条 本名录自2027年1月1日起施行。"]),
             folder / "方案.docx", regulation(folder / "条例.docx")]
    store = Store(configured.database)
    with changing(store, configured):
        reports = {f.name: ingest_file(store, f, {}) for f in files}
        replace(store, "eia-2021", reports["名录.pdf"].doc_id, date(2027, 1, 1))
    return PolicyEngine(store, configured), reports


def test_each_is_recognised_for_what_it_is(taken_in):
    _, reports = taken_in
    assert {name: (r.parser, r.found["条文"]) for name, r in reports.items()} == {
        "名录.pdf": ("表格名录", 8), "排污.pdf": ("表格名录", 5), "方案.docx": ("工作方案", 7), "条例.docx": ("法规条文", 6)}
    assert any("corpus replace eia-2021" in w for w in reports["名录.pdf"].warnings)


@pytest.mark.parametrize(("question", "on", "document", "row", "edition"), [
    ("年产8万立方米刨花板项目，做什么环评？", NOW, "报告表", 3, "2027"), ("年产12万立方米刨花板项目，做什么环评？", NOW, "报告书", 3, "2027"),
    ("年产12万立方米刨花板项目，做什么环评？", BEFORE, "报告表", 34, "2021"),
    ("木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？", NOW, "报告书", 4, "2027"),
    ("木家具厂，年用溶剂型油漆8吨，没有电镀，环评做什么？", BEFORE, "报告表", 36, "2021"),
    ("商品混凝土搅拌站要做什么环评？", NOW, "报告表", 5, "2027")])
def test_another_list_decides_from_its_day_on(taken_in, question, on, document, row, edition):
    eia = taken_in[0].ask(question, on).eia
    assert (eia.document, eia.rows, eia.edition) == (document, [row], edition)


def test_names_mean_the_list_in_force(taken_in):
    engine, reports = taken_in
    for words in ("名录第3项", "建设项目环境影响评价分类管理名录第3项"):
        assert engine.ask(words, NOW).citations[0].clause_id == f"{reports['名录.pdf'].doc_id}/3"
        assert engine.ask(words, BEFORE).citations[0].clause_id == "eia-2021/3"


def test_a_list_of_another_kind_is_found_and_named(taken_in):
    engine, reports = taken_in
    for question in ("年用10吨溶剂型涂料的家具厂排污是重点管理还是简化管理？", "云溪市固定污染源排污管理分类名录第3项"):
        citation = engine.ask(question, NOW).citations[0]
        assert citation.clause_id == f"{reports['排污.pdf'].doc_id}/3" and "简化管理：年使用10吨及以上溶剂型涂料的" in citation.quote and citation.page == 1


@pytest.mark.parametrize(("question", "lead"), [
    ("云溪市的负面清单谁牵头？", "市经济和信息化局"), ("云溪市秸秆综合利用谁牵头？", "市农业农村局"),
    ("按云溪市产业准入与生态保护协同实施方案，严格环境准入谁牵头？", "市招商局")])
def test_another_citys_plan_charges_its_own_units(taken_in, question, lead):
    engine, reports = taken_in
    answer = engine.ask(question, NOW)
    assert answer.duties.lead_units == [lead]
    assert {c.doc_id for c in answer.citations} == {reports["方案.docx"].doc_id}


def test_our_own_plan_answers_as_before(taken_in, engine):
    question = "广元市的负面清单谁牵头？"
    assert taken_in[0].ask(question, BEFORE).duties == engine.ask(question, BEFORE).duties


def test_a_regulation_is_cited_by_the_numbers_word_shows(taken_in):
    engine, reports = taken_in
    doc_id = reports["条例.docx"].doc_id
    answer = engine.ask("云溪市河湖保洁条例第五条", NOW)
    assert (answer.citations[0].clause_id, answer.citations[0].quote) == (f"{doc_id}/5", ARTICLES[4])
    assert engine.ask("往河里倒猪粪怎么处罚？", NOW).citations[0].clause_id == f"{doc_id}/5"
    assert engine.ask("云溪市河湖保洁条例第五条", date(2026, 6, 30)).text.startswith("《云溪市河湖保洁条例》在2026年6月30日尚未施行")
