"""What has happened to a document since it was taken in? Replaced, amended, repealed, checked — as events of their own.

Events are kept beside the documents and laid over them when they are read, so that neither `zhengwen index` nor taking the
file in again undoes them. A replaced or repealed text ends on the day before; that day is always stated, never guessed. An amended text becomes an edition of its own, `<doc_id>@<date>`, which shares
what was not amended: questions of earlier days find the text as it was.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from kb.models import Document

Kind = Literal["replace", "repeal", "amend", "check"]
NAMES: dict[Kind, str] = {"replace": "替代", "repeal": "废止", "amend": "修改", "check": "核对"}
EDITION = "@"
YEAR = re.compile(r"\d{2}|[〇零一二三四五六七八九]{4}年|号令")  # of a name that tells which edition it means
EDITION_WORDS = re.compile(r"[（(][^（）()]*(?:年[本版]|修[正订改])[^（）()]*[）)]")


class Event(BaseModel):
    """One thing that happened to one document. `on` is the first day it takes effect (of a check: the day of the check)."""

    id: int | None = None
    kind: Kind
    doc_id: str
    on: date
    by: str | None = None  # the document that took its place, or the amended edition
    clause: str | None = None  # of an amendment: the clause within the document, 95 or 2.4.1
    text: str | None = None  # its new text; None where it was deleted
    basis: str = ""  # what the keeper names as the ground: 文号, address
    who: str = ""
    recorded: datetime
    withdrawn: bool = False


def root(doc_id: str) -> str:
    """The document an amended edition came from; of any other, itself."""
    return doc_id.split(EDITION)[0]


def edition_id(doc_id: str, on: date) -> str:
    """The id of a document as amended from a day on."""
    return f"{root(doc_id)}{EDITION}{on.isoformat()}"


def applied(documents: Iterable[Document], events: Iterable[Event]) -> list[Document]:
    """The documents as the events left them, in the same order; a later event wins over an earlier one."""
    found = {d.doc_id: d for d in documents}
    for event in events:
        document = found.get(event.doc_id)
        if event.withdrawn or document is None:
            continue
        if event.kind == "check":
            found[event.doc_id] = document.model_copy(update={"checked_on": event.on})
            continue
        ends = event.on - timedelta(days=1)
        by = event.by if event.by in found else None
        found[event.doc_id] = document.model_copy(update={"in_force_to": ends, "replaced_by": by})
        if by and found[by].in_force_from is None:
            found[by] = found[by].model_copy(update={"in_force_from": event.on})
    return list(found.values())


DAYS = 32  # whose documents are remembered
_answered: tuple[list[Document], dict[date, list[Document]]] = ([], {})


def as_known(documents: list[Document], on: date) -> list[Document]:
    """The documents a question of that day can mean, with the names it can mean them by: of a text and its amended editions
    only the one that was in force, else the first or last; a name that tells no edition (名录, 指导目录, a title without
    its year) means the edition in force."""
    global _answered
    of, days = _answered
    if of is not documents:  # a store hands out one list until it changes
        _answered = of, days = documents, {}
    if on not in days:
        if len(days) > DAYS:
            days.clear()
        days[on] = _meant(documents, on)
    return days[on]


def _meant(documents: list[Document], on: date) -> list[Document]:
    lines: dict[str, list[Document]] = {}
    for document in documents:
        lines.setdefault(root(document.doc_id), []).append(document)
    meant = {next((d for d in line if d.in_force(on)), line[-1] if all(d.in_force_to and d.in_force_to < on for d in line) else line[0]).doc_id
             for line in lines.values()}
    known = [d for d in documents if d.doc_id in meant]
    current: dict[str, Document] = {}
    for d in known:
        if d.family and d.in_force(on) and d.coverage.held != 0 and (d.family not in current or (d.in_force_from or date.min) > (current[d.family].in_force_from or date.min)):
            current[d.family] = d
    bare = {f: {n for d in known if d.family == f for n in (*d.aliases, bare_title(d.title)) if not YEAR.search(n)} for f in current}
    return [_named_as(d, current.get(d.family or ""), bare.get(d.family or "", set())) for d in known]


def bare_title(title: str) -> str:
    """A title without its edition: （2021年版）, （2024年本）, （2013年修正）."""
    return EDITION_WORDS.sub("", title)


def _named_as(document: Document, current: Document | None, bare: set[str]) -> Document:
    if current is None:
        own = bare_title(document.title)
        return document.model_copy(update={"aliases": [*document.aliases, own]}) if own != document.title else document
    if document.doc_id == current.doc_id:
        return document.model_copy(update={"aliases": list(dict.fromkeys([*document.aliases, *sorted(bare)]))})
    title = document.title if YEAR.search(document.title) else f"{document.title}（{document.edition or document.number}）"
    return document.model_copy(update={"aliases": [n for n in document.aliases if n not in bare], "title": title})


def in_line(documents: list[Document], doc_id: str, on: date) -> Document | None:
    """The edition of a document that an event of that day concerns: the one in force the day before."""
    line = [d for d in documents if root(d.doc_id) == root(doc_id)]
    exact = next((d for d in line if d.doc_id == doc_id), None)
    return next((d for d in line if d.in_force(on - timedelta(days=1))), exact)
