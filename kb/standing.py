"""What does the library hold, what of it is in force, and what should a keeper look at?"""

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from kb import backup, generations
from kb.corpus import chinese_date, current_edition
from kb.impact import references
from kb.library import coverage
from kb.models import Document
from kb.settings import Settings
from kb.store import Store

Kind = Literal["damaged", "changed", "due", "no_backup", "incomplete", "absent", "ends", "cites"]
PRESSING: tuple[Kind, ...] = ("damaged", "changed", "due")  # a scheduled run reports these by its exit code
BACKUP_DAYS = 7
SOON = 90  # days in which a document ends or begins


class Concern(NamedTuple):
    """One thing to look at, in a sentence that says what to do."""

    kind: Kind
    said: str


def header() -> list[str]:
    return ["编号", "文件", "状态", "收录", "核对至"]


def rows(store: Store, on: date) -> list[list[str]]:
    """A row a document."""
    return [[d.doc_id, d.title + (f"（{d.edition}）" if d.edition and d.edition not in d.title else ""), state(d, on), coverage(d),
             chinese_date(d.checked_on) if d.checked_on else "未核对"] for d in store.documents()]


def state(document: Document, on: date) -> str:
    if document.in_force_to and document.in_force_to < on:
        return f"{chinese_date(document.first_day_out)}起失效"
    return "有效" if document.in_force(on) else f"{chinese_date(document.in_force_from)}起施行" if document.in_force_from else "未知"


def concerns(store: Store, settings: Settings, on: date, days: int) -> list[Concern]:
    """What a keeper should look at, the most pressing first."""
    documents = store.documents()
    found = _health(store, settings)
    for d in (d for d in documents if d.in_force(on)):
        if d.checked_on is None or d.checked_on < on - timedelta(days=days):
            since = f"上次核对是{chinese_date(d.checked_on)}" if d.checked_on else "没有核对过"
            found.append(Concern("due", f"《{d.title}》该核对了（{since}）：对照官方文本后运行 zhengwen corpus checked {d.doc_id}。"))
        if d.coverage.held == 0:
            found.append(Concern("absent", f"《{d.title}》有效，但正文没有收录：取得文件后运行 zhengwen ingest 文件。"))
        elif d.coverage.missing or (d.coverage.held and d.coverage.official and d.coverage.held < d.coverage.official):
            found.append(Concern("incomplete", f"《{d.title}》收录不全（{coverage(d)}）：{d.coverage.note or '、'.join(d.coverage.missing)}。"))
        if d.in_force_to and d.in_force_to < on + timedelta(days=SOON):
            after = current_edition(d, documents, d.first_day_out)
            found.append(Concern("ends", f"《{d.title}》{chinese_date(d.first_day_out)}起失效" + (f"，由《{after.title}》替代。" if after else "，没有记录替代它的文件。")))
    for r in references(store, on):
        if r.state == "ended" and r.document and not (r.successor and r.successor.doc_id == r.clause.doc_id):  # not its own repealing clause
            instead = f"，现为《{r.successor.title}》" if r.successor else ""
            title = next(d.title for d in documents if d.doc_id == r.clause.doc_id)
            found.append(Concern("cites", f"《{title}》{r.clause.label}引用的{r.words}已失效{instead}。"))
    order = ("damaged", "changed", "due", "no_backup", "ends", "absent", "incomplete", "cites")
    return sorted(found, key=lambda c: order.index(c.kind))


def _health(store: Store, settings: Settings) -> list[Concern]:
    found = []
    if (check := store.connection.execute("pragma quick_check").fetchone()[0]) != "ok":
        found.append(Concern("damaged", f"文库文件有损坏（{check}）：请运行 zhengwen restore 备份文件。"))
    if store.meta(generations.NAMED) and generations.current(store, settings) is None and not settings.chroma_url:
        found.append(Concern("damaged", "向量索引不见了：请运行 zhengwen index 重建。"))
    made = backup.latest(settings)
    if made is None or made < datetime.now().astimezone() - timedelta(days=BACKUP_DAYS):
        found.append(Concern("no_backup", f"最近{BACKUP_DAYS}天没有备份：请运行 zhengwen backup，并把它加入定时任务。"))
    from kb.watched import changed

    found += [Concern("changed", f"{said}，请对照后重新收录，再运行 zhengwen corpus checked。") for said in changed(settings, store)]
    return found
