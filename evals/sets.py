"""What is in a question set? One JSONL file a set, one model a kind; `questions` reads a set, `python -m evals.check` checks them.

Every line has `id`, `question`, `author`, `date` and `split`: `dev` may be looked at, of `test` only the figures are shown.
What is expected (the gold) can be read off clauses of the corpus; `evals.check` shows that it can.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb.models import CatalogueClass, EiaDocument, Status

FOLDER = Path(__file__).parent
TODAY = date(2026, 11, 24)  # the day the questions were written: their answers are those of that day


class Question(BaseModel):
    """What every line has. `paraphrases` are further wordings of the same question."""

    model_config = ConfigDict(extra="forbid")
    id: str | int
    question: str = Field(min_length=4)
    paraphrases: list[str] = []
    as_of: date | None = None
    split: Literal["dev", "test"] = "test"
    source: str = ""
    author: str
    date: date
    why: str = ""


class EiaQuestion(Question):
    """Which document, of which rows of the list."""

    document: EiaDocument
    rows: list[int]
    status: Status


class CatalogueQuestion(Question):
    """Which class, by which entries; `freed` are entries that name the thing but let it off, `arguable` neither right nor wrong."""

    model_config = ConfigDict(populate_by_name=True)
    class_: CatalogueClass = Field(alias="class")
    items: list[str]
    status: Status
    freed: list[str] = []
    arguable: list[str] = []


class CoverageQuestion(Question):
    """A project that an entry takes (`hit`) or, by its limit, process or exception, does not (`freed`)."""

    model_config = ConfigDict(populate_by_name=True)
    class_: CatalogueClass = Field(alias="class")
    item: str
    state: Literal["hit", "freed"]


class DutyQuestion(Question):
    """Which units lead and are responsible, by which clauses."""

    lead_units: list[str]
    responsible_units: list[str]
    clause_ids: list[str]
    status: Status


class PassageQuestion(Question):
    """Which clauses answer it; any of them is right."""

    gold: list[str] = Field(min_length=1)
    kind: Literal["eia", "catalogue", "statute", "plan"]


class RegulationQuestion(Question):
    """Which articles of a regulation that is not shipped; asked only where its text stands beside the project."""

    title: str
    articles: list[int]


class RefusalQuestion(Question):
    """Must it be declined, and how: out of the field, or of the field and not held? `lacking`: the document that is not held."""

    expected: Literal["refused", "not_found", "in_scope"]
    lacking: str = ""


class PremiseQuestion(Question):
    """A question that takes something for granted which the corpus says otherwise.

    `claim` is what it asserts. The truth is what one of `clauses` says: a class, a document, units, or words of the clause
    (`says`). Where the place it names does not exist, `absent` names it and no clause is cited.
    """

    claim: str
    clauses: list[str] = []
    class_: CatalogueClass | None = Field(default=None, alias="class")
    document: EiaDocument | None = None
    units: list[str] = []
    says: list[str] = []
    absent: str = ""
    false: list[str] = []  # what no answer may conclude: a class, a document, a unit


class TemporalQuestion(Question):
    """What was the law on `as_of`? One of `clauses` must be cited, and none of `stale` unless it is said to be out of force.

    `class`: the class on that date; `said`: words that must be said first, as of a repealed text.
    """

    clauses: list[str] = []
    stale: list[str] = []  # doc ids not in force on the date
    class_: CatalogueClass | None = Field(default=None, alias="class")
    document: EiaDocument | None = None
    said: list[str] = []


KINDS: dict[str, type[Question]] = {
    "eia": EiaQuestion, "catalogue": CatalogueQuestion, "duties": DutyQuestion, "retrieval": PassageQuestion,
    "unseen": PassageQuestion, "scope": RefusalQuestion, "refusals": RefusalQuestion, "premises": PremiseQuestion,
    "coverage": CoverageQuestion, "temporal": TemporalQuestion, "regulations": RegulationQuestion}


def questions(name: str) -> list[dict[str, Any]]:
    """A set's lines as they stand."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def day(row: dict[str, Any]) -> date:
    """The date a line's question is asked for."""
    return date.fromisoformat(row["as_of"]) if row.get("as_of") else TODAY


def wordings(row: dict[str, Any]) -> list[str]:
    """The question and its paraphrases."""
    return [row["question"], *row.get("paraphrases", [])]
