"""The vocabulary of 政问: documents, clauses, projects, findings and answers. No I/O.

Chinese terms of art are values, not translations (DESIGN: class 鼓励类 …, document 报告书 …).
"""

from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

Kind = Literal["work_plan", "catalogue", "eia_list", "statute", "plain"]
CatalogueClass = Literal["鼓励类", "限制类", "淘汰类", "允许类", "待定"]
EiaDocument = Literal["报告书", "报告表", "登记表", "豁免", "待定"]
Status = Literal["answered", "conditional", "not_found", "refused"]
Intent = Literal["eligibility", "eia", "duties", "explanation", "lookup", "refused"]


class Coverage(BaseModel):
    """How much of a document is held: clauses held against the official count, and what is missing."""

    held: int | None = None
    official: int | None = None
    note: str = ""
    missing: list[str] = []


class Document(BaseModel):
    """A document and one edition of it. Unknown dates stay None."""

    doc_id: str
    title: str
    kind: Kind
    family: str | None = None  # editions of one text share it: "catalogue", "eia"
    number: str | None = None  # 文号
    issuer: str | None = None
    edition: str | None = None  # "2021年版", "2019"
    issued: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None  # last day in force
    replaced_by: str | None = None  # doc_id
    checked_on: date | None = None
    pending: str | None = None  # a successor known to be on its way
    url: str | None = None
    obtained: str = ""  # how the text was obtained
    original: str | None = None  # the file it was taken from, kept under home/originals
    recognised: float | None = None  # of a text read off pictures: how sure the least sure page is (0 to 1)
    aliases: list[str] = []
    coverage: Coverage = Coverage()

    def in_force(self, on: date) -> bool:
        """Was this document in force on that date? Unknown bounds count as open."""
        after_start = self.in_force_from is None or on >= self.in_force_from
        return after_start and (self.in_force_to is None or on <= self.in_force_to)

    @property
    def first_day_out(self) -> date:
        """The day from which it is no longer in force; only for a document with an end."""
        assert self.in_force_to is not None
        return self.in_force_to + timedelta(days=1)


class Clause(BaseModel):
    """The unit of citation: a verbatim text with a label a person would write."""

    clause_id: str  # doc_id/local, stable across rebuilds
    doc_id: str
    label: str
    text: str
    path: list[str] = []  # headings above it
    page: int | None = None
    order: int = 0
    fields: dict[str, Any] = {}  # kind-specific: cells of a row, class and sector of an entry …


class Passage(BaseModel):
    """One text under which a clause is found (a row has one per alternative)."""

    clause_id: str
    text: str


class Hit(BaseModel):
    """A clause found, with its fused score (higher is better)."""

    clause: Clause
    score: float
    cosine: float | None = None  # of its nearest passage; None when full text alone found it


class Comparison(BaseModel):
    asked: str
    rule: str
    holds: bool | None


class Citation(BaseModel):
    n: int
    doc_id: str
    doc_title: str
    doc_number: str | None = None
    edition: str | None = None
    clause_id: str
    label: str
    quote: str
    page: int | None = None
    in_force: bool
    url: str | None = None


class CatalogueMatch(BaseModel):
    model_config = {"populate_by_name": True}
    item_id: str
    class_: CatalogueClass = Field(alias="class")
    sector: str
    text: str
    comparisons: list[Comparison] = []


class LocalRule(BaseModel):
    rule: str
    citation: int


class Eligibility(BaseModel):
    model_config = {"populate_by_name": True}
    class_: CatalogueClass = Field(alias="class")
    edition: str
    basis: Literal["in_force", "superseded", "incomplete"]
    matches: list[CatalogueMatch] = []
    local: list[LocalRule] = []


class EiaBranch(BaseModel):
    document: EiaDocument
    condition: str
    holds: bool | None


class Eia(BaseModel):
    document: EiaDocument
    rows: list[int]
    edition: str
    branches: list[EiaBranch] = []


class Task(BaseModel):
    clause_id: str
    label: str
    task: str
    role: Literal["lead", "responsible"]


class Duties(BaseModel):
    lead_units: list[str] = []
    responsible_units: list[str] = []
    tasks: list[Task] = []


class Answer(BaseModel):
    """The result contract: what `zhengwen ask --json`, the page and every API return."""

    question: str
    as_of: date
    intent: Intent
    status: Status
    text: str
    citations: list[Citation] = []
    eligibility: Eligibility | None = None
    eia: Eia | None = None
    duties: Duties | None = None
    questions: list[str] = []
    warnings: list[str] = []
    elapsed_ms: float = 0.0
    composer: Literal["rules", "model"] = Field(default="rules", exclude=True)  # who worded it: the program, or a language model too
    continued: bool = Field(default=False, exclude=True)  # it took in what was said in the turns before

    def contract(self) -> dict[str, Any]:
        """The answer as the JSON contract's plain values."""
        return self.model_dump(mode="json", by_alias=True)


class Quote(BaseModel):
    """A verbatim piece of a clause that a finding rests on; `label` names the piece where it is less than the clause."""

    clause_id: str
    quote: str
    label: str | None = None


class Finding(BaseModel):
    """What was found, before citations are numbered: Markdown paragraphs in which [[k]] cites quotes[k]."""

    status: Status
    lines: list[str]
    quotes: list[Quote] = []
    questions: list[str] = []
    warnings: list[str] = []  # said before everything else
    notes: list[str] = []  # warnings said last
    eligibility: Eligibility | None = None
    eia: Eia | None = None
    duties: Duties | None = None
