"""Are the clause references and quotes of any text true? Each is found, invented, out of force, misquoted, or not to be checked here.

A reference is a document (《…》, or a name the library knows) with the places named after it: 第X条第Y款（Z）项, 名录第N项, 第二部分（四）,
限制类农林牧渔业第2项; a bare 第X条 belongs to the document named last. A quote in “” belongs to the place, else to the document, before it.
"""

import re
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from pydantic import BaseModel

from kb.claims import QUOTE, TITLE
from kb.composing import sentence
from kb.corpus import chinese_date, current_edition
from kb.models import Clause, Document, Quote
from kb.references import ENTRY, Place, names_of, places
from kb.store import Store
from kb.tokens import tokens

LEAST_QUOTE = 8  # characters; a shorter one is a word set off, not a quote
NEAR = 0.5  # likeness from which a clause counts as what a wrong quote meant
CANDIDATES = 12
BLANK = "\0"
Verdict = Literal["found", "repealed", "invented", "misquoted", "misplaced", "not_held"]
WRONG: tuple[Verdict, ...] = ("invented", "misquoted", "misplaced", "repealed")


class Checked(BaseModel):
    """One reference or quote of the text, and what the library says of it."""

    kind: Literal["clause", "document", "quote"]
    words: str
    verdict: Verdict
    said: str  # one sentence for a reader
    doc_id: str | None = None
    doc_title: str | None = None
    clause_id: str | None = None
    label: str | None = None
    true_text: str | None = None  # the clause, or what a wrong quote should read
    replaced_by: str | None = None


class CitationReport(BaseModel):
    """What was checked in a text, in its order."""

    as_of: date
    items: list[Checked]
    wrong: int
    said: str


class _Named(BaseModel):
    """A document named in the text, or a title the library does not know; its words reach up to the next one."""

    start: int
    end: int
    title: str
    document: Document | None


def check_citations(text: str, store: Store, on: date) -> CitationReport:
    """Every reference and quote of a text against the store, by the law of a date."""
    named, items = _named(text, store.documents(), on), list[Checked]()
    for n, mention in enumerate(named):
        end = named[n + 1].start if n + 1 < len(named) else len(text)
        items += _of_document(mention, text[mention.end:end], store, on)
    opening = text[:named[0].start] if named else text
    items = [*(_quote(q, [], None, store, on) for q in _quotes(opening)), *items]
    wrong = sum(item.verdict in WRONG for item in items)
    said = sentence("verify.none") if not items else sentence("verify.summary", count=str(len(items)), wrong=str(wrong))
    return CitationReport(as_of=on, items=items, wrong=wrong, said=said)


def _named(text: str, documents: list[Document], on: date) -> list[_Named]:
    """Documents in the order of the text: known names, the longest first, then titles in 《》 that nobody knows; an entry of the
    catalogue (限制类农林牧渔业第2项) names its document itself — the edition the text names, else the one in force."""
    masked, found = QUOTE.sub(lambda m: BLANK * len(m[0]), text), list[_Named]()
    for name, document in sorted(((n, d) for d in documents for n in names_of(d)), key=lambda pair: -len(pair[0])):
        for m in re.finditer(re.escape(f"《{name}》") + "|" + re.escape(name), masked):
            found.append(_Named(start=m.start(), end=m.end(), title=document.title, document=document))
        masked = masked.replace(f"《{name}》", BLANK * (len(name) + 2)).replace(name, BLANK * len(name))
    for m in TITLE.finditer(masked):
        if BLANK not in m[0]:
            found.append(_Named(start=m.start(), end=m.end(), title=m[1], document=None))
    editions = [x.document for x in found if x.document and x.document.kind == "catalogue"] or [
        d for d in documents if d.kind == "catalogue" and d.in_force(on)]
    found += [_Named(start=m.start(), end=m.start(), title=editions[0].title, document=editions[0]) for m in ENTRY.finditer(masked) if editions]
    return sorted(found, key=lambda x: x.start)


def _of_document(mention: _Named, after: str, store: Store, on: date) -> list[Checked]:
    """The document itself, the places named after it, and the quotes."""
    document = mention.document
    if document is None:
        said = sentence("verify.unknown", title=mention.title)
        return [Checked(kind="document", words=f"《{mention.title}》", verdict="not_held", said=said, doc_title=mention.title)]
    unquoted = QUOTE.sub(lambda m: BLANK * len(m[0]), after)
    clauses = store.clauses(document.doc_id)
    items, found = list[Checked](), places(unquoted, document, store)
    for place in found:
        items.append(_place(place, document, bool(clauses), store, on))
    if not found:
        items.append(_document(document, bool(clauses), store, on))
    for quote in _quotes(after):
        before = places(unquoted[:after.index(quote)], document, store)
        items.append(_quote(quote, before[-1].quotes if before else [], document, store, on))
    return items


def _quotes(text: str) -> list[str]:
    return [q for q in QUOTE.findall(text) if len(q.strip("。，；、 ")) >= LEAST_QUOTE]


