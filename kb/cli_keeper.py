"""Commands on people and on what they did: accounts of keepers and readers, the audit log."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from kb.errors import QuestionError

keeper = typer.Typer(help="账号：谁可以维护文库，谁可以提问。", no_args_is_help=True)
audit = typer.Typer(help="审计日志：谁在什么时候改了什么、问了什么。", no_args_is_help=True)


@keeper.command("add")
def add(name: Annotated[str, typer.Argument(metavar="名字")],
        role: Annotated[str, typer.Option(help="keeper（维护人员）或 reader（读者）")] = "keeper",
        from_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读一行密码，供脚本使用")] = False,
        by_proxy: Annotated[bool, typer.Option("--proxy", help="不设密码，只能由反向代理登录")] = False) -> None:
    """新建账号，或给已有账号换密码、换角色（原有登录随即失效）。"""
    from kb.audit import Audit, at_the_console
    from kb.settings import settings
    from web.people import ROLES, SHORTEST, People

    if role not in ROLES:
        raise QuestionError("角色只能是 keeper（维护人员）或 reader（读者）。")
    password = None
    if not by_proxy:
        password = sys.stdin.readline().rstrip("\r\n") if from_stdin else typer.prompt(
            f"密码（至少{SHORTEST}个字符）", hide_input=True, confirmation_prompt="再输入一次")
    People(settings().home).put(name, role, password)  # type: ignore[arg-type]
    Audit().record(at_the_console(), "设置账号", f"{name}（{role}）")
    typer.echo(f"账号“{name}”已设置，角色：{ROLES[role]}。")  # type: ignore[index]


@keeper.command("list")
def list_() -> None:
    """列出账号。"""
    from kb.settings import settings
    from web.people import ROLES, People

    people = People(settings().home).names()
    for person in people:
        typer.echo(f"{person.name}\t{ROLES[person.role]}")
    if not people:
        typer.echo("还没有账号：只有在本机打开页面的人可以维护文库。用 zhengwen keeper add 名字 新建。")


@keeper.command("remove")
def remove(name: Annotated[str, typer.Argument(metavar="名字")]) -> None:
    """删除账号，已有登录随即失效。"""
    from kb.audit import Audit, at_the_console
    from kb.settings import settings
    from web.people import People

    People(settings().home).remove(name)
    Audit().record(at_the_console(), "删除账号", name)
    typer.echo(f"账号“{name}”已删除。")


@audit.command("export")
def export(out: Annotated[Path | None, typer.Option(help="输出文件；不写则输出到屏幕")] = None,
           form: Annotated[str, typer.Option("--format", help="csv（可用 WPS、Excel 打开）或 jsonl")] = "csv",
           since: Annotated[str, typer.Option(help="从哪一天起，写成 2024-06-01")] = "") -> None:
    """导出审计日志。"""
    from kb.audit import Audit

    if form not in ("csv", "jsonl"):
        raise QuestionError("格式只能是 csv 或 jsonl。")
    try:
        start = datetime.combine(date.fromisoformat(since), datetime.min.time()).timestamp() if since else 0.0
    except ValueError:
        raise QuestionError(f"日期“{since}”无法识别，请写成 2024-06-01。") from None
    kind: Literal["csv", "jsonl"] = "csv" if form == "csv" else "jsonl"
    pieces = Audit().export(kind, start)
    if out is None:
        for piece in pieces:
            typer.echo(piece, nl=False)
        return
    from kb.files import write_whole

    write_whole(out, pieces)
    typer.echo(f"已导出到 {out}")


@audit.command("check")
def check() -> None:
    """核对审计日志：有没有被改动或抽去的行。"""
    from kb.audit import Audit

    if (line := Audit().broken()) is not None:
        typer.echo(f"审计日志从第{line}行起与前一行不衔接，可能被改动或抽去过。", err=True)
        raise typer.Exit(1)
    typer.echo("审计日志逐行衔接，没有改动。")
