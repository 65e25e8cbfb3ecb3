"""Has anything changed at the official addresses? Each is asked for what is new since (ETag, Last-Modified), else compared.

Of a page its own text counts, without menus and visitor counters; of a file every byte. The front page of a site says
nothing of one document, so it is left to a person.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import httpx

from ingest.fetching import HEADERS, MOST
from ingest.web_page import read_html
from kb.corpus import manifest
from kb.errors import ZhengwenError
from kb.models import Document
from kb.watched import Seen

TIMEOUT = httpx.Timeout(30, connect=10)
Outcome = Literal["first", "same", "changed", "unreachable", "by_hand"]
SAID: dict[Outcome, str] = {"first": "首次记录", "same": "没有变化", "changed": "内容有变", "unreachable": "取不到", "by_hand": "只有网站首页，请人工核对"}


class Look(NamedTuple):
    """What a look at one document's address showed."""

    document: Document
    url: str
    outcome: Outcome
    detail: str = ""


def look(documents: list[Document], states: dict[str, Seen], progress: Callable[[str], None] = lambda title: None) -> Iterator[Look]:
    """Look at the address of every document; `states` (by address) is brought up to date as it goes."""
    with httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=HEADERS | {"Accept": "*/*"}) as client:
        for document in documents:
            url = manifest().get(document.doc_id, {}).get("download") or document.url
            if not url:
                continue
            progress(document.title)
            if urlsplit(url).path in ("", "/"):
                yield Look(document, url, "by_hand")
                continue
            before = states.get(url) or Seen(url=url, doc_id=document.doc_id)
            after, outcome = _ask(client, before)
            states[url] = after
            yield Look(document, url, outcome, after.error)


def _ask(client: httpx.Client, before: Seen) -> tuple[Seen, Outcome]:
    asked = {k: v for k, v in (("If-None-Match", before.etag), ("If-Modified-Since", before.last_modified)) if v and before.sha256}
    now = datetime.now(UTC)
    try:
        with client.stream("GET", before.url, headers=asked) as answer:
            if answer.status_code == 304 and before.sha256:
                return before.model_copy(update={"at": now, "error": ""}), "same"
            if answer.status_code != 200:
                return before.model_copy(update={"error": f"网站回应 {answer.status_code}"}), "unreachable"
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST:
                    return before.model_copy(update={"error": "文件大得不合常理"}), "unreachable"
            headers = answer.headers
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return before.model_copy(update={"error": f"连不上（{type(error).__name__}）"}), "unreachable"
    digest = hashlib.sha256(_own_text(body, headers.get("content-type", ""))).hexdigest()
    after = before.model_copy(update={"sha256": digest, "etag": headers.get("etag", ""), "last_modified": headers.get("last-modified", ""),
                                      "at": now, "error": ""})
    if not before.sha256 or before.sha256 == digest:
        return after, "same" if before.sha256 else "first"
    return after.model_copy(update={"changed": date.today()}), "changed"


def _own_text(body: bytes, media: str) -> bytes:
    """What of an answer is compared: a page's text, another file's bytes."""
    if "html" not in media and not body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        return body
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    try:
        return read_html(Path("page.html"), text).text.encode()
    except (ZhengwenError, ValueError):
        return body
