"""What does the keeper record of a document? Its replacement, repeal, amendment or check, each an event (kb.lifecycle)."""

from datetime import date, datetime, timedelta

from ingest.amending import rebuild
from kb.corpus import chinese_date
from kb.errors import IngestError
from kb.lifecycle import Event, edition_id, in_line, root
from kb.models import Document
from kb.store import Store


def replace(store: Store, old: str, new: str, on: date, basis: str = "", who: str = "") -> Event | None:
    """`new` takes the place of `old` from a day on; None where the library already says so."""
    document, successor = _held(store, old, on), _held(store, new, on)
    if document.doc_id == successor.doc_id:
        raise IngestError("一份文件不能替代它自己。")
    if successor.in_force_from and successor.in_force_from > on:
        raise IngestError(f"《{successor.title}》{chinese_date(successor.in_force_from)}才施行，不能从{chinese_date(on)}起替代。")
    if document.replaced_by == successor.doc_id and document.in_force_to == on - timedelta(days=1):
        return None
    _not_before(document, on)
    return store.add_event(Event(kind="replace", doc_id=document.doc_id, by=successor.doc_id, on=on, basis=basis, who=who, recorded=_now()))


def repeal(store: Store, doc_id: str, on: date, basis: str = "", who: str = "") -> Event | None:
    """A document is repealed from a day on with nothing in its place; None where the library already says so."""
    document = _held(store, doc_id, on)
    if document.in_force_to == on - timedelta(days=1) and document.replaced_by is None:
        return None
    _not_before(document, on)
    return store.add_event(Event(kind="repeal", doc_id=document.doc_id, on=on, basis=basis, who=who, recorded=_now()))


def amend(store: Store, doc_id: str, clause: str, text: str | None, on: date, basis: str = "", who: str = "") -> Event:
    """One clause has another text (or none) from a day on; the document gets an edition from that day."""
    document = _held(store, doc_id, on)
    edition = edition_id(doc_id, on)
    before = document.doc_id if document.doc_id != edition else next(
        e.doc_id for e in store.events() if e.by == edition and not e.withdrawn)
    if document.in_force_to and document.in_force_to < on and document.replaced_by != edition:
        raise IngestError(f"《{document.title}》到{chinese_date(document.in_force_to)}为止有效，不能从{chinese_date(on)}起修改。")
    if not store.clauses(before):
        raise IngestError(f"《{document.title}》的正文没有收录，不能修改其中一条，请先收录。")
    _not_before(document, on)
    if later := [e for e in store.events() if e.kind == "amend" and not e.withdrawn and root(e.doc_id) == root(doc_id) and e.on > on]:
        raise IngestError(f"已经记录了{chinese_date(later[0].on)}起的修改，更早的修改请先撤销它（zhengwen corpus undo {later[0].id}）再依次录入。")
    event = store.add_event(Event(kind="amend", doc_id=before, by=edition, clause=clause, text=text, on=on, basis=basis, who=who, recorded=_now()))
    rebuild(store)
    return event


def checked(store: Store, doc_id: str, on: date, who: str = "") -> Event:
    """A person has checked on that day that the text held is the one in force."""
    if on > date.today() + timedelta(days=1):
        raise IngestError("核对日期不能在今天以后。")
    document = store.document(doc_id)
    if document is None:
        raise IngestError(_unknown(doc_id))
    return store.add_event(Event(kind="check", doc_id=doc_id, on=on, who=who, recorded=_now()))


def undo(store: Store, event_id: int) -> Event:
    """Withdraw an event; what it changed is as before."""
    event = next((e for e in store.events() if e.id == event_id), None)
    if event is None or event.withdrawn:
        raise IngestError(f"没有第{event_id}号记录，或它已经撤销；zhengwen corpus events 可以看到全部记录。")
    later = [e for e in store.events() if event.by and e.doc_id == event.by and not e.withdrawn and e.kind == "amend"
             and not any(o.by == event.by and o.id != event.id and not o.withdrawn for o in store.events())]
    if later:
        raise IngestError(f"第{event_id}号修改之后还有第{later[0].id}号修改以它为准，请先撤销后者。")
    store.withdraw_event(event_id)
    rebuild(store)
    return event


def _held(store: Store, doc_id: str, on: date) -> Document:
    document = in_line(store.documents(), doc_id, on)
    if document is None:
        raise IngestError(_unknown(doc_id))
    return document


def _unknown(doc_id: str) -> str:
    return f"文库里没有编号为“{doc_id}”的文件，zhengwen corpus status 可以看到全部编号。"


def _not_before(document: Document, on: date) -> None:
    if document.in_force_from and on < document.in_force_from:
        raise IngestError(f"《{document.title}》{chinese_date(document.in_force_from)}才施行，日期{chinese_date(on)}更早，请核对。")


def _now() -> datetime:
    return datetime.now().astimezone()
