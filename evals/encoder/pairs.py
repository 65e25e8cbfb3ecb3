"""From what does the encoder learn? Pairs of a question and a passage that answers it, made with a fixed seed.

Two sources. `questions/*.jsonl`: everyday questions written by hand for one clause each, in a promoter's, a clerk's,
a consultant's or a resident's words; no evaluation set shares them. Rules: names of list alternatives and of the
industries behind their codes ↔ rows, parts of entries ↔ entries, sentences and penalised acts ↔ articles, in a dozen
question frames. A question's passage is the one of its clause nearest to it; its hard negatives are the nearest
passages of other clauses.
"""

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kb.models import Clause, Document
from kb.store import Store

QUESTIONS = Path(__file__).parent / "questions"
HELD_OUT = 10  # one written question in ten is for choosing, never for learning
SURELY_WRONG = 1.1  # a passage that scores higher than this beside the right one's may well answer the question too
NEGATIVES = 6  # hard negatives kept for a question; one is drawn at each use

FRAMES = {
    "eia_list": ("{}项目要做环评吗", "{}做报告书还是报告表", "新建{}需要办什么环评手续", "想投资{}，环评怎么办", "{}要不要环评",
                 "客商打算上{}，环评文件是哪种", "{}", "{}建设项目"),
    "catalogue": ("{}属于鼓励类吗", "{}是不是限制类", "{}能不能引进", "国家支持搞{}吗", "{}项目政策上允许吗", "想投资{}，符合产业政策吗", "{}"),
    "statute": ("{}怎么处罚", "{}会不会被罚", "{}有什么规定", "{}应该怎么办", "法律对{}怎么说", "{}", "{}是谁的责任", "{}合不合法"),
    "work_plan": ("{}由谁负责", "市里对{}有什么要求", "{}", "{}哪个部门牵头"),
}
ACT = re.compile(r"(?:^|\n)（[一二三四五六七八九十]+）([^；。\n]{6,60})[；。]")
BREACH = re.compile(r"违反本法(?:第[^，]*)?规定，([^，。；]{6,60})，[^。]*(?:罚款|责令)")


@dataclass
class Pair:
    """A question, the clause it is about, its passage, and passages of other clauses that look like it."""

    question: str
    clause_id: str
    kind: str
    passage: str
    written: bool
    negatives: list[str] = field(default_factory=list)


def written_questions() -> list[tuple[str, str]]:
    """(question, clause_id) of the hand-written set, in file order."""
    return [(row["question"], row["clause"]) for path in sorted(QUESTIONS.glob("*.jsonl"))
            for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())]


def split(questions: list[tuple[str, str]], seed: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(to learn from, to choose by)."""
    order = random.Random(seed).sample(questions, len(questions))
    cut = len(order) // HELD_OUT
    return order[cut:], order[:cut]


def rule_questions(store: Store, documents: list[Document], seed: int) -> list[tuple[str, str]]:
    """(question, clause_id) made by rule from the documents' own words."""
    rng = random.Random(seed)
    found = []
    for document in documents:
        for clause in store.clauses(document.doc_id):
            for words in _subjects(document, clause, rng):
                found.append((rng.choice(FRAMES[document.kind]).format(words), clause.clause_id))
    return found


def mine(questions: list[tuple[str, str]], query_vectors: np.ndarray, passages: list[tuple[str, str]],
         passage_vectors: np.ndarray, kinds: dict[str, str], written: bool) -> list[Pair]:
    """Pairs with the nearest passage of the right clause and the nearest passages of wrong ones.

    passages: (clause_id, text), row by row with passage_vectors (n × d); query_vectors row by row with questions.
    """
    rows_of: dict[str, list[int]] = {}
    for row, (clause_id, _) in enumerate(passages):
        rows_of.setdefault(clause_id, []).append(row)
    pairs = []
    for start in range(0, len(questions), 512):
        scores = query_vectors[start:start + 512] @ passage_vectors.T
        for (question, clause_id), row_scores in zip(questions[start:start + 512], scores, strict=True):
            right = [row for row in rows_of.get(clause_id, []) if passages[row][1] != question]
            if not right:
                continue
            best = max(right, key=lambda row: row_scores[row])
            ranked = np.argpartition(-row_scores, 40)[:40]
            ranked = ranked[np.argsort(-row_scores[ranked])]
            wrong: dict[str, str] = {}
            for row in ranked:
                other, text = passages[row]
                surely_wrong = row_scores[row] < SURELY_WRONG * row_scores[best]
                if other != clause_id and surely_wrong and not _twins(text, passages[best][1]):
                    wrong.setdefault(other, text)
            pairs.append(Pair(question, clause_id, kinds[clause_id.split("/")[0]], passages[best][1], written,
                              list(wrong.values())[:NEGATIVES]))
    return pairs


def _subjects(document: Document, clause: Clause, rng: random.Random) -> list[str]:
    """What a clause is about, in its own words: the subjects of rule-made questions."""
    if document.kind == "eia_list" and "no" in clause.fields:
        names = re.split(r"[；;、]", re.sub(r"[\d*（）()]+", " ", clause.fields["name"]))
        conditions = re.split(r"[；;]", clause.fields["report"] + "；" + clause.fields["form"])
        return [w.strip() for w in names if 2 <= len(w.strip()) <= 20] + [
            w for w in conditions if 6 <= len(w) <= 40 and rng.random() < 0.5]
    if document.kind == "catalogue" and not clause.fields.get("placeholder"):
        parts = [p.strip() for p in re.split(r"[；;，,、（）()]", clause.text)]
        return rng.sample(usable, min(3, len(usable))) if (usable := [p for p in parts if 3 <= len(p) <= 24]) else []
    if document.kind == "statute":
        acts = [m[1] for pattern in (ACT, BREACH) for m in pattern.finditer(clause.text)]
        sentences = [s for s in re.split(r"[，。；：\n]", clause.text) if 8 <= len(s) <= 30 and not s.startswith("（")]
        return rng.sample(acts, min(3, len(acts))) + rng.sample(sentences, min(1, len(sentences)))
    if document.kind == "work_plan":
        sentences = [s for s in re.split(r"[，。；：\n]", clause.text) if 6 <= len(s) <= 30 and "单位" not in s]
        return rng.sample(sentences, min(4, len(sentences)))
    return []


def _twins(one: str, other: str) -> bool:
    """Do two passages say the same? Then neither is a wrong answer to the other's question."""
    a, b = ({t[i:i + 2] for i in range(len(t) - 1)} for t in (one, other))
    return bool(a and b) and len(a & b) / min(len(a), len(b)) > 0.7
