"""The page: its head, its tabs, what an address opens."""

import os
from datetime import date
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # no telemetry

import gradio as gr  # noqa: E402
from fastapi import FastAPI  # noqa: E402

from kb.engine import PolicyEngine  # noqa: E402
from kb.errors import ZhengwenError  # noqa: E402
from web import browse_tab, chat_tab, duties_tab, library_tab, screening_tab, sources  # noqa: E402
from web.accounts import person_of  # noqa: E402
from web.fields import day  # noqa: E402
from web.front import FrontPage  # noqa: E402
from web.markup import esc, notice  # noqa: E402
from web.theme import looks  # noqa: E402

HEAD = """<header class="brand"><div class="seal" aria-hidden="true">政</div><div><h1>政问</h1><p>广元市环境保护与产业政策问答</p></div>
<div class="spring"></div><p class="held">收录 {held} 份文件</p>{who}<button type="button" data-do="theme" aria-pressed="false" class="quiet">深色</button></header>"""
HOUR, DAY = 3600, 86400  # uploads older than a day go, looked for every hour
CONCURRENT = 20  # requests answered at the same time


def mount(app: FastAPI, engine: PolicyEngine) -> FastAPI:
    """Serve the page at / of an application."""
    app.add_middleware(FrontPage)
    return gr.mount_gradio_app(app, build_page(engine), path="/", run_history=False, ssr_mode=False, show_error=False,
                               max_file_size=f"{engine.settings.upload_mb}mb", **looks())


def build_page(engine: PolicyEngine) -> gr.Blocks:
    """The page over one engine."""
    with gr.Blocks(title="政问", analytics_enabled=False, fill_width=True, delete_cache=(HOUR, DAY)) as page:
        brand = gr.HTML(_brand(engine, None), elem_id="brand", apply_default_css=False)
        said = gr.HTML("", elem_id="notice", apply_default_css=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("问答", id="ask"):
                chat = chat_tab.build(engine)
            with gr.Tab("项目预审", id="screen"):
                screening_tab.build(engine)
            with gr.Tab("职责查询", id="duties") as tab:
                duties_tab.build(engine, tab)
            with gr.Tab("目录浏览", id="browse") as tab:
                browse_tab.build(engine, tab)
            with gr.Tab("文库", id="library") as tab:
                library_tab.build(engine, tab)

        def opened(request: gr.Request) -> tuple[Any, ...]:
            lacking = engine.notice()
            return (*_opened(engine, request), notice(lacking, "warn") if lacking else "", _brand(engine, request))

        page.load(opened, None, [chat["live"], chat["talk"], chat["as_of"], chat["sources"], said, brand],
                  show_progress="hidden", api_visibility="private", js="() => zw.start()")
    page.queue(default_concurrency_limit=CONCURRENT, max_size=200)
    return page


def _brand(engine: PolicyEngine, request: gr.Request | None) -> str:
    """The head of the page: how much is held, and who is signed in."""
    person = person_of(request) if request else None
    who = f'<a class="quiet" href="/login">{esc(person.name) if person and person.name else "登录"}</a>'
    return HEAD.format(held=sum(1 for d in engine.documents() if d.coverage.held != 0), who=who)


def _opened(engine: PolicyEngine, request: gr.Request) -> tuple[Any, ...]:
    """What `?q=…&asof=…` and `?clause=…` show."""
    asked = dict(request.query_params) if request else {}
    if clause := asked.get("clause"):
        shown = sources.clause_page(clause, _today(asked.get("asof")), engine)
        return gr.skip(), gr.skip(), gr.skip(), f'<div class="pane">{shown}</div>'
    if q := asked.get("q", "").strip():
        live, talk = chat_tab.from_address(engine, q, asked.get("asof", ""))
        return live, talk, asked.get("asof", ""), gr.skip()
    return gr.skip(), gr.skip(), gr.skip(), gr.skip()


def _today(text: str | None) -> Any:
    try:
        return day(text) or date.today()
    except ZhengwenError:
        return date.today()
