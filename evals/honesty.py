"""Is what is not known declined, what is falsely assumed put right, and the law of the day applied?

Judges the sets `scope` and `refusals`, `premises` and `temporal`.
"""

import re
from typing import Any

from evals.outcome import Outcome, Verdict, judged
from kb.models import Answer

CONTRADICTS = re.compile(r"不属于|不是|没有找到|没有说到|没有点到|没有列出|不在其中|并非|有误|不符|不一致|已于[^，。]{4,14}失效|尚未施行|没有收录")
DENIES = re.compile(r"[^，。]{2,20}不是牵头|不在其中")  # of a unit said to lead
LACKING = re.compile(r"^注意：本库没有收录")


def judge_refusal(row: dict[str, Any], wording: int, answer: Answer) -> Outcome:
    """Declining is right exactly where the field or the library ends, in either way; so is saying first that the document named is not
    held and what follows is of others."""
    must = row["expected"] != "in_scope"
    declined = answer.status in ("refused", "not_found") or bool(row.get("lacking")) and bool(LACKING.search(answer.text))
    verdict: Verdict = "right" if declined == must else "wrong" if must else "unanswered"
    return judged("refusals", row, wording, answer, verdict, row["expected"], f"{answer.status} {answer.intent}", row["expected"],
                  must_decline=must, marks={"方式": not must or answer.status == row["expected"] or not declined})


def judge_premise(row: dict[str, Any], wording: int, answer: Answer) -> Outcome:
    """Right when the truth is stated from its clause, or the place named is said not to exist; 明说: the answer also says that the
    question's assumption does not hold. Wrong when it repeats the false conclusion, or speaks of something else as if in reply."""
    cited = {c.clause_id for c in answer.citations}
    concluded = _concluded(answer)
    if row.get("absent"):
        right = answer.status in ("not_found", "conditional") and not cited
    else:
        stated = ({v for v in (row.get("class"), row.get("document")) if v} | set(row.get("units", []))) <= concluded or (
            bool(row.get("units")) and bool(DENIES.search(answer.text)))
        quotes = "".join(c.quote for c in answer.citations)
        right = stated and (not row.get("clauses") or bool(cited & set(row["clauses"]))) and all(w in quotes for w in row.get("says", []))
    false = bool(concluded & set(row.get("false", [])))
    verdict: Verdict = "wrong" if false else "right" if right else "unanswered" if answer.status != "answered" else "wrong"
    return judged("premises", row, wording, answer, verdict, row.get("absent") and f"没有{row['absent']}" or row.get("class") or row.get("document")
                  or "、".join([*row.get("units", []), *row.get("says", [])]), f"{answer.status} {sorted(concluded)} {sorted(cited)[:4]}",
                  marks={"明说": bool(CONTRADICTS.search(answer.text))})


def judge_temporal(row: dict[str, Any], wording: int, answer: Answer) -> Outcome:
    """Right when the clause in force that day is cited (or the class or document of that day given), nothing stale is passed off as
    in force, and what must be said first is said."""
    cited = {c.clause_id for c in answer.citations}
    passed_off = [c.clause_id for c in answer.citations if c.in_force and c.doc_id in row.get("stale", [])]
    concluded = _concluded(answer)
    stated = all(v in concluded for v in (row.get("class"), row.get("document")) if v)
    said = all(w in answer.text for w in row.get("said", []))
    right = stated and said and not passed_off and (not row.get("clauses") or bool(cited & set(row["clauses"])))
    rests = [c for c in answer.citations if c.doc_id in row.get("stale", [])]
    verdict: Verdict = "right" if right else "unanswered" if answer.status != "answered" and not rests else "wrong"
    return judged("temporal", row, wording, answer, verdict, "；".join(map(str, filter(None, [row.get("class"), row.get("document"), *row.get("clauses", []), *row.get("said", [])]))),
                  f"{answer.status} {sorted(concluded)} {sorted(cited)[:4]}", marks={"当日有效": not passed_off, "先说明": said})


def _concluded(answer: Answer) -> set[str]:
    """The class, the document and the leading units the answer gives; 待定 where a determination left it open."""
    found = {answer.eligibility.class_ if answer.eligibility else "", answer.eia.document if answer.eia else ""}
    return {*found, *(answer.duties.lead_units if answer.duties else [])} - {""}
