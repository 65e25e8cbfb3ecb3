"""How is a determination told? Conclusion, comparison, the row's own words, what would change it, the next step.

Every statement cites: rows by their cells, the list's articles and notes as clauses, the statute in force on the date
(corpus/procedure.toml). Nothing is decided here.
"""

import re
import tomllib
from datetime import date
from functools import cache
from typing import Any

from kb.composing import cite_head, provisos, quoted, sentence, states, unmarked
from kb.corpus import chinese_date
from kb.eia import Determination
from kb.eia_decision import Decision
from kb.eia_facts import Variable
from kb.eia_rules import CELLS, Alternative
from kb.models import Clause, Eia, EiaBranch, EiaDocument, Finding, Quote
from kb.settings import CORPUS
from kb.store import Store
from kb.understanding import Reading

VERBS = {"报告书": "编制环境影响", "报告表": "编制环境影响", "登记表": "填报环境影响"}
TABLE = 14  # lines of a comparison at most
CHANGES = 5
PLATED = re.compile("化学镀|阳极氧化")
MIXED = re.compile("混合|分装")


class _Sheet:
    """A finding as it is written: lines and numbered quotes."""

    def __init__(self, found: Determination, reading: Reading, on: date, store: Store):
        self.found, self.on, self.store = found, on, store
        self.documents = {d.doc_id: d for d in store.documents()}
        self.finding = Finding(status="answered", lines=[], warnings=states([d for d in reading.named if d.doc_id != found.document.doc_id], on, store))

    def mark(self, clause_id: str, quote: str, label: str | None = None) -> str:
        """The mark of a quote, each quote once."""
        new = Quote(clause_id=clause_id, quote=quote, label=label)
        for k, known in enumerate(self.finding.quotes):
            if known == new:
                return f"[[{k}]]"
        self.finding.quotes.append(new)
        return f"[[{len(self.finding.quotes) - 1}]]"

    def cell(self, decision: Decision, document: EiaDocument) -> str:
        """The mark of a row's cell."""
        clause = self._clause(decision)
        key = next(key for key, name in CELLS if name == document)
        return self.mark(clause.clause_id, f"{document}：{clause.fields[key]}")

    def add(self, head: str, clause_id: str, part: str | None = None) -> None:
        """A line that says why a clause is quoted, and the clause (or its paragraph that holds `part`)."""
        clause = self.store.clause(clause_id)
        if clause is None:
            return
        text = next((line for line in clause.text.split("\n") if part and re.search(part, line)), clause.text)
        document = self.documents[clause.doc_id]
        self.finding.lines += [f"{head}{cite_head(document, clause.label, self.on)}",
                               quoted(Quote(clause_id=clause_id, quote=text), int(self.mark(clause_id, text)[2:-2]))]

    def _clause(self, decision: Decision) -> Clause:
        clause = self.store.clause(decision.row.clause_id)
        assert clause is not None
        return clause


def tell(found: Determination, reading: Reading, on: date, store: Store) -> Finding:
    """The finding of a determination."""
    sheet = _Sheet(found, reading, on, store)
    finding, listed = sheet.finding, found.document
    if not found.in_force:
        late = listed.in_force_to is not None and on > listed.in_force_to
        day = chinese_date(listed.in_force_from) if listed.in_force_from else ""
        finding.warnings.append(sentence("eia.reference_after" if late else "eia.reference", title=listed.title, day=day, as_of=chinese_date(on)))
    _conclude(sheet)
    for decision in found.decisions:
        _compare(sheet, decision)
    _notes(sheet)
    if found.result != "待定" or not found.in_force:
        _changes(sheet)
        _next(sheet)
    finding.questions = _questions(found)
    finding.lines += [f"**请补充**：{unmarked(q)}" for q in finding.questions]
    finding.status = "conditional" if found.result == "待定" else "answered"
    finding.eia = Eia(document=found.result, rows=found.rows, edition=re.sub("年版$", "", listed.edition or ""), branches=_branches(found))
    finding.notes += _caveats(found)
    finding.notes += provisos([listed], on)
    return finding


