"""One project in, one sheet out: what an office needs to know before it invites a project (招商项目政策预审表).

The project as understood, its class in the national catalogue, the city's own rules, its EIA document, who reviews what under
which name today, what is still open, and every clause relied on. Nothing is decided here: each part is another module's
finding, and every sentence keeps its citation, checked against the store.
"""

import re
from datetime import date
from typing import Any

from pydantic import BaseModel

from kb.composing import compose, provisos, sentence, unmarked
from kb.corpus import chinese_date
from kb.duty_library import library
from kb.duty_lines import names_today
from kb.duty_records import DutyRecord
from kb.errors import ZhengwenError
from kb.local_answer import tell
from kb.local_rules import Applied, apply, plans
from kb.models import Citation, Document, Eia, Eligibility, Finding, Quote
from kb.project import Project
from kb.references import city_of
from kb.screening_facts import Fact, facts_of
from kb.store import Store
from kb.verifying import faults

BREAK = "\0"  # between the sections of a sheet while its citations are numbered
MARK = re.compile(r"\[\[(\d+)\]\]")
INVESTMENT = "investment-approval-regulation"  # who approves or records an investment
REVIEWING = ("consultation", "controlled", "class", "reviewed", "plans", "bottom_lines", "eia_early", "fast")


class Section(BaseModel):
    """A numbered section of a sheet: Markdown paragraphs with [1] markers."""

    heading: str
    lines: list[str]


class LocalFinding(BaseModel):
    """One rule of the city, applied."""

    rule: str
    holds: bool | None
    citation: int


class Contact(BaseModel):
    """Whom to talk to about a matter, by the plan's own names."""

    matter: str
    lead_units: list[str]
    responsible_units: list[str]
    times: list[str]
    citation: int


class Screening(BaseModel):
    """The sheet."""

    title: str
    project: str
    as_of: date
    facts: list[Fact]
    sections: list[Section]
    eligibility: Eligibility | None = None
    eia: Eia | None = None
    local: list[LocalFinding] = []
    contacts: list[Contact] = []
    questions: list[str] = []
    citations: list[Citation] = []
    references: list[str] = []  # the citations as an office lists them, each with its verbatim quote
    notes: list[str] = []
    elapsed_ms: float = 0.0

    def contract(self) -> dict[str, Any]:
        """The sheet as plain values."""
        return self.model_dump(mode="json", by_alias=True)


class _Sheet:
    """A sheet as it is written: sections of lines over one list of quotes."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.quotes: list[Quote] = []

    def add(self, heading: str, lines: list[str], quotes: list[Quote]) -> list[int]:
        """A section with its own quotes; gives their places in the sheet's list."""
        places = []
        for quote in quotes:
            if quote not in self.quotes:
                self.quotes.append(quote)
            places.append(self.quotes.index(quote))
        self.sections.append(Section(heading=sentence(f"screen.{heading}"), lines=[MARK.sub(lambda m: f"[[{places[int(m[1])]}]]", line) for line in lines]))
        return places


def screen(text: str, on: date, store: Store, national: Finding | None, document: Finding | None) -> Screening:
    """The sheet of one project by the law of a date, of its findings: the class in the catalogue and the EIA document."""
    project, sheet = Project(text), _Sheet()
    governing = plans(project.text, store, on)
    class_ = national.eligibility.class_ if national and national.eligibility else None
    applied = apply(project, on, store, class_)
    told = tell(applied, project, on, store, class_)
    _part(sheet, "national", national, sentence("screen.no_class"))
    rules = sheet.add("local", [f"- {line}" for line in told.lines] or [sentence("screen.no_plan")], told.quotes)
    approval = _part(sheet, "document", document, sentence("screen.no_document"))
    contacts = _contacts(sheet, applied, governing, store)
    _permits(sheet, approval, store)
    findings = [f for f in (national, document) if f]
    questions = list(dict.fromkeys([q for f in (national, told, document) if f for q in f.questions]))
    sheet.sections.append(Section(heading=sentence("screen.open"), lines=[f"{n}. {unmarked(q)}" for n, q in enumerate(questions, 1)] or [sentence("screen.nothing_open")]))
    notes = [*told.notes, *(n for f in findings for n in f.notes), *provisos(governing, on), sentence("screen.disclaimer")]
    citations, sections, number = _numbered(sheet, text, on, store)
    return Screening(
        title=sentence("screen.title"), project=text, as_of=on, facts=facts_of(project, on, document, city_of(governing[0]) if governing else "", store),
        sections=sections, eligibility=national.eligibility if national else None, eia=document.eia if document else None, questions=questions,
        local=[LocalFinding(rule=r.rule, holds=h, citation=number[rules[r.citation - 1]]) for r, h in zip(told.local, told.holds, strict=True)],
        contacts=[contact.model_copy(update={"citation": number[k]}) for contact, k in contacts], citations=citations,
        references=[_reference(c, on, store) for c in citations],
        notes=list(dict.fromkeys(notes)))


