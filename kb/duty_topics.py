"""Which duties of a plan does a topic mean? By its words first, sentence by sentence; other wordings by a reviewed list.

A duty is about what its sentence does, not about what it rests on: 按照…负面清单，… is no duty about the list. So parts
that state a basis (根据 按照 结合 … 在…基础上) count only where nothing else fits.
"""

import math
import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache

from kb.duty_records import UNIFORM, DutyRecord, Piece
from kb.settings import CORPUS
from kb.tokens import tokens

WHOLE = 0.9  # of the topic's weight: one sentence speaks of all of it
ENOUGH = 0.62  # … or of nearly all of it, where no sentence speaks of the whole
SAME = 0.04  # sentences this near to the best one count as equal
BASIS = re.compile(r"^(?:根据|按照?|依据|依照|结合|围绕)|^在.*基础上$|为(?:核心|重点|领域|主要模式|原则|导向|依托)$")
SENTENCE = re.compile(r"[^。；]+")
MATTER = 4  # characters that make a matter of their own
AND = re.compile(r"(?:以及|及|和|与|跟)")  # two matters in one question
TOWARDS = re.compile(r"(?:[向往从]|对)(?=[一-鿿]{2})")  # a direction belongs to the word after it: 向园区
PART_OF = re.compile(r"^.*[一-鿿](?:里面|里边|当中|里|中|内)的")  # 两高项目里的金属冶炼 asks of 金属冶炼


class Topics:
    """The sentences of a plan's duties, ready to be matched."""

    def __init__(self, records: list[DutyRecord], unit_names: Iterable[str]):
        self.records = records
        names = sorted(set(unit_names), key=len, reverse=True)
        mask = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        self._full = [[mask.sub("", s) for s in _sentences(r)] for r in records]
        self._acts = [[_without_basis(s) for s in sentences] for sentences in self._full]
        self._heads = [[r.heading] for r in records]
        self._all = list(dict.fromkeys(s for sentences in self._full for s in sentences))

    def matching(self, topic: str, whole: bool = False) -> list[DutyRecord]:
        """Every duty the topic's words mean, in the plan's order; none where the plan does not speak of it (`whole`: of all
        of it)."""
        weights = {t: self._weight(t) for t in terms(topic)}
        if not weights or not any(self._known(t) for t in weights):
            return []
        acts, heads, full = ([self._covered(weights, texts) for texts in level] for level in (self._acts, self._heads, self._full))
        scattered = [self._scattered(weights, texts) for texts in self._full]
        passes = ([(WHOLE, [acts, scattered])] if whole else
                  [(WHOLE, [acts, heads, full]), (ENOUGH, [acts]), (WHOLE, [scattered]), (ENOUGH, [full])])
        for wanted, chosen in passes:
            for level in chosen:
                if (best := max(level, default=0.0)) >= wanted:
                    return self._same_way(topic, [r for r, c in zip(self.records, level, strict=True) if c >= max(wanted, best - SAME)])
            if wanted == WHOLE and chosen[0] is acts and (found := self._each(topic)):
                return found
        rest = PART_OF.sub("", topic)
        return self.matching(rest, whole) if rest != topic else []

    def _each(self, topic: str) -> list[DutyRecord]:
        """The duties of two matters (甲和乙), where a sentence speaks of the whole of each."""
        parts = AND.split(topic)
        found = [self.matching(p, whole=True) for p in parts] if len(parts) > 1 and all(len("".join(terms(p))) >= MATTER for p in parts) else []
        return [r for r in self.records if any(r in f for f in found)] if all(found) else []

    def _same_way(self, topic: str, found: list[DutyRecord]) -> list[DutyRecord]:
        """Of several duties that hold the words, those that hold them as the topic does, if any: a name of two words
        (会商会议) between two commas, not one here and one there; a direction (向园区集聚) as written."""
        if len(words := terms(topic)) == 2 and topic == "".join(words):
            found = [r for r in found if any(all(_stands(w, part) for w in words) for s in self._full[self.records.index(r)]
                                             for part in s.split("，"))] or found
        for m in TOWARDS.finditer(topic):
            phrase = topic[m.start():m.end() + 2]
            found = [r for r in found if any(phrase in s for s in self._full[self.records.index(r)])] or found
        return found

    def ends_in(self, record: DutyRecord, topic: str) -> bool:
        """Is the thing a topic ends in (…之前开的会商会) one that this very duty speaks of?"""
        last = topic.split(" ")[-1]
        return any(last[-n:][:2] in record.task for n in (2, 3) if len(last) >= n)

    def knows(self, topic: str) -> bool:
        """Does the plan have any of a topic's words?"""
        return any(self._known(t) for t in terms(topic))

    def known(self, topic: str) -> str:
        """The parts of a topic that hold a word of the plan, other parts left out."""
        return " ".join(p for p in topic.split(" ") if self.knows(p))

    def share(self, record: DutyRecord, topic: str) -> float:
        """How much of a topic, by weight, a duty's words hold."""
        return self._scattered({t: self._weight(t) for t in terms(topic)}, self._full[self.records.index(record)])

    def place(self, record: DutyRecord, topic: str) -> Piece:
        """The paragraph a duty's topic stands in: its own, or an earlier one its parenthesis governs."""
        weights = {t: self._weight(t) for t in terms(topic)}
        own = Piece(record.clause_id, record.label, record.task)
        return max((own, *record.governed), key=lambda p: max(self._covered(weights, [s]) for s in SENTENCE.findall(p.text)))

    def sentence(self, piece: Piece, topic: str) -> str:
        """The sentence of a paragraph that speaks of the topic, verbatim."""
        weights = {t: self._weight(t) for t in terms(topic)}
        found = [piece.text[m.start():m.end()].strip() for m in SENTENCE.finditer(piece.text.translate(UNIFORM))]
        return max(found, key=lambda s: self._covered(weights, [s]))

    def _covered(self, weights: dict[str, float], texts: list[str]) -> float:
        total = sum(weights.values())
        return max((sum(w for t, w in weights.items() if _stands(t, text)) / total for text in texts), default=0.0)

    def _scattered(self, weights: dict[str, float], texts: list[str]) -> float:
        """The share of a topic's words that stand in any of the sentences."""
        return sum(w for t, w in weights.items() if any(_stands(t, text) for text in texts)) / sum(weights.values())

    def _weight(self, term: str) -> float:
        held = sum(_stands(term, s) for s in self._all)
        return len(term) ** 0.5 * math.log(1 + len(self._all) / (held or 0.5))

    def _known(self, term: str) -> bool:
        return any(_stands(term, s) for s in self._all)


