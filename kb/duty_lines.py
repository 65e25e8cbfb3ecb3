"""The lines of an answer about duties: a row a duty with its citations, and which units hold the functions today."""

import re

from kb import duty_asking as ways
from kb.composing import sentence
from kb.duty_library import Plan
from kb.duty_records import DutyRecord, Piece
from kb.models import Finding, Quote
from kb.units import Mention, Units, known_units, table

SHORTEST = 60  # characters of a task shown in a line; the citation has the whole


def row(form: str, record: DutyRecord, plan: Plan, topic: str, finding: Finding, **values: str) -> str:
    """One duty: where it stands, its task (the sentence that speaks of the topic), its units; quotes are added to the finding."""
    piece = plan.topics.place(record, topic) if topic else Piece(record.clause_id, record.label, record.task)
    said = plan.topics.sentence(piece, topic) if topic else record.task
    sources = [Piece(record.clause_id, record.label, record.quote)]
    sources = ([piece] if piece.clause_id != record.clause_id else []) + sources
    sources += [record.said] if record.said.clause_id != record.clause_id else []
    marks = "".join(f"[[{len(finding.quotes) + n}]]" for n in range(len(sources)))
    finding.quotes += [Quote(clause_id=s.clause_id, quote=s.text) for s in sources]
    return sentence(f"duties.{form}", label=piece.label, task=said if len(said) <= SHORTEST else said[:SHORTEST] + "……",
                    times=sentence("duties.times", times="、".join(record.times)) if record.times else "",
                    kind=sentence("duties.prose") if record.kind == "prose" else "", **values) + " " + marks


def both_roles(record: DutyRecord) -> str:
    """牵头：…；责任：… — whichever the duty names."""
    lead, responsible = "、".join(record.lead_units), "、".join(record.responsible_units)
    form = "units" if lead and responsible else "lead_only" if lead else "responsible_only"
    return sentence(f"duties.{form}", lead=lead, responsible=responsible)


def names_today(names: list[str], mentions: list[Mention], plan: Plan, units: Units) -> list[str]:
    """How the names asked were understood, and who holds the functions of the plan's units today."""
    said = [sentence("duties.presumed" if m.via == "presumed" else "duties.known_as", asked=m.text, unit="、".join(m.units))
            for m in mentions if m.via in ("presumed", "new")]
    pairs = [sentence("duties.successor", old=name, now=held.now, basis=held.basis,
                      checked=sentence("duties.verified" if held.verified else "duties.not_verified"))
             for name in dict.fromkeys(m for n in names for m in (units.groups[n].members if n in units.groups else [n]))
             if plan.document.doc_id == table()[0] and (held := units.successor(name))]
    return [*dict.fromkeys(said), *([sentence("duties.today", pairs="；".join(pairs))] if pairs else [])]


def joined(findings: list[Finding]) -> Finding:
    """The answers of several plans as one, their marks renumbered."""
    first, *others = findings
    assert first.duties is not None
    for other in others:
        first.lines += [_moved(line, len(first.quotes)) for line in other.lines]
        first.quotes += other.quotes
        first.notes += other.notes
        if other.duties:
            first.duties.lead_units += [u for u in other.duties.lead_units if u not in first.duties.lead_units]
            first.duties.responsible_units += [u for u in other.duties.responsible_units if u not in first.duties.responsible_units]
            first.duties.tasks += other.duties.tasks
    return first


def _moved(line: str, by: int) -> str:
    return re.sub(r"\[\[(\d+)\]\]", lambda m: f"[[{int(m[1]) + by}]]", line)


def trimmed(topic: str) -> str:
    """A topic without function words at its ends; 会商 keeps its 会."""
    return re.sub(r"^(?:(?:[的是在把被给跟和与让由能要]|会(?![商议同计员诊签]))+ ?)+|(?: ?[的吗呢吧啊了上要有是]+)+$", "", topic).strip()


def with_law(finding: Finding, law: Finding) -> Finding:
    """What the plans do not say, and after it the passages of law nearest to the question."""
    return finding.model_copy(update={"lines": [*finding.lines, sentence("duties.law"), *law.lines], "quotes": law.quotes,
                                      "notes": [*dict.fromkeys([*finding.notes, *law.notes])]})


def may_be_of_law(question: str) -> bool:
    """Could a question of who is in charge be one of law as well? Not where it speaks as only plans do (牵头, 责任单位)."""
    return not ways.OF_PLANS_ALONE.search(question) and not known_units().mentions(question)