def _part(sheet: _Sheet, heading: str, finding: Finding | None, otherwise: str) -> list[str]:
    """A section from another module's finding: its quoted blocks go to the list of citations; what comes after 下一步 is given back."""
    if finding is None:
        sheet.add(heading, [otherwise], [])
        return []
    lines = list[str]()
    for line in [*finding.warnings, *finding.lines]:
        if line.startswith(">"):
            marks = "".join(dict.fromkeys(m[0] for m in MARK.finditer(line)))
            if lines and marks not in lines[-1]:
                lines[-1] += f" {marks}"
        elif not line.startswith("**请补充**"):
            lines.append(line)
    head = sentence("eia.next")
    before, after = (lines[:lines.index(head)], lines[lines.index(head) + 1:]) if head in lines else (lines, [])
    places = sheet.add(heading, before, finding.quotes)
    return [MARK.sub(lambda m: f"[[{places[int(m[1])]}]]", line) for line in after]


def _contacts(sheet: _Sheet, applied: list[Applied], governing: list[Document], store: Store) -> list[tuple[Contact, int]]:
    """Who reviews what: the duties laid down around each rule's sentence, then who holds those functions today."""
    held, lines, quotes = library(store), list[str](), list[Quote]()
    found: list[tuple[Contact, int]] = []
    reaching = sorted((a.rule for a in applied if a.rule.kind in REVIEWING and a.holds is not False), key=lambda r: REVIEWING.index(r.kind))
    records = [(sentence(f"screen.matter_{rule.kind}"), record) for rule in reaching for plan in held.plans for record in plan.records
               if _governs(record, rule.clause_id, rule.quote)]
    first: dict[DutyRecord, str] = {}
    for matter, record in records:
        first.setdefault(record, matter)
    for record, matter in first.items():
        units = "；".join(sentence(f"screen.{role}", units="、".join(names)) for role, names in (
            ("lead", record.lead_units), ("responsible", record.responsible_units)) if names)
        times = sentence("duties.times", times="、".join(record.times)) if record.times else ""
        lines.append(sentence("screen.contact", matter=matter, label=record.label, units=units, times=times) + f" [[{len(quotes)}]]")
        contact = Contact(matter=matter, lead_units=list(record.lead_units), responsible_units=list(record.responsible_units), times=list(record.times), citation=0)
        found.append((contact, len(quotes)))
        quotes.append(Quote(clause_id=record.clause_id, quote=record.quote))
    for plan in held.plans:
        if plan.document.doc_id in {d.doc_id for d in governing}:
            lines += names_today([u for r in first for u in r.units], [], plan, held.units)
    places = sheet.add("contacts", lines, quotes)
    return [(contact, places[k]) for contact, k in found]


def _permits(sheet: _Sheet, approval: list[str], store: Store) -> None:
    """Who approves or records the EIA document, and what is not judged for want of its text."""
    unheld = store.document(INVESTMENT)
    sheet.sections[-1].lines += [sentence("screen.approve"), *approval] if approval else []
    if unheld and not store.clauses(INVESTMENT):
        sheet.sections[-1].lines.append(sentence("screen.other_permits", title=unheld.title))


def _governs(record: DutyRecord, clause_id: str, quote: str) -> bool:
    """Does a duty charge someone with what a rule's sentence says?"""
    quote = quote.rstrip("。")
    if record.kind == "prose":
        return record.clause_id == clause_id and (record.quote in quote or quote in record.quote or record.task in quote)
    return clause_id in {record.clause_id, *(p.clause_id for p in record.governed)} and (
        quote in record.task or any(quote in p.text for p in record.governed))


def _numbered(sheet: _Sheet, text: str, on: date, store: Store) -> tuple[list[Citation], list[Section], dict[int, int]]:
    """The citations, numbered in the order of the text and checked; the sections with their numbers; quote → number."""
    flat = [line for section in sheet.sections for line in [*section.lines, BREAK]]
    answer = compose(text, on, "eligibility", Finding(status="answered", lines=flat, quotes=sheet.quotes), store)
    if wrong := faults(answer, store):
        raise ZhengwenError("预审表没有通过引文核对，已停止显示：" + "；".join(wrong))
    used = dict.fromkeys(int(m[1]) for line in flat for m in MARK.finditer(line))
    parts = answer.text.split(BREAK)
    sections = [Section(heading=section.heading, lines=[line for line in part.split("\n\n") if line.strip()])
                for section, part in zip(sheet.sections, parts, strict=False)]
    return answer.citations, sections, {k: n for n, k in enumerate(used, 1)}


def _reference(c: Citation, on: date, store: Store) -> str:
    document = store.document(c.doc_id)
    dated = document is not None and document.in_force_from is not None
    state = sentence("screen.in_force" if dated and c.in_force else "screen.no_date" if c.in_force else "screen.not_in_force", as_of=chinese_date(on))
    return sentence("screen.cited", n=str(c.n), title=c.doc_title, label=c.label, state="，".join(filter(None, [c.doc_number, state])),
                    quote=c.quote.replace("\n", " ")).replace("\\", "")
