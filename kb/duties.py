"""Who leads, who is responsible, what must a unit do? Questions both ways over the duty records of the plans held.

Every matching record is listed, not the nearest one. A unit or a matter the plan does not name is said to be not named;
a district's body is not the city's; present names are given with the words that no document of the city confirms them.
"""

import re
from collections.abc import Callable
from datetime import date

from kb import duty_asking as ways
from kb.composing import provisos, sentence, states
from kb.duty_library import Plan, library
from kb.duty_lines import both_roles, joined, names_today, row, trimmed
from kb.duty_records import DutyRecord
from kb.duty_topics import MATTER, terms, topic_of
from kb.models import Duties, Finding, Hit, Task
from kb.store import Store
from kb.understanding import Reading
from kb.units import Mention, Units

NEAR, NEAR_WITH_A_WORD = 0.42, 0.33  # cosines from which a clause speaks of a topic in other words; where it has some of its words too
WORD, STORY = 2, 2  # characters of one word: no topic of its own in a story (发展, 审核); parts of a question from which the first ones tell a story and the one with 谁 asks
SOME = 0.3  # of the topic's weight: some of its words
LED = 0.1  # … that are enough for the one duty of its sentence that names who leads


def answer(reading: Reading, on: date, store: Store, search: Callable[[str], list[Hit]] | None = None,
           nearest: Callable[[], str | None] | None = None) -> Finding | None:
    """What the plans say to a question of duties; None where it is none, or is one of law that no plan speaks to. `search`
    ranks the plans' clauses by meaning; `nearest` names the document whose clause is nearest of all the library."""
    held = library(store)
    named = {d.doc_id for d in reading.named if d.kind == "work_plan"}
    plans = [p for p in held.plans if p.document.doc_id in named or (not named and p.document.in_force(on))]
    if not plans or not (reading.intent == "duties" or ways.WHO.search(reading.question) or ways.WHEN.search(reading.question)):
        return None
    found = [f for plan in plans if (f := _told(reading.question, plan, held.units, on, nearest, search))]
    best = next((f for status in ("answered", "not_found") for f in found if f.status == status), None)
    if best is None:
        return None
    answered = [f for f in found if f.status == "answered"]
    finding = best if len(answered) < 2 else joined(answered)
    finding.warnings = states(reading.named, on, store) + finding.warnings
    return finding


def _told(question: str, plan: Plan, units: Units, on: date, nearest: Callable[[], str | None] | None,
          search: Callable[[str], list[Hit]] | None) -> Finding | None:
    """What a plan says to a question; of a story, to the sentence of it that asks: first where that asks for all a unit must
    do, last where the whole finds nothing."""
    question = ways.without_denied(question, units)
    beside = ways.beside_plan(question)  # a matter, or another role, told beside the part that names the plan
    apart = not ways.ROLE.search(beside) and not plan.topics.matching(plan.topics.known(topic_of(beside)))
    for part in [*ways.asking_parts(question, units), *(ways.asking_parts(question, units, within=True) if apart else ())]:
        asked = _Question(part, plan, units, on, nearest)
        if asked.of_unit_alone and (found := asked.answer(search)) and found.status == "answered":
            return found
    parts = [_Question(part, plan, units, on, nearest) for part in ways.asking_parts(question, units)]
    for asked in parts:
        if asked.who and sum(map(len, asked.terms)) > MATTER and not asked.mentions and plan.topics.matching(asked.topic, whole=True):
            return asked.answer(search)  # the sentence that asks names the whole matter itself
    whole = _Question(question, plan, units, on, nearest).answer(search)
    tried = (asked.answer(search) for asked in parts if not whole or whole.status != "answered")
    return next((f for f in tried if f and f.status == "answered"), whole)


