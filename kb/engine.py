"""PolicyEngine.ask(): the one door through which everything is asked.

A question is read, then answered by the first of these that applies: refusal, look-up of a named clause, nearest
passages. Every answer's quotes are checked against the store before it leaves.
"""

from __future__ import annotations

import threading
import time
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from kb import duties, duty_lines, local_answer
from kb.composing import compose, merged, sentence
from kb.duty_library import duty_records
from kb.duty_records import DutyRecord
from kb.editions import comparison
from kb.errors import IndexMissing, QuestionError, ZhengwenError
from kb.explanation import held, look_up, nearest, nothing
from kb.lifecycle import as_known
from kb.models import Answer, Clause, Document, Finding, Hit, Intent
from kb.one_state import of_one_state
from kb.premises import corrected
from kb.project import Project
from kb.rewording import Answering
from kb.settings import Settings, settings
from kb.store import Store
from kb.tokens import tokens
from kb.tracing import note, tracing
from kb.understanding import SANCTION, Reading, read
from kb.verifying import faults

if TYPE_CHECKING:
    from kb.citation_check import CitationReport
    from kb.explaining import Explanation
    from kb.llm import LanguageModel
    from kb.retrieval import ClauseRetriever, Retrievers
    from kb.screening import Screening

CANDIDATES = 20
MEASURED = "zhengwen-encoder"  # the model on whose cosines bounds were chosen
LEAST_COSINE = 0.36  # of the nearest passage, where no word of the question stands in any clause
RELATED_LAW = 3  # passages shown where no plan speaks of a matter
LIKELY_ANSWER = 0.5  # added to a clause that lays down sanctions where the question asks for them
LIKELY_KIND = 1.0  # added to the score of clauses of the kind the intent points to


def _unread(answer: Answer) -> bool:
    """Was nothing found, not even what is asked, or which row of the list is meant?"""
    return answer.status == "not_found" or answer.intent == "explanation" or (
        answer.eia is not None and answer.eia.document == "待定" and len(answer.eia.rows) > 2)


