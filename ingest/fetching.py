"""Where does an official text come from that the library lacks? The manifest's `download` address → a file → the store.

Of the 2024 catalogue only a known part ships, so until its official PDF has been taken in no answer of 允许类 can rest
on it (促进产业结构调整暂行规定 第十三条: what no class names). The file is fetched with resumption, checked for what it
is before anything is written, and its entries are counted against the official numbers of the manifest.
"""

import os
import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel

from ingest.loading import load
from ingest.pipeline import Changing, Report, ingest_file, recognise
from kb.corpus import manifest, manifest_documents
from kb.errors import IngestError
from kb.models import Document
from kb.store import Store

LEAST, MOST = 16_000, 200_000_000  # bytes of a plausible official file
TIMEOUT = httpx.Timeout(60, connect=20)
PAUSES = (1.0, 4.0, 10.0)  # seconds before each further attempt
PDF_TYPES = {"", "application/pdf", "application/x-pdf", "application/octet-stream", "binary/octet-stream"}
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; zhengwen)", "Accept": "application/pdf,*/*;q=0.5",
           "Accept-Encoding": "identity"}
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
BUSY = {408, 425, 429, 500, 502, 503, 504}

Progress = Callable[[int, int | None], None]  # bytes held, bytes in all where known


class Count(BaseModel):
    """Entries of one class: read from the file, and by the official count."""

    class_: str
    read: int
    official: int


class Fetched(BaseModel):
    """What was fetched and taken in."""

    path: Path
    report: Report
    counts: list[Count]

    @property
    def agrees(self) -> bool:
        return all(c.read == c.official for c in self.counts)


class _Interrupted(Exception):
    """The transfer stopped for a reason that a further attempt may not meet again."""


class _Answer(NamedTuple):
    start: int  # where in the file its body begins
    total: int | None
    tag: str


def document_to_fetch(doc_id: str) -> Document:
    """The manifest's entry of this id, if an address is registered for it."""
    offered = [key for key, entry in manifest().items() if entry.get("download")]
    known = next((d for d in manifest_documents() if d.doc_id == doc_id), None)
    if known is None:
        raise IngestError(f"清单里没有“{doc_id}”，可以下载的是：{'、'.join(offered)}。")
    if doc_id not in offered:
        raise IngestError(f"清单里没有《{known.title}》的下载网址，请自行取得文件后运行 zhengwen ingest 文件。")
    return known


def fetch(document: Document, folder: Path, progress: Progress = lambda done, total: None, url: str | None = None,
          pauses: tuple[float, ...] = PAUSES) -> Path:
    """Download the document's official PDF into `folder`, from `url` where a copy elsewhere is preferred. A transfer
    that breaks off leaves `<doc_id>.pdf.partial`, from which the next one goes on if the server's file is the same."""
    address = url or manifest()[document.doc_id]["download"]
    if not re.match(r"https?://", address) or not _host(address):
        raise IngestError(f"网址“{address}”无法使用，请写成 https:// 开头的完整网址。")
    by_hand = _by_hand(document, address)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{document.doc_id}.pdf"
        partial = _download(address, path, progress, pauses, by_hand)
        if fault := _fault(partial):
            _discard(partial)
            raise IngestError(f"从 {_host(address)} 下载的文件{fault}，请{by_hand}。")
        os.replace(partial, path)
        _discard(partial)
    except OSError as error:
        raise IngestError(f"写不了下载文件夹“{folder}”（{error.strerror or error}），请检查磁盘空间和权限后再试。") from error
    return path


def take_in(store: Store, document: Document, path: Path, url: str | None = None, changing: Changing = nullcontext) -> Fetched:
    """Take a fetched file in as this document and count its entries. A file that is another text is refused before
    anything is written."""
    _, parser = recognise(loaded := load(path))
    parsed = parser.parse(loaded, document.doc_id)
    edition = parsed.facts.get("edition")
    if parsed.kind != document.kind or (edition and document.edition and edition != document.edition):
        title = parsed.facts.get("title") or loaded.title
        raise IngestError(f"下载的文件“{path}”不是《{document.title}》{f'而是《{title}》' if title else ''}，文库未作改动，"
                          f"请核对网址，或从 {document.url} 取得文件后运行 zhengwen ingest 文件。")
    official = manifest()[document.doc_id].get("official_counts", {})
    counts = [Count(class_=c, read=parsed.found.get(c, 0), official=n) for c, n in official.items()]
    report = ingest_file(store, path, {"title": document.title, "url": url}, changing)
    return Fetched(path=path, report=report, counts=counts)


def _by_hand(document: Document, address: str) -> str:
    """What to do where the machine cannot: it names the address and the command."""
    return f"用浏览器打开 {address} 下载后运行 zhengwen ingest 文件 --title \"{document.title}\""


def _download(address: str, path: Path, progress: Progress, pauses: tuple[float, ...], by_hand: str) -> Path:
    """The whole file as `<path>.partial`, over as many attempts as there are pauses and one."""
    partial = path.with_name(path.name + ".partial")
    reason = ""
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=HEADERS) as client:
            for pause in (0.0, *pauses):
                time.sleep(pause)
                try:
                    _attempt(client, address, partial, progress, by_hand)
                    return partial
                except (httpx.TransportError, _Interrupted) as error:
                    reason = _reason(error)
    except (httpx.InvalidURL, httpx.TooManyRedirects, ImportError, ValueError) as error:
        raise IngestError(f"网址 {address} 或代理设置（HTTPS_PROXY、ALL_PROXY）无法使用（{error}），请改正，或{by_hand}。") from error
    kept = f"，已下载的{partial.stat().st_size:,}字节保留，再次运行会接着下载" if partial.exists() and _tag(partial) else ""
    raise IngestError(f"从 {_host(address)} 下载没有完成：{reason}{kept}；请检查网络或代理（HTTPS_PROXY）后再试，或{by_hand}。")


def _attempt(client: httpx.Client, address: str, partial: Path, progress: Progress, by_hand: str) -> None:
    """One request: the rest of the file where the server can give it and the file is the same (RFC 9110 If-Range),
    else the whole."""
    held, tag = (partial.stat().st_size, _tag(partial)) if partial.exists() else (0, "")
    asked = {"Range": f"bytes={held}-", "If-Range": tag} if held and tag else {}
    with client.stream("GET", address, headers=asked) as response:
        if response.status_code == 416:
            _discard(partial)
            raise _Interrupted("保留的部分与网上的文件不符，已从头下载")
        if response.status_code in BUSY:
            raise _Interrupted(f"网站暂时不能提供文件（{response.status_code}）")
        if response.status_code not in (200, 206):
            raise IngestError(f"网站拒绝提供文件（{response.status_code}），网址可能已变，"
                              f"请{by_hand}；网址失效时请到 {_host(address)} 按标题查找。")
        media = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if media not in PDF_TYPES:
            raise IngestError(f"{_host(address)} 返回的不是 PDF 而是 {media}，可能是登录页或拦截页，请{by_hand}。")
        answer = _answer(response)
        if answer.start and (answer.start, answer.tag) != (held, tag) or (answer.total or 0) > MOST:
            _discard(partial)
            raise _Interrupted("网站给出的不是所要的部分，或大小不合常理")
        _write(response, partial, answer, progress)


def _answer(response: httpx.Response) -> _Answer:
    """Which part of which file the body is. Without a strong validator a part cannot be continued safely."""
    etag = response.headers.get("ETag", "")
    tag = etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")
    length = response.headers.get("Content-Length", "")
    if response.status_code == 206:
        m = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if m is None:
            raise _Interrupted("网站没有说明给出的是文件的哪一部分")
        return _Answer(int(m[1]), int(m[2]) if m[2].isdigit() else None, tag)
    return _Answer(0, int(length) if length.isdigit() else None, tag)


def _write(response: httpx.Response, partial: Path, answer: _Answer, progress: Progress) -> None:
    done = answer.start
    _tag_file(partial).write_text(answer.tag, encoding="utf-8")
    with partial.open("ab" if done else "wb") as f:
        progress(done, answer.total)
        for piece in response.iter_raw():
            f.write(piece)
            done += len(piece)
            if done > MOST:
                break
            progress(done, answer.total)
    if answer.total is not None and done != answer.total:
        raise _Interrupted("连接中断")


def _fault(path: Path) -> str | None:
    """What is wrong with a complete download; None where it is a PDF of plausible size from its head to its end."""
    size = path.stat().st_size
    with path.open("rb") as f:
        head = f.read(1024)
        f.seek(max(0, size - 2048))
        tail = f.read()
    if b"%PDF-" not in head:
        return "不是 PDF"
    if b"%%EOF" not in tail:
        return "不完整"
    if not LEAST <= size <= MOST:
        return f"大小不合常理（{size:,}字节）"
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, _Interrupted):
        return str(error)
    if isinstance(error, httpx.TimeoutException):
        return "网站长时间没有回应"
    if isinstance(error, httpx.ProxyError):
        return "代理服务器不能使用"
    return "连不上网站" if isinstance(error, httpx.ConnectError) else "连接中断"


def _tag_file(partial: Path) -> Path:
    return partial.with_name(partial.name + ".tag")


def _tag(partial: Path) -> str:
    return _tag_file(partial).read_text(encoding="utf-8") if _tag_file(partial).exists() else ""


def _discard(partial: Path) -> None:
    """The partial file and its tag, where they are."""
    for leftover in (partial, _tag_file(partial)):
        leftover.unlink(missing_ok=True)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