def _place(place: Place, document: Document, held: bool, store: Store, on: date) -> Checked:
    """A place of a document: is it there, and in force?"""
    words, base = place.words, {"doc_id": document.doc_id, "doc_title": document.title}
    if not place.quotes:
        incomplete = not held or document.kind == "catalogue" and bool(document.coverage.note) or any(words in m for m in document.coverage.missing)
        key = "verify.place_not_held" if incomplete else "verify.invented"
        return Checked(kind="clause", words=words, verdict="not_held" if incomplete else "invented",
                       said=sentence(key, title=document.title, place=words), **base)
    clause = store.clause(place.quotes[0].clause_id)
    assert clause is not None
    label = place.quotes[0].label or clause.label
    more = {"clause_id": clause.clause_id, "label": label, "true_text": "\n".join(q.quote for q in place.quotes)}
    state, successor = _state(document, store, on)
    key = "verify.repealed" if state else "verify.found" if document.in_force_from else "verify.found_undated"
    said = sentence(key, title=document.title, place=label, state=state)
    return Checked(kind="clause", words=words, verdict="repealed" if state else "found", said=said, replaced_by=successor, **base, **more)


def _document(document: Document, held: bool, store: Store, on: date) -> Checked:
    state, successor = _state(document, store, on)
    key = "verify.document_repealed" if state else "verify.document" if held else "verify.document_without_text"
    return Checked(kind="document", words=f"《{document.title}》", verdict="repealed" if state else "found" if held else "not_held",
                   said=sentence(key, title=document.title, state=state), doc_id=document.doc_id, doc_title=document.title, replaced_by=successor)


def _state(document: Document, store: Store, on: date) -> tuple[str, str | None]:
    """Why a document is not in force on a date, and what stands in its place; ("", None) when it is in force."""
    if document.in_force(on):
        return "", None
    if document.in_force_to and on > document.in_force_to:
        successor = current_edition(document, store.documents(), on)
        after = sentence("state.successor", title=successor.title) if successor else ""
        return sentence("verify.ended", day=chinese_date(document.first_day_out), successor=after), successor.title if successor else None
    return sentence("verify.not_yet", day=chinese_date(document.in_force_from)) if document.in_force_from else "", None


def _quote(quote: str, at: list[Quote], document: Document | None, store: Store, on: date) -> Checked:
    """A quote against the place it is said to stand at, else its document, else the whole library."""
    plain = quote.strip("。，；、：… ")
    base = {"kind": "quote", "words": quote}
    for q in at:
        if _within(plain, q.quote):
            return Checked(**base, verdict="found", said=sentence("verify.quote_found"), clause_id=q.clause_id)  # type: ignore[arg-type]
    exact = [c for c in _candidates(plain, store, document) if _within(plain, c.text)]
    if exact and not at:
        return _told("found", "verify.quote_found_at", base, exact[0], store, None)
    if exact:
        return _told("misplaced", "verify.misplaced", base, exact[0], store, exact[0].text)
    compared = [c for q in at if (c := store.clause(q.clause_id))] or _candidates(plain, store, document)
    best = max(compared, key=lambda c: _likeness(plain, c.text)[0], default=None)
    if best is None or not at and _likeness(plain, best.text)[0] < NEAR:
        key = "verify.quote_nowhere" if document is None or not store.clauses(document.doc_id) else "verify.quote_not_in_document"
        verdict: Verdict = "not_held" if key == "verify.quote_nowhere" else "misquoted"
        return Checked(**base, verdict=verdict, said=sentence(key, title=document.title if document else ""))  # type: ignore[arg-type]
    return _told("misquoted", "verify.misquoted", base, best, store, _likeness(plain, best.text)[1])


def _told(verdict: Verdict, key: str, base: dict[str, str], clause: Clause, store: Store, true: str | None) -> Checked:
    document = store.document(clause.doc_id)
    title = document.title if document else clause.doc_id
    return Checked(**base, verdict=verdict, said=sentence(key, title=title, place=clause.label, text=true or ""), doc_id=clause.doc_id,  # type: ignore[arg-type]
                   doc_title=title, clause_id=clause.clause_id, label=clause.label, true_text=true)


def _candidates(quote: str, store: Store, document: Document | None) -> list[Clause]:
    """Clauses that share most words with a quote, of one document or of all."""
    only = {document.doc_id} if document else None
    ids = [clause_id for clause_id, _ in store.full_text(tokens(quote), CANDIDATES, only)]
    held = store.clauses_by_id(ids)
    return [held[i] for i in ids if i in held]


def _within(quote: str, text: str) -> bool:
    """Word for word, spaces and line breaks aside."""
    return re.sub(r"\s", "", quote) in re.sub(r"\s", "", text)


def _likeness(quote: str, text: str) -> tuple[float, str]:
    """How much of the quote a text has in order (0–1), and the sentence of it that stands nearest."""
    best = max((s for s in re.split(r"(?<=[。；\n])", text) if s.strip()), key=lambda s: SequenceMatcher(None, quote, s, autojunk=False).ratio(), default=text)
    blocks = SequenceMatcher(None, quote, best, autojunk=False).get_matching_blocks()
    return sum(b.size for b in blocks if b.size > 1) / max(1, len(quote)), best.strip()
