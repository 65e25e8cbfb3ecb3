"""The duties of every plan held, searchable by unit and by topic: parsed on demand, kept until the store changes."""

from dataclasses import dataclass, replace

from kb.duty_records import DutyRecord, records_of
from kb.duty_topics import Topics
from kb.lifecycle import root
from kb.models import Document
from kb.store import Store
from kb.units import Units, table


@dataclass
class Plan:
    """A plan held, with its duties under the table's names and what is needed to search them by topic."""

    document: Document
    records: list[DutyRecord]
    topics: Topics


@dataclass
class Library:
    """The plans that charge units with anything, and the units they name."""

    plans: list[Plan]
    units: Units


_libraries: dict[str, tuple[str, Library]] = {}  # by store: the revision read, and what was read


def library(store: Store) -> Library:
    """The duties of every plan held, parsed anew only after a change of the store."""
    key, revision = str(store.path), store.revision
    if key not in _libraries or _libraries[key][0] != revision:
        _libraries[key] = revision, _read(store)
    return _libraries[key][1]


def duty_records(store: Store, unit: str | None = None, topic: str | None = None) -> list[DutyRecord]:
    """The duty records; those of the units named (under any of their names) and of a topic where given."""
    held = library(store)
    found = [r for plan in held.plans for r in (plan.topics.matching(topic) if topic else plan.records)]
    if not unit:
        return found
    mentions = next((m for form in (unit, f"{unit}部门", f"{unit}局") if (m := held.units.mentions(form))), [])
    charged = {name for m in mentions for u in m.units for name in held.units.charged_as(u)}
    return [r for r in found if charged & set(r.units)]


def _read(store: Store) -> Library:
    about, units, groups = table()
    parsed = {d.doc_id: records_of(store.clauses(d.doc_id)) for d in store.documents() if d.kind == "work_plan"}
    known = Units(units, groups, [u for doc_id, records in parsed.items() if root(doc_id) != about for r in records for u in r.units])
    for doc_id in (d for d in parsed if root(d) == about):  # the table tells which of that plan's wordings are one unit
        parsed[doc_id] = [replace(r, lead_units=tuple(map(known.canonical, r.lead_units)),
                                  responsible_units=tuple(map(known.canonical, r.responsible_units))) for r in parsed[doc_id]]
    names = {form for u in units for form in (u.name, *u.written)}
    return Library([Plan(d, records, Topics(records, names | {u for r in records for u in r.units}))
                    for d in store.documents() if (records := parsed.get(d.doc_id))], known)
