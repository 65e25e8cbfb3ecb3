"""Commands that record what happens to documents: replaced, amended, repealed, checked; and what that changes."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from kb.errors import QuestionError

ON = "从哪一天起，写成 2024-02-01"
BASIS = "依据，例如文号或网址"
Document = Annotated[str, typer.Argument(metavar="文件编号")]
From = Annotated[str, typer.Option("--from", help=ON)]
Basis = Annotated[str, typer.Option("--basis", help=BASIS)]


def replace(old: Document, by: Annotated[str, typer.Option("--by", help="替代它的文件的编号")], from_: From, basis: Basis = "") -> None:
    """一份文件由另一份替代：从这一天起，问答以新的为准；这一天以前的问题仍按旧的。"""
    from ingest.changing import replace as record

    _record("替代", lambda store, on, who: record(store, old, by, on, basis, who), from_, old)


def repeal(doc_id: Document, from_: From, basis: Basis = "") -> None:
    """一份文件废止，没有替代。"""
    from ingest.changing import repeal as record

    _record("废止", lambda store, on, who: record(store, doc_id, on, basis, who), from_, doc_id)


def amend(clause: Annotated[str, typer.Argument(metavar="条文", help="例如 code-2026/95 或 work-plan/2.4.1")], from_: From,
          text_file: Annotated[Path | None, typer.Option("--text-file", help="修改后的全文（UTF-8 文本）；名录的一项逐行写“列名：内容”")] = None,
          delete: Annotated[bool, typer.Option("--delete", help="删去这一条")] = False, basis: Basis = "") -> None:
    """修改、新增或删去一条：文件从这一天起有新的一版，以前的问题仍按原文。"""
    from ingest.amending import clause_named
    from ingest.changing import amend as record

    if delete == (text_file is not None):
        raise QuestionError("请给出 --text-file 修改后的文本，或者 --delete 删去这一条，二者选一。")
    try:
        text = text_file.read_text(encoding="utf-8-sig") if text_file else None
    except (OSError, UnicodeDecodeError):
        raise QuestionError(f"读不了“{text_file}”，请给出一个 UTF-8 编码的文本文件。") from None

    def change(store: Any, on: date, who: str) -> Any:
        doc_id, place = clause_named(store, clause)
        return record(store, doc_id, place, text, on, basis, who)

    _record("修改", change, from_, clause.partition("/")[0])


def checked(doc_id: Document, on: Annotated[str, typer.Option("--on", help="核对的日期，默认今天")] = "") -> None:
    """记下：已有人对照官方文本核对过这份文件。"""
    from ingest.changing import checked as record

    _record("核对", lambda store, day, who: record(store, doc_id, day, who), on or date.today().isoformat(), None)


def undo(number: Annotated[int, typer.Argument(metavar="记录号", help="见 zhengwen corpus events")]) -> None:
    """撤销一条记录：替代、修改、废止或核对。"""
    from ingest.changing import undo as withdraw

    _record("撤销", lambda store, day, who: withdraw(store, number), date.today().isoformat(), None)


def events() -> None:
    """列出记录：哪份文件从哪一天起被替代、修改、废止，谁在什么时候记的。"""
    from kb.corpus import chinese_date
    from kb.lifecycle import NAMES
    from kb.settings import settings
    from kb.store import Store

    found = Store(settings().database).events()
    _table(["号", "事", "文件", "从", "内容", "依据", "谁", "记录时间", "状态"], [
        [str(e.id), NAMES[e.kind], e.doc_id, chinese_date(e.on), "、".join(filter(None, [e.clause and f"第{e.clause}条", e.by])), e.basis, e.who,
         e.recorded.strftime("%Y-%m-%d %H:%M"), "已撤销" if e.withdrawn else ""] for e in found])
    if not found:
        typer.echo("还没有记录。")


def impact(doc_id: Annotated[str, typer.Argument(metavar="文件编号", help="只看引用这份文件的条文；不写则看全部")] = "",
           local: Annotated[bool, typer.Option("--local", help="只看本地文件（工作方案和自行收录的文件）")] = False) -> None:
    """影响：现行条文里引用的文件，哪些已被替代、失效或本库没有。"""
    from kb.impact import STATES, references
    from kb.settings import settings
    from kb.store import Store

    store = Store(settings().database)
    titles = {d.doc_id: d for d in store.documents()}
    wanted = [d.doc_id for d in titles.values() if d.kind in ("work_plan", "plain") and d.in_force(date.today())] if local else None
    found = [r for r in references(store, date.today(), wanted) if r.state != "in_force"]
    if doc_id:
        if doc_id not in titles:
            raise QuestionError(f"文库里没有编号为“{doc_id}”的文件。")
        found = [r for r in references(store, date.today(), wanted) if r.document and r.document.doc_id == doc_id]
    _table(["文件", "条款", "引用", "状态", "现为 / 可能是"], [
        [titles[r.clause.doc_id].title, r.clause.label, r.words, STATES[r.state],
         f"《{r.successor.title}》" if r.successor else f"《{r.near}》？" if r.near else ""] for r in found])
    typer.echo(f"共{len(found)}处。")


def _record(name: str, change: Any, from_: str, about: str | None) -> None:
    """Record one event, tell of it, and name the clauses that cite what it ends."""
    from kb.audit import Audit, at_the_console
    from kb.cli import _changing, _day, _progress
    from kb.corpus import chinese_date
    from kb.impact import citing
    from kb.settings import settings
    from kb.store import Store

    on = _day(from_)
    if on is None:
        raise QuestionError(f"请写明日期，{ON}。")
    store, who = Store(settings().database), at_the_console()
    with _progress(quiet=False) as bar, _changing(store, bar):
        event = change(store, on, who)
    if event is None:
        typer.echo("文库里已经是这样，未作改动。")
        return
    Audit().record(who, f"文件{name}", event.model_dump_json(exclude={"who", "recorded", "withdrawn"}))
    titles = {d.doc_id: d for d in store.documents()}
    document = titles.get(event.doc_id)
    typer.echo(f"已记录第{event.id}号：《{document.title if document else event.doc_id}》{name}" + ("。" if name in ("核对", "撤销") else f"，从{chinese_date(on)}起。"))
    if about and document and document.replaced_by != event.by:
        typer.echo("注意：这份文件另有记录，请看 zhengwen corpus events。")
    if about and document and (found := citing(store, document, max(on, date.today()))) and name in ("替代", "废止"):
        typer.echo("以下现行条文仍引用它：")
        for r in found:
            typer.echo(f"  《{titles[r.clause.doc_id].title}》{r.clause.label}：{r.words}")
    if name != "核对":
        typer.echo("用 zhengwen corpus diff 问题.jsonl --event 记录号 可以看到哪些回答因此改变。")


def _table(header: list[str], rows: list[list[str]]) -> None:
    """A table on a terminal; tab-separated lines where the output goes elsewhere."""
    import sys

    if not sys.stdout.isatty():
        for row in [header, *rows]:
            typer.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*header)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
