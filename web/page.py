"""The web page: a chat with the cited sources beside it, the as-of date, and the library. Speaks only to kb.engine."""

import html
import os
from datetime import date
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # no telemetry

import gradio as gr  # noqa: E402
from fastapi import FastAPI  # noqa: E402

from kb.engine import PolicyEngine  # noqa: E402
from kb.errors import QuestionError, ZhengwenError  # noqa: E402
from kb.library import overview  # noqa: E402
from kb.models import Answer, Citation  # noqa: E402

FONTS = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif"]
THEME = gr.themes.Default(font=FONTS, font_mono=["monospace"])
NO_SOURCES = "<p>提问后，这里列出回答引用的条文。</p>"
EXAMPLES = ["商品混凝土搅拌站要做什么环评？", "负面清单由谁牵头？", "没办环评就开工会怎么处罚？", "生态环境法典第九十五条",
            "总投资1亿元的项目入园要走什么程序？"]
TO_QUESTION = """() => setTimeout(() => {
  const asked = [...document.querySelectorAll('.message.user, .user .message, .user')].pop();
  if (asked) asked.scrollIntoView({block: 'nearest'});
  const box = asked && asked.closest('[class*=bubble-wrap]');
  if (box) box.scrollTop += asked.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
}, 150)"""  # a long answer is read from its beginning
Messages = list[dict[str, Any]]


def mount(app: FastAPI, engine: PolicyEngine) -> FastAPI:
    """Serve the page at / of an application."""
    return gr.mount_gradio_app(app, build_page(engine), path="/", theme=THEME, footer_links=[], run_history=False)


def build_page(engine: PolicyEngine) -> gr.Blocks:
    """The page over one engine."""

    def reply(question: str, as_of: str, chat: Messages, told: str) -> tuple[str, Messages, str, str]:
        if not question.strip():
            return "", chat, gr.skip(), told
        try:
            answer = engine.ask(question, _day(as_of), told)
            text, sources = answer.text, _sources(answer)
            told = "；".join(filter(None, [told if answer.continued else "", question])) if answer.questions else ""
        except ZhengwenError as error:
            text, sources = str(error), NO_SOURCES
        return "", [*chat, {"role": "user", "content": question}, {"role": "assistant", "content": text}], sources, told

    with gr.Blocks(title="政问", analytics_enabled=False) as page:
        gr.Markdown("# 政问\n广元市环境保护与产业政策问答：每句话都有条文出处，不知道就说不知道。")
        if notice := engine.notice():
            gr.Markdown(f"> {notice}")
        told = gr.State("")  # of the project in question, as long as the answer asks for facts
        with gr.Tab("问答"), gr.Row():
            with gr.Column(scale=3):
                chat = gr.Chatbot(label="问答", height=560, buttons=["copy"], autoscroll=False)
                question = gr.Textbox(label="问题", placeholder="例如：商品混凝土搅拌站要做什么环评？", lines=1, max_lines=4)
                with gr.Row():
                    as_of = gr.Textbox(label="以哪一天的法律为准（留空为今天，写成 2024-06-01）", scale=3)
                    send = gr.Button("提问", variant="primary", scale=1)
                gr.Examples([[e] for e in EXAMPLES], inputs=[question], label="可以这样问")
            with gr.Column(scale=2):
                gr.Markdown("### 引用的条文")
                sources = gr.HTML(NO_SOURCES, elem_id="sources")
        with gr.Tab("文库"):
            gr.HTML(_table(*overview(engine.documents())), elem_id="library")
        for event in (send.click, question.submit):
            event(reply, [question, as_of, chat, told], [question, chat, sources, told]).then(None, js=TO_QUESTION)
    return page


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise QuestionError(f"日期“{text}”无法识别，请写成 2024-06-01。") from None


def _table(header: list[str], *rows: list[str]) -> str:
    """A plain table: every row is there to read, print and copy."""
    def line(tag: str, cells: list[str]) -> str:
        return "<tr>" + "".join(f'<{tag} style="text-align:left;padding:.4em">{html.escape(c)}</{tag}>' for c in cells) + "</tr>"

    body = "".join(line("td", row) for row in rows)
    return f'<table style="width:100%"><thead>{line("th", header)}</thead><tbody>{body}</tbody></table>'


def _sources(answer: Answer) -> str:
    """The citations as cards; text of documents is shown as text."""
    return "".join(map(_card, answer.citations)) or "<p>这个回答没有引用条文。</p>"


def _card(c: Citation) -> str:
    state = "有效" if c.in_force else "在该日期不具效力"
    facts = "，".join(filter(None, [c.doc_number, c.edition, f"第{c.page}页" if c.page else None, state]))
    title = html.escape(f"[{c.n}]《{c.doc_title}》{c.label}")
    link = f' <a href="{html.escape(c.url, quote=True)}" target="_blank" rel="noopener">原文</a>' if c.url else ""
    quote = html.escape(c.quote).replace("\n", "<br>")
    return (f'<details open style="margin-bottom:.8em"><summary><b>{title}</b></summary>'
            f"<div><small>{html.escape(facts)}{link}</small></div><blockquote>{quote}</blockquote></details>")
