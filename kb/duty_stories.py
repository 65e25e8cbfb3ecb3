"""Which sentence of a story asks? People tell what happened first, or explain themselves after the question.

A pronoun in the sentence that asks (我们局, 这两家) stands for the units named before it.
"""

import re

from kb.units import Mention, Units

SENTENCES = re.compile(r"[。！？!?；;：:\n]")
ASKS = re.compile(r"哪|什么|啥|谁|多久|几[次项件条]|吗|没有?$|有没|在不在|有份|任务|职责|列|扒")
PRONOUN = re.compile(r"(?:我们|咱们?|他们|她们|你们)(?:单位|[管局委办中]{1,2}[会心]?)|(?:它|他)们?俩|这?[两三]家(?:单位|部门)?|(?:那|这|该|我|咱)[家局委办](?!有|一)|(?:我们|他们)(?=在|要|有|牵|配|参|负|该|到底)")


def asking_parts(question: str, units: Units) -> list[str]:
    """The sentences of a question that ask, the last first, each with the units its pronoun means; none where it is but one."""
    sentences = [s for s in SENTENCES.split(question) if s.strip()]
    if len(sentences) < 2:
        return []
    named = [m for m in units.mentions(question) if m.units]
    return [_with_units(s, named, units) for s in reversed(sentences) if ASKS.search(s)]


def _with_units(sentence: str, named: list[Mention], units: Units) -> str:
    own = [m for m in units.mentions(sentence) if m.units]
    pronoun = PRONOUN.search(sentence)
    if own or not pronoun or not named:
        return sentence
    names = "、".join(dict.fromkeys(m.text for m in named))
    return sentence[:pronoun.start()] + names + ("共同" if len(named) > 1 else "") + sentence[pronoun.end():]
