"""`zhengwen screen`: one project in, one sheet out — on screen, as JSON, as DOCX."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import QuestionError

if TYPE_CHECKING:
    from kb.screening import Screening


def screen(project: Annotated[str, typer.Argument(metavar="项目描述")] = "",
           scale: Annotated[str, typer.Option(help="更正规模，例如 5万立方米/年")] = "",
           nature: Annotated[str, typer.Option(help="更正建设性质：新建、改建、扩建、迁建")] = "",
           place: Annotated[str, typer.Option(help="更正建设地点，例如 广元市昭化区")] = "",
           investment: Annotated[str, typer.Option(help="更正总投资，例如 1.2亿元")] = "",
           as_of: Annotated[str, typer.Option("--as-of", help="以哪一天的法律为准，写成 2024-06-01；默认今天")] = "",
           as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
           docx: Annotated[Path | None, typer.Option("--docx", help="另存为 DOCX 文件")] = None) -> None:
    """项目预审：一个项目一张表，列国家目录、本市规定、环评文件、联系单位和待补情况。"""
    from kb.engine import PolicyEngine
    from kb.screening_facts import corrected

    try:
        on = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise QuestionError(f"日期“{as_of}”无法识别，请写成 2024-06-01。") from None
    text = corrected(project.strip(), scale.strip(), nature.strip(), place.strip(), investment.strip()) if project.strip() else ""
    sheet = PolicyEngine().screen(text, on)
    if docx:
        from kb.duties_table import write
        from kb.screening_docx import as_docx

        write(docx, as_docx(sheet))
        typer.echo(f"已写出预审表：{docx}", err=as_json)
    if as_json:
        typer.echo(json.dumps(sheet.contract(), ensure_ascii=False))
    elif not docx:
        _show(sheet)


def _show(sheet: Screening) -> None:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.table import Column, Table
    from rich.text import Text

    from kb.composing import sentence, unmarked

    console = Console()
    console.print(Text(sheet.title, style="bold"), justify="center")
    console.print(Text(sentence("screen.facts"), style="bold"))
    table = Table(Column(style="bold", no_wrap=True), Column(overflow="fold"), show_header=False, show_lines=True)
    for fact in sheet.facts:
        table.add_row(fact.name, Text(fact.value))
    console.print(table)
    console.print(Text(sentence("screen.correct")))
    sections = [(s.heading, s.lines) for s in sheet.sections] + [
        (sentence("screen.citations"), [unmarked(r) for r in sheet.references]), (sentence("screen.notes"), sheet.notes)]
    for heading, lines in sections:
        console.print()
        console.print(Text(heading, style="bold"))
        console.print(Markdown("\n\n".join(lines)))
