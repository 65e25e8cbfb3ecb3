"""How is a library saved while it is in use, and brought back? One file: the store, the accounts and the audit log.

SQLite's online backup copies a consistent state beside readers and writers; the vectors are not saved, they follow from
the store. A backup is checked before anything of it is used.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.errors import StoreDamaged, StoreError, ZhengwenError
from kb.publishing import alone
from kb.settings import Settings
from kb.store import Store

LIBRARY, BESIDE = "zhengwen.sqlite3", ("accounts.sqlite3", "audit.sqlite3")
ORIGINAL = re.compile(r"originals/[0-9a-f]{32}\.pdf")  # the papers documents were taken from
CONTENTS = "backup.json"
LARGEST = 20 * 2 ** 30  # bytes of an unpacked file
Progress = Callable[[int, int], None]


def backup(settings: Settings, path: Path | None = None, progress: Progress = lambda done, total: None) -> Path:
    """Save the library as it stands, by default under home/backups; the file appears whole or not at all, for the owner alone."""
    made = datetime.now().astimezone()
    path = path or settings.home / "backups" / f"zhengwen-{made:%Y%m%d-%H%M%S}.zip"
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zhengwen-") as folder:
            files = [n for n in (LIBRARY, *BESIDE) if (settings.home / n).exists()]
            for name in files:
                copy_database(settings.home / name, Path(folder) / name, progress if name == LIBRARY else lambda done, total: None)
            sums = {n: checksum(Path(folder) / n) for n in files}
            os.close(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
                packed.writestr(CONTENTS, json.dumps({"made": made.isoformat(timespec="seconds"), "sha256": sums}))
                for name in files:
                    packed.write(Path(folder) / name, name)
                for paper in sorted((settings.home / "originals").glob("*.pdf")):
                    packed.write(paper, f"originals/{paper.name}", zipfile.ZIP_STORED)
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise StoreError(f"写不了备份“{path}”（{error.strerror or error}），请检查磁盘空间和权限。") from error
    return path


def latest(settings: Settings) -> datetime | None:
    """When the newest backup under home/backups was made."""
    found = [p.stat().st_mtime for p in (settings.home / "backups").glob("zhengwen-*.zip")]
    return datetime.fromtimestamp(max(found)).astimezone() if found else None


def thin(settings: Settings, keep: int) -> int:
    """Take away all but the newest backups under home/backups; how many went."""
    old = sorted((settings.home / "backups").glob("zhengwen-*.zip"))[:-keep] if keep else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def restore(settings: Settings, path: Path, everything: bool = False) -> datetime:
    """Bring the library back to a backup; with `everything` the accounts too (the audit log only where none is readable).
    When the backup was made. What was there is kept beside it where it could not be read any more."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".zhengwen-") as folder:
        contents = unpack(path, Path(folder))
        with alone(settings):
            put_back(Path(folder) / LIBRARY, settings.database)
            for name in BESIDE:
                wanted = name in contents["sha256"] and (everything if name == BESIDE[0] else not whole(settings.home / name))
                if wanted:
                    _aside(settings.home / name)
                    os.replace(Path(folder) / name, settings.home / name)
                    (settings.home / name).chmod(0o600)
    return datetime.fromisoformat(contents["made"])


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """A backup's files in a folder, checked; ZhengwenError where it is none, or not whole."""
    try:
        with zipfile.ZipFile(path) as packed:
            contents = json.loads(packed.read(CONTENTS)) if packed.getinfo(CONTENTS).file_size < 10 ** 6 else {}
            names = [n for n in contents["sha256"] if n in (LIBRARY, *BESIDE)]
            if LIBRARY not in names or any(packed.getinfo(n).file_size > LARGEST for n in names):
                raise ValueError
            (folder / "originals").mkdir()
            for name in [*names, *(n for n in packed.namelist() if ORIGINAL.fullmatch(n))]:
                with packed.open(name) as source, (folder / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
        if any(checksum(folder / n) != contents["sha256"][n] for n in names) or not whole(folder / LIBRARY):
            raise ValueError
    except FileNotFoundError:
        raise ZhengwenError(f"找不到备份文件“{path}”，请检查路径。") from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, OSError) and error.errno == 28:
            raise StoreError("磁盘已满，放不下备份的内容，文库没有改动。") from error
        raise ZhengwenError(f"“{path.name}”不是完整的政问备份文件，文库没有改动，请换一份备份。") from error
    return contents


def copy_database(source: Path, target: Path, progress: Progress) -> None:
    """A consistent copy of a SQLite file in use, checked."""
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=2000, progress=lambda status, left, total: progress(total - left, total))
            copy.execute("pragma journal_mode=delete")
        if not whole(target):
            raise sqlite3.DatabaseError("malformed")
    except sqlite3.OperationalError as error:
        raise StoreError(f"读写不了“{source.name}”或备份文件夹（{error}），没有生成备份。") from error
    except sqlite3.DatabaseError as error:
        raise StoreDamaged(f"“{source}”已损坏，不能备份；请用以前的备份运行 zhengwen restore。") from error


def put_back(saved: Path, database: Path) -> None:
    """Into the file in use where it can still be read, so that open readers follow; else in its place."""
    revision = 0
    if database.exists() and whole(database):
        with closing(sqlite3.connect(database, timeout=30)) as live, closing(sqlite3.connect(saved)) as source:
            row = live.execute("select value from meta where key='revision'").fetchone()
            revision = int(row[0]) if row else 0
            source.execute("insert into meta values('revision', ?) on conflict(key) do update set value=max(cast(value as int), ?)+1", (revision + 1, revision))
            source.commit()
            source.backup(live)
        return
    for suffix in ("", "-wal", "-shm"):
        _aside(database.with_name(database.name + suffix))
    os.replace(saved, database)
    Store(database)


def _aside(path: Path) -> None:
    if path.exists():
        os.replace(path, path.with_name(f"{path.name}.{datetime.now():%Y%m%d-%H%M%S}.damaged"))


def whole(path: Path) -> bool:
    """Does SQLite find a file whole?"""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
            return db.execute("pragma quick_check").fetchone()[0] == "ok" and bool(db.execute("select 1 from sqlite_master").fetchone())
    except sqlite3.Error:
        return False


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
