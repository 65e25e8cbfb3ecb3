"""How findings become an answer: sentences from `prompts/sentences.toml`, quotes as numbered citations.

Prose is composed last. Nothing here decides anything: it numbers what a finding cites and states when a document
was in force.
"""

import re
import tomllib
from datetime import date
from functools import lru_cache

from kb.corpus import chinese_date, current_edition
from kb.models import Answer, Citation, Document, Finding, Intent, Quote
from kb.settings import PROMPTS
from kb.store import Store

MARK = re.compile(r"\[\[(\d+)\]\]")


@lru_cache(maxsize=1)
def _sentences() -> dict[str, dict[str, str]]:
    with (PROMPTS / "sentences.toml").open("rb") as f:
        return tomllib.load(f)


def sentence(key: str, **values: str) -> str:
    """One fixed sentence, filled in: sentence("refused.empty"). Nothing in what is filled in is read as markup."""
    group, name = key.split(".")
    return _sentences()[group][name].format(**{k: unmarked(v) for k, v in values.items()})


def compose(question: str, on: date, intent: Intent, finding: Finding, store: Store) -> Answer:
    """The answer of a finding: warnings, its lines with [1] markers, notes; one citation a quote."""
    used = list(dict.fromkeys(int(m[1]) for line in finding.lines for m in MARK.finditer(line)))
    number = {k: n for n, k in enumerate(used, 1)}
    lines = [MARK.sub(lambda m: f"[{number[int(m[1])]}]", line) for line in finding.lines]
    clauses = store.clauses_by_id({finding.quotes[k].clause_id for k in used})
    documents = {d.doc_id: d for d in store.documents()}
    citations = []
    for k in used:
        quote, clause = finding.quotes[k], clauses[finding.quotes[k].clause_id]
        d = documents[clause.doc_id]
        citations.append(Citation(n=number[k], doc_id=d.doc_id, doc_title=d.title, doc_number=d.number, edition=d.edition,
                                  clause_id=clause.clause_id, label=quote.label or clause.label, quote=quote.quote,
                                  page=clause.page, in_force=d.in_force(on), url=d.url))
    return Answer(question=question, as_of=on, intent=intent, status=finding.status, citations=citations,
                  text="\n\n".join([*finding.warnings, *lines, *finding.notes]), eligibility=finding.eligibility, eia=finding.eia,
                  duties=finding.duties, questions=finding.questions,
                  warnings=[*finding.warnings, *finding.notes])


def merged(first: Finding, second: Finding) -> Finding:
    """Two findings as one: the second's lines after the first's, its quotes numbered on."""
    shift = len(first.quotes)
    lines = [MARK.sub(lambda m: f"[[{int(m[1]) + shift}]]", line) for line in second.lines]
    status = "conditional" if "conditional" in (first.status, second.status) else first.status
    return Finding(status=status, lines=[*first.lines, *lines], quotes=[*first.quotes, *second.quotes],
                   questions=list(dict.fromkeys([*first.questions, *second.questions])),
                   warnings=list(dict.fromkeys([*first.warnings, *second.warnings])), notes=list(dict.fromkeys([*first.notes, *second.notes])),
                   eligibility=first.eligibility or second.eligibility, eia=first.eia or second.eia, duties=first.duties or second.duties)


def quoted(quote: Quote, k: int) -> str:
    """A quote as a Markdown block with its mark, its lines kept, nothing in it read as markup."""
    return "> " + "  \n> ".join(map(unmarked, quote.quote.splitlines())) + f" [[{k}]]"


def unmarked(text: str) -> str:
    """Text in which Markdown and HTML see nothing."""
    return re.sub(r"([\\`*_#<>\[\]|~])", r"\\\1", text)


def states(named: list[Document], on: date, store: Store) -> list[str]:
    """What must be said first: which of the texts a question names are not in force on the date, and what replaced them."""
    return [_out_of_force(d, on, store) for d in named if not d.in_force(on)]


def provisos(used: list[Document], on: date) -> list[str]:
    """What must be said last of the documents an answer rests on: what is incomplete, and what may have changed since."""
    said = []
    for d in used:
        if d.kind == "catalogue" and d.coverage.note:
            said.append(sentence("state.incomplete", title=d.title, note=d.coverage.note))
        if d.recognised is not None:
            said.append(sentence("state.recognised", title=d.title, sure=f"{d.recognised:.0%}"))
        if d.in_force(on) and d.pending:
            said.append(sentence("state.pending", title=d.title, pending=d.pending))
        if d.in_force(on) and d.checked_on and on > d.checked_on and not d.in_force_to:
            said.append(sentence("state.checked", title=d.title, day=chinese_date(d.checked_on)))
    return said


def _out_of_force(d: Document, on: date, store: Store) -> str:
    if d.in_force_to and on > d.in_force_to:
        successor = current_edition(d, store.documents(), on)
        after = sentence("state.successor", title=successor.title) if successor else ""
        return sentence("state.repealed", title=d.title, day=chinese_date(d.first_day_out), successor=after)
    assert d.in_force_from is not None
    return sentence("state.not_yet", title=d.title, as_of=chinese_date(on), day=chinese_date(d.in_force_from))


def cite_head(document: Document, label: str, on: date) -> str:
    """《title》label（文号，现行有效）— the head of one quote."""
    state = "现行有效" if document.in_force(on) and document.in_force_from else (
        "施行日期未载明" if document.in_force(on) else "在该日期不具效力")
    return f"**《{document.title}》{label}**（{'，'.join(filter(None, [document.number, state]))}）"
