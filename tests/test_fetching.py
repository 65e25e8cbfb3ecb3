"""The official text over a network: from a local server that resumes, does not, breaks off, or gives something else."""

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ingest import catalogue, fetching
from ingest.loading import load
from ingest.pipeline import ingest_file
from ingest.shipped import build
from kb.errors import IngestError
from kb.store import Store
from tests.catalogue_layout import build as layout
from tests.catalogue_layout import edition_pdf, entries_of, expected, pdf, wrapped
from tests.conftest import run

NOW = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def official():
    """An invented 2024 edition of 300 entries: (PDF, entries)."""
    return edition_pdf("2024", seed=2024)


@pytest.fixture(scope="module")
def document():
    return fetching.document_to_fetch("catalogue-2024")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home" / "zhengwen.sqlite3")


class Site:
    """What the server gives, and what it was asked."""

    def __init__(self, data, *, ranges=True, cut_at=(), status=200, media="application/pdf", tag='"v1"', length=True,
                 at_most=None):
        self.data, self.ranges, self.cut_at, self.status = data, ranges, list(cut_at), status
        self.media, self.tag, self.length, self.at_most = media, tag, length, at_most
        self.asked, self.paths, self.url = [], [], ""

    def answer(self, handler):
        wanted = handler.headers.get("Range")
        self.asked.append(wanted)
        self.paths.append(handler.path)
        start = 0
        if wanted and self.ranges and handler.headers.get("If-Range", self.tag) == self.tag:
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if start >= len(self.data):
                handler.send_error(416)
                return
        body = self.data[start:start + self.at_most if start and self.at_most else None]
        handler.send_response(self.status if not start else 206)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{start + len(body) - 1}/{len(self.data)}")
        handler.send_header("Content-Type", self.media)
        if self.tag:
            handler.send_header("ETag", self.tag)
        if self.length:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:self.cut_at.pop(0)] if self.cut_at else body)


@contextmanager
def serving(site):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.answer(self)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}/P0202.pdf"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def refusal(document, folder, site, pauses=()):
    """The one sentence with which a download is refused: it names the address and the command for doing it by hand."""
    with serving(site), pytest.raises(IngestError) as error:
        fetching.fetch(document, folder, url=site.url, pauses=pauses)
    said = str(error.value)
    assert "\n" not in said and site.url in said and "zhengwen ingest" in said and document.title in said
    assert not (folder / "catalogue-2024.pdf").exists()
    return said


def test_every_entry_of_a_fetched_edition_is_found(official, document, store, tmp_path):
    data, entries = official
    build(store)
    assert len(store.clauses("catalogue-2024")) == 16  # the known part that ships
    seen = []
    with serving(Site(data)) as site:
        path = fetching.fetch(document, tmp_path, lambda done, total: seen.append((done, total)), site.url)
        fetched = fetching.take_in(store, document, path, site.url)
    assert path.read_bytes() == data and [p.name for p in tmp_path.iterdir() if p.is_file()] == ["catalogue-2024.pdf"]
    assert seen[0] == (0, len(data)) and seen[-1] == (len(data), len(data)) and seen == sorted(seen)
    held = [c for c in store.clauses("catalogue-2024") if "number" in c.fields]
    assert [(c.fields["class"], c.fields["sector"], c.fields["number"]) for c in held] == [
        (class_, sector, number) for class_, _, sector, number, *_ in entries]
    assert len(held) == 300 and fetched.report.changed and fetched.report.doc_id == "catalogue-2024"
    assert {c.class_: c.official for c in fetched.counts} == {"鼓励类": 352, "限制类": 231, "淘汰类": 422}
    assert {c.class_: c.read for c in fetched.counts} == {k: sum(e[0] == k for e in entries) for k in catalogue.CLASSES}
    assert not fetched.agrees
    record = store.document("catalogue-2024")
    assert record.url == site.url and (record.coverage.held, record.coverage.official) == (300, 1005)
    assert "1005" in record.coverage.note and "300" in record.coverage.note  # never taken for complete
    assert not fetching.take_in(store, document, path, site.url).report.changed


def test_a_file_that_does_not_name_itself_is_the_document_it_was_fetched_as(document, store, tmp_path):
    paragraphs, entries = layout(seed=3, total=60)
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf(wrapped(paragraphs, 34)))
    assert fetching.take_in(store, document, path).report.doc_id == "catalogue-2024"
    assert len([c for c in store.clauses("catalogue-2024") if "number" in c.fields]) == len(entries) == 60


