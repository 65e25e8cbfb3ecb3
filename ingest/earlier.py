"""The library as it was, beside the one in use: without one event, or as a backup has it. Nothing of the one in use changes."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.amending import rebuild
from kb.backup import LIBRARY, backup, unpack
from kb.engine import PolicyEngine
from kb.publishing import changing
from kb.store import Store


@contextmanager
def earlier_engine(now: PolicyEngine, event: int = 0, saved: Path | None = None) -> Iterator[PolicyEngine]:
    """An engine over a copy: of the backup `saved`, else of the library in use, without the event of that number."""
    if not event and not saved:
        yield now
        return
    with tempfile.TemporaryDirectory(prefix="zhengwen-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        unpack(saved or backup(now.settings, Path(folder) / "now.zip"), home)
        for encoder in now.settings.home.glob("encoder-*"):
            shutil.copytree(encoder, home / encoder.name)
        settings = now.settings.model_copy(update={"home": home, "chroma_url": "", "llm_url": ""})
        store = Store(home / LIBRARY)
        with changing(store, settings):
            if event:
                store.withdraw_event(event)
                rebuild(store)
        yield PolicyEngine(store, settings)
