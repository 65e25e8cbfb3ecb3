"""Commands of a scheduled day: status, watching the official addresses, answers before and after, backup and restore."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from kb.errors import QuestionError

ATTENTION = 2  # exit code where something presses


def status(days: Annotated[int, typer.Option(help="多少天没有核对就提醒")] = 180,
           strict: Annotated[bool, typer.Option("--strict", help="收录不全、没有备份等也算需要处理")] = False,
           quiet: Annotated[bool, typer.Option("--quiet", help="只列需要处理的，供定时任务使用")] = False) -> None:
    """文库现状：收录了什么、哪些有效、哪些不全、该核对什么。有需要处理的，退出码为2。"""
    from kb.cli_lifecycle import _table
    from kb.settings import settings
    from kb.standing import PRESSING, concerns, header, rows
    from kb.store import Store

    store = Store(settings().database)
    if not store.documents():
        from kb.errors import IndexMissing

        raise IndexMissing()
    found = concerns(store, settings(), date.today(), days)
    pressing = [c for c in found if strict or c.kind in PRESSING]
    if not quiet:
        _table(header(), rows(store, date.today()))
    for concern in pressing if quiet else found:
        typer.echo(f"{'需要处理' if concern in pressing else '提示'}：{concern.said}")
    if not quiet:
        typer.echo(f"共{len(store.documents())}份文件，{store.count()}条条文；需要处理{len(pressing)}项，提示{len(found) - len(pressing)}项。")
    if pressing:
        raise typer.Exit(ATTENTION)


def watch() -> None:
    """到清单的每个网址查看有没有变化（ETag、Last-Modified、内容校验）。有变化时退出码为2。"""
    from ingest.watching import SAID, look
    from kb.cli import _progress
    from kb.cli_lifecycle import _table
    from kb.settings import settings
    from kb.store import Store
    from kb.watched import load, save

    documents = [d for d in Store(settings().database).documents() if d.url]
    states = load(settings())
    with _progress(quiet=False) as bar:
        task = bar.add_task("查看网址", total=len(documents))
        seen = list(look(documents, states, lambda title: bar.advance(task)))
    save(settings(), states)
    _table(["文件", "网址", "结果"], [[s.document.title, s.url, SAID[s.outcome] + (f"：{s.detail}" if s.detail else "")] for s in seen if s.outcome != "by_hand"])
    by_hand = [s.document.title for s in seen if s.outcome == "by_hand"]
    if by_hand:
        typer.echo(f"另有{len(by_hand)}份文件只有网站首页，不能自动核对，请按标题查询。")
    if any(s.outcome == "changed" for s in seen):
        raise typer.Exit(ATTENTION)


def diff(questions: Annotated[Path, typer.Argument(metavar="问题.jsonl", help="每行 {id, question, as_of 可省}")],
         before: Annotated[str, typer.Option("--before", help="以这一天为前，写成 2024-01-31")] = "",
         after: Annotated[str, typer.Option("--after", help="以这一天为后；默认今天")] = "",
         event: Annotated[int, typer.Option("--event", help="比较有无这条记录（见 corpus events）")] = 0,
         backup: Annotated[Path | None, typer.Option("--backup", help="与这份备份里的文库比较")] = None,
         out: Annotated[Path | None, typer.Option(help="把差别写成 JSONL")] = None) -> None:
    """同样的问题在变化前后的回答有什么不同：两个日期之间、一条记录前后，或与一份备份相比。"""
    from ingest.earlier import earlier_engine
    from kb.cli import _batch, _day, _progress
    from kb.differences import difference
    from kb.engine import PolicyEngine
    from kb.files import write_whole

    if sum(map(bool, (before, event, backup))) != 1:
        raise QuestionError("请写明与什么比较：--before 日期、--event 记录号或 --backup 备份文件，三者选一。")
    rows, now = list(_batch(questions)), PolicyEngine()
    day = _day(after) or (_of_event(now, event) if event else None)
    found = []
    with earlier_engine(now, event, backup) as then, _progress(quiet=False) as bar:
        task = bar.add_task("比较回答", total=len(rows))
        for row in rows:
            on = day or row["as_of"]
            one, other = then.ask(row["question"], _day(before) if before else on), now.ask(row["question"], on)
            if differs := difference(one, other):
                found.append((row["id"], differs))
            bar.advance(task)
    for n, d in found:
        typer.echo(f"[{n}] {d.question}")
        for topic, was, became in d.topics:
            typer.echo(f"  {topic}：{_short(was)} → {_short(became)}")
    if out:
        write_whole(out, (json.dumps({"id": n, "question": d.question, "differences": [dict(zip(("topic", "before", "after"), t, strict=True)) for t in d.topics]},
                                     ensure_ascii=False) + "\n" for n, d in found))
    typer.echo(f"{len(rows)}个问题中{len(found)}个的回答不同。")


def backup_(path: Annotated[Path | None, typer.Argument(metavar="文件", help="默认存到状态文件夹的 backups/")] = None,
            keep: Annotated[int, typer.Option(help="默认位置只保留最新的几份；0为全部保留")] = 0) -> None:
    """备份文库、账号和审计日志为一个文件；可以在使用中进行。"""
    from kb.audit import Audit, at_the_console
    from kb.backup import backup, thin
    from kb.cli import _progress
    from kb.settings import settings

    if not settings().database.exists():
        raise QuestionError("还没有文库可以备份，请先运行 zhengwen index。")
    with _progress(quiet=False) as bar:
        task = bar.add_task("备份", total=None)
        made = backup(settings(), path, lambda done, total: bar.update(task, completed=done, total=total))
    gone = thin(settings(), keep) if path is None else 0
    Audit().record(at_the_console(), "备份", str(made))
    typer.echo(f"已备份到 {made}（{made.stat().st_size:,}字节）" + (f"，删除旧备份{gone}份。" if gone else "。"))


def restore_(path: Annotated[Path, typer.Argument(metavar="备份文件")],
             everything: Annotated[bool, typer.Option("--accounts", help="账号也恢复到备份时的样子")] = False) -> None:
    """由备份恢复文库：先核对备份，再换上；读不了的旧文件改名保留。"""
    from kb.audit import Audit, at_the_console
    from kb.backup import restore
    from kb.cli import _changing, _progress
    from kb.corpus import chinese_date
    from kb.settings import settings
    from kb.store import Store

    made = restore(settings(), path, everything)
    store = Store(settings().database)
    with _progress(quiet=False) as bar, _changing(store, bar):
        pass
    Audit().record(at_the_console(), "恢复", str(path))
    typer.echo(f"已恢复到{chinese_date(made.date())}{made:%H:%M}的备份：{len(store.documents())}份文件，{store.count()}条条文。正在运行的页面请重新启动。")


def _of_event(engine: Any, number: int) -> date:
    event = next((e for e in engine.store.events() if e.id == number and not e.withdrawn), None)
    if event is None:
        raise QuestionError(f"没有第{number}号记录，或它已经撤销。")
    return max(event.on, date.today())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
