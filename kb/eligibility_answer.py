"""How is a class told? Conclusion, comparison, the entries' own words, what frees and what would change it, what is not held.

Every entry named is quoted whole with its class, sector and number. Nothing is decided here.
"""

import re
from datetime import date
from typing import Literal

from kb.catalogue_items import Exemption, Limit, Need
from kb.composing import cite_head, provisos, quoted, sentence, states, unmarked
from kb.corpus import chinese_date
from kb.eligibility import ORDER, Determination, Edition, Matched, few
from kb.models import CatalogueMatch, Document, Eligibility, Finding, Quote
from kb.store import Store
from kb.understanding import Reading

CONCLUSION = {"淘汰类": "eligibility.eliminated", "限制类": "eligibility.restricted", "鼓励类": "eligibility.encouraged"}
PERMITTED = "structure-adjustment-rules/a13"
SHOWN = 6  # entries of one group shown
CHANGES = 4


class _Sheet:
    """A finding as it is written: lines and numbered quotes."""

    def __init__(self, found: Determination, reading: Reading, on: date, store: Store):
        self.found, self.on, self.store = found, on, store
        named = [d for d in reading.named if d.doc_id not in {e.document.doc_id for e in (found.decides, found.reference) if e}]
        self.finding = Finding(status="answered", lines=[], warnings=states(named, on, store))

    def mark(self, m: Matched) -> str:
        """The mark of an entry's whole text, each entry once."""
        for k, known in enumerate(self.finding.quotes):
            if known.clause_id == m.clause.clause_id:
                return f"[[{k}]]"
        self.finding.quotes.append(Quote(clause_id=m.clause.clause_id, quote=m.clause.text))
        return f"[[{len(self.finding.quotes) - 1}]]"

    def marks(self, matched: list[Matched]) -> str:
        return "、".join(f"{m.clause.label}{self.mark(m)}" for m in matched)

    def quote(self, matched: list[Matched], document: Document) -> None:
        for m in matched:
            self.finding.lines += [cite_head(document, m.clause.label, self.on),
                                   quoted(Quote(clause_id=m.clause.clause_id, quote=m.clause.text), int(self.mark(m)[2:-2]))]


def tell(found: Determination, reading: Reading, on: date, store: Store) -> Finding:
    """The finding of a determination."""
    sheet = _Sheet(found, reading, on, store)
    finding, edition = sheet.finding, found.decides
    document = edition.document
    if not edition.in_force:
        finding.warnings.append(sentence("eligibility.before", as_of=chinese_date(on)))
        _reference(sheet, edition)
    else:
        if found.reference or few(document):
            finding.warnings.append(sentence("eligibility.incomplete_edition", title=document.title, held=str(document.coverage.held), official=str(document.coverage.official),
                                             day=chinese_date(document.in_force_from) if document.in_force_from else ""))
        _conclude(sheet, edition)
        _entries(sheet, edition)
        if found.reference and edition.class_ == "待定":
            _reference(sheet, found.reference)
    finding.questions = _questions(found)
    finding.lines += [f"**请补充**：{unmarked(q)}" for q in finding.questions]
    class_ = edition.class_ if edition.in_force else "待定"
    open_ = edition.open if edition.in_force else []
    finding.status = "conditional" if open_ or _part_only(edition) else "answered" if class_ != "待定" else "not_found"
    basis: Literal["in_force", "superseded", "incomplete"] = "superseded" if not edition.in_force else "incomplete" if class_ == "待定" and not edition.complete else "in_force"
    shown = [m for e in (edition, found.reference) if e for m in _naming(e)]
    finding.eligibility = Eligibility(class_=class_, edition=document.edition or "", basis=basis, matches=[_match(m) for m in shown])  # type: ignore[call-arg]
    finding.notes += _caveats(found)
    finding.notes += provisos([e.document for e in (edition, found.reference) if e], on)
    return finding


def _match(m: Matched) -> CatalogueMatch:
    return CatalogueMatch(item_id=m.clause.clause_id, class_=m.class_, sector=m.clause.fields.get("sector") or "", text=m.clause.text,  # type: ignore[call-arg]
                          comparisons=m.check.compared)


def _naming(edition: Edition) -> list[Matched]:
    """The entries that take the project, or may, the highest class first."""
    return [m for class_ in ORDER for state in ("applies", "open") for m in edition.of(state, class_)]


