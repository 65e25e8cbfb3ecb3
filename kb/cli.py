"""The zhengwen command. Each command imports what it needs, so a look-up does not pay for models."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from kb.cli_corpus import compare, corpus
from kb.cli_duties import duties
from kb.cli_explain import explain
from kb.cli_keeper import audit, keeper
from kb.cli_keeping import backup_, restore_
from kb.cli_screen import screen
from kb.cli_service import index_export, index_import, mcp, verify
from kb.errors import QuestionError, ZhengwenError

cli = typer.Typer(help="政问：政策问答，每句话都有条文出处。", no_args_is_help=True, pretty_exceptions_enable=False,
                  add_completion=False)
DATE_HELP = "写成 2024-06-01"


indexing = typer.Typer(help="建立或更新随附文件的索引（重复运行只补缺的部分）；导出、导入快照。")
cli.add_typer(indexing, name="index")
indexing.command("export")(index_export)
indexing.command("import")(index_import)


@indexing.callback(invoke_without_command=True)
def index(context: typer.Context, quiet: Annotated[bool, typer.Option("--quiet", help="不显示进度")] = False) -> None:
    """建立或更新随附文件的索引（重复运行只补缺的部分）；导出、导入快照。"""
    if context.invoked_subcommand:
        return
    from ingest.shipped import build
    from kb.corpus import manifest
    from kb.settings import settings
    from kb.store import Store

    store = Store(settings().database)
    with _progress(quiet) as bar, _changing(store, bar):
        task = bar.add_task("读取随附文件", total=len(manifest()))
        changed = build(store, lambda title: bar.advance(task))
    if not quiet:
        typer.echo(f"索引已就绪：{len(store.documents())}份文件，{store.count()}条条文，本次更新{changed}份。")


@cli.command()
def ingest(paths: Annotated[list[Path], typer.Argument(metavar="文件…", help="PDF（含扫描件）、DOCX、DOC、WPS、HTML、TXT、MD 或图片")],
           title: Annotated[str | None, typer.Option(help="文件标题；与清单中的标题相同时收入该条目")] = None,
           number: Annotated[str | None, typer.Option(help="文号")] = None,
           issuer: Annotated[str | None, typer.Option(help="发文机关")] = None,
           edition: Annotated[str | None, typer.Option(help="版本，例如 2024")] = None,
           issued: Annotated[str | None, typer.Option(help=f"公布日期，{DATE_HELP}")] = None,
           in_force: Annotated[str | None, typer.Option("--in-force", help=f"施行日期，{DATE_HELP}")] = None,
           in_force_to: Annotated[str | None, typer.Option("--in-force-to", help=f"最后有效日期，{DATE_HELP}")] = None,
           url: Annotated[str | None, typer.Option(help="来源网址")] = None) -> None:
    """收录文件：识别种类、解析条文、写入文库。同一文件重复收录不改变文库。"""
    from ingest.pipeline import ingest_file
    from kb.audit import Audit, at_the_console
    from kb.settings import settings
    from kb.store import Store

    given: dict[str, Any] = {"title": title, "number": number, "issuer": issuer, "edition": edition, "url": url,
                             "issued": _day(issued), "in_force_from": _day(in_force), "in_force_to": _day(in_force_to)}
    if title and len(paths) > 1:
        raise QuestionError("一次收录多个文件时不能使用 --title，请逐个收录。")
    store, failed = Store(settings().database), 0
    with _progress(quiet=False) as bar:
        task = bar.add_task("读取文件", total=len(paths))
        for path in paths:
            try:
                report = ingest_file(store, path, given, lambda: _changing(store, bar), _pages(bar))
                Audit().record(at_the_console(), "收录文件", f"{path.name} → {report.title}（{report.doc_id}）")
                _report(report, path)
            except ZhengwenError as error:
                failed += 1
                typer.echo(str(error), err=True)
            bar.advance(task)
    if failed:
        raise typer.Exit(1)


@cli.command()
def documents() -> None:
    """列出文库：文件、文号、施行与失效日期、收录情况。"""
    from rich.console import Console
    from rich.table import Table

    from kb.engine import PolicyEngine
    from kb.library import overview

    header, *rows = overview(PolicyEngine().documents())
    table = Table(*header)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@cli.command()
def ask(question: Annotated[str, typer.Argument(metavar="问题")] = "",
        as_of: Annotated[str, typer.Option("--as-of", help=f"以哪一天的法律为准，{DATE_HELP}；默认今天")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
        batch: Annotated[Path | None, typer.Option(help="批量提问：每行一个 {id, question, as_of} 的 JSONL 文件")] = None,
        out: Annotated[Path | None, typer.Option(help="批量提问的输出文件")] = None) -> None:
    """提问：政策准入、环评类别、部门职责、条文含义。"""
    from kb.audit import Audit, at_the_console
    from kb.engine import PolicyEngine

    on = _day(as_of)
    if batch or out:
        if not batch or not out or question:
            raise QuestionError("批量提问请同时给出 --batch 输入文件和 --out 输出文件，且不再写问题。")
        _ask_all(PolicyEngine(), list(_batch(batch)), out, on)
        Audit().record(at_the_console(), "批量提问", f"{batch} → {out}")
        return
    answer = PolicyEngine().ask(question, on)
    Audit().record(at_the_console(), "提问", f"{question} → {answer.status}")
    if as_json:
        typer.echo(json.dumps(answer.contract(), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(answer.text))


encoder = typer.Typer(help="自训编码器：导出、组装、比较。", no_args_is_help=True)
cli.add_typer(encoder, name="encoder")
cli.add_typer(corpus, name="corpus")
cli.add_typer(keeper, name="keeper")
cli.add_typer(audit, name="audit")
cli.command("backup")(backup_)
cli.command("restore")(restore_)
cli.command("compare")(compare)
cli.command("duties")(duties)
cli.command("screen")(screen)
cli.command("explain")(explain)
cli.command("verify")(verify)
cli.command("mcp")(mcp)


@encoder.command("export")
def encoder_export(folder: Annotated[Path, typer.Argument(metavar="文件夹")],
                   base: Annotated[bool, typer.Option("--base", help="只导出随附的原始权重，不加训练所得的差")] = False) -> None:
    """导出为 sentence-transformers 模型文件夹，供评测或其他工具使用。"""
    from kb.encoder.export import export

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise QuestionError(f"“{folder}”不是空文件夹，请换一个位置。")
    typer.echo("正在导出，约需一分钟……", err=True)
    typer.echo(f"已导出到 {export(folder, trained=not base)}")


@encoder.command("build")
def encoder_build() -> None:
    """由随附权重和训练所得的差组装 int8 ONNX 编码器（首次使用时会自动进行）。"""
    from kb.encoder.build import build
    from kb.settings import settings

    typer.echo(f"编码器在 {build(settings().home)}")


@encoder.command("compare")
def encoder_compare() -> None:
    """在没有用于训练的问题上比较各种检索方法（约十分钟）。"""
    from evals.encoder.compare import main as compare

    compare()


def main() -> None:
    """Entry point: a known error is one sentence and exit code 1."""
    try:
        cli()
    except ZhengwenError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise QuestionError(f"日期“{text}”无法识别，请{DATE_HELP}。") from None


def _progress(quiet: bool) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                    console=Console(stderr=True), disable=quiet)


def _changing(store: Any, bar: Any) -> Any:
    """A change of the library, with a bar for its vectors and a word where another process is at it."""
    from kb.publishing import changing
    from kb.settings import settings

    tasks: list[Any] = []

    def progress(done: int, total: int) -> None:
        if not tasks:
            tasks.append(bar.add_task("建立向量索引", total=total))
        bar.update(tasks[0], completed=done, total=total)

    return changing(store, settings(), progress, lambda: typer.echo("另一个进程正在更新文库，等待它完成……", err=True))


def _pages(bar: Any) -> Any:
    """A bar for pages that must be recognised, shown where there are any."""
    tasks: list[Any] = []

    def progress(done: int, total: int) -> None:
        if not tasks:
            tasks.append(bar.add_task("识别扫描页", total=total))
        bar.update(tasks[0], completed=done, total=total)

    return progress


def _report(report: Any, path: Path) -> None:
    """What was recognised in a file, in two or three lines."""
    found = "，".join(f"{name}{n}" for name, n in report.found.items())
    state = "已收录" if report.changed else "内容未变，未作改动"
    typer.echo(f"{path.name}：按“{report.parser}”解析，{found}；《{report.title}》{state}（{report.doc_id}）。")
    for warning in report.warnings:
        typer.echo(f"  注意：{warning}")


def _batch(path: Path) -> Iterator[dict[str, Any]]:
    """The questions of a JSONL file; a line that is none is named."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise QuestionError(f"读不了批量文件“{path}”，请给出一个 UTF-8 的 JSONL 文件。") from None
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row["question"], str):
                raise TypeError
            yield {"id": row["id"], "question": row["question"], "as_of": _day(row.get("as_of"))}
        except (ValueError, KeyError, TypeError):
            raise QuestionError(f"批量文件第{n}行无法识别，每行应是含 id 和 question 的 JSON。") from None


def _ask_all(engine: Any, rows: list[dict[str, Any]], out: Path, on: date | None) -> None:
    """Answer every row; the output file appears whole or not at all."""
    partial = out.with_name(out.name + ".partial")
    try:
        with _progress(quiet=not sys.stderr.isatty()) as bar, partial.open("w", encoding="utf-8") as f:
            task = bar.add_task("回答问题", total=len(rows))
            for row in rows:
                answer = engine.ask(row["question"], row["as_of"] or on).contract()
                f.write(json.dumps({"id": row["id"], **answer}, ensure_ascii=False) + "\n")
                bar.advance(task)
        os.replace(partial, out)
    except OSError:
        raise QuestionError(f"写不了输出文件“{out}”，请检查文件夹是否存在、是否可写。") from None


if __name__ == "__main__":
    main()
