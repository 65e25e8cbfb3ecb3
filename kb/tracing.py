"""What happened on the way to an answer: notes taken while one question is answered, by whoever asks for them.

`note` costs next to nothing where nobody listens. The notebook belongs to the context that opened it, so questions in other
threads are neither noted nor slowed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Note = tuple[str, dict[str, Any]]
_notebook: ContextVar[list[Note] | None] = ContextVar("notebook", default=None)


def note(kind: str, **what: Any) -> None:
    """Keep this for the trace, if one is being taken."""
    if (notes := _notebook.get()) is not None:
        notes.append((kind, what))


@contextmanager
def tracing() -> Iterator[list[Note]]:
    """The notes taken inside, in order."""
    notes: list[Note] = []
    token = _notebook.set(notes)
    try:
        yield notes
    finally:
        _notebook.reset(token)
