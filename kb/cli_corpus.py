"""Commands on the corpus itself: fetch an official text, compare the editions of the catalogue on one product."""

import json
from typing import Annotated, Any

import typer

from kb import cli_keeping, cli_lifecycle

corpus = typer.Typer(help="文库：现状、官方文件的下载与核对、替代与修改。", no_args_is_help=True)
for _command in (cli_keeping.status, cli_keeping.watch, cli_keeping.diff, cli_lifecycle.replace, cli_lifecycle.amend, cli_lifecycle.repeal,
                 cli_lifecycle.checked, cli_lifecycle.undo, cli_lifecycle.events, cli_lifecycle.impact):
    corpus.command(_command.__name__)(_command)


@corpus.command("fetch")
def fetch(doc_id: Annotated[str, typer.Argument(metavar="文件编号")] = "catalogue-2024",
          url: Annotated[str | None, typer.Option(help="改从这个网址下载，例如单位内网的副本")] = None) -> None:
    """下载官方 PDF（可断点续传，使用系统代理），收录后报告各类条数是否与官方一致。"""
    from ingest import fetching
    from kb.cli import _changing, _progress
    from kb.settings import settings
    from kb.store import Store

    document = fetching.document_to_fetch(doc_id)
    with _download_bar() as bar:
        task = bar.add_task(f"下载《{document.title}》", total=None)
        path = fetching.fetch(document, settings().home / "downloads",
                              lambda done, total: bar.update(task, completed=done, total=total), url)
    store = Store(settings().database)
    typer.echo("正在解析……", err=True)
    with _progress(quiet=False) as bar:
        fetched = fetching.take_in(store, document, path, url, lambda: _changing(store, bar))
    _report(fetched)


def compare(word: Annotated[str, typer.Argument(metavar="产品或工艺")],
            as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """对照：各版产业结构调整指导目录关于一种产品或工艺的条目有什么不同。"""
    from kb.composing import sentence
    from kb.engine import PolicyEngine
    from kb.errors import QuestionError

    if not (word := word.strip("“”\"'《》 ")):
        raise QuestionError("请写明产品或工艺，例如 zhengwen compare 刨花板。")
    answer = PolicyEngine().ask(sentence("editions.asked", word=word))
    if as_json:
        typer.echo(json.dumps(answer.contract(), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(answer.text))


def _report(fetched: Any) -> None:
    """What was taken in, and whether its entries are as many as the official text has."""
    state = "已收录" if fetched.report.changed else "内容未变，未作改动"
    typer.echo(f"《{fetched.report.title}》{state}（{fetched.report.doc_id}），文件在 {fetched.path}")
    for c in fetched.counts:
        typer.echo(f"  {c.class_}：读到{c.read}条，官方{c.official}条" + ("" if c.read == c.official else "，不一致"))
    if fetched.counts:
        typer.echo("各类条数与官方一致。" if fetched.agrees else
                   "条数与官方不一致：请对照原文核对，核对之前“没有查到”不能当作“没有规定”。")
    for warning in fetched.report.warnings:
        typer.echo(f"  注意：{warning}")


def _download_bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    return Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
                    console=Console(stderr=True))
