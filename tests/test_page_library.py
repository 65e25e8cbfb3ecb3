"""文库 in the browser: coverage, taking a file in after a preview, its page with the cited words marked, removing it."""

import io
import json

import pytest
from PIL import Image
from selenium.webdriver.common.keys import Keys

from ingest.pipeline import ingest_file, prepare, take_in
from ingest.removing import remove
from kb.engine import PolicyEngine
from kb.errors import IngestError, QuestionError, ZhengwenError
from kb.models import Answer
from kb.settings import Settings
from kb.store import Store
from tests.browsing import CSS, ask, choose, downloaded, open_page, press, tab, wait_for, waiting, write
from web.feedback import record
from web.originals import marked_page, places

RULE = "某市危险废物管理规定\n（某府发〔2025〕3号）\n第一条 为了加强管理，制定本规定。\n第二条 产生危险废物的单位应当建立管理台账<script>document.title='坏'</script><img src=x onerror=\"document.title='坏'\">[x](javascript:alert(1))。\n第三条 本规定自2025年7月1日起施行。\n"
EVIL_NAME = "规定<img src=x onerror=alert(1)>.txt"


@pytest.fixture
def library(url, browser):
    open_page(browser, url)
    tab(browser, "文库")
    wait_for(browser, "#library td", "产业结构调整指导目录（2024年本）")
    return browser


def test_coverage_is_shown_against_the_official_count(library):
    wait_for(library, "#library td", "16 / 1,005 条")
    wait_for(library, "#library td", "2024年2月1日起施行")
    assert library.find_element(CSS, "#library [role=meter][aria-valuemax='1005']").get_attribute("aria-valuenow") == "16"
    write(library, "查找文件", "海洋")
    wait_for(library, "#library .bar", "共 1 份文件")


def test_a_file_is_taken_in_after_a_preview_and_removed(library, tmp_path):
    file = tmp_path / EVIL_NAME
    file.write_text(RULE, encoding="utf-8")
    library.find_element(CSS, "#upload input[type=file]").send_keys(str(file))
    wait_for(library, "#upload", ".txt")
    press(library, "预览")
    wait_for(library, "#previewed td", "法规条文")
    wait_for(library, "#previewed .around", "建立管理台账<script>document.title='坏'</script>")
    assert not any("某市危险废物管理规定" in e.text for e in library.find_elements(CSS, "#library b")), "a preview writes nothing"
    press(library, "确认收录")
    wait_for(library, "#previewed .notice", "《某市危险废物管理规定》已收录", 60)
    wait_for(library, "#library td", "某府发〔2025〕3号")
    tab(library, "问答")
    ask(library, "《某市危险废物管理规定》第二条")
    wait_for(library, "#sources mark", "<img src=x onerror=\"document.title='坏'\">[x](javascript:alert(1))")
    assert library.title == "政问" and not library.find_elements(CSS, "#desk img, #desk .md a, #library img")
    tab(library, "文库")
    choose(library, "由文件收录的文件", "某市危险废物管理规定")
    press(library, "移除")
    wait_for(library, "#kept .notice", "勾选“确认移除”")
    library.find_element(CSS, "#sure input").send_keys(Keys.SPACE)
    press(library, "移除")
    wait_for(library, "#kept .notice", "《某市危险废物管理规定》已移除", 60)


def test_the_index_is_rebuilt(library):
    press(library, "重建索引")
    wait_for(library, "#kept .notice", "索引已就绪", 60)


# — taking in and removing, without a browser —

@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home" / "zhengwen.sqlite3")


def pdf(path, *pages):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path))
    for lines in pages:
        canvas.setFont("STSong-Light", 14)
        for n, line in enumerate(lines):
            canvas.drawString(60, 780 - 26 * n, line)
        canvas.showPage()
    canvas.save()
    return path


