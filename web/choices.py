"""Which buttons answer a clarifying question? Each sends words that the engine reads as the fact; an amount gets a field.

The questions are fixed sentences of prompts/sentences.toml, so their own wording says what may be answered.
"""

import re
from dataclasses import dataclass

from kb.composing import sentence

SLOT = "\ue002"
BOTH = (("eia.ask_trait", "有{}", "没有{}"), ("eia.ask_only", "只做{}", "不只做{}"), ("eligibility.ask_need", "属于{}", "不属于{}"),
        ("eligibility.ask_exception", "属于{}", "不属于{}"))
EITHER = ("eia.ask_subject", "eia.ask_row")
AMOUNT = ("eia.ask_limit", "eligibility.ask_limit")
MANY = 8  # options beyond which buttons no longer help


@dataclass(frozen=True)
class Amount:
    """A field for a number: what it is of, and its unit."""

    name: str
    unit: str


def replies(question: str) -> list[tuple[str, str]]:
    """(what the button says, what it sends); none where a person must write."""
    for key, yes, no in BOTH:
        if m := _of(key).fullmatch(question):
            term = _plain(m["name"])
            return [(yes.format(term), yes.format(term)), (no.format(term), no.format(term))]
    for key in EITHER:
        if m := _of(key).fullmatch(question):
            options = [o for o in re.split("[、；]", _plain(m[1])) if o]
            if 1 < len(options) <= MANY:
                return [*((o, o) for o in options), ("都不是", "，".join(f"不是{o}" for o in options))]
    if question == sentence("eia.ask_place"):
        return [("涉及环境敏感区", "涉及环境敏感区"), ("不涉及环境敏感区", "不涉及环境敏感区")]
    if question == sentence("local.ask_nature"):
        return [(n, n) for n in ("新建", "改建", "扩建")]
    return []


def amount(question: str) -> Amount | None:
    """The number a question asks for."""
    for key in AMOUNT:
        if m := _of(key).fullmatch(question):
            return Amount(_plain(m["name"]), _plain(m["unit"]))
    return Amount("总投资", "万元") if question == sentence("local.ask_investment") else None


def _of(key: str) -> re.Pattern[str]:
    """The fixed sentence as a pattern of what was filled in."""
    slots = {name: f"{SLOT}{name}{SLOT}" for name in ("name", "names", "unit")}
    text = re.escape(sentence(key, **slots))
    return re.compile(re.sub(f"{SLOT}(\\w+){SLOT}", r"(?P<\1>.+?)", text), re.S)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip()
