"""How a language model words what was determined, and how its words are kept from saying anything else.

The program's own answer is complete and always shown: its conclusion first, its comparison and quotes last. Between the two
stand the model's sentences, each shown only when kb.sentence_check finds nothing against it. One that fails is written once
more; failing again it is left out, and the program's paragraph on the same clause stands in its place.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.composing import sentence
from kb.errors import ModelUnavailable
from kb.models import Answer
from kb.sentence_check import Ground, unsupported
from kb.settings import PROMPTS
from kb.store import Store

if TYPE_CHECKING:
    from kb.llm import LanguageModel

MOST = 8  # sentences
FINDINGS = 2500  # characters of the program's own answer given to the model
LEAST_LEFT = 1.0  # seconds below which a sentence is not written anew
THOUGHT = re.compile(r"<think>.*?(?:</think>|$)\s*", re.S)
SENTENCE = re.compile(r"[^\n]*?[。！？!?][”’\"」』）)]*[ \t]*(?:\[\d{1,3}\][ \t]*)*(?=[^\[\s])|[^\n]*\n")
LEADING = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.、)]|[（(]\d{1,2}[）)])\s*")


class Answering:
    """An answer on its way: iterate for its text in pieces, then read `answer`; `finish` does both."""

    def __init__(self, answer: Answer, store: Store, model: LanguageModel | None = None, told: str = ""):
        self.answer, self.store, self.told = answer, store, told or answer.question
        self.model = model if model and answer.citations and answer.status in ("answered", "conditional") and answer.intent != "lookup" else None
        self.started, self.until = time.perf_counter(), time.monotonic() + (model.timeout if model else 0)

    def understood_as(self, question: str, anew: str) -> None:
        """The answer is to `question`, read as `anew`: that is said first."""
        told = sentence("model.reread", question=anew)
        self.answer.question, self.told = question, question
        self.answer.text, self.answer.warnings = f"{told}\n\n{self.answer.text}", [told, *self.answer.warnings]

    def finish(self) -> Answer:
        for _ in self:
            pass
        return self.answer

    def __iter__(self) -> Iterator[str]:
        if self.model is None:
            yield self.answer.text
            return
        head, rest = _parts(self.answer)
        written = "\n\n".join(head)
        if written:
            yield written
        held, notice = list[str](), ""
        try:
            for words in self._sentences(self.until):
                piece = ("\n\n" if head else "") + sentence("model.head") + "\n\n" + words if not held else words
                held.append(words)
                written += piece
                yield piece
        except ModelUnavailable as error:
            notice = sentence("model.broken" if held else "model.failed", reason=str(error))
        notice = notice or sentence("model.worded" if held else "model.none_held")
        if held and self.dropped:
            notice += sentence("model.dropped", count=str(self.dropped))
        last = ("\n\n" if written else "") + "\n\n".join([*rest, notice])
        yield last
        self.answer.text, self.answer.warnings = written + last, [*self.answer.warnings, notice]
        self.answer.composer = "model" if held else "rules"
        self.answer.elapsed_ms = round(self.answer.elapsed_ms + (time.perf_counter() - self.started) * 1000, 1)

    def _sentences(self, until: float) -> Iterator[str]:
        """The model's sentences that hold, as they come; counts those that do not."""
        assert self.model
        self.dropped, shown, given = 0, list[str](), self._given()
        ground = self.ground()
        for n, words in enumerate(_split(self.model.stream(_prompt("compose"), _prompt("compose-input").format(**given), until))):
            if n >= MOST:
                return
            if (wrong := unsupported(words, ground)) and (mended := self._mended(words, wrong, given, ground, until)):
                words, wrong = mended, []
            if wrong:
                self.dropped += 1
            elif words not in shown:
                shown.append(words)
                yield words

    def _mended(self, words: str, wrong: list[str], given: dict[str, str], ground: Ground, until: float) -> str | None:
        """The sentence written once more, if it then holds."""
        assert self.model
        if until - time.monotonic() < LEAST_LEFT:
            return None
        try:
            again = self.model.complete(_prompt("compose"), _prompt("mend").format(**given, sentence=words, faults="；".join(wrong)[:300]), until)
        except ModelUnavailable:
            return None
        lines = [_clean(line) for line in THOUGHT.sub("", again).splitlines() if line.strip()]
        return lines[0] if len(lines) == 1 and not unsupported(lines[0], ground) else None

    def ground(self) -> Ground:
        """What a sentence about this answer may rest on."""
        answer = self.answer
        return Ground(answer, {d.doc_id: d for d in self.store.documents()}, self.told, [p for p in answer.text.split("\n\n") if not p.startswith(">")])

    def _given(self) -> dict[str, str]:
        """What the model is shown: question, findings and clauses, each fenced by a word no document can know."""
        assert self.model
        fence, room = secrets.token_hex(4), self.model.room
        findings = "\n".join(p for p in self.answer.text.split("\n\n") if not p.startswith(">"))[:min(FINDINGS, room // 3)]
        room -= len(findings) + len(self.told)
        materials = list[str]()
        for c in self.answer.citations:
            block = f"<资料-{fence} 编号=\"{c.n}\" 出处=\"《{c.doc_title}》{c.label}\">\n{c.quote}\n</资料-{fence}>"
            if len(block) > room:
                break
            room -= len(block)
            materials.append(block)
        return {"fence": fence, "question": self.told, "findings": findings, "materials": "\n\n".join(materials)}


def _parts(answer: Answer) -> tuple[list[str], list[str]]:
    """What stands before the model's words — warnings and the conclusion — and what stands after them."""
    paragraphs = answer.text.split("\n\n")
    concluded = next((n for n, p in enumerate(paragraphs[:8]) if p.startswith("**结论")), None)
    if concluded is None:
        concluded = next((n for n, p in enumerate(paragraphs) if p not in answer.warnings), 0) - 1
    return paragraphs[:concluded + 1], paragraphs[concluded + 1:]


def _split(deltas: Iterator[str]) -> Iterator[str]:
    """Whole sentences out of a stream; what a reasoning model thinks aloud is left out."""
    buffer = ""
    for delta in deltas:
        buffer += delta
        if "<think".startswith(buffer.lstrip()[:6]) and "</think>" not in buffer:
            continue  # nothing but whitespace, or a thought that is still going on
        buffer = THOUGHT.sub("", buffer)
        while m := SENTENCE.match(buffer):
            buffer = buffer[m.end():]
            if words := _clean(m[0]):
                yield words
    yield from filter(None, map(_clean, THOUGHT.sub("", buffer).splitlines()))


def _clean(line: str) -> str:
    return LEADING.sub("", line).strip().strip("*").strip()


def _prompt(name: str) -> str:
    return (PROMPTS / f"{name}.md").read_text(encoding="utf-8")
