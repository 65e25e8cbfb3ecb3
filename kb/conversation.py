"""What does a further turn mean? What was said before is carried into it, fact by fact, and shown, so that it can be taken out.

A thread is what a person has said of one matter: facts (年产3万立方米刨花板, 没有电镀) and what is asked of them (环评做什么).
A turn that names neither its own matter nor its own question takes over what it lacks: 那如果是20万立方米呢？ replaces the
amount of the same unit, 没有电镀 takes the place of 有电镀, 谁牵头？ asks something else of the same matter, 那纤维板呢？ asks the
same of something else. A question that names both stands alone. Nothing is guessed: only words of the turns are used.
"""

import re
from dataclasses import dataclass
from typing import Literal

from kb.project import NATURES, Project
from kb.quantities import Quantity, quantities
from kb.screening_facts import MONEY, PLACE, names_subject
from kb.understanding import CLASS, CONSEQUENCE, DUTY, EIA
from kb.units import known_units

Kind = Literal["规模", "投资", "地点", "性质", "事项", "补充"]
CUTS = re.compile(r"[，,。；;？?！!\n]+")
ASKING = re.compile(
    r"(?:应该|应当|需要|可以|到底|还是|[要由是属算归该需得会能可让该须将用])*(?:做|办|走|编|写|去|交|开|批|管|审|罚|处理)?(?:什么|哪|谁|怎么|如何|多少|多大|多久|几|是否|是不是|有没有|有无|"
    r"能不能|能否|可不可以|可以吗|要不要|需不需要|行不行|允许|让不让|算不算|属不属于|环评|报告书|报告表|登记表|鼓励|限制类|淘汰)|牵头|责任单位|负责|目录")
SUPPOSING = re.compile(r"^(?:那么?|如果|要是|假如|假设|若是?|换成|换作|改成|改为|变成|是|就|再|还|又|说|我们)+(?=.)")
SUPPOSED = re.compile(r"(?:的话|的时候|时|呢|吗|了)+$")
SWAP = re.compile(r"^(?:那么?|换成|换作|改成|如果是|要是)(?P<thing>[^，。？?]{2,16}?)呢?[？?]?$")
SAYING = re.compile(r"没有|没|不|无|有|采用|使用|用|涉及|在|位于|只|仅|仅仅|单纯|含|属于|避开")
UNDONE = re.compile(r"[没未不]有?$")  # 没办环评就开工 asks for nothing yet
MADE = re.compile(r"产(?!值)|处理|加工|屠宰|存栏|出栏")
CLAUSE = re.compile(r"第[一二三四五六七八九十百千\d]+[条项款]")
BARE = re.compile(r"^(?:没有|不?采用|不?使用|不?涉及|不?含|不?用|不?属于|不|无|没|有|是)+|的|工艺$|了$")


@dataclass(frozen=True)
class Thread:
    """What was said of one matter: its facts in order, and what was asked of it."""

    facts: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()

    def without(self, fact: str) -> "Thread":
        """The thread when a fact is taken out of it."""
        return Thread(tuple(f for f in self.facts if f != fact), self.asks)

    @property
    def whole(self) -> str:
        """The thread as one question."""
        return "，".join((*self.facts, *self.asks))


@dataclass(frozen=True)
class Turn:
    """A turn as one whole question, the thread after it, and what it carried over of the turns before."""

    question: str
    thread: Thread
    carried: tuple[str, ...] = ()


def follow(thread: Thread, question: str) -> Turn:
    """A further turn of a conversation, made whole from what was said before."""
    question = question.strip()
    facts, asks = parts(question)
    alone = Turn(question, Thread(facts, asks))
    if not thread.whole or CLAUSE.search(question) or "《" in question:
        return alone
    if facts and not asks:
        if new := _new_matter(facts, thread):
            return Turn(new.whole, new, thread.asks)
        if swapped := _swapped(thread, question):
            changed = Thread(swapped, thread.asks)
            return Turn(changed.whole, changed, changed.facts + changed.asks)
        changed = Thread(_merged(thread.facts, facts), thread.asks)
        return Turn(changed.whole, changed, (*_kept(changed, thread), *thread.asks))
    if asks and thread.facts and not _own_matter(facts, asks):
        changed = Thread(_merged(thread.facts, facts), asks)
        joined = DUTY.search("".join(asks)) and len(changed.facts) == 1  # 负面清单谁牵头
        return Turn("".join((*changed.facts, *asks)) if joined else changed.whole, changed, _kept(changed, thread))
    return alone


def _kept(thread: Thread, before: Thread) -> tuple[str, ...]:
    return tuple(f for f in thread.facts if f in before.facts)


