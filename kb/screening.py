"""One project in, one sheet out: what an office needs to know before it invites a project (招商项目政策预审表).

The project as understood, its class in the national catalogue, the city's own rules, its EIA document, who reviews what under
which name today, what is still open, and every clause relied on. Nothing is decided here: each part is another module's
finding, and every sentence keeps its citation, checked against the store.
"""

from __future__ import annotations

import re
import time
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from kb.composing import compose, sentence, unmarked
from kb.corpus import chinese_date
from kb.duty_library import library
from kb.duty_lines import names_today
from kb.duty_records import DutyRecord
from kb.errors import QuestionError, ZhengwenError
from kb.local_answer import Told, tell
from kb.local_rules import apply, city_of, plans
from kb.models import Citation, Eia, Eligibility, Finding, Quote
from kb.screening_facts import Fact, facts_of
from kb.project import Project
from kb.understanding import Reading, read
from kb.verifying import faults

if TYPE_CHECKING:
    from kb.engine import PolicyEngine

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
    notes: list[str] = []
    elapsed_ms: float = 0.0

    def contract(self) -> dict[str, Any]:
        """The sheet as plain values."""
        return self.model_dump(mode="json", by_alias=True)

    def cited(self) -> list[str]:
        """The list of citations, each with its verbatim quote."""
        state = {True: "in_force", False: "not_in_force"}
        return [sentence("screen.cited", n=str(c.n), title=c.doc_title, label=c.label, quote=c.quote.replace("\n", " "), state="，".join(filter(None, [
            c.doc_number, sentence(f"screen.{state[c.in_force]}", as_of=chinese_date(self.as_of))]))) for c in self.citations]


class _Sheet:
    """A sheet as it is written: sections of lines over one list of quotes."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.quotes: list[Quote] = []
        self.questions: list[str] = []
        self.notes: list[str] = []

    def add(self, heading: str, lines: list[str], quotes: list[Quote]) -> list[int]:
        """A section with its own quotes; gives their places in the sheet's list."""
        places = []
        for quote in quotes:
            if quote not in self.quotes:
                self.quotes.append(quote)
            places.append(self.quotes.index(quote))
        self.sections.append(Section(heading=sentence(f"screen.{heading}"), lines=[MARK.sub(lambda m: f"[[{places[int(m[1])]}]]", line) for line in lines]))
        return places


def screen(engine: PolicyEngine, text: str, on: date) -> Screening:
    """The sheet of one project by the law of a date."""
    started = time.perf_counter()
    if not text.strip():
        raise QuestionError(sentence("screen.empty"))
    store = engine.store
    reading, project, sheet = read(text.strip(), store.documents()), Project(text.strip()), _Sheet()
    governing = plans(project.text, store, on)

    national = engine.national_class(reading, on)
    eligibility = national.eligibility if national else None
    class_ = eligibility.class_ if eligibility else None
    _part(sheet, "national", national, sentence("screen.no_class"))

    told = tell(apply(project, on, store, class_), project, on, store, class_)
    rules = sheet.add("local", [f"- {line}" for line in told.lines] or [sentence("screen.no_plan")], told.quotes)

    document = engine.document_needed(reading, on)
    after = _part(sheet, "document", document, sentence("screen.no_document"))

    contacts = _contacts(engine, sheet, told, rules, governing, project, on, after)
    sheet.questions += [*(national.questions if national else []), *told.questions, *(document.questions if document else [])]
    sheet.notes += [*(national.notes + national.warnings if national else []), *told.notes, *(document.notes + document.warnings if document else []), sentence("screen.disclaimer")]
    return _numbered(engine, sheet, text.strip(), on, started, eligibility, document, told, rules, contacts,
                     facts_of(project, on, document, city_of(governing[0]) if governing else "", store))


def _part(sheet: _Sheet, heading: str, finding: Finding | None, otherwise: str) -> list[str]:
    """A section from another module's finding: its quoted blocks go to the list of citations; what comes after 下一步 is given back."""
    if finding is None:
        sheet.add(heading, [otherwise], [])
        return []
    lines = list[str]()
    for line in finding.lines:
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


