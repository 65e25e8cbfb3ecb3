"""Which folder of vectors belongs to the store as it stands?

Embedded Chroma is no database for several processes: one that reads does not see what another adds. So vectors are never
changed in place. A change of the library copies the folder, brings the copy to what the store is about to hold, and the
store names it in the same transaction (meta `vectors`): both are old or both are new, for every reader and after every
crash. The folder before is kept for those still reading it, older ones go.
"""

import os
import shutil
import tempfile
import uuid
from pathlib import Path

from kb.settings import Settings
from kb.store import Store

FOLDER = "vectors"
NAMED = "vectors"  # the store's key


def current(store: Store, settings: Settings) -> Path | None:
    """The folder the store names; None where it names none, or that one is gone."""
    name = store.meta(NAMED)
    path = settings.home / FOLDER / name if name else None
    return path if path and path.is_dir() else None


def fresh(settings: Settings, like: Path | None) -> Path:
    """A new folder beside the others, a copy of `like` where given."""
    path = settings.home / FOLDER / uuid.uuid4().hex[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(like, path) if like else path.mkdir()
    return path


def settle(folder: Path) -> None:
    """Bring a folder's files to the disk, so that the store never names what a power failure would take."""
    for path in (*folder.rglob("*"), folder, folder.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clear(settings: Settings, keep: set[Path]) -> None:
    """Take away the folders that no reader needs any more; what cannot be taken away waits for the next time."""
    for path in (settings.home / FOLDER).iterdir() if (settings.home / FOLDER).is_dir() else ():
        if path not in keep:
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(settings.home / "chroma", ignore_errors=True)  # of versions before folders were numbered


def readable(folder: Path) -> Path:
    """The folder itself, or a copy where it cannot be written: Chroma writes even to read."""
    if os.access(folder, os.W_OK) and not os.statvfs(folder).f_flag & os.ST_RDONLY:
        return folder
    copy = Path(tempfile.mkdtemp(prefix="zhengwen-vectors-")) / folder.name
    return Path(shutil.copytree(folder, copy))
