"""Gradio's first page, in Chinese before any of its scripts run, and with our title, icon and description.

Gradio takes the language of its own controls from the browser when it starts; an office in Guangyuan reads Chinese
whatever its browser says. The page is one short text at /, changed on its way out.
"""

import re
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.theme import SEAL

EARLY = ("<script>for (const [k, v] of [['language', 'zh-CN'], ['languages', ['zh-CN', 'zh']]]) "
         "Object.defineProperty(navigator, k, {get: () => v});</script>")
HEAD = f'<meta name="description" content="广元市环境保护与产业政策问答"><link rel="icon" href="{SEAL}">{EARLY}'
FOREIGN = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')


class FrontPage:
    """ASGI middleware over the page at /."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            return await self.app(scope, receive, send)
        scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]}
        await self.app(scope, receive, _Changed(send))


class _Changed:
    """A send that holds an HTML page back until it is whole, and changes it."""

    def __init__(self, send: Send):
        self.send, self.start, self.body = send, dict[str, Any](), b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            if not kind.startswith(b"text/html"):
                return await self.send(message)
            self.start = dict(message)
        elif not self.start:
            await self.send(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                body = chinese(self.body)
                headers = [(k, v) for k, v in self.start["headers"] if k != b"content-length"]
                await self.send({**self.start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
                await self.send({"type": "http.response.body", "body": body})


def chinese(page: bytes) -> bytes:
    """The first page with its language, description and icon."""
    page = re.sub(rb'lang="en"', b'lang="zh-CN"', page, count=1)
    return FOREIGN.sub(b"", page).replace(b"<head>", b"<head>" + HEAD.encode(), 1)
