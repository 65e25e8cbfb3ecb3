"""A file appears whole or not at all."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kb.errors import ZhengwenError


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write text beside its place and move it there; ZhengwenError where that cannot be done, and nothing is left."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as f:
            f.writelines(pieces)
            f.flush()
            os.fsync(f.fileno())
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise ZhengwenError(f"写不了“{path}”（{error.strerror or error}），请检查文件夹是否存在、是否可写、磁盘是否已满。") from None
