"""What people said of answers: one JSON line each under the state folder, and the same as lines of an evaluation set."""

import json
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from kb.errors import QuestionError
from kb.models import Answer

Verdict = Literal["有用", "有误"]
NAME = "feedback.jsonl"
LONGEST = 2000  # characters of a note
_writing = threading.Lock()


def record(home: Path, verdict: str, note: str, answer: Answer) -> None:
    """Keep one judgement of an answer. Raises QuestionError for a verdict that is none or a note that is too long."""
    if verdict not in ("有用", "有误"):
        raise QuestionError("评价只能是“有用”或“有误”。")
    if len(note) > LONGEST:
        raise QuestionError(f"说明请不要超过{LONGEST}字。")
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "verdict": verdict, "note": note.strip(), "question": answer.question,
            "as_of": answer.as_of.isoformat(), "answer": answer.contract()}
    with _writing, (home / NAME).open("a", encoding="utf-8") as f:
        f.write(json.dumps(line, ensure_ascii=False) + "\n")


def kept(home: Path) -> list[dict[str, Any]]:
    """All judgements, oldest first; a line torn by a crash is left out."""
    found = []
    for line in (home / NAME).read_text(encoding="utf-8").splitlines() if (home / NAME).exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def as_eval_lines(home: Path) -> str:
    """The judgements as lines of a question set: what was asked and answered, and what the person says is right."""
    rows = []
    for n, entry in enumerate(kept(home), 1):
        answer = entry["answer"]
        rows.append({"id": f"feedback-{n}", "question": entry["question"], "as_of": entry["as_of"],
                     "verdict": entry["verdict"], "note": entry["note"], "status": answer["status"], "intent": answer["intent"],
                     "class": (answer["eligibility"] or {}).get("class"), "document": (answer["eia"] or {}).get("document"),
                     "clauses": [c["clause_id"] for c in answer["citations"]], "date": date.today().isoformat()})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
