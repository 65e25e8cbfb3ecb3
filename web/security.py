"""What protects everything that is served: headers for browsers, a limit on bodies and on haste, no writes from other
sites, and the door where readers must sign in. One ASGI middleware, `protect(app)`; the programming interfaces have their
own keys and limits (web.guard) and are not counted here.
"""

import re
import time
from typing import Any
from urllib.parse import quote

from fastapi.concurrency import run_in_threadpool
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.settings import Settings
from web.accounts import Accounts, router, same_site
from web.recording import REQUEST

# Gradio's page needs inline scripts and styles, and builds functions from the page's own text
POLICY = ("default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
          "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
          "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'")
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
           "X-Frame-Options": "SAMEORIGIN", "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
           "Cross-Origin-Opener-Policy": "same-origin"}
INTERFACES = ("/api/", "/v1/", "/metrics", "/mcp", "/docs", "/openapi.json")  # guarded by keys in web.guard
OPEN = ("/login", "/api/health", "/favicon.ico")  # also to who must sign in first
UPLOAD = re.compile(r"/upload/?$")
BODY = 4 * 2 ** 20  # bytes of any other request, and of a reader's upload; Gradio sends the conversation along
SAFE = ("GET", "HEAD", "OPTIONS")


class Shield:
    """ASGI middleware over everything that is served."""

    def __init__(self, app: ASGIApp, accounts: Accounts):
        self.app, self.accounts, self.settings = app, accounts, accounts.settings
        self.rate = RateLimitItemPerMinute(self.settings.page_rate) if self.settings.page_rate else None
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request, sent, limit = HTTPConnection(scope), Sent(send), BODY
        if scope["method"] == "POST" and UPLOAD.search(scope["path"]) and await self._keeper(request):
            limit = (self.settings.upload_mb + 1) * 2 ** 20  # the form around the file counts too
        if (refusal := await self._refusal(scope, request, limit)) is not None:
            return await refusal(scope, receive, sent)
        if scope["path"].startswith(INTERFACES):
            REQUEST.set(request)
        try:
            await self.app(scope, _counted(receive, limit), sent)
        except TooLarge:
            if not sent.begun:
                await _said(413, _too_large(limit))(scope, receive, sent)

    def _wait(self, address: str) -> int:
        """Count a request of this address; 0, or the seconds until one more is admitted."""
        if self.rate is None or self.limiter.hit(self.rate, address):
            return 0
        return max(1, round(self.limiter.get_window_stats(self.rate, address).reset_time - time.time() + 0.5))

    async def _keeper(self, request: Any) -> bool:
        person = await run_in_threadpool(self.accounts.person, request)
        return person is not None and person.role == "keeper"

    async def _refusal(self, scope: Scope, request: Any, limit: int) -> Response | None:
        path, unsafe = scope["path"], scope["method"] not in SAFE
        interface = path.startswith(INTERFACES)
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            return _said(413, _too_large(limit))
        if unsafe and not interface and not same_site(request):
            return _said(403, "这个请求来自别的网站，没有执行。")
        if unsafe and not interface and (seconds := self._wait(self.accounts.address(request))):
            return _said(429, f"请求太频繁，请{seconds}秒后再试。", {"Retry-After": str(seconds)})
        if self.settings.readers_sign_in and not path.startswith(OPEN) and not (interface and self.settings.accepted_keys()) \
                and await run_in_threadpool(self.accounts.person, request) is None:
            if unsafe or interface or "text/html" not in request.headers.get("accept", ""):
                return _said(401, "请先登录。")
            return RedirectResponse(f"{scope.get('root_path', '')}/login?next={quote(path)}", 303)
        return None


class Sent:
    """A send that adds the headers, and remembers whether an answer has begun."""

    def __init__(self, send: Send):
        self.send, self.begun = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun, headers = True, MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self.send(message)


class TooLarge(Exception):
    """A body that did not say how long it is, and is too long."""


def protect(app: Any, configured: Settings | None = None) -> Accounts:
    """Put the middleware before an application and the sign-in pages into it; returns who may do what."""
    accounts = Accounts(configured)
    app.include_router(router(accounts))
    app.add_middleware(Shield, accounts=accounts)
    return accounts


def _counted(receive: Receive, limit: int) -> Receive:
    """A receive that stops a body past the limit."""
    held = 0

    async def counted() -> Message:
        nonlocal held
        message = await receive()
        held += len(message.get("body", b""))
        if held > limit:
            raise TooLarge
        return message

    return counted


def _too_large(limit: int) -> str:
    return f"内容太大，上限是{limit // 2 ** 20}MB。"


def _said(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(text, status, headers)