def parts(question: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(facts, asks) of a turn: each part of a sentence is cut where it begins to ask."""
    facts: list[str] = []
    asks: list[str] = []
    for piece in filter(None, map(str.strip, CUTS.split(question))):
        piece = SUPPOSING.sub("", piece).strip() if not ASKING.match(piece) else piece
        m = next((m for pattern in (ASKING, CLASS, EIA) for m in pattern.finditer(piece) if not UNDONE.search(piece[:m.start()])), None)
        fact, ask = (piece[:m.start()], piece[m.start():]) if m else (piece, "")
        fact = SUPPOSED.sub("", fact).strip()
        if fact and not re.fullmatch(r"[那这它]?(?:个|种|样|项目|请问|么|应该|事|事情)?", fact):
            facts.append(fact)
        if ask:
            asks.append(ask)
    return tuple(dict.fromkeys(facts)), tuple(dict.fromkeys(asks))


def kind(fact: str) -> Kind:
    """What kind of thing a fact says, for its chip."""
    amounts = quantities(fact)
    if any(_money(q) for q in amounts):
        return "投资"
    if amounts:
        return "规模"
    if PLACE.search(fact):
        return "地点"
    if any(re.fullmatch(rf"(?:{words})(?:项目)?", fact) for words in NATURES.values()):
        return "性质"
    return "补充" if SAYING.match(fact) else "事项"


def _own_matter(facts: tuple[str, ...], asks: tuple[str, ...]) -> bool:
    """Does a turn name what it asks about itself?"""
    if facts and CONSEQUENCE.search("".join(asks)):
        return True  # 没办环评就开工会怎么处罚 is a question of law, whatever project was spoken of
    return any(_residue(f) and names_subject(Project(_residue(f))) and not SAYING.match(f) for f in facts)


def _new_matter(facts: tuple[str, ...], thread: Thread) -> Thread | None:
    """那水泥厂呢？: a project of its own, of which the same is asked."""
    own = [f for f in facts if names_subject(Project(f)) and Project(f).described and not SAYING.match(f)]
    if not own or any(_residue(f) and _residue(f) in "".join(thread.facts) for f in own):
        return None
    return Thread(facts, thread.asks)


def _swapped(thread: Thread, question: str) -> tuple[str, ...] | None:
    """那纤维板呢？ 那环保局呢？: the facts with the thing made, or the unit, replaced, where just one fact names one."""
    m = SWAP.fullmatch(question)
    if not m or quantities(m["thing"]) or SAYING.match(m["thing"]) or PLACE.search("在" + m["thing"]) or not names_subject(Project(m["thing"])):
        return None
    if known_units().mentions(m["thing"]):
        named = [(n, unit.text) for n, f in enumerate(thread.facts) for unit in known_units().mentions(f)]
    else:
        named = [(n, _residue(f)) for n, f in enumerate(thread.facts) if quantities(f) and MADE.search(f) and _residue(f) in f]
    if len(named) != 1 or len(named[0][1]) < 2:
        return None
    n, old = named[0]
    return tuple(f.replace(old, m["thing"]) if k == n else f for k, f in enumerate(thread.facts))


def _merged(before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """The facts of both, a newer one in the place of the older it corrects."""
    facts = list(before)
    for fact in new:
        amounts = quantities(fact)
        corrected = next((k for k, old in enumerate(facts) if _corrects(fact, amounts, old)), None)
        if corrected is None:
            facts.append(fact)
        elif amounts and not _residue(fact):
            facts[corrected] = _with_amount(facts[corrected], amounts[0])
        else:
            facts[corrected] = fact
    return tuple(dict.fromkeys(facts))


def _corrects(fact: str, amounts: list[Quantity], old: str) -> bool:
    """Is this the same thing said anew: an amount of the same unit, a place, the same word denied or affirmed?"""
    if amounts:
        alike = [q for q in quantities(old) if _same_measure(q, amounts[0])]
        return bool(alike) and (not _residue(fact) or _residue(fact) in old)
    if PLACE.fullmatch(fact) or (m := PLACE.search(fact)) and not _left(fact, m):
        return kind(old) == "地点"
    bare = BARE.sub("", fact)
    return bool(bare) and bare == BARE.sub("", old) and fact != old


def _with_amount(old: str, new: Quantity) -> str:
    """年产3万立方米刨花板 with 20万立方米 is 年产20万立方米刨花板."""
    q = next(q for q in quantities(old) if _same_measure(q, new))
    start, end = q.whole if q.bound else (q.start, q.end)
    text = old[:start] + new.text + old[end:]
    return re.sub(r"(年产)(?:年产)+", r"\1", text)


def _same_measure(a: Quantity, b: Quantity) -> bool:
    return a.dimension == b.dimension and _money(a) == _money(b)


def _money(q: Quantity) -> bool:
    return q.measure in MONEY or q.dimension in ("金额", "外币")


def _residue(fact: str) -> str:
    """What a fact says beside its amounts: 刨花板 of 年产3万立方米刨花板."""
    text = fact
    for q in reversed(quantities(fact)):
        text = text[:q.start] + "\0" + text[q.end:]
    text = re.sub(r"总?投资|年产量?|日产|产能|产量|年|日|约|大约|为|是|共|每|的|规模|新建|扩建|改建|元|/|\s", "", text)
    return max((p for p in text.split("\0")), key=len, default="")


def _left(fact: str, m: re.Match[str]) -> str:
    return re.sub("建设?|落户|选址|项目", "", fact[:m.start()] + fact[m.end():])
