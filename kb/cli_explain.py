"""`zhengwen explain`: how one answer came about, stage by stage."""

import json
from datetime import date
from typing import Annotated

import typer

from kb.errors import QuestionError


def explain(question: Annotated[str, typer.Argument(metavar="问题")] = "",
            as_of: Annotated[str, typer.Option("--as-of", help="以哪一天的法律为准，写成 2024-06-01；默认今天")] = "",
            as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """说明一个回答是怎样得出的：怎样读题、候选和分数、逐条对照、引文核对。"""
    from rich.console import Console
    from rich.markdown import Markdown

    from kb.engine import PolicyEngine
    from kb.explaining import as_markdown

    if not question.strip():
        raise QuestionError("请写明问题，例如：zhengwen explain \"年产3万立方米刨花板要做报告书还是报告表？\"。")
    try:
        on = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise QuestionError(f"日期“{as_of}”无法识别，请写成 2024-06-01。") from None
    found = PolicyEngine().explain(question, on)
    if as_json:
        typer.echo(json.dumps({"steps": [s.model_dump() for s in found.steps], "answer": found.answer.contract()}, ensure_ascii=False))
        return
    Console().print(Markdown(as_markdown(found)))