def _conclude(sheet: _Sheet) -> None:
    found, finding = sheet.found, sheet.finding
    title = found.document.title
    rows = "、".join(f"第{d.row.no}项{sheet.mark(d.row.clause_id, '项目类别：' + d.row.name)}" for d in (*found.decisions, *found.outside))
    if found.doubtful:
        finding.lines.append(sentence("eia.doubtful", title=title))
        finding.lines += [f"- 第{c.row.no}项 {unmarked(c.row.name)} {sheet.mark(c.row.clause_id, '项目类别：' + c.row.name)}" for c in found.doubtful]
    elif found.unlisted and not found.decisions:
        finding.lines.append(sentence("eia.unlisted", title=title, industry=found.unlisted))
        sheet.add(sentence("eia.law_unlisted"), f"{found.document.doc_id}/a5")
        finding.notes.append(sentence("eia.industry_word"))
    elif len(found.possible) > 1:
        finding.lines.append(sentence("eia.open", documents="、".join(found.possible)))
        for decision in found.decisions:
            finding.lines += [sentence("eia.branch_line", document=o.document, condition=_quoted(o.alternative, o.carved), mark="") + _outcome_mark(sheet, decision, o)
                              for o in decision.outcomes] if len(decision.documents) > 1 else []
    elif found.possible[0] == "豁免":
        finding.lines.append(_fill("eia.exempt", title=title, rows=rows))
        for decision in found.decisions:
            outcome = decision.outcomes[0]
            mark = _outcome_mark(sheet, decision, outcome)
            finding.lines.append(sentence("eia.carved", words=outcome.carved.text, mark="") + mark if outcome.carved else
                                 sentence("eia.no_cell", no=str(decision.row.no), mark="") + mark)
        for decision in found.outside:
            note = sheet.store.clause(f"{found.document.doc_id}/n4")
            finding.lines.append(sentence("eia.shop", no=str(decision.row.no), mark="", row="") + (sheet.mark(note.clause_id, note.text) if note else ""))
        sheet.add(sentence("eia.law_unlisted"), f"{found.document.doc_id}/a5")
    else:
        document = found.possible[0]
        finding.lines.append(_fill("eia.required", verb=VERBS[document], document=document, title=title, rows=rows))


def _compare(sheet: _Sheet, decision: Decision) -> None:
    """The comparison as a table, then the row's own words."""
    lines, taken = [], {o.alternative for o in decision.outcomes if o.alternative}
    for document, cell in decision.row.cells:
        for alternative in cell:
            holds = alternative in taken if len(decision.outcomes) == 1 else None if alternative in taken else False
            lines.append(sentence("eia.table_row", document=document, condition=alternative.text, mark="§", said=_said(decision, alternative),
                                  holds=sentence("eia.yes" if holds else "eia.unknown" if holds is None else "eia.no"))
                         .replace("§", sheet.cell(decision, document)))
            if holds and len(decision.outcomes) == 1:
                break
        else:
            continue
        break
    if lines:
        sheet.finding.lines.append("\n".join([sentence("eia.table_head"), *lines[:TABLE]]))
    clause = sheet.store.clause(decision.row.clause_id)
    assert clause is not None
    cells = re.search(r"^项目类别：.*?(?=\n环境敏感区含义|\Z)", clause.text, re.M | re.S)
    assert cells
    sheet.finding.lines += [sentence("eia.row_head", no=str(decision.row.no), name=decision.row.name),
                            quoted(Quote(clause_id=clause.clause_id, quote=cells[0]), int(sheet.mark(clause.clause_id, cells[0])[2:-2]))]
    if decision.row.areas and any(c.kind == "place" for c in decision.row.conditions()):
        line = f"环境敏感区含义：{decision.row.areas}"
        sheet.finding.lines += [sentence("eia.areas"), quoted(Quote(clause_id=clause.clause_id, quote=line), int(sheet.mark(clause.clause_id, line)[2:-2]))]


def _said(decision: Decision, alternative: Alternative) -> str:
    """What the project says to an alternative: its amount beside the limit, or the words found."""
    said = []
    for branch in alternative.branches:
        for condition in branch.conditions:
            if condition.kind == "limit" and (c := decision.facts.comparison(condition)):
                said.append(f"{c.asked}（条件{c.rule}）")
            elif condition.kind == "place" and decision.facts.place[0] is not None:
                said.append(decision.facts.place[1] or "不涉及环境敏感区")
            elif condition.kind in ("trait", "only", "subject"):
                for term in condition.terms:
                    stated = decision.facts.project.says(term)
                    said += [term] if stated else [sentence("eia.denied", term=term)] if stated is False else []
    return "；".join(dict.fromkeys(said)) or sentence("eia.as_stated")


def _notes(sheet: _Sheet) -> None:
    """The list's own articles and notes that were applied."""
    found, doc_id = sheet.found, sheet.found.document.doc_id
    text = found.project.text
    if len(found.decisions) > 1:
        sheet.add(sentence("eia.highest"), f"{doc_id}/a4")
    if any(n in ("扩建", "改建") for n in found.project.natures) and any(c.kind == "limit" for d in found.decisions for c in d.row.conditions()):
        sheet.add(sentence("eia.increment"), f"{doc_id}/n2")
    if PLATED.search(text):
        sheet.add(sentence("eia.plating"), f"{doc_id}/n6")
    if MIXED.search(text) and any(c.kind == "only" and any(MIXED.search(t) for t in c.terms) for d in found.decisions for c in d.row.conditions()):
        sheet.add(sentence("eia.mixing"), f"{doc_id}/n3")
    if any("城乡污水处理" in t for d in found.decisions for c in d.row.conditions() for t in c.terms):
        sheet.add(sentence("eia.public_sewage"), f"{doc_id}/n5")


def _changes(sheet: _Sheet) -> None:
    """Alternatives that would lead to another document: next limits up and down, a sensitive area, a process."""
    found, lines = sheet.found, []
    for decision in found.decisions:
        for document, cell in decision.row.cells:
            lines += [sentence("eia.change_line", condition=a.text, document=document, mark="") + sheet.cell(decision, document)
                      for a in cell if document not in decision.documents
                      and any(c.kind in ("limit", "place", "trait") for b in a.branches for c in b.conditions)]
    if lines:
        sheet.finding.lines.append("\n".join([sentence("eia.change"), "", *lines[:CHANGES]]))


