"""The whole index as one immutable file: the store, its vectors, the encoder that made them, with a checksum each.

Any number of machines unpack it and serve from it, on a file system they cannot write: what the store needs is all there, so
nothing is computed at the first start. A snapshot says what it holds (snapshot.json) and is checked before any of it is used.
"""

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError

from kb import generations
from kb.backup import LARGEST, LIBRARY, checksum, copy_database, put_back
from kb.errors import IndexMissing, StoreError, ZhengwenError
from kb.publishing import alone
from kb.settings import Settings
from kb.store import Store

CONTENTS = "snapshot.json"
FORMAT = 1
Progress = Callable[[int, int], None]  # bytes done, total


class Contents(BaseModel):
    """What a snapshot holds."""

    format: int
    made: datetime
    documents: int
    clauses: int
    revision: str
    sha256: dict[str, str]


def export(settings: Settings, path: Path, progress: Progress = lambda done, total: None) -> Contents:
    """Write the index as it stands to a file that appears whole or not at all; replaces no file."""
    if path.exists():
        raise ZhengwenError(f"“{path}”已经存在，快照不改动已有的文件，请换一个名字。")
    if not settings.database.exists():
        raise IndexMissing()
    partial = path.with_name(path.name + ".partial")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zhengwen-") as scratch, alone(settings):
            copy_database(settings.database, Path(scratch) / LIBRARY, lambda done, total: None)
            store = Store(settings.database)
            files = {LIBRARY: Path(scratch) / LIBRARY, **_beside(store, settings)}
            contents = Contents(format=FORMAT, made=datetime.now().astimezone(), documents=len(store.documents()), clauses=store.count(),
                                revision=store.revision, sha256={name: checksum(file) for name, file in files.items()})
            head = Path(scratch) / CONTENTS
            head.write_text(contents.model_dump_json(indent=1), encoding="utf-8")
            done, total = 0, sum(f.stat().st_size for f in files.values())
            with tarfile.open(partial, "w:gz", compresslevel=3) as packed:
                for name, file in {CONTENTS: head, **files}.items():
                    packed.add(file, name, recursive=False, filter=_anonymous)
                    done += file.stat().st_size
                    progress(min(done, total), total)
        os.replace(partial, path)
    except OSError as error:
        raise StoreError(f"写不了快照“{path}”（{error.strerror or error}），请检查文件夹、磁盘空间和权限。") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return contents


def take_in(settings: Settings, path: Path, replace: bool = False) -> Contents:
    """Unpack a snapshot into home, checked first. ZhengwenError where it is not whole, or where a library is there and
    `replace` does not say that it may go."""
    settings.home.mkdir(parents=True, exist_ok=True)
    held = settings.database.exists() and bool(Store(settings.database).documents())
    if held and not replace:
        raise ZhengwenError(f"“{settings.home}”里已经有文库；要用快照替换它，请加 --replace（可先运行 zhengwen backup）。")
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".zhengwen-") as scratch:
        contents = _unpacked(path, Path(scratch))
        with alone(settings):
            for name in sorted({PurePosixPath(n).parts[0] for n in contents.sha256} - {LIBRARY}):
                _placed(Path(scratch) / name, settings.home / name)
            put_back(Path(scratch) / LIBRARY, settings.database)
            store = Store(settings.database)
            generations.clear(settings, {folder for folder in [generations.current(store, settings)] if folder})
    return contents


def _beside(store: Store, settings: Settings) -> dict[str, Path]:
    """What belongs to the store beside its file: the vectors it names, the encoder, the table of words."""
    folders = [folder for folder in [generations.current(store, settings)] if folder]
    folders += [folder for folder in settings.home.glob("encoder-*") if (folder / "model.onnx").is_file()]
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    files += [file for file in [settings.home / "jieba.cache"] if file.is_file()]
    return {file.relative_to(settings.home).as_posix(): file for file in files}


def _unpacked(path: Path, folder: Path) -> Contents:
    """A snapshot's files in a folder: only those it lists, each with its checksum."""
    try:
        with tarfile.open(path, "r:gz") as packed:
            first = packed.next()
            head = packed.extractfile(first) if first and first.name == CONTENTS and first.size < 10 ** 7 else None
            contents = Contents.model_validate_json(head.read()) if head else None
            if contents is None or contents.format != FORMAT or LIBRARY not in contents.sha256:
                raise ValueError
            for member in packed:
                if member.name == CONTENTS:
                    continue
                if member.name not in contents.sha256 or not member.isfile() or member.size > LARGEST:
                    raise ValueError
                packed.extract(member, folder, filter="data")
        if any(checksum(folder / name) != wanted for name, wanted in contents.sha256.items()):
            raise ValueError
    except FileNotFoundError as error:
        missing = not path.exists()
        raise ZhengwenError(f"找不到快照“{path}”，请检查路径。" if missing else f"“{path.name}”缺少文件，没有导入，请重新取得快照。") from error
    except OSError as error:
        if error.errno == 28:
            raise StoreError("磁盘已满，放不下快照，没有导入。") from error
        raise ZhengwenError(f"读不了快照“{path}”，没有导入。") from error
    except (ValueError, ValidationError, json.JSONDecodeError, tarfile.TarError, EOFError) as error:
        raise ZhengwenError(f"“{path.name}”不是完整的政问快照（格式或校验和不符），没有导入，请重新取得。") from error
    return contents


def _placed(source: Path, target: Path) -> None:
    """A folder or file of the snapshot in home: beside what is there where it is a folder of numbered folders."""
    if source.is_file():
        os.replace(source, target)
        return
    if source.name == generations.FOLDER:
        target.mkdir(exist_ok=True)
        for folder in source.iterdir():
            shutil.rmtree(target / folder.name, ignore_errors=True)
            os.replace(folder, target / folder.name)
    elif not target.exists():
        os.replace(source, target)


def _anonymous(member: tarfile.TarInfo) -> Any:
    """Nothing of the machine it was made on."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
