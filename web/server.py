"""One server for all that speaks over the network: the page at /, /api, /v1 (OpenAI protocol), /metrics, /docs."""

import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.routing import Match

from kb.engine import PolicyEngine
from kb.errors import SettingsError, ZhengwenError
from kb.settings import settings
from web import api, metrics, openai_api, refusals
from web.accounts import Accounts
from web.guard import Guard
from web.recording import Recorded
from web.security import protect

EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]
DESCRIPTION = "政策问答：每句话都有条文出处。结果的格式见 Answer；错误都是 {\"error\": {\"message\": 一句中文}}。"


def create_app(engine: PolicyEngine, page: bool = True) -> FastAPI:
    """The application over one engine; without `page`, the programming interfaces alone."""
    app = FastAPIOffline(title="政问", version="1", description=DESCRIPTION, redoc_url=None)
    measures = metrics.Metrics(engine)
    app.include_router(api.router(engine, measures))
    app.include_router(openai_api.router(engine, measures))
    metrics.add(app, measures)
    _nothing_else(app)
    refusals.install(app)
    app.add_middleware(Guard, settings=engine.settings, address=Accounts(engine.settings).address)
    app.add_middleware(metrics.Measured, metrics=measures)
    protect(app, engine.settings)
    if page:
        from web.page import mount  # gradio takes seconds to import

        return mount(app, engine)
    return app


def main() -> None:
    """Serve until stopped; on this machine only unless ZHENGWEN_HOST says otherwise."""
    s = settings()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        s.accepted_keys()
        engine = Recorded()
        engine.warm()
        app = create_app(engine)
        serve(app, s.host, s.port)
    except ZhengwenError as error:
        raise SystemExit(str(error)) from None


def serve(app: Any, host: str, port: int, at: str = "/") -> None:
    """Run an application on a port; SettingsError when the port is taken."""
    import socket

    import uvicorn

    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError:
        raise SettingsError(f"端口 {host}:{port} 用不了（可能已被占用），请改 ZHENGWEN_HOST 或 ZHENGWEN_PORT。") from None
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    print(f"政问已启动：http://{shown}:{listening.getsockname()[1]}{at}（{'接口文档 /docs，' if at == '/' else ''}按 Ctrl+C 停止）", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", proxy_headers=False, timeout_graceful_shutdown=5)).run(sockets=[listening])


def _nothing_else(app: FastAPI) -> None:
    """Under /api and /v1 an unknown path is 404 and a wrong method 405, in our own words; the page would answer otherwise."""
    def unknown(request: Request, rest: str) -> Response:
        taken = any(route.matches(request.scope)[0] is Match.PARTIAL for route in app.router.routes)
        status = 405 if taken else 404
        return refusals.refuse(status, refusals.SAID[status], f"http_{status}")

    for prefix in ("/api", "/v1"):
        app.add_api_route(prefix + "/{rest:path}", unknown, methods=EVERY_METHOD, include_in_schema=False)
