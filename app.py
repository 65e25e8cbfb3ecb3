"""The web page: a chat, the as-of date, and the list of documents. Speaks only to kb.engine."""

import os
from datetime import date
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # no telemetry

import gradio as gr  # noqa: E402

from kb.corpus import chinese_date  # noqa: E402
from kb.engine import PolicyEngine  # noqa: E402
from kb.errors import ZhengwenError  # noqa: E402
from kb.settings import settings  # noqa: E402


def build_page(engine: PolicyEngine) -> gr.Blocks:
    """The page over one engine."""

    def reply(message: str, _history: list[Any], as_of: str) -> str:
        try:
            day = date.fromisoformat(as_of) if as_of.strip() else None
        except ValueError:
            return "日期无法识别，请写成 2024-06-01。"
        try:
            return engine.ask(message, day).text
        except ZhengwenError as error:
            return str(error)

    rows = [[d.title, d.number or "—", chinese_date(d.in_force_from) if d.in_force_from else "未知",
             chinese_date(d.in_force_to) if d.in_force_to else "—",
             f"{d.coverage.held if d.coverage.held is not None else '全文'}"
             + (f" / {d.coverage.official}" if d.coverage.official else ""), d.coverage.note or d.obtained]
            for d in engine.documents.values()]
    with gr.Blocks(title="政问") as page:
        gr.Markdown("# 政问\n广元市环境保护与产业政策问答，每句话都有条文出处。")
        with gr.Tab("问答"):
            as_of = gr.Textbox(label="以哪一天的法律为准（留空为今天，例如 2024-06-01）")
            gr.ChatInterface(reply, additional_inputs=[as_of], chatbot=gr.Chatbot(label="问答"),
                             textbox=gr.Textbox(placeholder="例如：生态环境法典第九十五条讲什么", show_label=False))
        with gr.Tab("文库"):
            gr.Dataframe(rows, headers=["文件", "文号", "施行日期", "失效日期", "收录", "说明"], interactive=False, wrap=True)
    return page


def main() -> None:
    """Serve the page on this machine only."""
    s = settings()
    build_page(PolicyEngine()).launch(server_name=s.host, server_port=s.port, share=False)


if __name__ == "__main__":
    main()