def test_counts_agree_when_the_file_is_whole(document, store, tmp_path, monkeypatch):
    data, entries = edition_pdf("2024", seed=7)
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    whole = {k: sum(e[0] == k for e in entries) for k in catalogue.CLASSES}
    monkeypatch.setitem(fetching.manifest()["catalogue-2024"], "official_counts", whole)
    assert fetching.take_in(store, document, path).agrees
    monkeypatch.setitem(fetching.manifest()["catalogue-2024"], "official_counts", whole | {"限制类": whole["限制类"] + 1})
    assert not fetching.take_in(store, document, path).agrees


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("width", [26, 34])
def test_a_fresh_edition_of_300_entries(seed, width, tmp_path):
    data, entries = edition_pdf("2024", seed, sectors=12, width=width)
    path = tmp_path / "fresh.pdf"
    path.write_bytes(data)
    parsed = catalogue.parse(load(path), "x")
    assert len(entries) == 300 and entries_of(parsed) == expected(entries)
    assert parsed.facts["title"] == "产业结构调整指导目录（2024年本）"


def test_a_broken_transfer_goes_on_where_it_stopped(official, document, tmp_path):
    data, _ = official
    half = len(data) // 2
    with serving(Site(data, cut_at=[half])) as site:
        path = fetching.fetch(document, tmp_path, url=site.url, pauses=NOW)
    assert path.read_bytes() == data
    assert site.asked == [None, f"bytes={half}-"]


def test_the_next_run_goes_on_where_the_last_stopped(official, document, tmp_path):
    data, _ = official
    with serving(Site(data, cut_at=[30_000])) as site, pytest.raises(IngestError, match="30,000字节保留.*接着下载"):
        fetching.fetch(document, tmp_path, url=site.url, pauses=())
    with serving(Site(data)) as site:
        assert fetching.fetch(document, tmp_path, url=site.url).read_bytes() == data
    assert site.asked == ["bytes=30000-"]


def test_a_server_that_gives_less_than_the_rest_is_asked_for_more(official, document, tmp_path):
    data, _ = official
    with serving(Site(data, cut_at=[30_000], at_most=10_000)) as site:
        assert fetching.fetch(document, tmp_path, url=site.url, pauses=NOW).read_bytes() == data
    assert site.asked == [None, "bytes=30000-", "bytes=40000-"]


@pytest.mark.parametrize("again", [{"ranges": False}, {"tag": '"v2"'}])
def test_a_server_that_cannot_resume_or_has_another_file_gives_the_whole(official, document, tmp_path, again):
    data, _ = official
    other = edition_pdf("2024", seed=1)[0]
    with serving(Site(other, cut_at=[30_000])) as site, pytest.raises(IngestError):
        fetching.fetch(document, tmp_path, url=site.url, pauses=())
    with serving(Site(data, **again)) as site:
        assert fetching.fetch(document, tmp_path, url=site.url).read_bytes() == data
    assert site.asked == ["bytes=30000-"]


def test_a_partial_file_longer_than_the_official_one_is_discarded(official, document, tmp_path):
    data, _ = official
    (tmp_path / "catalogue-2024.pdf.partial").write_bytes(data + b"more")
    (tmp_path / "catalogue-2024.pdf.partial.tag").write_text('"v1"')
    with serving(Site(data)) as site:
        assert fetching.fetch(document, tmp_path, url=site.url, pauses=NOW).read_bytes() == data
    assert site.asked == [f"bytes={len(data) + 4}-", None]


@pytest.mark.parametrize("tag", ['W/"v1"', ""])
def test_without_a_strong_validator_nothing_is_resumed(official, document, tmp_path, tag):
    data, _ = official
    with serving(Site(data, cut_at=[30_000], tag=tag)) as site:
        assert fetching.fetch(document, tmp_path, url=site.url, pauses=NOW).read_bytes() == data
    assert site.asked == [None, None]


def test_a_page_instead_of_the_file(official, document, tmp_path):
    page = b"<!DOCTYPE html><html><body>" + b"login " * 9000
    assert "text/html" in refusal(document, tmp_path, Site(page, media="text/html; charset=utf-8"))
    assert "不是 PDF" in refusal(document, tmp_path, Site(page, media="application/octet-stream"))
    assert not list(tmp_path.iterdir())


def test_a_page_in_between_does_not_spoil_the_part_held(official, document, tmp_path):
    data, _ = official
    with serving(Site(data, cut_at=[30_000])) as site, pytest.raises(IngestError):
        fetching.fetch(document, tmp_path, url=site.url, pauses=())
    refusal(document, tmp_path, Site(b"<html>" * 9000, media="text/html"))
    with serving(Site(data)) as site:
        assert fetching.fetch(document, tmp_path, url=site.url).read_bytes() == data
    assert site.asked == ["bytes=30000-"]


