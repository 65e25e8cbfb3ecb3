"""The zhengwen command."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kb.errors import QuestionError, ZhengwenError

cli = typer.Typer(help="政问：政策问答，每句话都有条文出处。", no_args_is_help=True, pretty_exceptions_enable=False)


@cli.command()
def index(quiet: bool = False) -> None:
    """建立或更新随附文件的索引。"""
    from rich.progress import Progress

    from ingest.shipped import build
    from kb.corpus import manifest
    from kb.settings import settings
    from kb.store import Store

    with Progress(disable=quiet) as bar:
        task = bar.add_task("建立索引", total=len(manifest()))

        def advance(_title: str) -> None:
            bar.advance(task)

        changed = build(Store(settings().database), advance)
    if not quiet:
        typer.echo(f"索引已就绪，更新 {changed} 份文件。")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise QuestionError(f"日期“{text}”无法识别，请写成 2024-06-01。") from None


@cli.command()
def ask(question: Annotated[str, typer.Argument()] = "", as_of: str = "", as_json: Annotated[bool, typer.Option("--json")] = False,
        batch: Path | None = None, out: Path | None = None) -> None:
    """提问；--json 输出合同格式，--batch/--out 逐行处理 JSONL。"""
    from kb.engine import PolicyEngine

    engine = PolicyEngine()
    if batch:
        if not batch.is_file() or not out:
            raise QuestionError("批量提问需要 --batch 输入文件和 --out 输出文件。")
        lines = [json.loads(line) for line in batch.read_text(encoding="utf-8").splitlines() if line.strip()]
        answers = [{"id": row["id"], **engine.ask(row["question"], _day(row.get("as_of"))).contract()} for row in lines]
        out.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in answers), encoding="utf-8")
        return
    answer = engine.ask(question, _day(as_of))
    if as_json:
        typer.echo(json.dumps(answer.contract(), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(answer.text))


def main() -> None:
    """Entry point: a known error is one sentence and exit code 1."""
    try:
        cli()
    except ZhengwenError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
