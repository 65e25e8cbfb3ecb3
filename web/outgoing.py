"""Files made for one person to download: kept in a folder that goes when the server stops."""

import tempfile
from pathlib import Path

_folder = tempfile.TemporaryDirectory(prefix="zhengwen-")


def outgoing(name: str, data: bytes) -> str:
    """The path of a new file under this name."""
    path = Path(tempfile.mkdtemp(dir=_folder.name)) / name
    path.write_bytes(data)
    return str(path)