def test_gone_forbidden_and_busy(official, document, tmp_path):
    site = Site(b"", status=404)
    assert "404" in refusal(document, tmp_path, site, NOW) and len(site.asked) == 1  # no use in asking again
    assert "403" in refusal(document, tmp_path, Site(b"", status=403))
    site = Site(official[0], status=503)
    assert "503" in refusal(document, tmp_path, site, NOW) and len(site.asked) == 4


def test_implausible_files(official, document, tmp_path):
    assert "大小" in refusal(document, tmp_path, Site(pdf(["产业结构调整指导目录"])))
    assert "不完整" in refusal(document, tmp_path, Site(official[0][:-3000], length=False))


def test_no_network(document, tmp_path):
    with serving(Site(b"")) as site:
        pass
    with pytest.raises(IngestError, match="连不上网站.*zhengwen ingest"):
        fetching.fetch(document, tmp_path, url=site.url, pauses=(0.0,))
    for address in ("ftp://127.0.0.1/x.pdf", "http://[", "没有网址"):
        with pytest.raises(IngestError, match="无法使用"):
            fetching.fetch(document, tmp_path, url=address, pauses=NOW)


def test_a_folder_that_cannot_be_written(document, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(IngestError, match="写不了下载文件夹"):
        fetching.fetch(document, tmp_path / "file", url="http://127.0.0.1/x.pdf")


def test_the_proxy_of_the_environment_is_used(official, document, tmp_path, monkeypatch):
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(Site(official[0])) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.rsplit("/", 1)[0])
        fetching.fetch(document, tmp_path, url="http://official.invalid/P0202.pdf", pauses=())
    assert proxy.paths == ["http://official.invalid/P0202.pdf"]
    monkeypatch.setenv("http_proxy", "nonsense://proxy:1")
    with pytest.raises(IngestError, match="代理"):
        fetching.fetch(document, tmp_path, url="http://official.invalid/P0202.pdf", pauses=())


def test_another_text_is_refused_and_the_store_left_alone(document, store, tmp_path):
    build(store)
    before = store.clauses("catalogue-2024")
    path = tmp_path / "other.pdf"
    path.write_bytes(edition_pdf("2019", seed=5)[0])
    with pytest.raises(IngestError, match="2019年本.*文库未作改动"):
        fetching.take_in(store, document, path)
    path.write_bytes(pdf(["试验办法", "第一条 为了试验，制定本办法。", "第二条 本办法自公布之日起施行。"]))
    with pytest.raises(IngestError, match="不是《产业结构调整指导目录（2024年本）》"):
        fetching.take_in(store, document, path)
    assert store.clauses("catalogue-2024") == before and store.source("catalogue-2024") == "corpus"


def test_only_what_has_an_address_can_be_fetched():
    with pytest.raises(IngestError, match="catalogue-2024"):
        fetching.document_to_fetch("catalogue-1999")
    with pytest.raises(IngestError, match="zhengwen ingest"):
        fetching.document_to_fetch("catalogue-2011")


def test_the_command(official, tmp_path):
    data, entries = official
    count = sum(e[0] == "限制类" for e in entries)
    home = tmp_path / "home"
    with serving(Site(data)) as site:
        done = run("corpus", "fetch", "--url", site.url, home=home, ZHENGWEN_EMBEDDING="none")
    assert done.returncode == 0, done.stderr
    assert f"限制类：读到{count}条，官方231条，不一致" in done.stdout and "条数与官方不一致" in done.stdout
    assert len(Store(home / "zhengwen.sqlite3").clauses("catalogue-2024")) > 300  # its entries and its 说明
    with serving(Site(b"", status=404)) as site:
        done = run("corpus", "fetch", "catalogue-2024", "--url", site.url, home=home)
    assert done.returncode == 1 and done.stderr.strip().splitlines()[-1].startswith("网站拒绝提供文件（404）")
    assert "Traceback" not in done.stderr


def test_by_hand_comes_to_the_same(official, store, tmp_path):
    data, _ = official
    path = tmp_path / "P020231229700886191069.pdf"
    path.write_bytes(data)
    report = ingest_file(store, path, {"title": "产业结构调整指导目录（2024年本）"})
    assert report.doc_id == "catalogue-2024" and len([c for c in store.clauses(report.doc_id) if "number" in c.fields]) == 300