def _part_only(edition: Edition) -> bool:
    """Does the class rest on texts alone that may be parts of longer entries?"""
    deciding = [m for m in edition.of("applies") if m.class_ == edition.class_]
    return bool(deciding) and not any(m.clause.fields.get("complete_entry", True) for m in deciding)


def _conclude(sheet: _Sheet, edition: Edition) -> None:
    finding, title, class_ = sheet.finding, edition.document.title, edition.class_
    if _part_only(edition):
        finding.lines.append(_fill("eligibility.part_only", title=title, class_=class_, marks=sheet.marks(edition.of("applies", class_))))
    elif class_ in CONCLUSION:
        finding.lines.append(_fill(CONCLUSION[class_], title=title, marks=sheet.marks(edition.of("applies", class_))))
    elif class_ == "允许类":
        finding.lines.append(sentence("eligibility.permitted", title=title))
        _permitted(sheet)
    elif edition.open:
        finding.lines.append(sentence("eligibility.open"))
        finding.lines += _branches(sheet, edition.open)
    else:
        finding.lines.append(sentence("eligibility.not_found", title=title, missing=edition.document.coverage.note))


def _permitted(sheet: _Sheet) -> None:
    clause = sheet.store.clause(PERMITTED)
    if clause is None:
        sheet.finding.notes.append(sentence("eligibility.permitted_unheld"))
        return
    document = next(d for d in sheet.store.documents() if d.doc_id == clause.doc_id)
    sheet.finding.quotes.append(Quote(clause_id=clause.clause_id, quote=clause.text))
    sheet.finding.lines += [sentence("eligibility.permitted_rule") + cite_head(document, clause.label, sheet.on),
                            quoted(sheet.finding.quotes[-1], len(sheet.finding.quotes) - 1)]


def _branches(sheet: _Sheet, matched: list[Matched]) -> list[str]:
    lines = []
    for m in matched[:SHOWN]:
        excepted = [x.what for x in m.check.unknown if isinstance(x, Exemption) and not x.places]
        only = bool(excepted) and len(excepted) == len(m.check.unknown)
        lines.append(_fill("eligibility.branch_excepted", excepted="、".join(excepted), class_=m.class_, mark=sheet.mark(m)) if only
                     else _fill("eligibility.branch", condition=m.check.item.text, class_=m.class_, mark=sheet.mark(m)))
    return lines


def _entries(sheet: _Sheet, edition: Edition) -> None:
    """The comparison as a table, the entries' words, those that free, and what would change the result."""
    sheet.finding.lines += [sentence("eligibility.by_meaning", label=m.clause.label) for m in _naming(edition) if m.check.by_meaning]
    finding, naming = sheet.finding, _naming(edition)[:SHOWN]
    rows = [_fill("eligibility.table_row", condition=f"{m.clause.label}：{_condition(m)}"[:120], asked=_asked(m), holds=_holds(m)) for m in naming]
    if rows:
        finding.lines.append("\n".join([sentence("eligibility.table_head"), *rows]))
    deciding = [m for m in naming if m.class_ == edition.class_] or naming
    sheet.quote(deciding, edition.document)
    others = [m for m in naming if m not in deciding]
    if others:
        finding.lines.append(sentence("eligibility.also", title=edition.document.title))
        sheet.quote(others, edition.document)
    _freed(sheet, edition)
    _changes(sheet, deciding)


def _condition(m: Matched) -> str:
    """The item's words, with the exceptions that decide."""
    return m.check.item.text + "".join(f"（{x.text}）" for x in m.check.unknown if isinstance(x, Exemption) and x.text not in m.check.item.text)


def _asked(m: Matched) -> str:
    return "；".join(dict.fromkeys(f"{c.asked}（条件{c.rule}）" for c in m.check.compared)) or sentence("eligibility.unknown" if m.state == "open" else "eia.as_stated")


def _holds(m: Matched) -> str:
    return sentence({"applies": "eligibility.yes", "open": "eligibility.unknown"}.get(m.state, "eligibility.no"))


