"""What came of one wording of one question? The record every figure, interval and failure table is made from."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel

from kb.models import Answer

Verdict = Literal["right", "wrong", "unanswered"]


class Outcome(BaseModel):
    """One wording asked.

    `verdict`: right; wrong — stated as certain and not so, or resting on clauses that do not answer; unanswered — declined, or
    asking for a fact, where an answer was due. `marks` are the set's own yes-or-no figures (文件, 项, 单位 …).
    """

    set: str
    id: str
    split: str
    kind: str  # the group its figures are shown under
    wording: int
    question: str
    verdict: Verdict
    gold: str
    got: str
    marks: dict[str, bool] = {}
    due: bool = False  # the gold is conditional
    conditional: bool = False  # the answer is
    declined: bool = False  # the answer is refused or not_found
    must_decline: bool = False
    same: str = ""  # what must agree between wordings
    ms: float = 0.0
    cites: dict[str, int] = {}  # evals.citing
    trace: list[str] = []  # of a failure that may be shown: how the answer came about

    @property
    def failed(self) -> bool:
        return self.verdict != "right" or not all(self.marks.values())


def judged(name: str, row: dict[str, Any], wording: int, answer: Answer, verdict: Verdict, gold: str, got: str,
           kind: str = "", **more: Any) -> Outcome:
    """An outcome with what is the same for every set filled in."""
    asked = [row["question"], *row.get("paraphrases", [])][wording]
    return Outcome(set=name, id=str(row["id"]), split=row.get("split", "test"), kind=kind or name, wording=wording, question=asked,
                   verdict=verdict, gold=gold, got=got, conditional=answer.status == "conditional",
                   declined=answer.status in ("refused", "not_found"), ms=answer.elapsed_ms, **more)


Judge = Callable[[dict[str, Any], int, Answer], Outcome]
