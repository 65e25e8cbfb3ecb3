"""What answer does a passage give? Two readers, so that a search without a language model can be scored.

The plain reader does what a pipeline without a model can. Where a conclusion is due it takes of the first passage the clause that
shares most words with the question, and of a row of the list the cell that does (else the one that says 其他 or 全部); a clause's
class and units it is given without error. Where passages are the answer it shows the first five, as the product does; of an old
and a new law the one it shows first counts. Below a cutoff of the score, set on the dev half in its favour, it declines. The perfect reader is a bound no model exceeds: whatever stands in the first five passages it reads without
error, and whatever cannot be shown by a passage (that something is not listed, not held or out of the field) it is given. No
language model over the same passages does better.
"""

from typing import Any, Literal

from evals.baselines import Passage
from evals.outcome import Verdict
from kb.models import Clause
from kb.store import Store
from kb.tokens import tokens

CELLS = (("报告书", "report"), ("报告表", "form"), ("登记表", "registration"))
Reader = Literal["plain", "perfect"]
DEPTH = 5


def plain(name: str, row: dict[str, Any], question: str, passages: list[Passage], cutoff: float, store: Store) -> Verdict:
    """The verdict on what the plain reader says; below the cutoff it declines."""
    declines = not passages or passages[0].score < cutoff
    if name in ("scope", "refusals"):
        must = row["expected"] != "in_scope"
        return "right" if declines == must else "wrong" if must else "unanswered"
    if declines:
        return "right" if _nothing_due(name, row) else "unanswered"
    if name in ("retrieval", "unseen") or row.get("says"):  # as the product, it may show several passages
        return "right" if perfect(name, row, passages) else "wrong"
    if name == "temporal" and golds(name, row) and not row.get("class") and not row.get("document"):
        of_either = next((p for p in passages[:DEPTH] if any(c in golds(name, row) or c.split("/")[0] in row.get("stale", []) for c in p.clauses)), None)
        return "right" if of_either and golds(name, row) & set(of_either.clauses) else "wrong"
    clause = _nearest(question, passages[0], store)
    return "right" if clause and _says(name, row, question, clause) else "wrong"


def perfect(name: str, row: dict[str, Any], passages: list[Passage], depth: int = DEPTH) -> bool:
    """Could a reader without fault answer from the first passages?"""
    held = {c for p in passages[:depth] for c in p.clauses}
    gold = golds(name, row)
    if not gold:
        return True
    return gold <= held if name in ("eia", "catalogue", "duties") else bool(gold & held)


def golds(name: str, row: dict[str, Any]) -> set[str]:
    """The clauses an answer rests on; none where the answer is that there is none."""
    if name == "eia":
        return {f"eia-2021/{no}" for no in row["rows"]}
    return set(row.get({"catalogue": "items", "duties": "clause_ids", "retrieval": "gold", "unseen": "gold"}.get(name, "clauses"), []))


def _nothing_due(name: str, row: dict[str, Any]) -> bool:
    return not golds(name, row) and (row.get("status") == "not_found" or bool(row.get("absent")) or row.get("class") == "待定" or row.get("document") == "待定")


def _says(name: str, row: dict[str, Any], question: str, clause: Clause) -> bool:
    """Does the one clause the reader took lead to the gold?"""
    if name == "eia":
        return clause.clause_id in golds(name, row) and _cell(question, clause) == row["document"]
    if name == "catalogue":
        return clause.fields.get("class") == row["class"] and clause.clause_id in row["items"]
    if name == "duties":
        return {clause.clause_id} == golds(name, row)
    if row.get("document"):
        return clause.clause_id in golds(name, row) and _cell(question, clause) == row["document"]
    return clause.clause_id in golds(name, row)


def _nearest(question: str, passage: Passage, store: Store) -> Clause | None:
    words = set(tokens(question))
    clauses = store.clauses_by_id(passage.clauses)
    return max((clauses[c] for c in passage.clauses if c in clauses), key=lambda c: len(words & set(tokens(c.text))), default=None)


def _cell(question: str, clause: Clause) -> str | None:
    """The document of the cell whose words the question shares most; without any, of the one that takes the rest."""
    words = set(tokens(question))
    cells = [(document, str(clause.fields.get(key, ""))) for document, key in CELLS if str(clause.fields.get(key, "")) not in ("", "/")]
    if not cells:
        return None
    document, text = max(cells, key=lambda cell: len(words & set(tokens(cell[1]))))
    if words & set(tokens(text)):
        return document
    return next((d for d, t in cells if "其他" in t or t == "全部"), cells[0][0])
