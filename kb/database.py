"""How is the library's SQLite file opened, and what is said when it fails? WAL, so that reading never waits for writing.

Every failure of SQLite becomes one sentence here: a full disk, a folder that cannot be written, a lock held too long, a
damaged file. A file in a folder that cannot be written is opened as it stands, for reading alone.
"""

import sqlite3
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

from kb.errors import StoreDamaged, StoreError

WAIT = 30  # seconds for another process's transaction
DAMAGED = ("malformed", "not a database", "corrupt", "unsupported file format", "disk image", "vtable constructor failed")
SAID = (("database or disk is full", "磁盘已满，文库没有改动，请清理磁盘后再试"), ("readonly", "文库所在的文件夹不能写入，文库没有改动，请检查权限"),
        ("unable to open", "打不开文库文件，请检查文件夹是否存在、是否可写"), ("locked", "文库正被另一个进程更新，请稍后再试"),
        ("disk i/o error", "读写磁盘出错（可能已满或被限额），文库没有改动，请检查磁盘"))


def connect(path: Path) -> sqlite3.Connection:
    """A connection for one thread. StoreDamaged where the file is not what was written."""
    try:
        db = sqlite3.connect(path, timeout=WAIT, factory=_Connection)
        try:
            db.execute("pragma journal_mode=wal")
            db.execute("select name from sqlite_master limit 1").fetchone()
        except StoreDamaged:
            raise
        except StoreError:
            db.close()
            if not path.exists():
                raise
            db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, factory=_Connection)
            db.execute("select name from sqlite_master limit 1").fetchone()
            return db
    except sqlite3.Error as error:
        fail(error, path)
    db.execute("pragma synchronous=full")
    return db


def fail(error: sqlite3.Error, path: Path | str = "") -> NoReturn:
    """Raise what SQLite said as one sentence."""
    said = str(error).lower()
    if isinstance(error, sqlite3.DatabaseError) and any(word in said for word in DAMAGED):
        raise StoreDamaged(f"文库文件{f'“{path}”' if path else ''}已损坏，请运行 zhengwen restore 备份文件 恢复；没有备份时把它移走，"
                           "运行 zhengwen index 重建随附文件，再重新收录其他文件。") from error
    sentence = next((text for word, text in SAID if word in said), None)
    if sentence is None and not isinstance(error, sqlite3.OperationalError):
        raise error
    raise StoreError(f"{sentence or f'文库读写失败（{error}），请稍后再试'}。") from error


def _said(method: Any) -> Any:
    @wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except sqlite3.Error as error:
            fail(error)
    return guarded


class _Cursor(sqlite3.Cursor):
    execute = _said(sqlite3.Cursor.execute)
    executemany = _said(sqlite3.Cursor.executemany)
    fetchone = _said(sqlite3.Cursor.fetchone)
    fetchall = _said(sqlite3.Cursor.fetchall)
    __next__ = _said(sqlite3.Cursor.__next__)


class _Connection(sqlite3.Connection):
    commit = _said(sqlite3.Connection.commit)
    executescript = _said(sqlite3.Connection.executescript)

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        return self.cursor().executemany(sql, parameters)
