"""Under which texts is a clause found? A row or entry with several alternatives is found under each of them.

What is indexed decides more than the model does: one text per alternative, with the names GB/T 4754-2017 gives the
industry codes of a row, and every paragraph of a long article on its own beside the whole.
"""

import re

from kb.articles import paragraphs
from kb.eia_grammar import alternatives
from kb.industries import industries_of
from kb.models import Clause, Document, Passage

EMPTY_CELLS = {"", "/", "其他", "全部"}
MIN_PART = 4  # characters; a shorter part says too little on its own


def passages(document: Document, clauses: list[Clause]) -> list[Passage]:
    """All passages of a document, each text once a clause."""
    texts_of = {"eia_list": _row, "catalogue": _entry, "statute": _article, "work_plan": _plan}.get(document.kind, _plain)
    return [Passage(clause_id=c.clause_id, text=text)
            for c in clauses for text in dict.fromkeys(texts_of(document, c)) if text]


def _row(document: Document, clause: Clause) -> list[str]:
    """A row of the EIA list: each alternative of its name with the industries it stands for, each condition with the name."""
    if "no" not in clause.fields:
        return [clause.text]
    name, sector = clause.fields["name"], _words(clause.fields["sector"])
    texts = []
    for alternative in alternatives(name):
        industries = "、".join(industries_of(alternative))
        texts += [f"{_words(alternative)}（{sector}）", industries and f"{_words(alternative)}：{industries}"]
    for key in ("report", "form", "registration"):
        texts += [f"{_words(name)[:60]}：{part}" for part in alternatives(clause.fields[key])
                  if part not in EMPTY_CELLS]
    return texts


def _entry(document: Document, clause: Clause) -> list[str]:
    """A catalogue entry: the whole with its sector, and each of its parts."""
    if clause.fields.get("placeholder"):
        return []
    sector = clause.fields.get("sector") or ""
    parts = re.split(r"[；;，,、\n](?![^（(]*[）)])", clause.text)
    return [f"{clause.text}（{sector}）" if sector else clause.text,
            *(part.strip() for part in parts if len(parts) > 1 and len(part.strip()) >= MIN_PART)]


def _article(document: Document, clause: Clause) -> list[str]:
    """An article under its headings, and each paragraph of an article that has several."""
    name = document.title.removeprefix("中华人民共和国")
    head = " ".join([name, *(re.sub(r"^第[一二三四五六七八九十百]+(?:分编|编|章|节)\s*", "", h) for h in clause.path[-2:])])
    parts = paragraphs(clause.text)
    return [f"{head} {clause.text}", *(f"{head} {p.text}" for p in parts if len(parts) > 1)]


def _plan(document: Document, clause: Clause) -> list[str]:
    """A paragraph of a work plan under its headings, and each of its sentences."""
    sentences = [s for s in re.split(r"(?<=。)(?!（牵头)", clause.text) if s.strip()]
    head = re.sub(r"^（?[一二三四五六七八九十]+[）、]", "", clause.path[-1]) if clause.path else ""
    return [f"{head} {clause.text}", *(f"{head} {s}" for s in sentences if len(sentences) > 1)]


def _plain(document: Document, clause: Clause) -> list[str]:
    return [" ".join([*clause.path, clause.text])]


def _words(text: str) -> str:
    """A list's name without its industry codes and marks."""
    return re.sub(r"[\d*]+|^[一二三四五六七八九十]+、", "", text).replace(" ", "").strip("；、 ")
