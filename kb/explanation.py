"""What does a clause say, and which clauses speak to a question? Look-ups and passages, always quoted verbatim.

Nothing is concluded here: a passage answer shows the text nearest to the question and says that it needs confirming.
"""

from datetime import date

from kb.articles import in_chinese, paragraphs
from kb.composing import cite_head, provisos, quoted, sentence, states
from kb.models import Clause, Document, Finding, Hit, Quote
from kb.references import PART, names_place, places
from kb.store import Store
from kb.tokens import tokens
from kb.understanding import Reading

NAMED = 5  # documents named when nothing fits
SHOWN = 5  # clauses of a passage answer at most
RELATED = 0.7  # of the nearest clause's cosine: below it a clause is not shown as related
LONG = 240  # characters; of a longer clause the nearest part is quoted
WINDOW = 12  # lines of a long table


def look_up(reading: Reading, on: date, store: Store) -> Finding | None:
    """The clauses the question names by place; None when it names none."""
    words = names_place(reading.question)
    for title in reading.unknown_titles:
        if words:
            return Finding(status="not_found", lines=[sentence("not_found.unknown_document", title=title)])
    found = [(d, place) for d in reading.named or _only_plan(reading, store) for place in places(reading.question, d, store)]
    if not found:
        if words and not reading.named and not _says_more(reading.question, words):
            return Finding(status="conditional", lines=[sentence("conditional.which_document", place=words)],
                           questions=[sentence("conditional.which_document_question", place=words)])
        return None
    finding = Finding(status="answered", lines=[], warnings=states(reading.named, on, store),
                      notes=provisos(list({d.doc_id: d for d, place in found if place.quotes}.values()), on))
    for document, place in found:
        if place.quotes:
            _quote(finding, document, place.quotes, on, store)
        else:
            finding.lines.append(_not_held(document, place.words))
    if not finding.quotes:
        finding.status = "not_found"
    return finding


def nearest(reading: Reading, hits: list[Hit], on: date, store: Store) -> Finding:
    """The clauses nearest to the question, the first as the answer, the others as related."""
    documents = {d.doc_id: d for d in store.documents()}
    closest = max(h.cosine or 0.0 for h in hits[:SHOWN])
    shown = [h for n, h in enumerate(hits[:SHOWN]) if n == 0 or (h.cosine or 0.0) >= RELATED * closest]
    used = list({h.clause.doc_id: documents[h.clause.doc_id] for h in shown}.values())
    asked_of = [d for d in documents.values() if d.kind == reading.likely_kind and d.in_force(on) and d not in used]
    finding = Finding(status="answered", lines=[], warnings=states(reading.named, on, store),
                      notes=provisos([*used, *asked_of], on))
    finding.warnings += [sentence("quote.unknown_document", title=t) for t in reading.unknown_titles]
    words = set(tokens(reading.question))
    for n, hit in enumerate(shown):
        if n == 1:
            finding.lines.append(sentence("quote.related"))
        _quote(finding, documents[hit.clause.doc_id], [_nearest_part(hit.clause, words)], on, store)
    finding.lines.append(sentence("quote.confirm"))
    return finding


def nothing(reading: Reading, on: date, store: Store) -> Finding:
    """Nothing fits: say so, with what the library does hold."""
    lines = [sentence("not_found.unknown_document", title=t) for t in reading.unknown_titles]
    lines += [sentence("not_found.kind_not_held", what=reading.not_held)] if reading.not_held else []
    lines += [_not_held(d, "") for d in reading.named if not d.coverage.held and not store.clauses(d.doc_id)]
    return Finding(status="not_found", warnings=states(reading.named, on, store),
                   lines=[*(lines or [sentence("not_found.nothing")]), held(store, on)])


def held(store: Store, on: date) -> str:
    """One sentence: what the library holds that is in force, the first few by title."""
    titles = [f"《{d.title.removeprefix('中华人民共和国')}》" for d in store.documents()
              if d.in_force(on) and d.coverage.held != 0]
    return sentence("refused.held", documents="".join(titles[:NAMED]), count=str(len(titles)))


def _quote(finding: Finding, document: Document, quotes: list[Quote], on: date, store: Store) -> None:
    clauses = store.clauses_by_id({q.clause_id for q in quotes})
    for quote in quotes:
        head = cite_head(document, quote.label or clauses[quote.clause_id].label, on)
        finding.lines += [head, quoted(quote, len(finding.quotes))]
        finding.quotes.append(quote)


def _nearest_part(clause: Clause, words: set[str]) -> Quote:
    """Of a long article the 款 that shares most of the question's words, of a long table its nearest lines; otherwise
    the whole clause."""
    whole = Quote(clause_id=clause.clause_id, quote=clause.text)
    if len(clause.text) <= LONG:
        return whole
    if "article" not in clause.fields:
        lines = clause.text.split("\n")
        best = max(range(len(lines)), key=lambda n: len(words & set(tokens(lines[n]))))
        return whole if len(lines) <= WINDOW else Quote(
            clause_id=clause.clause_id, quote="\n".join(lines[max(0, best - WINDOW // 2):best + WINDOW // 2]))
    parts = paragraphs(clause.text)
    nearest = max(parts, key=lambda p: len(words & set(tokens(p.text))))
    if len(parts) < 2 or not words & set(tokens(nearest.text)):
        return whole
    return Quote(clause_id=clause.clause_id, quote=nearest.text, label=f"{clause.label}第{in_chinese(nearest.number)}款")


def _only_plan(reading: Reading, store: Store) -> list[Document]:
    """Parts (第二部分) are a work plan's: where the library holds one plan, a part named without a title is its."""
    plans = [d for d in store.documents() if d.kind == "work_plan" and d.coverage.held != 0]
    return plans if len(plans) == 1 and PART.search(reading.question) else []


def _not_held(document: Document, place: str) -> str:
    """Why a place of a known document cannot be quoted."""
    c = document.coverage
    if c.held == 0:
        return sentence("not_found.document_without_text", title=document.title)
    missing = f"本库缺少该文件的{'、'.join(c.missing)}。" if c.missing else ""
    extent = f"本库收录该文件{c.held}条" + (f"，官方共{c.official}条。" if c.official else "。") if c.held else ""
    return sentence("not_found.missing_clause", title=document.title, place=place, coverage=extent + missing)


def _says_more(question: str, words: str) -> bool:
    """Does the question hold more than a place and question words?"""
    return len(tokens(question.replace(words, ""))) > 2
