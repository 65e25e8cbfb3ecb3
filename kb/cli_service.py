"""Commands that connect 政问 to other machines and programs: the index as a snapshot, the MCP server, citations of any text checked.

`kb` does not import `web`: the server's modules are imported where a command starts them, as `zhengwen keeper` does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import QuestionError

if TYPE_CHECKING:
    from kb.citation_check import CitationReport

DATE_HELP = "以哪一天的法律为准，写成 2024-06-01；默认今天"


def index_export(path: Annotated[Path, typer.Argument(metavar="文件", help="例如 zhengwen-2026-11.tar.gz")]) -> None:
    """把索引存成一个不再改动的快照文件，供其他机器只读使用。"""
    from kb.cli import _progress
    from kb.settings import settings
    from kb.snapshot import export

    with _progress(quiet=not sys.stderr.isatty()) as bar:
        task = bar.add_task("写快照", total=None)
        contents = export(settings(), path, lambda done, total: bar.update(task, completed=done, total=total))
    typer.echo(f"快照已写出：{path}（{path.stat().st_size / 2 ** 20:.0f} MB，{contents.documents}份文件，{contents.clauses}条条文，版本{contents.revision}）。")


def index_import(path: Annotated[Path, typer.Argument(metavar="文件", help="zhengwen index export 写出的快照")],
                 replace: Annotated[bool, typer.Option("--replace", help="替换已有的文库")] = False) -> None:
    """把快照装到状态文件夹（先核对校验和）；装好后文件夹可以设为只读。"""
    from kb.settings import settings
    from kb.snapshot import take_in

    typer.echo("正在核对和解开快照……", err=True)
    contents = take_in(settings(), path, replace)
    typer.echo(f"已装好：{contents.documents}份文件，{contents.clauses}条条文，快照制作于{contents.made:%Y-%m-%d %H:%M}。")


def verify(path: Annotated[Path, typer.Argument(metavar="文件", help="PDF、DOCX、HTML、TXT 或 MD；- 表示标准输入")],
           as_of: Annotated[str, typer.Option("--as-of", help=DATE_HELP)] = "",
           as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """核对一份材料里的条文引用和引文：虚构、失效、与原文不一致的逐条指出；有问题时退出码为 1。"""
    from datetime import date

    from kb.engine import PolicyEngine

    try:
        on = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise QuestionError(f"日期“{as_of}”无法识别，请写成 2024-06-01。") from None
    report = PolicyEngine().verify(_text(path), on)
    if as_json:
        typer.echo(json.dumps(report.model_dump(mode="json"), ensure_ascii=False))
    else:
        _show(report)
    raise typer.Exit(1 if report.wrong else 0)


def mcp(http: Annotated[int | None, typer.Option("--http", metavar="端口", help="用 HTTP（地址 /mcp）；不写则用标准输入输出")] = None) -> None:
    """启动 MCP 服务，供支持 MCP 的助手调用：提问、预审、职责、条文、核对引用。"""
    from web.mcp_server import create_server, http_app
    from web.recording import Recorded
    from web.server import serve

    engine = Recorded(where="MCP")
    engine.warm()
    if http is None:
        create_server(engine).run("stdio")
    else:
        serve(http_app(engine), engine.settings.host, http, "/mcp")


def _text(path: Path) -> str:
    """The text of a file of any kind that can be taken in, or of standard input."""
    if str(path) == "-":
        return sys.stdin.read()
    from ingest.loading import load

    return load(path).text


def _show(report: CitationReport) -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from kb.citation_check import WRONG

    table = Table(Column("引用", overflow="fold"), Column("结果", overflow="fold"), show_lines=True)
    for item in report.items:
        table.add_row(Text(item.words), Text(item.said, style="bold red" if item.verdict in WRONG else ""))
    if report.items:
        Console().print(table)
    typer.echo(report.said)