def _freed(sheet: _Sheet, edition: Edition) -> None:
    freed = sorted(edition.of("freed"), key=lambda m: ORDER.index(m.class_))[:SHOWN]
    if not freed:
        return
    lines = [_fill("eligibility.freed", label=f"{m.clause.label}（{m.check.item.text}）", why=_why(m), mark=sheet.mark(m)) for m in freed]
    sheet.finding.lines.append("\n".join([sentence("eligibility.freed_head"), "", *lines]))
    sheet.quote(freed, edition.document)


def _why(m: Matched) -> str:
    check = m.check
    said = [sentence("eligibility.why_limit", asked=c.asked, rule=c.rule) for c in check.compared if c.holds is False]
    for words in check.let_off:
        key = "why_nature" if words == "、".join(check.item.natures) else "why_place" if words == "、".join(check.item.places) else "why_words"
        said.append(sentence(f"eligibility.{key}", words=words))
    return "，".join(said) or sentence("eligibility.why_words", words=check.item.text)


def _changes(sheet: _Sheet, deciding: list[Matched]) -> None:
    lines = [_fill("eligibility.change_freed", words=x.text, mark=sheet.mark(m)) for m in deciding if m.state == "applies"
             for x in m.check.silent if isinstance(x, Exemption)]
    if lines:
        sheet.finding.lines.append("\n".join([sentence("eligibility.change"), "", *lines[:CHANGES]]))


def _reference(sheet: _Sheet, edition: Edition) -> None:
    """What an edition not in force on the date makes of the project."""
    finding, d = sheet.finding, edition.document
    ended = d.in_force_to is not None and sheet.on > d.in_force_to
    state = sentence("eligibility.state_ended", day=chinese_date(d.first_day_out)) if ended else sentence("eligibility.state_not_yet", day=chinese_date(d.in_force_from)) if d.in_force_from else ""
    finding.lines.append(sentence("eligibility.reference", title=d.title, state=state))
    if edition.class_ in CONCLUSION:
        finding.lines.append(_fill("eligibility.reference_class", title=d.title, class_=edition.class_, marks="，" + sheet.marks(edition.of("applies", edition.class_))))
    elif edition.open:
        finding.lines.append(sentence("eligibility.reference_open", title=d.title))
        finding.lines += _branches(sheet, edition.open)
    else:
        finding.lines.append(sentence("eligibility.reference_none", title=d.title))
    _entries(sheet, edition)


def _questions(found: Determination) -> list[str]:
    """The facts that decide, at most two."""
    edition = found.decides if found.decides.open or not found.reference else found.reference
    asked: list[str] = []
    for m in edition.open:
        for x in m.check.unknown:
            if isinstance(x, Limit):
                limit = x.threshold.limits[0]
                name = re.sub(r"^[^一-鿿]+", "", x.lead) or limit.measure or ("规模" if limit.per else limit.dimension)
                asked.append(sentence("eligibility.ask_limit", name=f"{m.check.item.subject[-1].text if m.check.item.subject else ''}的{name}", unit=re.sub(r"^[\d.万亿]+", "", str(limit))))
            elif isinstance(x, Need):
                asked.append(sentence("eligibility.ask_need", name=x.text))
            else:
                asked.append(sentence("eligibility.ask_place" if x.places else "eligibility.ask_exception", name=x.what))
        if not m.check.unknown:
            asked.append(sentence("eligibility.ask_place"))
    return list(dict.fromkeys(asked))[:2]


def _caveats(found: Determination) -> list[str]:
    matched = [m for e in (found.decides, found.reference) if e for m in _naming(e)]
    said = []
    if any(m.check.exactly for m in matched):
        said.append(sentence("eligibility.exactly"))
    if not found.wording.project.nature_said and any(m.check.item.natures for m in matched):
        said.append(sentence("eligibility.supposed_new"))
    if any(m.check.one_line for e in (found.decides, found.reference) if e for m in e.matched):
        said.append(sentence("eligibility.one_line"))
    said.append(sentence("eligibility.by_words"))
    return said


def _fill(key: str, **values: str) -> str:
    """A sentence in which marks keep working."""
    kept: list[str] = []

    def hide(text: str) -> str:
        def keep(m: re.Match[str]) -> str:
            kept.append(m[0])
            return f"\1{len(kept) - 1}\2"
        return re.sub(r"\[\[\d+\]\]", keep, text)

    return re.sub("\1(\\d+)\2", lambda m: kept[int(m[1])], sentence(key, **{k: hide(v) for k, v in values.items()}))