class _Question:
    """One question against one plan."""

    def __init__(self, question: str, plan: Plan, units: Units, on: date, nearest: Callable[[], str | None] | None):
        self.question, self.plan, self.units, self.on, self.nearest = question, plan, units, on, nearest
        self.title = plan.document.title
        self.used = {u for r in plan.records for u in r.units}
        charged = {u for u in units.by_name.keys() | self.used if units.charged_as(u) & self.used}
        self.mentions = [m.among(charged) for m in units.mentions(question) if not ways.of_topic_alone(m, question, units)]
        self.mentions = ways.units_asked(self.mentions, question)
        rest = ways.PRONOUN.sub(" ", question.replace(self.title, " ").replace("《", " ").replace("》", " "))
        self.who = bool(ways.WHO.search(question) or ways.WHEN.search(question))
        for mention in self.mentions:
            subject = self._charged(mention) and not ways.IS_FOR.match(question[mention.end:])
            rest = rest.replace(mention.text, " ") if subject or not self.who else rest
        self.topic = trimmed(topic_of(rest))
        self.terms = terms(self.topic)
        self.shown = self.topic.replace(" ", "……")  # words of asking stood between
        self.of_plan = bool(ways.PLAN_WORDS.search(question) or (self.mentions and ways.TAKES_PART.search(question)))
        self.by_meaning = False  # found by meaning alone: said in the answer
        self.finding = Finding(status="answered", lines=[], duties=Duties())

    def answer(self, search: Callable[[str], list[Hit]] | None) -> Finding | None:
        asks_who = self.who and bool(self.terms)
        not_named = [m for m in self.mentions if not self._charged(m)]
        self.mentions = [m for m in self.mentions if m not in not_named]
        if not_named and not asks_who:
            return self._not_named(not_named)
        if self.mentions and not asks_who:
            return self._of_units(search)
        if self.terms:
            return self._of_topic(search)
        if re.search(r"所有|全部|一览|分工|列|表|汇总|哪些", self.question):
            return self._list(self.plan.records, sentence("duties.table", title=self.title, count=str(len(self.plan.records))))
        return None

    @property
    def of_unit_alone(self) -> bool:
        """Does it ask for all that units must do, and speak of no matter the plan knows?"""
        charged = bool(self.mentions) and all(self._charged(m) for m in self.mentions)
        return charged and not self._known_parts() and not self.who and bool(ways.LISTS.search(self.question)) and not re.search("(?:参加|参与|配合|牵头)了?没", self.question)

    def _known_parts(self) -> str:
        """The parts of the topic that the plan has any word of; the rest is how it came to be asked."""
        return self.plan.topics.known(self.topic)

    # — what a topic's units are —

    def _of_topic(self, search: Callable[[str], list[Hit]] | None) -> Finding | None:
        found = self._matching(search) if self.of_plan else self.plan.topics.matching(self.topic, whole=True)
        if not found and not self.of_plan and not ways.LAW.search(self.question) and self.nearest and self.nearest() == self.plan.document.doc_id:
            found = self._matching(search)  # nothing in the library is nearer than this plan
        if self.mentions and found:
            forms = {f for m in self.mentions for u in m.units for f in self.units.forms(u)}
            said = {r: self.plan.topics.sentence(self.plan.topics.place(r, self.topic), self.topic) for r in found}
            found = [r for r in found if any(f in said[r] for f in forms)] or found
        if not found and self._asked_last():
            return self._of_topic(search)
        if not found:
            return self._no_topic()
        found = self._with_prose(found)
        head = "topic_nearest" if self.by_meaning else "topic"
        return self._list(found, sentence(f"duties.{head}", topic=self.shown, title=self.title, count=str(len(found))))

    def _asked_last(self) -> bool:
        """Of a question that tells a story first, the part that asks who: its topic is tried alone, once."""
        parts, at = ways.parts_told(self.question)
        for part in reversed(parts[:at + 1]) if len(parts) >= STORY else ():  # “这项工作谁牵头” asks of the part before it
            whole = trimmed(topic_of(part.replace(self.title, " ")))
            for topic in dict.fromkeys((whole, self.plan.topics.known(whole))):
                said = sum(map(len, terms(topic)))
                if said > (WORD if len(parts) > STORY else MATTER) and topic != self.topic and self.plan.topics.matching(topic):
                    self.topic, self.terms, self.shown = topic, terms(topic), topic.replace(" ", "……")
                    return True
        return False

    def _with_prose(self, found: list[DutyRecord]) -> list[DutyRecord]:
        """With the parenthesis of a paragraph also the duties its very sentence lays down, where none was found by itself."""
        topics, added = self.plan.topics, set(found)
        parts, at = ways.parts_told(self.question)
        asked = topics.known(topic_of(parts[at])) or topics.known(topic_of(parts[max(0, at - 1)]))  # …那个会商会，由谁牵头
        for record in found:
            place = topics.place(record, self.topic)
            if any(r.kind == "prose" and r.clause_id == place.clause_id for r in found):
                continue
            said = topics.sentence(place, self.topic)
            prose = [r for r in self.plan.records if r.clause_id == place.clause_id and r.kind == "prose" and r.task.strip("。；") in said]
            shares = [topics.share(r, self.topic) for r in prose]
            least = max(SOME, max(shares, default=0.0) / 2)
            added |= {r for r, share in zip(prose, shares, strict=True)
                      if share >= (LED if r.lead_units else least) or topics.ends_in(r, self.topic) or bool(terms(asked)) and r.lead_units and topics.share(r, asked) >= SOME}
        return [r for r in self.plan.records if r in added]

    def _matching(self, search: Callable[[str], list[Hit]] | None) -> list[DutyRecord]:
        if (found := self.plan.topics.matching(self.topic)) or search is None:
            return found
        hits = [h for h in search(self.topic) if h.clause.doc_id == self.plan.document.doc_id]
        if not hits:
            return []
        nearest = max(hits, key=lambda h: h.cosine or 0.0)
        found = [r for r in self.plan.records if nearest.clause.clause_id in {r.clause_id, *(p.clause_id for p in r.governed)}]
        shares = [self.plan.topics.share(r, self.topic) for r in found]
        most = max(shares, default=0.0)
        self.by_meaning = bool(found) and (nearest.cosine or 0.0) >= (NEAR_WITH_A_WORD if most >= SOME else NEAR)
        stated = any(r.kind == "parenthesis" for r in found)
        return [r for r, share in zip(found, shares, strict=True) if self.by_meaning and (
            r.kind == "parenthesis" or (share == most and (share > 0 or not stated)))]

    def _no_topic(self) -> Finding | None:
        if ways.LAW.search(self.question) or not self.of_plan:
            return None
        self.finding.status, self.finding.duties = "not_found", Duties()
        self.finding.lines = [sentence("duties.topic_unknown", title=self.title, topic=self.shown)]
        return self._done()

    def _list(self, found: list[DutyRecord], head: str) -> Finding:
        duties = self.finding.duties = Duties()
        self.finding.lines.append(head)
        rows = []
        for record in found:
            duties.lead_units += [u for u in record.lead_units if u not in duties.lead_units]
            duties.responsible_units += [u for u in record.responsible_units if u not in duties.responsible_units]
            duties.tasks.append(_task(record, "lead" if record.lead_units else "responsible"))
            rows.append(self._row("row", record, units=both_roles(record)))
        self.finding.lines.append("\n".join(rows))
        return self._end([*duties.lead_units, *duties.responsible_units])

    # — what a unit must do —

    def _of_units(self, search: Callable[[str], list[Hit]] | None) -> Finding | None:
        charged = [self._charged(m) for m in self.mentions]
        base = self._matching(search) if self.terms else self.plan.records
        if self.terms and not base and (known := self._known_parts()) != self.topic:
            self.topic, self.terms, self.shown = known, terms(known), known.replace(" ", "……")
            base = self._matching(search) if self.terms else self.plan.records if ways.LISTS.search(self.question) else []
        if not base:
            return self._no_topic()
        together = len(charged) > 1 and not self.terms and bool(ways.TOGETHER.search(self.question))
        found = [r for r in base if (all if together else any)(names & set(r.units) for names in charged)]
        everyone = "、".join(dict.fromkeys(u for m in self.mentions for u in m.units))
        role = None if self.terms else ways.role_asked(self.question)
        each = [ways.role_beside(self.question, m) for m in self.mentions]
        if len({e for e in each if e}) > 1 and not self.terms:  # 甲牵头、乙配合的
            together, role = True, None
            found = [r for r in base if all(self._role(r, m) and e in (None, self._role(r, m)) for m, e in zip(self.mentions, each, strict=True))]
        fitting = [r for r in found if role is None or (all if together else any)(self._role(r, m) == role for m in self.mentions)]
        if together:
            head = sentence("duties.shared" if fitting else "duties.nothing_shared", title=self.title, units=everyone, count=str(len(fitting)))
            shown = fitting
        elif self.terms:
            head, shown = self._in_topic(found, everyone), found or base
        elif not found:
            head, shown = sentence("duties.unit_unknown", title=self.title, unit=everyone), []
        elif not fitting:
            head, shown = sentence("duties.no_lead" if role == "lead" else "duties.no_responsible", title=self.title, unit=everyone), found
        else:
            head, shown = sentence("duties.unit", title=self.title, unit=everyone, count=str(len(fitting))), fitting
        self.finding.lines.append(head)
        if shown:
            self.finding.lines.append("\n".join(self._unit_row(r) for r in shown))
        self.finding.duties = self._duties(found if self.terms else fitting)
        return self._end([u for m in self.mentions for u in m.units])

    def _in_topic(self, found: list[DutyRecord], everyone: str) -> str:
        """Yes, no, or not in the role asked about."""
        names = {"lead": "牵头单位", "responsible": "责任单位"}
        asked, held = ways.role_asked(self.question), {self._role(r, m) for r in found for m in self.mentions} - {None}
        if asked and len(held) == 1 and asked not in held:
            return sentence("duties.not_in_that_role", topic=self.shown, units=everyone, asked=names[asked], held=names[str(*held)])
        return sentence("duties.units_in_topic" if found else "duties.not_in_topic", topic=self.shown, units=everyone, title=self.title)

    def _duties(self, found: list[DutyRecord]) -> Duties:
        """The asked units in the roles they have, with the tasks."""
        duties = Duties()
        for record in found:
            for mention in self.mentions:
                if not (role := self._role(record, mention)):
                    continue
                names = duties.lead_units if role == "lead" else duties.responsible_units
                own = [u for u in mention.units if self.units.charged_as(u) & set(record.units)]
                names += [u for u in own if u not in names]
                if (task := _task(record, role)) not in duties.tasks:
                    duties.tasks.append(task)
        return duties

    def _unit_row(self, record: DutyRecord) -> str:
        words = {"lead": "牵头", "responsible": "责任"}
        held = [(m, role) for m in self.mentions if (role := self._role(record, m))]
        if not held:
            return self._row("row", record, units=both_roles(record))
        groups = [n for m, _ in held for n in self._charged(m) if n in self.units.groups and n in record.units and n not in m.units]
        role = words[held[0][1]] if len(held) == 1 else "、".join(f"{m.text}{words[r]}" for m, r in held)
        return self._row("unit_row", record, role=role, group=sentence("duties.by_group", group="、".join(dict.fromkeys(groups))) if groups else "")

    def _role(self, record: DutyRecord, mention: Mention) -> str | None:
        names = self._charged(mention)
        return "lead" if names & set(record.lead_units) else "responsible" if names & set(record.responsible_units) else None

    # — what is not named —

    def _charged(self, mention: Mention) -> set[str]:
        """The names under which the plan charges a unit mentioned; none where it does not."""
        return {name for u in mention.units for name in self.units.charged_as(u)} & self.used

    def _not_named(self, mentions: list[Mention]) -> Finding | None:
        if ways.LAW.search(self.question):
            return None
        self.finding.status, self.finding.duties = "not_found", Duties()
        for mention in mentions:
            city = self.units.of_city(mention.text) if mention.via == "district" else []
            key = "unit_of_district" if city else "unit_unknown"
            self.finding.lines.append(sentence(f"duties.{key}", title=self.title, unit=mention.text, city="、".join(city)))
            general = [r for r in self.plan.records if mention.via == "district" for u in r.units if u in self.units.groups
                       and self.units.groups[u].districts and set(self.units.groups[u].members) & set(city)]
            if general:
                groups = dict.fromkeys(u for r in general for u in r.units if u in self.units.groups)
                self.finding.lines.append(sentence("duties.district_general", groups="、".join(f"“{g}”" for g in groups)))
                self.finding.lines.append("\n".join(self._row("row", r, units=both_roles(r)) for r in dict.fromkeys(general)))
        return self._done()

    def _row(self, form: str, record: DutyRecord, **values: str) -> str:
        return row(form, record, self.plan, self.topic if self.terms else "", self.finding, **values)

    def _end(self, names: list[str]) -> Finding:
        self.finding.lines += names_today(names, self.mentions, self.plan, self.units)
        return self._done()

    def _done(self) -> Finding:
        self.finding.notes = provisos([self.plan.document], self.on)
        return self.finding


def _task(record: DutyRecord, role: str) -> Task:
    return Task(clause_id=record.clause_id, label=record.label, task=record.task, role=role)  # type: ignore[arg-type]
