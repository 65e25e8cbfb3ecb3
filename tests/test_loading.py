"""Files as people have them: mislabelled, locked, broken, scanned, in old encodings, with running heads and menus."""

import os
import subprocess
import sys
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.loading import load
from kb.errors import IngestError

ROOT = Path(__file__).resolve().parents[1]
EIA_LIST = ROOT.parent / "shared" / "sources" / "eia-catalogue-2021.pdf"
PLAN = ROOT.parent / "shared" / "sources" / "guangyuan-work-plan-2017.txt"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
HTML = "<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
FRAME = "第一条 为了规范产业发展，制定本办法。\n"  # what any document has: common characters and punctuation
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pdf(path: Path, pages: list[list[str]]) -> Path:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path))
    for lines in pages:
        canvas.setFont("STSong-Light", 12)
        for n, line in enumerate(lines):
            canvas.drawString(60, 780 - 20 * n, line)
        canvas.showPage()
    canvas.save()
    return path


def locked(path: Path, password: str) -> Path:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(pdf(path, [["第一条 加密的正文。"]])))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    writer.write(path)
    return path


def docx(path: Path, fill) -> Path:
    from docx import Document

    document = Document()
    fill(document)
    document.save(str(path))
    return path


def refusal(path: Path) -> str:
    """The sentence with which a file is refused: one sentence, Chinese, with the file's name."""
    with pytest.raises(IngestError) as caught:
        load(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith("。") and sentence.count("。") == 1 and "\n" not in sentence
    assert "请" in sentence, "says what to do"
    return sentence


def page_lines(path: Path) -> list[list[str]]:
    return [page.text.splitlines() for page in load(path).pages]


# --- what is refused ---

def test_missing_folder_and_empty(tmp_path):
    assert "找不到" in refusal(tmp_path / "没有.pdf")
    assert "找不到" in refusal(write(tmp_path, "a.txt", "x") / "b.txt")
    folder = tmp_path / "文件夹.pdf"
    folder.mkdir()
    assert refusal(folder) == "文件夹.pdf 是文件夹，请给出其中的文件。"
    assert "0 字节" in refusal(write(tmp_path, "空.pdf", b""))
    for name in ("空白.txt", "空白.md", "空白.html"):
        assert "没有文字" in refusal(write(tmp_path, name, "\ufeff \n\u3000\t\r\n"))
    assert "没有文字" in refusal(write(tmp_path, "注释.md", "<!-- 只有注释 -->"))
    assert "没有文字" in refusal(write(tmp_path, "空.html", HTML.format(title="", body="<nav>首页</nav>")))
    assert "没有文字" in refusal(docx(tmp_path / "空.docx", lambda d: d.add_paragraph(" ")))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="file permissions are POSIX's")
def test_no_permission(tmp_path):
    path = write(tmp_path, "机密.txt", "正文")
    path.chmod(0)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        sentence = refusal(path)
    finally:
        if user == 0:
            os.seteuid(0)
    assert "权限" in sentence


