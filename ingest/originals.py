"""The PDF a document was taken from, kept beside the store under its content's hash, so that a cited page can be shown."""

import hashlib
import os
from pathlib import Path

from kb.errors import IngestError
from kb.store import Store

FOLDER = "originals"


def keep(store: Store, path: Path) -> str | None:
    """Keep a PDF; returns the name of its copy, None for a file without pages. The copy appears whole or not at all."""
    if path.suffix.lower() != ".pdf":
        return None
    try:
        data = path.read_bytes()
        name = hashlib.sha256(data).hexdigest()[:32] + ".pdf"
        home = store.path.parent / FOLDER
        home.mkdir(exist_ok=True)
        if not (home / name).exists():
            partial = home / (name + ".partial")
            partial.write_bytes(data)
            os.replace(partial, home / name)
    except OSError as error:
        raise IngestError(f"存不下原件（{error.strerror or error}），文库没有改动，请检查磁盘空间和权限。") from error
    return name


def drop(store: Store, name: str | None) -> None:
    """Take an original away unless a document still names it."""
    if name and all(d.original != name for d in store.documents()):
        (store.path.parent / FOLDER / name).unlink(missing_ok=True)