def test_the_original_page_is_shown_with_the_cited_words_marked(store, tmp_path):
    path = pdf(tmp_path / "规定.pdf", ["某市排污管理规定", "第一条 为了加强管理，制定本规定。"], ["第二条 排污单位应当安装自动监测设备。", "第三条 本规定自2025年7月1日起施行。"])
    report = ingest_file(store, path, {})
    engine = PolicyEngine(store, Settings(home=tmp_path / "home", embedding="none"))
    clause = next(c for c in store.clauses(report.doc_id) if "自动监测" in c.text)
    title, image = marked_page(engine, clause.clause_id, "排污单位应当安装自动监测设备。")
    picture = Image.open(io.BytesIO(image)).convert("RGB")
    yellow = sum(1 for r, g, b in picture.resize((200, 280)).getdata() if r > 200 and g > 180 and b < 190)
    assert "第2页" in title and yellow > 50
    with pytest.raises(QuestionError, match="没有保存"):
        marked_page(engine, "没有/1", "")
    kept = list((tmp_path / "home" / "originals").iterdir())
    remove(store, report.doc_id)
    assert len(kept) == 1 and not list((tmp_path / "home" / "originals").iterdir())


def test_a_short_quote_is_marked_in_its_own_row():
    page = "34 人造板制造 202\n年产20万立方米及以上的\n其他\n/\n36 木质家具制造211*\n有电镀工\n艺的\n其他\n/\n37 造纸业 222\n全部的\n其他"
    clause = "项目类别：木质家具制造211*\n报告书：有电镀工艺的\n报告表：其他\n登记表：/"
    marked = places(page, clause, "报告表：其他")
    assert "".join(page[n] for n in marked) == "其他" and page[:marked[0]].count("其他") == 1
    assert "".join(page[n] for n in places(page, clause, "报告书：有电镀工艺的")) == "有电镀工艺的"
    assert places(page, "没有这样的条文", "没有") == []


def test_a_preview_changes_nothing(store, tmp_path):
    (tmp_path / "规定.txt").write_text(RULE, encoding="utf-8")
    prepared = prepare(tmp_path / "规定.txt", {"title": "另一标题"})
    assert (prepared.document.title, prepared.found["条"], store.documents()) == ("另一标题", 3, [])
    assert take_in(store, prepared).changed and not take_in(store, prepared).changed


def test_a_shipped_text_comes_back_and_cannot_be_removed_itself(shipped, tmp_path):
    store = Store(tmp_path / "zhengwen.sqlite3")
    shipped.connection.backup(store.connection)
    (tmp_path / "a.txt").write_text(RULE, encoding="utf-8")
    ingest_file(store, tmp_path / "a.txt", {"title": "产业结构调整指导目录（2024年本）"})
    assert len(store.clauses("catalogue-2024")) == 3
    remove(store, "catalogue-2024")
    assert len(store.clauses("catalogue-2024")) == 16
    with pytest.raises(IngestError, match="随附"):
        remove(store, "catalogue-2024")


def test_judgements_are_exported_as_questions(library, page_home):
    record(page_home, "有误", "应为第二条", Answer(question="名录第55项", as_of="2026-11-25", intent="lookup", status="answered", text="答"))
    press(library, "导出评价（JSONL）")
    waiting(library).until(lambda d: next(iter(d.find_elements(CSS, "#feedback-file a[download]")), None)).click()
    lines = downloaded(library, "评价*.jsonl").read_text("utf-8").splitlines()
    assert any(json.loads(line)["note"] == "应为第二条" for line in lines)


def test_who_is_no_keeper_cannot_change_the_library(page_home):
    """Another site's page, and a person at another machine: the buttons are not shown, and what they send is refused."""
    from web.library_tab import _admit

    class Elsewhere:
        headers = {"host": "policy.example.cn"}
        client = type("Peer", (), {"host": "10.1.2.3"})
        cookies: dict[str, str] = {}
        url = type("Url", (), {"scheme": "http"})

    for request in (None, Elsewhere()):
        with pytest.raises(ZhengwenError, match="请先登录"):
            _admit(request)