def test_special_file_does_not_hang(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no FIFOs on this system")
    os.mkfifo(tmp_path / "管道.txt")
    assert "不是普通文件" in refusal(tmp_path / "管道.txt")


REFUSED = [
    ("图.pdf", PNG, "PNG 图片", "识别"),
    ("图.docx", b"\xff\xd8\xff\xe0" + bytes(50), "JPEG 图片", "识别"),
    ("图.txt", PNG, "PNG 图片", "识别"),
    ("包.docx", b"Rar!\x1a\x07" + bytes(50), "RAR 压缩包", "解压"),
    ("旧.doc", OLE, "旧格式", "另存为 DOCX 或 PDF"),
    ("旧.wps", OLE, "旧格式", "另存为 DOCX 或 PDF"),
    ("旧.xls", OLE, "旧格式", "另存为 DOCX 或 PDF"),
    ("旧.docx", OLE, "旧格式", "另存为 DOCX 或 PDF"),
    ("锁.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "密码", "取消密码"),
    ("文.pdf", "第一条 正文", "纯文字", "改为 .txt"),
    ("网页.pdf", HTML.format(title="", body="正文"), "网页", "改为 .html"),
    ("网页.txt", HTML.format(title="", body="正文"), "网页", "改为 .html"),
    ("文.html", "第一条 没有标签的正文", "纯文字", "改为 .txt"),
    ("表.csv", "项目,类别", "后缀", "另存为"),
    ("无后缀", "正文", "后缀", "另存为"),
    ("坏.pdf", bytes(range(256)) * 8, "不是 PDF", "重新获取"),
    ("程序.txt", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8, "二进制", "确认"),
    ("程序.md", bytes([0, 1, 2, 3]) * 200, "二进制", "确认"),
    ("乱码.txt", "第一条 正文。".encode() * 20 + b"\xe7\x9a", "编码", "UTF-8"),
    ("缺字节.txt", "产业政策文件".encode() * 9 + "产业".encode()[1:5], "编码", "UTF-8"),
    ("截断.pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog", "已损坏", "重新获取"),
    ("坏.docx", b"PK\x03\x04" + bytes(80), "已损坏", "重新获取"),
]


@pytest.mark.parametrize(("name", "content", "what", "remedy"), REFUSED, ids=[row[0] for row in REFUSED])
def test_wrong_content_in_one_sentence(tmp_path, name, content, what, remedy):
    sentence = refusal(write(tmp_path, name, content))
    assert what in sentence and remedy in sentence


def test_supported_content_under_another_suffix(tmp_path):
    assert "改为 .pdf" in refusal(pdf(tmp_path / "a.docx", [["正文"]]))
    assert "改为 .pdf" in refusal(pdf(tmp_path / "a.txt", [["正文"]]))
    assert "改为 .docx" in refusal(docx(tmp_path / "b.pdf", lambda d: d.add_paragraph("正文")))
    assert "改为 .docx" in refusal(docx(tmp_path / "b.doc", lambda d: d.add_paragraph("正文")))


@pytest.mark.parametrize(("member", "what"), [("xl/workbook.xml", "Excel"), ("ppt/presentation.xml", "PPT"),
                                              ("OFD.xml", "OFD"), ("说明.txt", "ZIP 压缩包")])
def test_zip_of_another_kind(tmp_path, member, what):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr(member, "x")
    assert what in refusal(tmp_path / "a.docx")


def test_corrupt_docx_members(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<broken")
    assert "已损坏" in refusal(tmp_path / "a.docx")
    whole = docx(tmp_path / "b.docx", lambda d: d.add_paragraph("正文")).read_bytes()
    assert "已损坏" in refusal(write(tmp_path, "c.docx", whole[: len(whole) // 2]))


def test_scanned_and_encrypted_pdf(tmp_path):
    assert "扫描" in refusal(pdf(tmp_path / "扫描.pdf", [[], []]))
    assert "扫描" in refusal(pdf(tmp_path / "水印.pdf", [["扫描软件 创建"]] * 6))
    assert "密码" in refusal(locked(tmp_path / "锁.pdf", "secret"))
    assert load(locked(tmp_path / "只限编辑.pdf", "")).text == "第一条 加密的正文。"


def test_nothing_leaks_and_heavy_readers_wait(tmp_path):
    """In a process of its own, where no test runner catches log records."""
    whole = pdf(tmp_path / "a.pdf", [["第一条 正文。"], ["第二条 正文。"]]).read_bytes()
    write(tmp_path, "wrong-offset.pdf", whole.replace(b"startxref\n", b"startxref\n9"))
    write(tmp_path, "half.pdf", whole[: len(whole) // 2])
    write(tmp_path, "junk.pdf", b"%PDF-1.4\n" + b"\x00\xff junk" * 99)
    write(tmp_path, "like-a-path.html", "<p>/a/b</p>")
    write(tmp_path, "xml.html", '<?xml version="1.0"?><html><body><p>正文</p></body></html>')
    write(tmp_path, "plain.txt", "正文")
    code = ("import sys, pathlib; from ingest.loading import load; from kb.errors import IngestError\n"
            "folder = pathlib.Path(sys.argv[1]); load(folder / 'plain.txt')\n"
            "assert not {'pypdf', 'pdfplumber', 'docx', 'bs4'} & set(sys.modules)\n"
            "for path in sorted(folder.iterdir()):\n"
            "    try: load(path)\n"
            "    except IngestError: print(path.name)\n"
            "assert 'pdfplumber' not in sys.modules and 'torch' not in sys.modules\n"
            "load(folder / 'wrong-offset.pdf').tables()\n")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.split() == ["half.pdf", "junk.pdf"]


# --- PDF ---

def test_three_hundred_pages(tmp_path):
    path = pdf(tmp_path / "长.pdf", [["产业政策汇编", f"第{n}条 本条在第{n}页上。", f"— {n} —"] for n in range(1, 301)])
    start = time.perf_counter()
    loaded = load(path)
    assert time.perf_counter() - start < 8
    assert [page.number for page in loaded.pages] == list(range(1, 301))
    assert all(page.text == f"第{page.number}条 本条在第{page.number}页上。" for page in loaded.pages)
    assert list(loaded.lines())[-1] == ("第300条 本条在第300页上。", 300)


@pytest.mark.parametrize("number", ["- 12 -", "— 12 —", "－12－", "第 12 页", "第12页 共20页", "第十二页", "12/20", "Page 12 of 20"])
@pytest.mark.parametrize("at_top", [True, False])
def test_page_number_at_the_edge_only(tmp_path, number, at_top):
    body = ["甲乙丙。", number, "丁戊己。"]
    path = pdf(tmp_path / "a.pdf", [[number, *body] if at_top else [*body, number]])
    assert page_lines(path) == [body]


def test_bare_number_must_keep_step(tmp_path):
    """A page number counts up with the pages; the last cell of a table row does not."""
    numbered = pdf(tmp_path / "a.pdf", [[f"正文{c}。", str(n)] for n, c in enumerate("甲乙丙丁", 7)])
    assert page_lines(numbered) == [[f"正文{c}。"] for c in "甲乙丙丁"]
    assert page_lines(pdf(tmp_path / "b.pdf", [["正文甲。"], ["正文乙。", "2"]])) == [["正文甲。"], ["正文乙。"]]
    rows = [["正文甲。", "55"], ["正文乙。", "31"], ["正文丙。", "2017"], ["正文丁。"], ["正文戊。"]]
    assert page_lines(pdf(tmp_path / "c.pdf", rows)) == rows
    both = pdf(tmp_path / "d.pdf", [[f"— {n} —", "甲。", str(n)] for n in range(1, 6)])
    assert page_lines(both) == [["甲。", str(n)] for n in range(1, 6)], "one number a page is the page's"


def test_running_heads_and_feet(tmp_path):
    body = ["总则。", "产业政策汇编", "附则"]
    pages = [["产业政策汇编", "内部资料", f"{c}{body[0]}", *body[1:], f"{c}款。", "广元市发展改革委", f"- {n} -"]
             for n, c in enumerate("甲乙丙丁戊", 1)]
    expected = [[f"{c}{body[0]}", *body[1:], f"{c}款。"] for c in "甲乙丙丁戊"]
    assert page_lines(pdf(tmp_path / "a.pdf", pages)) == expected
    mixed = [*pages[:3], ["己。"], ["庚。"]]
    assert page_lines(pdf(tmp_path / "b.pdf", mixed))[0][0] == "产业政策汇编", "three pages are too few"
    same = [["本条适用于本市。", f"{c}。"] for c in "甲乙丙丁戊"]
    assert page_lines(pdf(tmp_path / "c.pdf", same)) == same, "a sentence is no running head"


def test_pdf_tables(tmp_path):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import PageBreak, SimpleDocTemplate, Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = [("FONT", (0, 0), (-1, -1), "STSong-Light"), ("GRID", (0, 0), (-1, -1), 1, "black"), ("SPAN", (0, 2), (1, 2))]
    first = Table([["项目\n类别", "报告书"], ["使用VOCs\ncontent的", ""], ["合并", None]], style=style)
    second = Table([["刨花板", "10万立方米\n以上"], ["纤维板", "全部"], ["合并", None]], style=style)
    SimpleDocTemplate(str(tmp_path / "表.pdf")).build([first, PageBreak(), second])
    tables = load(tmp_path / "表.pdf").tables()
    assert [table.page for table in tables] == [1, 2]
    assert tables[0].rows == [["项目类别", "报告书"], ["使用VOCs content的", ""], ["合并", ""]]
    assert tables[1].rows[0] == ["刨花板", "10万立方米以上"]


@pytest.mark.skipif(not EIA_LIST.exists(), reason="the official 2021 list is not beside the project (shared/sources)")
def test_official_list():
    loaded = load(EIA_LIST)
    assert len(loaded.pages) == 39 and loaded.pages[0].text.startswith("建设项目环境影响评价分类管理名录\n（2021年版）")
    first_lines = [page.text.splitlines()[0] for page in loaded.pages]
    assert not any(line.startswith(("—", "环评类别", "项目类别 报")) for line in first_lines)
    assert "49" in loaded.pages[12].text.splitlines(), "the number of a row is kept at the edge of a page"


# --- DOCX ---

def test_docx_order_title_and_merged_cells(tmp_path):
    def fill(document):
        document.add_paragraph("广元市产业办法", style="Title")
        document.add_paragraph("总则", style="Heading 1")
        table = document.add_table(3, 3)
        for n, text in enumerate(["行业", "类别", "说明", "建材", "限制类", "甲\n乙", "", "淘汰类", ""]):
            table.cell(n // 3, n % 3).text = text
        table.cell(1, 0).merge(table.cell(2, 0)).text = "建材"
        table.cell(2, 1).merge(table.cell(2, 2)).text = "淘汰类"
        document.add_paragraph("[bookmark: _GoBack]第一条\u3000正文（含）。")

    loaded = load(docx(tmp_path / "a.docx", fill))
    assert loaded.title == "广元市产业办法"
    assert loaded.text == "广元市产业办法\n总则\n行业\t类别\t说明\n建材\t限制类\t甲乙\n\t淘汰类\n第一条\u3000正文（含）。"
    [table] = loaded.tables()
    assert table.page is None
    assert table.rows == [["行业", "类别", "说明"], ["建材", "限制类", "甲乙"], ["建材", "淘汰类", "淘汰类"]]


def test_docx_first_heading_is_the_title(tmp_path):
    def fill(document):
        document.add_paragraph("广元市产业办法", style="Heading 1")
        document.add_paragraph("第一章 总则", style="Heading 1")

    assert load(docx(tmp_path / "a.docx", fill)).title == "广元市产业办法"
    assert load(docx(tmp_path / "b.docx", lambda d: (d.add_paragraph("办法"), fill(d)))).title is None


def add_list(document, *levels: tuple[str, str], restart_of: int | None = None) -> int:
    """A list definition with (format, text) a level, as Word stores it; returns its numId."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    numbering = document.part.numbering_part.element
    num_id = 900 + len(numbering)
    if restart_of is None:
        xml = "".join(f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{fmt}"/><w:lvlText w:val="{text}"/></w:lvl>'
                      for n, (fmt, text) in enumerate(levels))
        abstract = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{num_id}">{xml}</w:abstractNum>')
        numbering.insert(0, abstract)
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>' if restart_of else ""
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{num_id}"><w:abstractNumId w:val="{restart_of or num_id}"/>'
                               f'{override}</w:num>'))
    return num_id


def item(document, num_id: int, level: int, text: str):
    num_pr = document.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr()
    num_pr.get_or_add_numId().val = num_id
    num_pr.get_or_add_ilvl().val = level


def test_docx_numbers_that_exist_only_as_list_styles(tmp_path):
    def fill(document):
        articles = add_list(document, ("chineseCountingThousand", "第%1条"), ("japaneseCounting", "（%2）"),
                            ("decimal", "%1.%2.%3"), ("bullet", "•"))
        for n in range(11):
            item(document, articles, 0, f"规定{n}。")
        item(document, articles, 1, "甲；")
        item(document, articles, 1, "乙。")
        item(document, articles, 2, "细目。")
        item(document, articles, 3, "圆点。")
        document.add_paragraph("段落。")
        item(document, articles, 0, "续。")
        item(document, articles, 1, "再起。")
        item(document, add_list(document, restart_of=articles), 0, "另起。")
        item(document, 0, 0, "无号。")
        document.add_paragraph("样式编号。", style="List Number")
        document.styles.add_style("条款", 1).base_style = document.styles["List Number"]
        document.add_paragraph("样式的样式。", style="条款")

    lines = [line for line, _ in load(docx(tmp_path / "a.docx", fill)).lines()]
    assert lines[0] == "第一条 规定0。" and lines[9:11] == ["第十条 规定9。", "第十一条 规定10。"]
    assert lines[11:] == ["（一）甲；", "（二）乙。", "十一.二.1 细目。", "圆点。", "段落。", "第十二条 续。", "（一）再起。",
                          "第一条 另起。", "无号。", "1.样式编号。", "2.样式的样式。"]


def test_docx_revisions_and_content_controls(tmp_path):
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def fill(document):
        w = nsdecls("w")
        document.add_paragraph("甲")._p.extend([
            parse_xml(f"<w:ins {w}><w:r><w:t>增</w:t></w:r></w:ins>"),
            parse_xml(f"<w:del {w}><w:r><w:delText>删</w:delText></w:r></w:del>"),
            parse_xml(f"<w:moveFrom {w}><w:r><w:t>移</w:t></w:r></w:moveFrom>")])
        control = "<w:sdt {}><w:sdtPr>{}</w:sdtPr><w:sdtContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        contents = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
        body = document.element.body
        body.insert(1, parse_xml(control.format(w, "", "控件里的正文")))
        body.insert(2, parse_xml(control.format(w, contents, "目录")))

    assert load(docx(tmp_path / "a.docx", fill)).text == "甲增\n控件里的正文"


def test_docx_text_box_counts_once(tmp_path):
    """Word stores a box twice, the second time for programs that cannot draw it."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def fill(document):
        box = "<w:txbxContent><w:p><w:r><w:t>广府发〔2017〕7号</w:t></w:r></w:p></w:txbxContent>"
        document.add_paragraph("红头")._p.append(parse_xml(
            f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"<mc:AlternateContent><mc:Choice><w:t>：</w:t>{box}</mc:Choice><mc:Fallback><w:t>：</w:t>{box}</mc:Fallback></mc:AlternateContent></w:r>"))
        document.add_paragraph("正文")

    assert load(docx(tmp_path / "a.docx", fill)).text == "红头：\n广府发〔2017〕7号\n正文"


# --- HTML ---

def test_html_without_menus(tmp_path):
    body = """<header><h1>广元市人民政府</h1></header><nav><a>首页</a></nav><div class="leftNav">栏目</div>
      <ul><li><a>新闻</a></li><li><a>公开</a></li><li><a>服务</a></li><li><a>互动</a></li></ul>
      <form id="aspnetForm"><div id="content"><h1>关于印发<br>办法的通知</h1><p>第一条&nbsp;&nbsp;为了保护
      环境，<b>制定</b>本办法。</p><div>第二条 GB
      3838 适用。<br/>第三条 自<!-- 草稿 -->公布之日起施行。</div><script>var a = "脚本";</script></div></form>
      <form action="/search">搜索</form><aside>相关链接</aside><style>p{}</style><footer>版权所有</footer>"""
    loaded = load(write(tmp_path, "a.html", HTML.format(title="通知_广元市人民政府", body=body)))
    assert loaded.text.splitlines() == ["关于印发", "办法的通知", "第一条 为了保护环境，制定本办法。", "第二条 GB 3838 适用。",
                                        "第三条 自公布之日起施行。"]
    assert loaded.title == "关于印发办法的通知"


@pytest.mark.parametrize(("title", "body", "expected"), [
    ("产业办法_广元市人民政府", "<p>产业办法</p><p>第一条</p>", "产业办法"),
    ("广元市人民政府 - 产业办法", "<p>产业办法</p><p>第一条</p>", "产业办法"),
    ("产业办法", "<p>第一条</p>", "产业办法"),
    ("产业办法", "<h1>第一章</h1><p>第一条</p><h1>第二章</h1>", "产业办法"),
    ("", "<article><header><h1>产业办法</h1></header><p>第一条</p></article>", "产业办法"),
    ("", "<p>第一条</p>", None),
])
def test_html_title(tmp_path, title, body, expected):
    assert load(write(tmp_path, "a.html", HTML.format(title=title, body=body))).title == expected


def test_html_table_with_spans(tmp_path):
    body = """<table><caption>表一</caption><tr><th>行业</th><th colspan="2">类别</th></tr>
      <tr><td rowspan="2"><p>建</p><p>材</p></td><td>限制类</td><td>甲</td></tr><tr><td>淘汰类</td></tr>
      <tr><td>化工</td><td rowspan="0">全部</td></tr><tr><td>纺织</td></tr></table>
      <table><tr><td>版面</td><td><table><tr><td>一</td><td>二</td></tr><tr><td>三</td><td>四</td></tr></table></td></tr></table>"""
    loaded = load(write(tmp_path, "a.htm", HTML.format(title="", body=body)))
    spans, inner = loaded.tables()
    assert spans.rows == [["行业", "类别", "类别"], ["建材", "限制类", "甲"], ["建材", "淘汰类", ""], ["化工", "全部", ""],
                          ["纺织", "全部", ""]]
    assert inner.rows == [["一", "二"], ["三", "四"]]
    assert loaded.text.splitlines() == ["表一", "行业\t类别", "建材\t限制类\t甲", "淘汰类", "化工\t全部", "纺织", "版面", "一\t二",
                                        "三\t四"]


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=5), min_size=2, max_size=6))
@FAST
def test_any_spans_give_rectangular_rows(tmp_path, cells):
    rows = "".join("<tr>" + "".join(f'<td rowspan="{r}" colspan="{c}">甲</td>' for r, c in row) + "</tr>" for row in cells)
    for table in load(write(tmp_path, "a.html", HTML.format(title="", body=f"<p>文</p><table>{rows}</table>"))).tables():
        assert len(table.rows) == len(cells) and len({len(row) for row in table.rows}) == 1


@pytest.mark.parametrize(("charset", "encoding"), [("gb2312", "gb18030"), ("utf-8", "gb18030"), ("gbk", "utf-8"),
                                                   ("big5", "big5"), ("没有", "utf-8")])
def test_html_charset(tmp_path, charset, encoding):
    source = f'<html><head><meta charset="{charset}"></head><body><p>第一章 政府</p></body></html>'
    assert load(write(tmp_path, "a.html", source.encode(encoding))).text == "第一章 政府"


# --- TXT and MD ---

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("，。；：（）“”《》—…、 \nAz09％"),
                  max_size=80)


@given(CHINESE, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
@FAST
def test_chinese_survives_every_encoding(tmp_path, text, encoding):
    assert load(write(tmp_path, "a.txt", (FRAME + text).encode(encoding))).text == FRAME + text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark(tmp_path, encoding):
    assert load(write(tmp_path, "a.txt", (FRAME * 3).encode(encoding))).text == FRAME * 3


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@FAST
def test_text_is_normal_and_visible(tmp_path, text):
    shown = load(write(tmp_path, "a.txt", FRAME * 10 + text)).text
    assert unicodedata.is_normalized("NFC", shown)
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert shown.startswith(FRAME * 10)
    assert load(write(tmp_path, "b.txt", shown)).text == shown


def test_txt_stays_verbatim(tmp_path):
    text = "# 号\n**注**：１０％（含）以下，ＶＯＣｓ①℃㎡\n[bookmark: _GoBack]第一条\x07\u200b 正\x0b文\r\n<!-- 留 -->⽣态\ufa0c\n"
    assert load(write(tmp_path, "a.txt", text)).text == (
        "# 号\n**注**：１０％（含）以下，ＶＯＣｓ①℃㎡\n第一条 正\n文\n<!-- 留 -->生态兀\n")


def test_md_marks(tmp_path):
    text = """<!-- 抓取
于网页 -->
## 第一章 *总*则 ##
# **产业**办法
**第一条** 本条***重点***是_发展_，__注意__， _且慢_ 。
10*20*30 米，全部（除外）*；其他*。#1 机组 \\*号
编号：____，日期：____年__月，snake_case_name
- 列表 > 引用 `代码`
"""
    loaded = load(write(tmp_path, "a.md", text))
    assert loaded.title == "产业办法" and loaded.media == "md"
    assert [line for line, _ in loaded.lines()] == [
        "第一章 总则", "产业办法", "第一条 本条重点是_发展_，注意， 且慢 。", "10*20*30 米，全部（除外）*；其他*。#1 机组 \\*号",
        "编号：____，日期：____年__月，snake_case_name", "- 列表 > 引用 `代码`"]


@pytest.mark.skipif(not PLAN.exists(), reason="the work plan is not beside the project (shared/sources)")
def test_work_plan():
    text = load(PLAN).text
    assert "bookmark" not in text and "广委办〔2017〕7号" in text and "“转型、绿色、循环、低碳”" in text
