"""Does a sentence say no more, and nothing else, than one line of a source?

A sentence may shorten a line and join it with plain words (corpus/claim-words.toml); it may not bring words of its own, leave out or
add a negation or a permission, change the order of what is said, or skip one amount, document or body to reach another.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Literal

from kb import claims
from kb.claims import normal
from kb.lexicon import canonical

LEAST = 2  # characters of a stretch that counts as taken over
SHORT = 5  # characters below which a piece of a sentence is not looked up alone
STOP = re.compile(r"[，。；：！？,;:!?]")
TELLING = re.compile("书|表|豁免|环评手续|类|符合|“|界线|条件")
SUPPOSED = re.compile("若|如果|达到的|符合的")
SAID_OF_PROJECT = re.compile("项目(?:属|描述|的|已|没有|是|位于|情况)|总投资")
STATEMENT = re.compile("[。;；\n]")
OF_PROJECT = re.compile("(?:该|本|此|这个|您的|贵[^，。]{0,3}的)项目|项目(?=[有无没已发属年采使用在未不超达])|您|贵")
WORD = re.compile(r"[一-鿿A-Za-z0-9.%≥≤<>+]")


@dataclass(frozen=True)
class Line:
    """One line of a source. Order matters in a clause and in the findings' prose; a clause says nothing of this project, cells name
    conditions beside what follows from them, a question gives facts of the project but never a rule or a result."""

    text: str
    kind: Literal["prose", "clause", "cells", "conclusion", "question"] = "prose"

    @property
    def row(self) -> bool:
        return self.kind in ("cells", "conclusion")


def follows(sentence: str, lines: list[Line], joint: bool) -> bool:
    """Is the sentence said by one line as a whole or — unless `joint` — piece by piece, each piece by one line?"""
    ready = [Line(_ready(line.text), line.kind) for line in lines]
    text = _ready(sentence).rstrip("。；，")
    pieces = _pieces(text)
    whole = joint or len(pieces) == 1
    if any(_said(text, line, joint) for line in ready if whole or not line.row):
        return True
    if whole:
        return False
    chosen = [next((n for n, line in enumerate(ready) if _said(piece, line, False)), None) for piece in pieces]
    return None not in chosen and all(  # two pieces of one line must follow its order
        _said("，".join(p for p, c in zip(pieces, chosen, strict=True) if c == n), ready[n], False) for n in set(chosen) if n is not None)


def _ready(text: str) -> str:
    return normal(canonical(text))


def _pieces(text: str) -> list[str]:
    """The sentence cut at its stops, short pieces joined to the next."""
    found, held = list[str](), ""
    for piece in filter(None, STOP.split(text)):
        held = f"{held}，{piece}" if held else piece
        if len(WORD.findall(held)) >= SHORT:
            found.append(held)
            held = ""
    if held:
        found[-1:] = [f"{found[-1]}，{held}"] if found else [held]
    return found


def _said(text: str, line: Line, conditional: bool) -> bool:
    """May this text be said on the ground of this line? A condition is not said of the project unless with what follows from it,
    nor what follows without its condition."""
    if line.kind == "cells" and not TELLING.search(text) or line.kind == "question" and _pattern("results").search(text):
        return False
    if OF_PROJECT.match(text) and (line.kind == "clause" or line.kind == "prose" and not SAID_OF_PROJECT.search(line.text)):
        return False
    if line.kind == "prose" and SUPPOSED.search(line.text) and not conditional:
        return False
    blocks = _blocks(text, line)
    if line.kind == "clause" and blocks and not conditional and "的," in STATEMENT.split(line.text[:blocks[0][1]])[-1]:
        return False
    taken = [False] * len(text)
    for here, _, size in blocks:
        taken[here:here + size] = [True] * size
    if not {p.value for p in claims.placed(text) if p.value[-1:] in "≥≤><"} <= {p.value for p in claims.placed(line.text)}:
        return False
    mine, theirs = _marks(text), _marks(line.text)
    for start, end in mine:  # a negation or permission of one's own
        if not all(taken[start:end]):
            return False
    aside = "不符合" if line.row else ""  # a cell of its own there
    denying, denied = _marks(text, "negators"), _marks(line.text, "negators")
    if not all(_sign(here, denying, text, aside) == _sign(there, denied, line.text, aside) for here, there, _ in blocks):
        return False
    free = _plain(text)
    stray = "".join(c if not (t or f) and WORD.match(c) else " " for c, t, f in zip(text, taken, free, strict=True))
    return not stray.strip() and (line.row or not _skips(text, line.text, blocks, theirs))


def _blocks(text: str, line: Line) -> list[tuple[int, int, int]]:
    """(place in text, place in line, size) of what is taken over: in order, or for a row wherever it stands."""
    if not line.row:
        return _drawn_together(text, line.text, [
            (b.a, b.b, b.size) for b in SequenceMatcher(None, text, line.text, autojunk=False).get_matching_blocks() if b.size >= LEAST])
    found, at = [], 0
    while at < len(text):
        size = next((n for n in range(min(40, len(text) - at), LEAST - 1, -1) if text[at:at + n] in line.text), 0)
        if size:
            found.append((at, line.text.index(text[at:at + size]), size))
        at += size or 1
    return found


def _drawn_together(text: str, line: str, blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Each stretch at its place nearest before the next one: of a word that comes twice, the near one is meant."""
    found: list[tuple[int, int, int]] = []
    for here, there, size in reversed(blocks):
        near = line.rfind(text[here:here + size], there, found[-1][1] if found else len(line))
        found.append((here, max(there, near) if found else there, size))
    return found[::-1]


