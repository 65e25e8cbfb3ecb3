"""A question the program could not read, put into order by a language model — in the question's own words.

The model names what the question speaks of; every value must stand in the question, or be the law's word for something that does
(corpus/lexicon.toml, corpus/units.toml). What is asked anew consists of the question's own pieces, denials and amounts with them,
and a fixed sentence of the intent: the model can choose words, it cannot add any.
"""

import json
import re
import secrets
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from kb.claims import normal, words
from kb.composing import sentence
from kb.errors import ModelUnavailable
from kb.lexicon import canonical
from kb.lexicon import words as lexicon
from kb.llm import LanguageModel
from kb.settings import PROMPTS
from kb.units import known_units

PIECES = re.compile(r"[，。；：！？,;:!?\n]+")
OBJECT = re.compile(r"\{.*\}", re.S)
BEFORE = 6  # characters before a word in which a denial reaches it


class Query(BaseModel):
    """What a question speaks of, as a model read it."""

    intent: Literal["eia", "eligibility", "duties", "lookup", "other"] = "other"
    product: str = Field("", max_length=60)
    facts: list[str] = Field([], max_length=12)
    units: list[str] = Field([], max_length=6)
    topic: str = Field("", max_length=60)
    document: str = Field("", max_length=60)
    clause: str = Field("", max_length=30)


def reread(question: str, model: LanguageModel, until: float) -> str | None:
    """The question in words the program knows how to read; None where the model gives nothing that the question supports."""
    fence = secrets.token_hex(4)
    system = (PROMPTS / "understand.md").read_text(encoding="utf-8")
    try:
        said = model.complete(system, f"<问题-{fence}>\n{question}\n</问题-{fence}>", until)
    except ModelUnavailable:
        return None
    query = _validated(said)
    return asked_anew(question, query) if query else None


def asked_anew(question: str, query: Query) -> str | None:
    """The question built from those values of a query that it supports."""
    if query.intent not in asking(question):
        return None
    product = query.product if supported(query.product, question) and not _denied(query.product, question) else ""
    facts = [v for v in query.facts if supported(v, question)]
    if query.intent in ("eia", "eligibility") and product:
        return sentence(f"reread.{query.intent}", facts="，".join(dict.fromkeys([product, *_pieces(question, [product, *facts])])))
    if query.intent == "duties":
        topic = query.topic if supported(query.topic, question) else ""
        units = [u for u in query.units if supported(u, question)]
        if topic:
            return sentence("reread.topic", topic=topic)
        return sentence("reread.unit", unit=units[0]) if units else None
    if query.intent == "lookup" and supported(query.document, question) and supported(query.clause, question):
        return query.document + ("" if query.clause.startswith("第") else "第") + query.clause
    return None


def asking(question: str) -> set[str]:
    """The intents for which a question has a word of asking; none where it names a document in 《》, which the program reads itself."""
    if "《" in question:
        return set()
    return {intent for intent, said in words()["asking"].items() if any(w in question for w in said)}


def supported(value: str, question: str) -> bool:
    """Does the question say this: in these words, or in everyday words whose term of the law they are?"""
    if not value.strip():
        return False
    said, whole = normal(canonical(value)), normal(canonical(question))
    if said in whole:
        return True
    if any(w.means == value and normal(w.say) in whole for kind in ("word", "same", "area") for w in lexicon(kind)):
        return True
    named = {unit for m in known_units().mentions(question) for unit in m.units}
    return value in named


def _validated(said: str) -> Query | None:
    """The query in a reply; None where there is none."""
    m = OBJECT.search(said)
    try:
        return Query.model_validate(json.loads(m[0])) if m else None
    except (ValueError, ValidationError, RecursionError):
        return None


def _pieces(question: str, values: list[str]) -> list[str]:
    """The question's own pieces that hold a value, whole, so that 没有 and 不 stay with what they deny."""
    pieces = [p.strip() for p in PIECES.split(question) if p.strip()]
    return [p for p in pieces if any(normal(v) in normal(p) or normal(canonical(v)) in normal(canonical(p)) for v in values)]


def _denied(value: str, question: str) -> bool:
    """Is what a question names only named to say that it is not that?"""
    whole, said = normal(canonical(question)), normal(canonical(value))
    at = whole.find(said)
    return at >= 0 and any(n in PIECES.split(whole[max(0, at - BEFORE):at])[-1] for n in words()["grammar"]["negators"])