class PolicyEngine:
    """Answers questions from one store; safe to use from several threads."""

    def __init__(self, store: Store | None = None, configured: Settings | None = None):
        self.settings = configured or settings()
        self.store = store or Store(self.settings.database)
        self._retrievers: Retrievers | None = None
        self.model = self._open_model()
        self._lock = threading.Lock()
        if not self.store.documents():
            raise IndexMissing()

    def ask(self, question: str, as_of: date | None = None, earlier: str = "") -> Answer:
        """One question, one answer by the law of `as_of` (default today). `earlier`: what the same person said before of the
        same project; facts may arrive over several turns."""
        return self.answering(question, as_of, earlier).finish()

    def answering(self, question: str, as_of: date | None = None, earlier: str = "") -> Answering:
        """The same answer as it is written: determined when this returns, its text to be read piece by piece. Where the question
        could not be read and a language model is configured, it is put into order once (kb.rereading)."""
        until = time.monotonic() + self.settings.llm_timeout
        answering = self._determined(question, as_of, earlier)
        if self.model and _unread(answering.answer):
            from kb.rereading import asking, reread

            started = time.perf_counter()
            if asking(question) and (anew := reread(question, self.model, until)) and anew != question:
                again = self._determined(anew, as_of, earlier)
                if again.answer.status in ("answered", "conditional") and not _unread(again.answer):
                    again.understood_as(question, anew)
                    again.answer.elapsed_ms = round((time.perf_counter() - started) * 1000 + answering.answer.elapsed_ms, 1)
                    answering = again
        answering.until = until
        return answering

    @of_one_state
    def _determined(self, question: str, as_of: date | None = None, earlier: str = "") -> Answering:
        """What the program itself makes of a question."""
        started, on = time.perf_counter(), as_of or date.today()
        reading = read(question.strip(), as_known(self.store.documents(), on), earlier.strip())
        intent, finding = self._find(reading, on)
        answer = compose(question, on, intent, corrected(reading.question, finding), self.store)
        answer.continued = bool(reading.earlier)
        if wrong := faults(answer, self.store):
            raise ZhengwenError("回答没有通过引文核对，已停止显示：" + "；".join(wrong))
        answer.elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
        return Answering(answer, self.store, self.model, "；".join(filter(None, [reading.earlier, question])))

    @of_one_state
    def explain(self, question: str, as_of: date | None = None, earlier: str = "") -> Explanation:
        """How the answer to a question comes about, for who doubts it (kb.explaining); the answer is that of `ask`."""
        from kb.explaining import explained

        with tracing() as notes:
            answer = self.ask(question, as_of, earlier)
        return explained(read(question.strip(), as_known(self.store.documents(), answer.as_of), earlier.strip()), answer, notes, self.store)

    def converse(self, said: list[str], as_of: date | None = None) -> Answering:
        """The answer to the last of what one person said in turn; what it lacks is carried over from the turns before (kb.conversation)."""
        from kb.conversation import Thread, follow

        thread = Thread()
        for question in said:
            turn = follow(thread, question)
            thread = turn.thread
        answering = self.answering(turn.question, as_of)
        answering.answer.question = said[-1]
        return answering

    @of_one_state
    def verify(self, text: str, as_of: date | None = None) -> CitationReport:
        """Are the clause references and quotes of any text true by the law of a date? (kb.citation_check)"""
        from kb.citation_check import check_citations

        return check_citations(text, self.store, as_of or date.today())

    @of_one_state
    def screen(self, text: str, as_of: date | None = None) -> Screening:
        """One project, one sheet: facts, national class, the city's rules, the EIA document, whom to talk to (kb.screening)."""
        from kb.screening import screen
        from kb.screening_facts import names_subject

        started, on, reading = time.perf_counter(), as_of or date.today(), read(text.strip(), as_known(self.store.documents(), as_of or date.today()))
        if not reading.question:
            raise QuestionError(sentence("screen.empty"))
        told = names_subject(Project(reading.question))  # of what nobody names, neither class nor document is guessed
        sheet = screen(reading.question, on, self.store, self._national_class(reading, on) if told else None, self._document(reading, on) if told else None)
        sheet.elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
        return sheet

    def _open_model(self) -> LanguageModel | None:
        """The language model, where one is configured."""
        if not self.settings.llm_url:
            return None
        from kb.llm import LanguageModel

        return LanguageModel(self.settings)

    def documents(self) -> list[Document]:
        """Every document of the library, held or only listed."""
        return self.store.documents()

    def clause(self, clause_id: str) -> Clause | None:
        return self.store.clause(clause_id)

    def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        self.search("预热", date.today(), limit=1)
        self.screen("新建年产1万立方米刨花板项目")  # reads the lists and plans as rules

    @of_one_state
    def notice(self) -> str | None:
        """What a user should know of this installation: whether it searches by words alone."""
        return None if self.retriever.dense else sentence("quote.no_vectors")

    @property
    def retriever(self) -> ClauseRetriever:
        """The hybrid retriever of the library as it stands, opened at the first question that needs one."""
        with self._lock:
            if self._retrievers is None:
                from kb.retrieval import Retrievers

                self._retrievers = Retrievers(self.store, self.settings)
        return self._retrievers.at_hand()

    def mend(self) -> None:
        """Build damaged vectors anew from the store, or do without them."""
        from kb.publishing import repair

        if self._retrievers is None:
            return
        self._retrievers.forget() if repair(self.store, self.settings) else self._retrievers.by_words()

    @of_one_state
    def search(self, question: str, on: date, limit: int = CANDIDATES) -> list[Hit]:
        """Clauses in force on a date, and those of documents the question names, nearest first."""
        return self._ranked(read(question, as_known(self.store.documents(), on)), on)[:limit]

    def _find(self, reading: Reading, on: date) -> tuple[Intent, Finding]:
        if not reading.question:
            return "refused", Finding(status="refused", lines=[sentence("refused.empty")])
        if finding := look_up(reading, on, self.store):
            return "lookup", finding
        if reading.outside and not reading.asks_document:
            return "refused", Finding(status="refused", lines=[sentence("refused.outside"), held(self.store, on)])
        if reading.not_held and not reading.asks_document:
            return reading.intent, nothing(reading, on, self.store)
        if difference := comparison(reading, on, self.store):
            return "eligibility", difference
        asks_units = reading.intent == "duties" or not (reading.asks_document or reading.names_class)
        if asks_units and (finding := duties.answer(reading, on, self.store, cache(self._plan_clauses), lambda: self._nearest_document(reading, on))):
            return "duties", finding if finding.status == "answered" or finding.quotes else self._with_law(finding, reading, on)
        adds_to_document = bool(reading.earlier) and reading.asks_document  # “有电镀” after an EIA question
        if not adds_to_document and not (reading.asks_which_class and Project(reading.question).described) and (finding := local_answer.answer(reading, on, self.store)):
            return "eligibility", finding
        if reading.asks_class and (finding := self._national_class(reading, on)):
            document = self._document(reading, on) if reading.asks_document else None
            return "eligibility", local_answer.with_rules(merged(finding, document) if document else finding, reading, on, self.store)
        if reading.asks_document and (finding := self._document(reading, on)):
            return "eia", finding
        if reading.asks_whether and Project(reading.question).described and (finding := self._national_class(reading, on, by_meaning=False)) and finding.quotes:
            return "eligibility", local_answer.with_rules(finding, reading, on, self.store)
        if self.retriever.outside(reading.question):
            return "refused", Finding(status="refused", lines=[sentence("refused.outside"), held(self.store, on)])
        hits = self._ranked(reading, on)
        if not hits or not self._speaks_to(reading.question, hits):
            return reading.intent, nothing(reading, on, self.store)
        return reading.intent, nearest(reading, hits, on, self.store)

    def _national_class(self, reading: Reading, on: date, by_meaning: bool = True) -> Finding | None:
        """The class of a question's project in the catalogue, also by meaning alone; None when no catalogue is held."""
        from kb.eligibility import determine
        from kb.eligibility_answer import tell
        from kb.eligibility_facts import Wording

        wording = Wording(reading.question, reading.earlier)
        found = determine(wording, on, self.store, lambda doc_id: self.retriever.cosines(wording.text, doc_id), by_meaning and self._measured)
        note("class", found=found)
        return tell(found, reading, on, self.store) if found else None

    def _document(self, reading: Reading, on: date) -> Finding | None:
        """Which EIA document the project of a question needs; None when no list is held or no project is described."""
        from kb.eia import determine, the_list
        from kb.eia_answer import tell
        from kb.eia_rows import subject_of

        listed = the_list(self.store, on)
        if listed is None:
            return None
        project = Project(reading.question, reading.earlier)
        cosines = self.retriever.cosines(subject_of(project), listed[0].doc_id)
        found = determine(project, on, self.store, cosines)
        note("document", found=found, rows=listed[1], cosines=cosines)
        return tell(found, reading, on, self.store) if found and (not found.doubtful or project.described) else None

    def duties(self, unit: str | None = None, topic: str | None = None) -> list[DutyRecord]:
        """The duties the plans held lay down: all, or those of a unit (under any of its names) or a topic."""
        return duty_records(self.store, unit, topic)

    def _plan_clauses(self, topic: str) -> list[Hit]:
        """The clauses of plans nearest to a topic in meaning; none with a model whose cosines kb.duties has no bounds for."""
        from kb.retrieval import Filter
        return self.retriever.search(topic, Filter(kinds={"work_plan"}), CANDIDATES) if self._measured else []

    @property
    def _measured(self) -> bool:
        """Are the vectors those of the encoder on whose cosines bounds were chosen?"""
        dense = self.retriever.dense
        return dense is not None and dense.model.model_name.startswith(MEASURED)

    def _nearest_document(self, reading: Reading, on: date) -> str | None:
        """The document in force whose clause is nearest to the question, no kind of document preferred."""
        from kb.retrieval import Filter

        hits = self.retriever.search(reading.question, Filter(doc_ids={d.doc_id for d in self.store.documents() if d.in_force(on)}), 1)
        return hits[0].clause.doc_id if hits else None

    def _with_law(self, finding: Finding, reading: Reading, on: date) -> Finding:
        """What no plan speaks of, the law may: its nearest passages after the sentence that says so."""
        if not duty_lines.may_be_of_law(reading.question) or self.retriever.outside(reading.question):
            return finding
        plans = {d.doc_id for d in self.store.documents() if d.kind == "work_plan"}
        hits = [h for h in self._ranked(reading, on) if h.clause.doc_id not in plans]
        if not hits or not self._speaks_to(reading.question, hits):
            return finding
        return duty_lines.with_law(finding, nearest(reading, hits[:RELATED_LAW], on, self.store))

    def _ranked(self, reading: Reading, on: date) -> list[Hit]:
        from kb.retrieval import Filter

        documents = self.store.documents()
        admitted = {d.doc_id for d in documents if d.in_force(on)} | {d.doc_id for d in reading.named}
        hits = self.retriever.search(reading.question, Filter(doc_ids=admitted), CANDIDATES)
        kind_of = {d.doc_id: d.kind for d in documents}
        for hit in hits:
            if kind_of[hit.clause.doc_id] == reading.likely_kind and not reading.wants_sanction:
                hit.score += LIKELY_KIND
            if reading.wants_sanction and SANCTION.search(hit.clause.text):
                hit.score += LIKELY_ANSWER
        return sorted(hits, key=lambda h: -h.score)

    def _speaks_to(self, question: str, hits: list[Hit]) -> bool:
        """Is any clause near enough to quote: by a word of two characters or more, or else clearly by meaning?"""
        words = [w for w in tokens(question) if len(w) > 1]
        return bool(self.store.full_text(words, 1)) or max((h.cosine or 0.0 for h in hits), default=0.0) >= LEAST_COSINE