def _skips(text: str, line: str, blocks: list[tuple[int, int, int]], marks: list[tuple[int, int]]) -> bool:
    """Is a negation, or a value that could be mistaken for one in the text, passed over between two stretches?"""
    families = {p.family for p in claims.placed(text)}
    values = [p for p in claims.placed(line) if p.family in families]
    for (_, there, size), (_, following, _) in zip(blocks, blocks[1:], strict=False):
        left, right = there + size, following
        gap, passed = line[left:right], [p for p in values if left <= p.start and p.end <= right]
        for p in passed:
            gap = gap.replace(line[p.start:p.end], "")
        if passed and WORD.search(without_plain(gap)):  # what is left when it was only one of several named together (报告书、报告表)
            return True
        near = right - len(STOP.split(line[left:right])[-1])  # a negation reaches forward to the next stop
        if line[right] not in "的，,、；;" and any(near <= start and end <= right for start, end in marks):
            return True
    return False


def _sign(at: int, marks: list[tuple[int, int]], text: str, aside: str) -> str:
    """The negation or permission that what stands at a place is under; empty where it is under none."""
    found = next((text[start:end] for start, end in marks if start < at <= end), "")
    return "" if found == aside else found


def _marks(text: str, *kinds: str) -> list[tuple[int, int]]:
    """Where negations and permissions (or one kind of them) stand; a longer one covers the shorter ones in it."""
    return [m.span() for m in _pattern(*(kinds or ("negators", "permissions"))).finditer(text)]


def _plain(text: str) -> list[bool]:
    free = [False] * len(text)
    for m in _plain_pattern().finditer(text):
        free[m.start():m.end()] = [True] * len(m[0])
    return free


def without_plain(text: str) -> str:
    """What is left of a text when the plain words are taken out."""
    return _plain_pattern().sub("", text)


@cache
def _pattern(*kinds: str) -> re.Pattern[str]:
    grammar = claims.words()["grammar"]
    return re.compile("|".join(map(re.escape, sorted({w for k in kinds for w in grammar[k]}, key=len, reverse=True))))


@cache
def _plain_pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(claims.words()["plain"]["words"], key=len, reverse=True))))
