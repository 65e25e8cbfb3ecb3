"""Who may ask, how often, how much at once: API keys, a rate limit and a size limit before any handler runs.

Only the programming interfaces are guarded; the page has its own sign-in. /api/health is open, so that a load balancer can ask.
"""

import hmac
import time
from collections.abc import Callable
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.settings import Settings
from web.refusals import SAID, refuse

GUARDED = ("/api/", "/v1/", "/metrics", "/mcp")
OPEN = ("/api/health",)


class Guard:
    """ASGI middleware over the guarded paths; `address` tells callers without a key apart."""

    def __init__(self, app: ASGIApp, settings: Settings, address: Callable[[Request], str] = lambda request: request.client.host if request.client else ""):
        self.address = address
        self.app, self.keys, self.limit_bytes = app, settings.accepted_keys(), settings.request_bytes
        self.rate = RateLimitItemPerMinute(settings.rate_limit) if settings.rate_limit else None
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED) or scope["path"] in OPEN:
            return await self.app(scope, receive, send)
        request = Request(scope)
        key = self._key(request)
        if self.keys and not any(hmac.compare_digest(key, k) for k in self.keys):
            return await refuse(401, SAID[401], "key", headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)
        caller = key.decode("latin-1") if self.keys else self.address(request)
        if self.rate and not self.limiter.hit(self.rate, caller):
            seconds = max(1, round(self.limiter.get_window_stats(self.rate, caller).reset_time - time.time() + 0.5))
            return await refuse(429, SAID[429].format(seconds=seconds), "rate", headers={"Retry-After": str(seconds)})(scope, receive, send)
        too_large = refuse(413, SAID[413].format(limit=self.limit_bytes), "size", headers={"Connection": "close"})
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self.limit_bytes:
            return await too_large(scope, receive, send)
        body = await self._body(receive)
        if body is None:
            return await too_large(scope, receive, send)
        await self.app(scope, _replay(body, receive), send)

    @staticmethod
    def _key(request: Request) -> bytes:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        return (value.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")).encode("latin-1")

    async def _body(self, receive: Receive) -> bytes | None:
        """The whole body, also where its length was not declared; None when it is larger than allowed."""
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return body
            body, more = body + message.get("body", b""), message.get("more_body", False)
            if len(body) > self.limit_bytes:
                return None
        return body


def _replay(body: bytes, receive: Receive) -> Any:
    """A receive that gives the body read before, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
