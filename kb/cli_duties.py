"""`zhengwen duties`: lead and responsible units as a table; needs no model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import QuestionError

if TYPE_CHECKING:
    from kb.duty_records import DutyRecord
    from kb.store import Store

FORMAT_HELP = "table、csv、xlsx 或 json；写了 --out 时默认按文件后缀"


def duties(unit: Annotated[str, typer.Option(help="单位：全称、简称、口头叫法或改革后的名称")] = "",
           topic: Annotated[str, typer.Option(help="事项，例如 负面清单")] = "",
           format: Annotated[str, typer.Option("--format", help=FORMAT_HELP)] = "",
           out: Annotated[Path | None, typer.Option(help="输出文件")] = None) -> None:
    """列出工作方案的牵头单位、责任单位和任务，可按单位、事项筛选，可导出。"""
    from kb.duties_table import FORMATS, write
    from kb.engine import PolicyEngine

    kind = format or (out.suffix.removeprefix(".").lower() if out else "table")
    if kind not in (*FORMATS, "table") or (kind == "table" and out):
        raise QuestionError(f"不认识输出格式“{kind}”，请写 csv、xlsx 或 json。")
    if kind == "xlsx" and not out:
        raise QuestionError("导出 xlsx 请用 --out 给出文件名。")
    engine = PolicyEngine()
    records = engine.duties(unit or None, topic or None)
    if not records:
        raise QuestionError(_nothing(engine.store, unit, topic))
    if kind == "table":
        _show(engine.store, records)
        return
    content = FORMATS[kind](engine.store, records)
    if out:
        write(out, content)
        typer.echo(f"已写出{len(records)}项职责：{out}")
    else:
        sys.stdout.buffer.write(content)


def _nothing(store: Store, unit: str, topic: str) -> str:
    """Why there is no row."""
    from kb.duty_library import library

    if not library(store).plans:
        return "文库里没有写明牵头、责任单位的工作方案，请用 zhengwen ingest 收录。"
    asked = "和".join(f"“{x}”" for x in (unit, topic) if x)
    return f"工作方案没有点到{asked}，请换一种说法，或运行 zhengwen duties 查看全表。"


def _show(store: Store, records: list[DutyRecord]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    from kb.duties_table import COLUMNS, rows

    shown = (1, 3, 4, 5, 6)
    table = Table(*(Column(COLUMNS[n], overflow="fold") for n in shown), show_lines=True)
    for row in rows(store, records):
        table.add_row(*(row[n] for n in shown))
    Console().print(table)