def _contacts(engine: PolicyEngine, sheet: _Sheet, told: Told, rules: list[int], governing: list[Any], project: Project, on: date,
              after: list[str]) -> list[tuple[Contact, int]]:
    """Who reviews what: the duties laid down around each rule's sentence, then who holds those functions today."""
    held, lines, quotes, found = library(engine.store), list[str](), list[Quote](), list[tuple[Contact, int]]()
    seen: set[tuple[str, DutyRecord]] = set()
    for applied in sorted((a for a in apply(project, on, engine.store) if a.rule.kind in REVIEWING and a.holds is not False),
                          key=lambda a: REVIEWING.index(a.rule.kind)):
        matter = sentence(f"screen.matter_{applied.rule.kind}")
        for plan in held.plans:
            for record in plan.records:
                if (matter, record) in seen or not _governs(record, applied.rule.clause_id, applied.rule.quote):
                    continue
                seen.add((matter, record))
                quotes.append(Quote(clause_id=record.clause_id, quote=record.quote))
                units = "；".join(sentence(f"screen.{role}", units="、".join(names)) for role, names in (
                    ("lead", record.lead_units), ("responsible", record.responsible_units)) if names)
                times = sentence("duties.times", times="、".join(record.times)) if record.times else ""
                lines.append(sentence("screen.contact", matter=matter, label=record.label, units=units, times=times) + f" [[{len(quotes) - 1}]]")
                found.append((Contact(matter=matter, lead_units=list(record.lead_units), responsible_units=list(record.responsible_units),
                                      times=list(record.times), citation=0), len(quotes) - 1))
    for plan in held.plans:
        if plan.document in governing:
            lines += names_today([u for c, _ in found for u in (*c.lead_units, *c.responsible_units)], [], plan, held.units)
    places = sheet.add("contacts", lines, quotes)
    sheet.sections[-1].lines += [sentence("screen.approve"), *after] if after else []
    unheld = engine.store.document(INVESTMENT)
    if unheld and not engine.store.clauses(INVESTMENT):
        sheet.sections[-1].lines.append(sentence("screen.other_permits", title=unheld.title))
    return [(contact, places[k]) for contact, k in found]


def _governs(record: DutyRecord, clause_id: str, quote: str) -> bool:
    """Does a duty charge someone with what a rule's sentence says?"""
    if record.kind == "prose":
        return record.clause_id == clause_id and (record.quote in quote or quote in record.quote or record.task in quote)
    return clause_id in {record.clause_id, *(p.clause_id for p in record.governed)} and (
        quote in record.task or any(quote in p.text for p in record.governed))


def _numbered(engine: PolicyEngine, sheet: _Sheet, text: str, on: date, started: float, eligibility: Eligibility | None, document: Finding | None,
              told: Told, rules: list[int], contacts: list[tuple[Contact, int]], facts: list[Fact]) -> Screening:
    """The sheet with its citations numbered in the order of its text, and checked."""
    flat = [line for section in sheet.sections for line in [*section.lines, BREAK]]
    answer = compose(text, on, "eligibility", Finding(status="answered", lines=flat, quotes=sheet.quotes), engine.store)
    if wrong := faults(answer, engine.store):
        raise ZhengwenError("预审表没有通过引文核对，已停止显示：" + "；".join(wrong))
    used = list(dict.fromkeys(int(m[1]) for line in flat for m in MARK.finditer(line)))
    number = {k: n for n, k in enumerate(used, 1)}
    sections = [Section(heading=section.heading, lines=[line for line in part.split("\n\n") if line.strip()])
                for section, part in zip(sheet.sections, answer.text.split(BREAK), strict=False)]
    local = [LocalFinding(rule=rule.rule, holds=holds, citation=number[rules[rule.citation - 1]]) for rule, holds in zip(told.local, told.holds, strict=True)]
    questions = list(dict.fromkeys(sheet.questions))
    sections.append(Section(heading=sentence("screen.open"), lines=[f"{n}. {unmarked(q)}" for n, q in enumerate(questions, 1)] or [sentence("screen.nothing_open")]))
    return Screening(title=sentence("screen.title"), project=text, as_of=on, facts=facts, sections=sections, eligibility=eligibility,
                     eia=document.eia if document else None, local=local, questions=questions, citations=answer.citations,
                     contacts=[contact.model_copy(update={"citation": number[k]}) for contact, k in contacts],
                     notes=list(dict.fromkeys(sheet.notes)), elapsed_ms=round((time.perf_counter() - started) * 1000, 1))