def _next(sheet: _Sheet) -> None:
    """The statute in force on the date: why there are classes, who approves or records, and that nothing is built before."""
    found = sheet.found
    law = next((entry for entry in _laws() if (d := sheet.documents.get(entry["doc_id"])) and d.in_force(sheet.on)), None)
    if law is None or found.result == "豁免":
        return
    sheet.finding.lines.append(sentence("eia.next"))
    sheet.add(sentence("eia.basis"), law["parent"], part="分类管理名录")
    if found.result == "登记表":
        sheet.add(sentence("eia.next_registration"), law["approval"], part="登记表实行备案")
    else:
        sheet.add(sentence("eia.next_approval"), law["approval"], part="审批")
        sheet.add(sentence("eia.next_start"), law["start"])


def _questions(found: Determination) -> list[str]:
    if found.doubtful:
        return [sentence("eia.ask_row", names="；".join(re.sub(r"[\d*]+|（.*?）", "", c.row.name) for c in found.doubtful))]
    asked = [(d, v) for d in found.decisions for v in d.asked[:1] if len(d.documents) > 1]
    return [_ask(d, v) for d, v in asked][:2]


def _ask(decision: Decision, variable: Variable) -> str:
    if variable.kind == "place":
        return sentence("eia.ask_place")
    if variable.kind == "limit":
        limit = next(c.limit for c in decision.facts.conditions if c.kind == "limit" and decision.facts.variable(c) == variable)
        assert limit is not None
        unit = re.sub(r"^[\d.万亿]+", "", str(limit.limits[0]))
        return sentence("eia.ask_limit", name=variable.name + _counted_as(decision, variable), unit=unit)
    if variable.kind == "subject":
        names = "；".join("、".join(terms) for terms in variable.values if isinstance(terms, tuple))
        one = sum(value is not None for value in variable.values) == 1
        return sentence("eia.ask_only_subject" if one else "eia.ask_subject", name=names)
    return sentence("eia.ask_only" if variable.kind == "only" else "eia.ask_trait", name=variable.name)


def _branches(found: Determination) -> list[EiaBranch]:
    """Of an answer the cell that holds and those that do not; of a conditional one every document that may come out."""
    branches: dict[tuple[EiaDocument, str], bool | None] = {}
    for decision in found.decisions:
        for o in decision.outcomes:
            branches[o.document, _quoted(o.alternative, o.carved)] = True if len(decision.documents) == 1 else None
        if len(decision.documents) == 1:
            for document, cell in decision.row.cells:
                if document != decision.documents[0] and cell:
                    branches[document, "；".join(a.text for a in cell)] = False
    return [EiaBranch(document=d, condition=c, holds=h) for (d, c), h in branches.items()]


def _caveats(found: Determination) -> list[str]:
    """What the answer supposes, to be checked."""
    said = [sentence("eia.exactly", rule=c.rule) for d in found.decisions for c in d.facts.exactly[:1]]
    if "非溶剂型低VOCs含量" in found.project.text:
        said.append(sentence("eia.low_voc"))
    if any("规模化" in t for d in found.decisions for c in d.row.conditions() for t in c.terms):
        said.append(sentence("eia.scale"))
    if not found.project.nature_said and any(c.kind == "nature" for d in found.decisions for c in d.row.conditions()):
        said.append(sentence("eia.supposed_new"))
    return list(dict.fromkeys(said))


def _outcome_mark(sheet: _Sheet, decision: Decision, outcome: Any) -> str:
    if outcome.alternative:
        return sheet.cell(decision, outcome.document)
    clause = sheet.store.clause(decision.row.clause_id)
    assert clause is not None
    if outcome.carved:
        line = next((line for line in clause.text.split("\n") if outcome.carved.text in line), clause.text)
        return sheet.mark(clause.clause_id, line)
    return sheet.mark(clause.clause_id, clause.text)


def _quoted(alternative: Alternative | None, carved: Alternative | None) -> str:
    return alternative.text if alternative else f"除外：{carved.text}" if carved else sentence("eia.branch_rest")


def _fill(key: str, rows: str, **values: str) -> str:
    """A sentence in which `rows` keeps its marks."""
    return sentence(key, rows="§", **values).replace("§", rows)


@cache
def _laws() -> list[dict[str, str]]:
    return tomllib.loads((CORPUS / "procedure.toml").read_text(encoding="utf-8"))["law"]  # type: ignore[no-any-return]


def _counted_as(decision: Decision, variable: Variable) -> str:
    """What else counts towards a limit, by the words in its own bracket: （其他畜禽种类折合猪的养殖量）."""
    of = variable.name.split("、")[0][:2]
    said = [m[0] for _, cell in decision.row.cells for a in cell for m in re.finditer(r"（[^（）]*折合[^（）]*）", a.text) if of in a.text]
    return said[0] if said else ""
