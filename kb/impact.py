"""Which clauses cite what has been replaced or repealed, and what do they cite that the library does not hold?

A citation is what stands in 《》, with the number in brackets behind it: 《…名录》（环境保护部第44号令）. The number decides
which edition is meant; a bare title of which there are several editions means whichever is in force.
"""

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal, NamedTuple

from kb.corpus import current_edition
from kb.lifecycle import EDITION_WORDS
from kb.models import Clause, Document
from kb.store import Store

CITED = re.compile(r"《((?:[^《》]|《[^《》]*》){2,80})》((?:[（(](?:[^（）()]|[（(][^（）()]*[）)]){1,40}[）)])*)")
BRACKET = re.compile(r"[（(]((?:[^（）()]|[（(][^（）()]*[）)]){1,40})[）)]")
NUMBERED = re.compile(r"\d+\s*号|号令")
State = Literal["in_force", "ended", "not_yet", "floating", "absent"]
STATES: dict[State, str] = {"in_force": "有效", "ended": "已失效", "not_yet": "尚未施行", "floating": "未指明版本，以现行的为准", "absent": "本库没有"}


class Reference(NamedTuple):
    """One citation in one clause, and what it means on a date."""

    clause: Clause
    words: str
    state: State
    document: Document | None  # the one meant
    successor: Document | None  # what stands in its place on that date
    near: str | None  # of an absent one: the title most like it


def references(store: Store, on: date, doc_ids: Iterable[str] | None = None) -> list[Reference]:
    """Every citation in the clauses of these documents (default: all in force on that date), in their order."""
    documents = store.documents()
    wanted = set(doc_ids) if doc_ids is not None else {d.doc_id for d in documents if d.in_force(on)}
    titles = {d.title.removeprefix("中华人民共和国"): d for d in documents}
    found = []
    for document in (d for d in documents if d.doc_id in wanted):
        for clause in store.clauses(document.doc_id):
            for m in CITED.finditer(clause.text):
                meant, floating = resolve(m[1], m[2], documents, on)
                state = _state(meant, floating, on)
                near = None if meant else next(iter(get_close_matches(_plain(m[1]), list(titles), 1, 0.85)), None)
                after = current_edition(meant, documents, on) if meant and state == "ended" else None
                found.append(Reference(clause, m[0], state, meant, after, near))
    return found


def citing(store: Store, document: Document, on: date) -> list[Reference]:
    """The citations of this very document in clauses of others that are in force."""
    return [r for r in references(store, on) if r.document and r.document.doc_id == document.doc_id and r.clause.doc_id != document.doc_id
            and r.state != "floating"]


def resolve(title: str, brackets: str, documents: list[Document], on: date) -> tuple[Document | None, bool]:
    """The document a citation means, and whether it means whichever edition is in force. (None, False): none of the library."""
    for number in (b for b in BRACKET.findall(brackets) if NUMBERED.search(b)):
        if by_number := next((d for d in documents if d.number and _number(d.number) == _number(number)), None):
            return by_number, False
    whole = _plain(title + brackets)
    exact = [d for d in documents if _plain(d.title) in (whole, _plain(title)) or _plain(title) in map(_plain, d.aliases)]
    numbered = NUMBERED.search(brackets) is not None
    editions = [d for d in documents if _base(d.title) == _base(title)]
    if not EDITION_WORDS.search(title + brackets) and not numbered and len({d.family for d in editions if d.family}) == 1 and len(editions) > 1:
        return next((d for d in editions if d.in_force(on) and d.coverage.held != 0), editions[-1]), True
    if numbered and exact and all(d.number for d in exact):
        return None, False  # its number is another one
    return (next((d for d in exact if _plain(d.title) == whole), exact[0]), False) if exact else (None, False)


def _state(meant: Document | None, floating: bool, on: date) -> State:
    if meant is None:
        return "absent"
    if floating:
        return "floating"
    if meant.in_force_to and meant.in_force_to < on:
        return "ended"
    return "in_force" if meant.in_force(on) else "not_yet"


@lru_cache(maxsize=10_000)
def _plain(title: str) -> str:
    """A title without the state's name, spaces and the width of its brackets."""
    return re.sub(r"[\s　]", "", title).translate(str.maketrans("()〔〕[]【】", "（）（）（）（）")).removeprefix("中华人民共和国")


@lru_cache(maxsize=10_000)
def _base(title: str) -> str:
    return EDITION_WORDS.sub("", _plain(title))


def _number(number: str) -> str:
    """环境保护部第44号令 and 环境保护部令第44号 are one number."""
    return re.sub(r"[\s第令号]", "", EDITION_WORDS.sub("", number).translate(str.maketrans("()〔〕[]【】", "（）（）（）（）")))
