"""What offices really send: scans and photos, old Word files, papers with red heads and imprints, traditional characters, bombs."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingest import office, scans
from ingest.loading import load
from ingest.pipeline import ingest_file
from kb.engine import PolicyEngine
from kb.errors import IngestError
from kb.settings import Settings
from kb.store import Store

RULE = ["广元市畜禽养殖污染防治办法", "第一条　为了防治畜禽养殖污染，制定本办法。", "第二条　年出栏生猪5000头及以上的养殖场，",
        "应当安装在线监测设备。", "第三条　违反本办法的，处三万元以上十万元", "以下罚款。", "第四条　本办法自2024年4月1日起施行。"]
FONTS = ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
         "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc")
FONT = next((f for f in FONTS if Path(f).exists()), None)
needs_font = pytest.mark.skipif(FONT is None, reason="需要中文字体（make browser 会安装）")


def picture(lines, size=30, columns=1) -> Image.Image:
    """A page as a scanner sees it."""
    width, step = 26 * size * columns + 80, size * 2
    each = -(-len(lines) // columns)
    page = Image.new("L", (width, each * step + 80), 245)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, size)
    for n, line in enumerate(lines):
        pen.text((40 + n // each * 26 * size, 40 + n % each * step), line, font=font, fill=20)
    return page


def scanned(path: Path, *pages: Image.Image) -> Path:
    """A PDF whose pages are pictures alone."""
    pages[0].convert("RGB").save(path, "PDF", resolution=150, save_all=True, append_images=[p.convert("RGB") for p in pages[1:]])
    return path


@needs_font
def test_a_scan_becomes_clauses_that_say_so(tmp_path):
    settings = Settings(home=tmp_path / "home", embedding="none")
    store, told = Store(settings.database), []
    report = ingest_file(store, scanned(tmp_path / "扫描.pdf", picture(RULE)), {}, reading=lambda done, total: told.append((done, total)))
    assert (report.parser, report.found["条"], told) == ("法规条文", 4, [(1, 1)])
    assert any("图像识别" in w for w in report.warnings)
    answer = PolicyEngine(store, settings).ask("广元市畜禽养殖污染防治办法第二条")
    assert answer.citations[0].quote == "年出栏生猪5000头及以上的养殖场，应当安装在线监测设备。" and answer.citations[0].page == 1
    assert "由扫描件识别而来" in answer.text
    assert store.documents()[0].recognised > 0.9


@needs_font
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_photo_is_turned(tmp_path, turn):
    picture(RULE, size=24).rotate(turn, expand=True).save(tmp_path / "照片.jpg", quality=90)
    assert [line.replace(" ", "　") for line in load(tmp_path / "照片.jpg").text.splitlines()] == RULE


@needs_font
def test_two_columns_are_read_one_after_the_other(tmp_path):
    lines = [f"第{n}条　养殖场应当遵守第{n}项规定并登记。" for n in "一二三四五六七八九十"]
    picture(lines, size=24, columns=2).save(tmp_path / "两栏.png")
    assert [line[:3] for line in load(tmp_path / "两栏.png").text.splitlines()] == [line[:3] for line in lines]


@needs_font
def test_what_cannot_be_read_well_is_warned_of(tmp_path):
    blurred = picture(RULE, size=16).filter(ImageFilter.GaussianBlur(2.2))
    blurred.save(tmp_path / "模糊.png")
    try:
        loaded = load(tmp_path / "模糊.png")
    except IngestError as error:
        assert "没有识别出文字" in str(error)
        return
    assert min(loaded.recognised.values()) < scans.SURE and any("不够清楚" in note for note in loaded.notes)


@needs_font
def test_only_pages_that_are_pictures_are_recognised(tmp_path):
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(tmp_path / "混.pdf"), pagesize=A4)
    canvas.setFont("STSong-Light", 14)
    for n, line in enumerate(RULE):
        canvas.drawString(80, 760 - 24 * n, line)
    canvas.showPage()
    image = io.BytesIO()
    picture(["第五条　附则由市生态环境局解释。"]).save(image, "PNG")
    (tmp_path / "p.png").write_bytes(image.getvalue())
    canvas.drawImage(str(tmp_path / "p.png"), 40, 600, width=500, height=60)
    canvas.save()
    loaded = load(tmp_path / "混.pdf")
    assert list(loaded.recognised) == [2] and "第五条" in loaded.pages[1].text and loaded.pages[0].text.splitlines()[0] == RULE[0]


def test_slanted_watermarks_go_and_clauses_stay(tmp_path):
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(tmp_path / "水印.pdf"), pagesize=A4)
    for _ in range(2):
        canvas.setFont("STSong-Light", 14)
        for n, line in enumerate(RULE):
            canvas.drawString(80, 760 - 24 * n, line)
        canvas.saveState()
        canvas.translate(300, 400)
        canvas.rotate(45)
        canvas.setFont("STSong-Light", 40)
        canvas.drawString(-100, 0, "内部资料")
        canvas.restoreState()
        canvas.showPage()
    canvas.save()
    for page in load(tmp_path / "水印.pdf").pages:
        assert page.text.splitlines() == RULE


def test_red_head_and_imprint_are_no_clause_text(tmp_path):
    from docx import Document

    document = Document()
    for line in ("广元市人民政府办公室文件", "广府办发〔2024〕12号", "", "关于印发《广元市畜禽养殖污染防治办法》的通知", "各县（区）人民政府，市级各部门：",
                 "现将办法印发给你们，请认真贯彻执行。", "广元市人民政府办公室", "2024年3月1日", *RULE, "（此件公开发布）",
                 "抄送：市委办公室，市人大常委会办公室。", "广元市人民政府办公室　　　　2024年3月2日印发"):
        document.add_paragraph(line)
    document.save(tmp_path / "红头.docx")
    settings = Settings(home=tmp_path / "home", embedding="none")
    store = Store(settings.database)
    report = ingest_file(store, tmp_path / "红头.docx", {})
    clauses = {c.label: c.text for c in store.clauses(report.doc_id)}
    assert clauses["第四条"] == "本办法自2024年4月1日起施行。" and not any(w in t for t in clauses.values() for w in ("抄送", "公开发布", "2日印发"))
    held = store.document(report.doc_id)
    assert (held.title, held.number, held.in_force_from.isoformat()) == ("广元市畜禽养殖污染防治办法", "广府办发〔2024〕12号", "2024-04-01")


def test_traditional_characters_are_written_in_simplified_ones(tmp_path):
    (tmp_path / "繁.txt").write_text("廣元市畜禽養殖污染防治辦法\n第一條　為了防治畜禽養殖污染，制定本辦法。\n第二條　養殖場應當建設糞污貯存池，並報生態環境主管部門備案。\n", encoding="gb18030")
    settings = Settings(home=tmp_path / "home", embedding="none")
    store = Store(settings.database)
    report = ingest_file(store, tmp_path / "繁.txt", {})
    assert report.found["条"] == 2 and any("繁体" in w for w in report.warnings)
    assert PolicyEngine(store, settings).ask("养殖场要不要建粪污贮存池").citations[0].quote == "养殖场应当建设粪污贮存池，并报生态环境主管部门备案。"
    (tmp_path / "简.txt").write_text("第一条　古籍《養殖志》所載不作为依据。\n第二条　养殖场应当登记。\n", encoding="utf-8")
    assert "養殖志" in load(tmp_path / "简.txt").text


RTF = rb"{\rtf1\ansi\ansicpg936 " + b"".join(b"\\u%d?" % ord(c) if c != "\n" else b"\\par " for c in "\n".join(RULE)) + b"}"


def test_old_office_files_without_libreoffice_are_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(office.shutil, "which", lambda program: None)
    (tmp_path / "办法.doc").write_bytes(RTF)
    with pytest.raises(IngestError, match="需要 LibreOffice，本机没有安装"):
        load(tmp_path / "办法.doc")


@pytest.mark.skipif(not any(map(shutil.which, office.PROGRAMS)), reason="没有安装 LibreOffice")
def test_old_office_files_are_converted(tmp_path):
    (tmp_path / "办法.doc").write_bytes(RTF)
    assert load(tmp_path / "办法.doc").text.splitlines() == RULE
    (tmp_path / "坏.wps").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(IngestError, match="坏.wps"):
        load(tmp_path / "坏.wps")


def test_bombs_are_refused_unread(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "弹.docx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", "<x/>")
        with packed.open("word/media/x.bin", "w", force_zip64=True) as member:
            for _ in range(600):
                member.write(bytes(2 ** 20))
    assert (tmp_path / "弹.docx").stat().st_size < 2 ** 20
    with pytest.raises(IngestError, match="大得不合常理"):
        load(tmp_path / "弹.docx")
    Image.new("1", (30_000, 20_000)).save(tmp_path / "大.png")
    with pytest.raises(IngestError):
        load(tmp_path / "大.png")
    monkeypatch.setattr("ingest.pdf.PAGES", 3)
    canvas = Canvas(str(tmp_path / "长.pdf"))
    for n in range(4):
        canvas.drawString(100, 700, f"page {n}")
        canvas.showPage()
    canvas.save()
    with pytest.raises(IngestError, match="上限是3页"):
        load(tmp_path / "长.pdf")


def test_scripts_and_macros_are_not_run_nor_read(tmp_path):
    (tmp_path / "页.html").write_text("<!doctype html><html><head><title>办法</title></head><body><script>第九条 脚本</script><h1>办法</h1>"
                                      "<p onclick='x()'>第一条　养殖场应当登记。</p><img src=x onerror=alert(1)><p>第二条　登记免费。</p></body></html>", encoding="utf-8")
    text = load(tmp_path / "页.html").text
    assert "脚本" not in text and "alert" not in text and "第一条" in text
    from docx import Document

    document = Document()
    document.add_paragraph("第一条　养殖场应当登记。")
    document.save(tmp_path / "宏.docx")
    with zipfile.ZipFile(tmp_path / "宏.docx", "a") as packed:
        packed.writestr("word/vbaProject.bin", b"Sub AutoOpen()")
    assert load(tmp_path / "宏.docx").text == "第一条　养殖场应当登记。"
    hostile = (tmp_path / "宏.docx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(hostile)) as old, zipfile.ZipFile(tmp_path / "实体.docx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document', 1).replace("养殖场".encode(), b"&e;")
            new.writestr(name, data)
    try:
        assert "root:" not in load(tmp_path / "实体.docx").text
    except IngestError:
        pass
