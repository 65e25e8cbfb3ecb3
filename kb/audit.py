"""Who changed and who asked what, and when? Lines that are only ever added, in a file of their own under home.

Each line carries the hash of the one before, so a line altered or taken out later shows (`broken`). What is older than the
retention is dropped when the day's first line is written. A line that cannot be written never stops an answer: it is said
in the program's log. `who` is a name, "" for somebody not signed in, or 命令行:用户 for a command.
"""

import csv
import getpass
import hashlib
import io
import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import NamedTuple

from kb.errors import SettingsError
from kb.settings import Settings, settings

SCHEMA = """
create table if not exists audit(id integer primary key autoincrement, at real not null, who text not null, action text not null,
                                 detail text not null, address text not null, hash text not null);
create index if not exists audit_at on audit(at);
create trigger if not exists audit_added_only before update on audit begin select raise(abort, '只能追加'); end;
"""
COLUMNS = ("时间", "谁", "做了什么", "内容", "来自", "校验")
DAY = 86400
ASKED = ("提问", "批量提问", "预审")
log = logging.getLogger("zhengwen.audit")


class Line(NamedTuple):
    """One thing done: at (seconds since 1970, UTC), by whom, what, of what, from where."""

    at: float
    who: str
    action: str
    detail: str
    address: str
    hash: str


class Audit:
    """The audit log of one installation."""

    def __init__(self, configured: Settings | None = None):
        self.settings = configured or settings()
        self.path = self.settings.home / "audit.sqlite3"
        self._pruned = 0.0

    def record(self, who: str, action: str, detail: str = "", address: str = "") -> None:
        """Add a line. Questions are left out where the settings say so."""
        if action in ASKED and not self.settings.audit_questions:
            return
        now = time.time()
        try:
            with closing(self._open()) as db, db:
                db.execute("begin immediate")
                if abs(now - self._pruned) > DAY:
                    db.execute("delete from audit where at < ?", (now - self.settings.audit_days * DAY,))
                last = db.execute("select hash from audit order by id desc limit 1").fetchone()
                line = (now, who, action, detail[:4000], address)
                db.execute("insert into audit(at, who, action, detail, address, hash) values(?,?,?,?,?,?)",
                           (*line, _hash(last[0] if last else "", line)))
            self._pruned = now
        except (OSError, sqlite3.Error) as error:
            log.error("审计日志写不了（%s）：%s %s %s", error, who, action, detail[:200])

    def lines(self, since: float = 0.0) -> Iterator[Line]:
        """What was done since then, oldest first."""
        if not self.path.exists():
            return
        try:
            with closing(self._open()) as db:
                yield from (Line(*row) for row in db.execute(
                    "select at, who, action, detail, address, hash from audit where at >= ? order by id", (since,)))
        except sqlite3.Error as error:
            raise SettingsError(f"读不了审计日志“{self.path}”（{error}），请从备份恢复或移走该文件。") from error

    def broken(self) -> int | None:
        """The number of the first line that does not follow from the one before it; None where all do."""
        before: str | None = None
        for n, line in enumerate(self.lines(), 1):
            if before is not None and _hash(before, line[:5]) != line.hash:
                return n
            before = line.hash
        return None

    def export(self, form: str, since: float = 0.0) -> Iterator[str]:
        """The lines as CSV or JSONL text, piece by piece; times as UTC in ISO 8601."""
        if form == "csv":
            yield "\ufeff" + _csv(COLUMNS)
        for line in self.lines(since):
            values = (datetime.fromtimestamp(line.at, UTC).isoformat(timespec="seconds"), *line[1:])
            yield _csv(values) if form == "csv" else json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n"

    def _open(self) -> sqlite3.Connection:
        fresh = not self.path.exists()
        if fresh:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(self.path, timeout=10)
        if fresh or not db.execute("select 1 from sqlite_master").fetchone():
            db.executescript(SCHEMA)
        db.execute("pragma synchronous=normal")
        return db


def at_the_console() -> str:
    """Who runs a command, by the system's name of them."""
    try:
        return f"命令行:{getpass.getuser()}"
    except (OSError, KeyError):
        return "命令行"


def _hash(before: str, line: tuple[object, ...]) -> str:
    return hashlib.sha256((before + json.dumps(line, ensure_ascii=False)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _csv(values: tuple[object, ...]) -> str:
    """One CSV line; a cell that a spreadsheet would take for a formula is put as text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow("'" + v if isinstance(v, str) and v[:1] in ("=", "+", "-", "@") and len(v) > 1 else v for v in values)
    return out.getvalue()
