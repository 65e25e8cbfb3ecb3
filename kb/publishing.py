"""How does a change of the library become visible? All at once: documents and vectors, for every reader, or not at all.

One process changes the library at a time (a lock file under home); others wait and say so. Inside `changing` the store is
written in one transaction; before it is committed the vectors are brought to what it will hold (kb.generations).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from kb import generations
from kb.errors import SettingsError, StoreError, VectorsDamaged
from kb.settings import Settings
from kb.store import Store
from kb.vectors import Progress, VectorIndex

PATIENCE = 600  # seconds one change waits for another
Waiting = Callable[[], None]


@contextmanager
def changing(store: Store, settings: Settings, progress: Progress = lambda done, total: None,
             waiting: Waiting = lambda: None) -> Iterator[None]:
    """Change the library inside. StoreError where another change does not end, or the disk is full; nothing is changed then.
    `waiting` is called once where another process is at it."""
    with alone(settings, waiting):
        before = None
        try:
            with store.transaction():
                before = generations.current(store, settings)
                yield
                index = _brought_up(store, settings, progress)
        finally:
            generations.clear(settings, {p for p in (before, generations.current(store, settings)) if p})
        if index and settings.chroma_url:
            index.drop_stale(store)


@contextmanager
def alone(settings: Settings, waiting: Waiting = lambda: None) -> Iterator[None]:
    """Hold the library's lock; the operating system lets go of it when the process ends, however it ends."""
    lock = FileLock(settings.home / "write.lock")
    try:
        try:
            lock.acquire(timeout=0.1)
        except Timeout:
            waiting()
            lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise StoreError("另一个进程一直在更新文库，本次没有改动，请稍后再试。") from None
    except OSError as error:
        raise StoreError(f"写不了“{settings.home}”（{error.strerror or error}），文库没有改动，请检查文件夹权限和磁盘空间。") from error
    try:
        yield
    finally:
        lock.release()


def repair(store: Store, settings: Settings) -> bool:
    """Build the vectors anew where they are lost or damaged. False where that cannot be done here and now."""
    try:
        with changing(store, settings):
            pass
    except (StoreError, SettingsError, OSError):
        return False
    return True


def _brought_up(store: Store, settings: Settings, progress: Progress) -> VectorIndex | None:
    """Vectors of what the open transaction holds, in a folder the store names with it; None without a model."""
    from kb.retrieval import model

    encoder = model(settings.embedding, settings.home)
    if encoder is None:
        return None
    if settings.chroma_url:
        index = VectorIndex(settings, encoder)
        index.add_missing(store, progress)
        return index
    like = generations.current(store, settings)
    try:
        if like and _in_step(VectorIndex(settings, encoder, like), store):
            return None
    except VectorsDamaged:
        like = None
    try:
        folder = generations.fresh(settings, like)
        with VectorIndex(settings, encoder, folder) as index:
            index.sync(store, progress)
        generations.settle(folder)
    except OSError as error:
        raise StoreError(f"写不了向量索引（{error.strerror or error}），文库没有改动，请检查磁盘空间。") from error
    except VectorsDamaged as error:
        full = os.statvfs(settings.home).f_bavail * os.statvfs(settings.home).f_frsize < 2 ** 26
        raise StoreError(f"写不了向量索引{'，磁盘已满' if full else ''}，文库没有改动，请清理磁盘后再试。") from error
    store.set_meta(generations.NAMED, folder.name)
    return None


def _in_step(index: VectorIndex, store: Store) -> bool:
    """Does it hold what the store holds, no more and no less, and does it still find it?"""
    with index:
        return index.missing(store) == [] and index.stale(store) == [] and index.sound()