def topic_of(text: str) -> str:
    """What remains of a question when the ways of asking are taken away."""
    for pattern in _words()[0]:
        text = pattern.sub(" ", text)
    text = re.sub(r"([一-鿿])不\1", r"\1", text)  # 考不考核 asks of 考核
    return re.sub(r"[\s，。？?！!、：:“”\"]+", " ", text).strip()


def terms(topic: str) -> list[str]:
    """The topic's words, compounds whole: those of two characters or more, and shorter ones the list knows."""
    known = _words()[1]
    found = [t for t in tokens(topic) if len(t) > 1 or t in known]
    found += [w for w in known if len(w) > 2 and w in topic and not any(_cuts(w, t, topic) for t in found)]
    return [t for t in dict.fromkeys(found) if not any(t != other and t in other for other in found)]


def _cuts(word: str, token: str, text: str) -> bool:
    """Does a listed word (会商会) begin or end inside a word of the text (会议 in 会商会议)?"""
    start, at = text.index(word), text.find(token)
    end = start + len(word)
    return at >= 0 and (at < start < at + len(token) < end or start < at < end < at + len(token))


def _stands(term: str, text: str) -> bool:
    """Does a text hold a word: itself, another form of it, or all the words it is made of?"""
    if any(form in text for form in _words()[1].get(term, (term,))):
        return True
    parts = _parts(term)
    return bool(parts) and all(_stands(p, text) for p in parts)


@lru_cache(maxsize=2000)
def _parts(term: str) -> tuple[str, ...]:
    """垃圾处理 → 垃圾, 处理: the shorter words that a compound is put together of; none where they do not make it up."""
    shorter = sorted({t for t in tokens(term) if t != term and len(t) > 1}, key=len, reverse=True)
    made: dict[str, tuple[str, ...]] = {"": ()}
    for end in range(1, len(term) + 1):
        for word in shorter:
            if term[:end].endswith(word) and (before := made.get(term[:end - len(word)])) is not None:
                made.setdefault(term[:end], (*before, word))
    return made.get(term, ())


def _sentences(record: DutyRecord) -> list[str]:
    texts = [p.text for p in record.governed] + [record.setting + record.task]
    return [s.strip() for text in texts for s in SENTENCE.findall(text.translate(UNIFORM)) if s.strip()]


def _without_basis(sentence: str) -> str:
    """A sentence without the parts that only state a basis; the last part says what is done and stays."""
    *parts, last = sentence.split("，")
    return "，".join([*(p for p in parts if not BASIS.search(p.strip())), last])


@lru_cache(maxsize=1)
def _words() -> tuple[list[re.Pattern[str]], dict[str, tuple[str, ...]]]:
    """The patterns of asking, and for each word the forms under which a plan may write it (设 alone
    stands in too many others)."""
    with (CORPUS / "duty-words.toml").open("rb") as f:
        raw = tomllib.load(f)
    return [re.compile(p) for p in raw["frame"]], {word: (word, *forms) if len(word) > 1 else tuple(forms) for word, forms in raw["same"].items()}
