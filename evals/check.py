"""Can every gold be read off a clause of the corpus? `python -m evals.check` names each line whose gold cannot; exit code 1 if any.

What is checked: the line fits its model; ids and questions are unique within a set; a document's cell of the gold row is not
empty; an entry exists and is of the gold class; units stand in the clauses named; a passage is of a document in force on the
day; what must be declined as not held is not held; the truth of a false premise stands in its clause; a place said not to
exist does not.
"""

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from evals.sets import KINDS, day, questions
from kb.duty_library import library
from kb.models import Clause
from kb.settings import settings
from kb.store import Store

CELL = {"报告书": "report", "报告表": "form", "登记表": "registration"}
EMPTY = ("", "/")
CORE = re.compile(r"^[市各]+|(?:局|委|部门|办公室)$")  # clauses list units as 市发改、经信、国土等部门


def check(store: Store) -> list[str]:
    """One sentence for each line that fails."""
    found = []
    for name, model in KINDS.items():
        seen: set[str] = set()
        for row in questions(name):
            where = f"{name} {row.get('id')}"
            try:
                model.model_validate(row)
            except ValidationError as error:
                found.append(f"{where}：{error.errors()[0]['loc']} {error.errors()[0]['msg']}")
                continue
            found += [f"{where}：{fault}" for fault in _faults(name, row, store)]
            for key in (f"id {row['id']}", f"{row['question']} {row.get('as_of')}"):
                if key in seen:
                    found.append(f"{where}：重复 {key}")
                seen.add(key)
    return found


def _faults(name: str, row: dict[str, Any], store: Store) -> Iterator[str]:
    checks: dict[str, Callable[[dict[str, Any], Store], Iterator[str]]] = {
        "eia": _eia, "catalogue": _catalogue, "coverage": _coverage, "duties": _duties, "retrieval": _passages, "unseen": _passages,
        "scope": _refusals, "refusals": _refusals, "premises": _truth, "temporal": _temporal}
    return checks[name](row, store) if name in checks else iter(())


def _eia(row: dict[str, Any], store: Store) -> Iterator[str]:
    rows = [store.clause(f"eia-2021/{no}") for no in row["rows"]]
    if None in rows:
        yield f"名录没有第{row['rows']}项"
    held = [c for c in rows if c]
    if row["document"] in CELL and not any(_cell(c, row["document"]) for c in held):
        yield f"第{row['rows']}项没有{row['document']}一格"
    if row["document"] == "待定" and len(held) == 1 and sum(_cell(held[0], d) for d in CELL) == 0:
        yield f"第{row['rows']}项各格都空，无从待定"


def _cell(clause: Clause, document: str) -> bool:
    return str(clause.fields.get(CELL[document], "")).strip() not in EMPTY


def _catalogue(row: dict[str, Any], store: Store) -> Iterator[str]:
    held = [c for c in (store.clause(i) for i in row["items"]) if c]
    if len(held) < len(row["items"]):
        yield f"没有条目 {row['items']}"
    if row["class"] in ("淘汰类", "限制类", "鼓励类") and row["class"] not in {c.fields.get("class") for c in held}:
        yield f"条目 {row['items']} 不是{row['class']}"
    yield from _absent([*row.get("freed", []), *(row.get("arguable") or [])], store)


def _coverage(row: dict[str, Any], store: Store) -> Iterator[str]:
    clause = store.clause(row["item"])
    if clause is None or clause.fields.get("class") != row["class"]:
        yield f"没有{row['class']}的条目{row['item']}"


def _duties(row: dict[str, Any], store: Store) -> Iterator[str]:
    yield from _absent(row["clause_ids"], store)
    text = "".join(c.text for i in row["clause_ids"] if (c := store.clause(i)))
    units = library(store).units
    for unit in {*row["lead_units"], *row["responsible_units"]} if row["clause_ids"] else ():
        if not any(CORE.sub("", form) in text for form in units.forms(unit)):
            yield f"条款里没有{unit}"


def _passages(row: dict[str, Any], store: Store) -> Iterator[str]:
    yield from _absent(row["gold"], store)
    documents = {d.doc_id: d for d in store.documents()}
    if not any(documents[g.split("/")[0]].in_force(day(row)) for g in row["gold"] if g.split("/")[0] in documents):
        yield f"{row['gold']} 在{day(row)}都不在有效期"


def _refusals(row: dict[str, Any], store: Store) -> Iterator[str]:
    lacking = row.get("lacking", "")
    if lacking and any(lacking in n for d in store.documents() if d.coverage.held != 0 for n in (d.title, *d.aliases)):
        yield f"《{lacking}》已收录，不应拒答"


def _truth(row: dict[str, Any], store: Store) -> Iterator[str]:
    yield from _absent(row.get("clauses", []), store)
    clauses = [c for i in row.get("clauses", []) if (c := store.clause(i))]
    text = "".join(c.text for c in clauses)
    if row.get("absent"):
        if "/" in row["absent"] and any(row["absent"] == i or i.startswith(row["absent"] + ".") for i in _ids(row["absent"], store)):
            yield f"{row['absent']} 存在"
    elif not clauses:
        yield "没有写明依据的条款"
    for words in [*row.get("says", []), *(u for u in row.get("units", []))]:
        if words not in text and words.removeprefix("市") not in text:
            yield f"条款里没有“{words}”"
    if row.get("class") in ("淘汰类", "限制类", "鼓励类") and row["class"] not in {c.fields.get("class") for c in clauses}:
        yield f"条目不是{row['class']}"
    if row.get("document") in CELL and not any(_cell(c, row["document"]) for c in clauses):
        yield f"没有{row['document']}一格"


def _temporal(row: dict[str, Any], store: Store) -> Iterator[str]:
    yield from _absent(row.get("clauses", []), store)
    for d in store.documents():
        if d.doc_id in row.get("stale", []) and d.in_force(day(row)):
            yield f"《{d.title}》在{day(row)}有效，不能算作失效"
    if row.get("class") in ("淘汰类", "限制类", "鼓励类") or row.get("document") in CELL:
        yield from _truth({**row, "says": []}, store)


def _absent(clause_ids: list[str], store: Store) -> Iterator[str]:
    for clause_id in clause_ids:
        if not store.clause(clause_id):
            yield f"没有条款 {clause_id}"


def _ids(place: str, store: Store) -> list[str]:
    return [c.clause_id for c in store.clauses(place.split("/")[0])]


def main() -> None:
    found = check(Store(settings().database))
    for fault in found:
        print(fault)
    total = sum(len(questions(name)) for name in KINDS)
    print(f"{len(KINDS)}个题集，{total}题：" + (f"{len(found)}处不符" if found else "依据都能从条文读出"))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
