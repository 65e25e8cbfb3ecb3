"""Which items does one clause of a catalogue entry take? Its pieces between 、 and 和, told apart by the catalogue's language.

One 新建 at the head and one 生产装置 or 项目 at the end can hold several products, each with its own limit, qualifier (单线 单班 单窑),
process and bracket; a piece that only limits or describes is a condition of the next.
"""

import re
from dataclasses import dataclass, field, replace

from kb.catalogue_brackets import (
    CARVES,
    exemptions_in,
    graded,
    other_names,
    rated,
    take_brackets,
    variants_of,
)
from kb.catalogue_items import AT_MOST, Exemption, Item, Limit, Need
from kb.catalogue_terms import (
    PLAIN,
    aligned_head,
    core_of,
    denied_head,
    is_strong,
    leading_word,
    measured_thing,
    numbers_in,
    parts_two,
    second_work,
    shared_head,
    shared_material,
    trait_terms,
)
from kb.eia_rules import NATURES
from kb.places import PROVINCES
from kb.quantities import Threshold, thresholds

NATURE = re.compile(rf"(?:(?<=^)|(?<=[、，,和]))(?:以及)?(?:现有)?(?:{NATURES})(?:[、和及或](?:{NATURES}))*(?![独续])(?=[一-鿿\d\0])")
NEGATIVE = re.compile(r"(?:(?<=、)(?:以及)?(?:[一-鿿]{2,6}、)+[一-鿿]{2,6}等指标|[^，,；;、的\d上下\0]{2,10}?)?[但且]?(?:达不到|未达到|未采用|未选用|未配套|未同步配套建设|没有|无(?!纺|机|缝|碱|烟|线|人|溶剂|氧|铅|毒|石棉|公害|害化)|不采用|不符合|未按)[^，,；;]*?的(?=[^，,；;]{2})")
MAKING = re.compile(r"(?:(?:使用|采用|以)[^，,；;]+?作为[^，,；;、]+?的|使用[^，,；;]+?生产的|采用[^，,；;、]+?(?:工艺|法)生产(?=.{2})|以[^，,；;]+?为[^，,；;]+?用途的|以[^，,；;]+?为(?:主要)?原料(?:的)?(?:[、，](?:采用[^，,；;]+?的)?)?|以[^，,；;、]+?为[^，,；;、]+?的)")
SCOPE = re.compile(r"^(?:(?:[东中西]、?)+部地区|缺水地区|北方|南方)(?:、[一-鿿]{2,6}区)*")
LISTED = re.compile(r"(?:日|年)(?:处理|加工|屠宰)([^，,；;\d（(]+?)(?=\d)")
USING = re.compile(r"(?:采用|使用|利用|建立)([^，\d]+?)(?:等(?:多种)?新?(?:技术|工艺|系统)?(?:装备|设备)?)?，(?:生产|制造)?(.+)$")
BY_PRODUCT = re.compile("(?:副产物|废弃物|废物|资源)?(?:综合|回收|循环)?(?:综合|回收|循环|再)?利用.*")
ALL_KINDS = re.compile("高、中、低压|大、中、小型")  # every kind there is: the thing itself
RESEARCH = re.compile("(?:(?:研发|研究|研制|开发|推广|应用|生产|制造|设计|创新)[与和及、]?)+")  # said of every entry, and governs none
GRADE = re.compile(r"\d[\d.]*级(?:及?以[上下])?(?=..)")
JOIN = re.compile(r"、(?:以及)?|/(?=[一-鿿])|(?<=[一-鿿])以及(?=[一-鿿])|(?<=[一-鿿]{2})及(?![以其时])(?=[一-鿿]{2})|(?<=[一-鿿]{2})[和与或](?=[一-鿿A-Z\d]{2})|(?<=以下)[和或](?=\d)")


@dataclass(frozen=True)
class Held:
    """What a clause says for those after it."""

    natures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass
class _Piece:
    """A piece of a clause between separators, as it is read."""

    begin: int
    end: int
    separator: str  # before it
    limits: list[Limit]
    subject: str  # what is left of it
    traits: list[Need]
    exceptions: list[Exemption]
    more: list[str]  # other names of the thing: （含手推车胎）
    of: str = ""  # the thing a limit is of, from the words before it: 年屠宰生猪
    natures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    variants: list[tuple[tuple[str, ...], Limit]] = field(default_factory=list)  # another limit for a kind or a place
    regional: tuple[str, list[Limit]] | None = None  # other limits for a region: （其中西部地区…）
    renewed: bool = False  # it says its nature itself


def clause_items(clause: str, before: Held) -> tuple[list[Item], Held]:
    """The items of one clause, and the natures (新建) and places said so far, which hold for the clauses after it too."""
    plain, brackets = take_brackets(ALL_KINDS.sub("", clause))
    if m := USING.match(plain):
        got, after = clause_items(clause[clause.index("，") + 1:].lstrip() if "，" in clause else m[2], before)
        using = Need(tuple(t for t in re.split("[、和及与]", re.sub("等$", "", m[1])) if len(t) > 1), m[1], trait=True)
        return [replace(i, needs=(*i.needs, using)) for i in got], after
    said = before.natures
    places = before.places
    if m := SCOPE.match(plain):
        places = tuple(re.split("(?<=地区)、", m[0]))
        plain = "\0" * len(m[0]) + plain[m.end():]
    traits: list[tuple[int, Need]] = []
    begun: list[tuple[int, tuple[str, ...]]] = []  # where a nature begins to hold
    for m in list(NATURE.finditer(plain)):
        begun.append((m.start(), tuple(re.split("[、和及或]", re.sub("^(?:以及)?(?:现有)?", "", m[0])))))
        plain = plain[:m.start()] + "\0" * len(m[0]) + plain[m.end():]
    for pattern, negated in ((NEGATIVE, True), (MAKING, False)):
        for m in pattern.finditer(plain):
            terms = trait_terms(m[0], negated)
            if terms:
                traits.append((m.start(), Need(terms, m[0].strip("的，但且"), negated, True)))
        for m in list(pattern.finditer(plain)):
            plain = plain[:m.start()] + "\0" * len(m[0]) + plain[m.end():]
    limits = thresholds(plain)
    whole = [m.span(1) for m in LISTED.finditer(plain)]
    cuts = [(0, 0, "")] + [(m.start(), m.end(), m[0]) for m in JOIN.finditer(plain)
                           if not any(t.start <= m.start() < t.limits[0].end for t in limits) and parts_two(plain, m)
                           and not any(a <= m.start() < b for a, b in whole)]
    cuts += [(m.start(), m.end(), "，") for m in re.finditer("[，,]", plain)]
    cuts.sort()
    pieces: list[_Piece] = []
    for (_, begin, separator), (end, *_rest) in zip(cuts, [*cuts[1:], (len(plain), 0, "")], strict=True):
        piece = _piece(plain, begin, end, separator, limits)
        own = [n for at, n in begun if begin <= at < end]
        piece.natures = said = own[0] if own else said
        piece.renewed = bool(own)
        piece.traits += [n for at, n in traits if begin <= at < end]
        piece.places = places
        pieces.append(piece)
    last, special = pieces[-1], list[Item]()
    for at, inner in brackets:
        piece = next((p for p in pieces if p.begin <= at <= p.end), last)
        if CARVES.search(inner):
            carved = exemptions_in(inner)
            for p in _group(pieces, piece) if re.search(r"(?:装置|生产线|项目|工艺|品)$", plain[:at]) else [piece]:
                p.exceptions += carved
        elif grades := graded(inner):
            head = core_of(piece.subject)[-2:]
            special += [Item(f"{kind}{piece.subject}", (Need((head,), piece.subject), Need((kind,), kind)), (Limit(limit, inner, ""),)) for kind, limit in grades]
        elif AT_MOST.fullmatch(inner):
            piece.traits.append(Need((inner,), inner, trait=True))
        elif re.match("含|包括", inner):
            piece.more += other_names(re.sub("[（(].*?[）)]", "", inner))
        elif (m := re.match("其中([东中西]部地区)(.+)", inner)) and (t := thresholds(m[2])):
            piece.regional = (m[1], [Limit(x, m[2], m[2][:x.start]) for x in t])
        elif variants := variants_of(inner, piece.limits):
            piece.variants += variants
        elif len(kinds := [k for k in re.split("[，；;]", inner) if re.match(r"[一-鿿]+的?[一-鿿]{2,5}(?:率|能耗|电耗)[^，]*\d", k)]) > 1:
            special += [i for k in kinds if (t := thresholds(k)) and "的" in k or (t := thresholds(k)) for i in [rated(k, t[0])]]
        elif t := thresholds(inner):
                piece.limits += [Limit(x, inner, inner[:x.start]) for x in t]
        elif all(len(x) > 3 and not re.match("一|简称|指|即", x) and not re.search(r"(?<![利使应])用$|\d", x) for x in re.split("[、，,；;]|等$", inner) if x):
            piece.more += other_names(inner)
        elif (re.fullmatch("[A-Za-z\\d-]{2,8}|[一-鿿]{2,3}", inner) and not core_of("甲乙" + plain[at:piece.end]).strip("甲乙")):
            piece.more += other_names(inner)
    for at, trait in traits[:1]:  # what a list begins with holds for all of it, up to a 项目 or 生产线
        if at == 0 or plain[:at].strip("\0") == "" or not any(core_of(p.subject) for p in pieces if p.end <= at):
            for n, p in enumerate(pieces[1:]):
                if re.search("项目$", pieces[n].subject) or p.limits:
                    break
                p.traits.append(trait)
    return [*special, *_joined(pieces, clause)], Held(said, places)


def _group(pieces: list[_Piece], upto: _Piece) -> list[_Piece]:
    """The pieces a bracket behind 项目 or 生产线 speaks of: back to the 项目 or 生产线 before it."""
    at = pieces.index(upto)
    begin = next((n + 1 for n in range(at - 1, -1, -1) if re.search("(?:装置|生产线|项目)$", pieces[n].subject)), 0)
    return pieces[begin:at + 1]


def _piece(plain: str, begin: int, end: int, separator: str, limits: list[Threshold]) -> _Piece:
    text, own = plain[begin:end], list[Limit]()
    mine = [t for t in limits if begin <= t.start < end]
    if not mine:
        return _Piece(begin, end, separator, [], text.replace("\0", "").strip("，,的 "), [], [], [])
    for n, t in enumerate(mine):
        before = plain[(mine[n - 1].end if n else begin):t.start]
        own.append(Limit(t, (before + t.text if t.end <= end else plain[begin:end] + plain[t.end - 2:t.end]).replace("\0", ""), before.replace("\0", "").strip("的，,但且 ")))
    last = mine[-1]
    tail = plain[last.end if last.end <= end else last.limits[0].end:end]
    of = "".join(measured_thing(limit.lead) for limit in own)
    return _Piece(begin, end, separator, own, tail.replace("\0", "").strip("，,的 "), [], [], [], of.strip("，,的、"))


def _joined(pieces: list[_Piece], clause: str) -> list[Item]:
    """Items of the pieces: a piece of limits alone is a condition of the next (、，) or an alternative to it (和 或); what only
    describes shares the head of the last."""
    out: list[_Piece] = []
    carried, carried_traits = list[Limit](), list[Need]()
    for n, piece in enumerate(pieces):
        following = pieces[n + 1] if n + 1 < len(pieces) else None
        open_ = bool(piece.limits) and not core_of(piece.subject) or (not piece.limits and piece.traits and not core_of(piece.subject))
        apart = following is not None and (following.separator not in "、，,、以及" or following.renewed or piece.renewed and following.limits and not core_of(following.subject))
        if following and re.search("范围内$", piece.subject):
            carried_traits.append(Need((piece.subject.removesuffix("范围内"),), piece.subject, trait=True))
            continue
        if following and re.fullmatch(r"[A-Z]\d?级", piece.subject) and following.limits:
            carried_traits.append(Need((piece.subject,), piece.subject, trait=True))
            continue
        if following and open_ and not apart and (not piece.of or _other(piece, following)):
            carried += piece.limits
            carried_traits += piece.traits
            if piece.of:
                following.of = following.of or piece.of
            continue
        piece.limits = carried + piece.limits
        piece.traits = carried_traits + piece.traits
        carried, carried_traits = [], []
        out.append(piece)
    if not out:
        return []
    last, found = out[-1], list[Item]()
    _share_limits(out, clause)
    first_of, prefix = out[0].of, ""
    for n, piece in enumerate(out):
        core = core_of(piece.subject)
        head = core_of(next((p for p in out[n:] if re.search("(?:项目|生产线|装置)$", p.subject)), last).subject)
        if len(core) == 1 and n + 1 < len(out):
            longer = next((c for p in out[n + 1:] if len(c := core_of(p.subject)) > 1), core)
            core += longer[1:]
        needs: list[Need] = []
        if piece.of and (core or n < len(out) - 1 or piece.limits) and not (len(out) == 1 and len(core) > 5):
            needs.append(Need(tuple(x for x in re.split("[、/]|等", piece.of) if x), piece.of))
        if not core and piece is not last and head and piece.limits:
            needs.append(Need((head,), head)) if head != piece.of else None
        elif core:
            if graded := GRADE.match(core):
                needs.append(Need((graded[0],), graded[0], trait=True))
                core = core_of(core[graded.end():])
            needs.append(Need((core, *second_work(core, out[n + 1].subject if n + 1 < len(out) and not out[n + 1].limits else ""), *piece.more), piece.subject))
            if n and (shared := shared_material(out[0].subject, [core_of(p.subject) for p in out[1:]])) and not piece.limits:
                needs.append(Need((shared,), shared))
            if n and (denied := denied_head(out[0].subject)) and not core.startswith("非") and not piece.limits:
                needs.append(Need((denied,), denied))
            if piece is not last and (h := _governing(piece, out[n + 1:])):
                needs.append(Need((h,), head))
            elif piece is not last and not piece.more and (h := aligned_head(core, [core_of(p.subject) for p in out[n + 1:n + 4]]) or shared_head(core, head)):
                needs.append(Need((h,), head))
            elif n and not piece.limits and (not is_strong(core) or (len(core) == 2 and piece is last and piece.separator in "及和与/" and len(core_of(out[n - 1].subject)) > 3)) and (prefix := leading_word(out[n - 1].subject) or prefix):
                needs.insert(0, Need((prefix,), prefix))
        if n and piece.limits and not piece.of and first_of and not out[0].subject.startswith(first_of) and not piece.limits[0].lead:
            needs.insert(0, Need((first_of,), first_of))
        places = piece.places
        text = _span(clause, piece, out)
        if piece.regional:
            where, others = piece.regional
            found.append(Item(f"{where}{others[0].text}", (*(x for x in needs if any(x.terms)), *dict.fromkeys(piece.traits)), tuple(others), piece.natures,
                              (where,), tuple(piece.exceptions)))
            piece.exceptions.append(Exemption(where, places=(where,)))
        for names, other in piece.variants:
            there = all(n in PROVINCES for n in names)
            special = () if there else (Need(names, other.text),)
            found.append(Item(other.text, (*(x for x in needs if any(x.terms)), *special, *piece.traits), (other, *piece.limits[1:]), piece.natures,
                              names if there else places, tuple(piece.exceptions)))
            piece.exceptions.append(Exemption(other.text, places=names) if there else Exemption(other.text, items=(Item(other.text, special),)))
        found.append(Item(text, (*(x for x in needs if any(x.terms)), *dict.fromkeys(piece.traits)), tuple(piece.limits), piece.natures, places,
                          tuple(piece.exceptions), numbers_in(core)))
    return found


def _share_limits(out: list[_Piece], clause: str) -> None:
    """A limit that a clause begins with, and is its only one, is the limit of everything it lists (…以下的烧结砖及烧结空心砌块)."""
    for n, piece in enumerate(out):
        if not piece.limits or piece.of or not (core_of(piece.subject)):
            continue
        rest = out[n + 1:]
        stop = next((k for k, p in enumerate(rest) if p.limits or (p.exceptions and not piece.exceptions) or p.renewed or re.search("(?:生产线|项目|装置)$", out[n + k].subject)), len(rest))
        joined = re.search(r"(?:以下|以上|）)的", clause[:clause.find(piece.subject)][-4:]) if piece.subject in clause else None
        alone = (n == 0 or piece.renewed) and not any(p.limits for p in out[:n] if not piece.renewed) and stop == len(rest)
        if joined or alone:
            for p in rest[:stop]:
                p.limits = list(piece.limits)


def _governing(piece: _Piece, after: list[_Piece]) -> str:
    """What a list is the object of: 原油、天然气、成品油的储运; 四氯化碳、四氯化硅等副产物综合利用. "" where it is a list of products."""
    if piece.limits or "的" in piece.subject or re.search("(?:库|场|楼|站|中心|馆|院|园|厂|枢纽)$", piece.subject):
        return ""
    for p in after:
        if p.limits or p.exceptions or p.renewed:
            return ""
        if piece.subject.endswith("类") and (m := re.search(r"类中(.{2,})$", p.subject)):
            return core_of(m[1])
        if re.match("含|以|由|用|采用|使用|配套|具|有", p.subject):
            return ""
        if m := re.search(r"[^的等](?:的|等)(?=[^的等]{2,}$)(.+)$", p.subject):
            rest = m[1]
            if "等" not in p.subject or re.search("综合利用|回收|处理|治理|储运|服务|设施|监测|检测|系统|工艺|技术", rest):
                if BY_PRODUCT.fullmatch(rest):
                    return "利用"
                return "" if rest in PLAIN or RESEARCH.fullmatch(rest) else core_of(rest) or rest
            return ""
        if re.search("(?:项目|生产线|装置)$", p.subject):
            return ""
    return ""


def _span(clause: str, piece: _Piece, out: list[_Piece]) -> str:
    limits = "、".join(limit.text.replace("\0", "").strip("，,、") for limit in piece.limits)
    traits = "".join(t.text for t in piece.traits)
    return f"{limits}{traits}{piece.subject or out[-1].subject}" or clause


def _other(piece: _Piece, following: _Piece) -> bool:
    """Does the next piece's limit measure something else, so that both are demanded together?"""
    if not following.limits or not piece.limits:
        return False
    a, b = piece.limits[-1].threshold.limits[0], following.limits[0].threshold.limits[0]
    return (a.dimension, a.per) != (b.dimension, b.per) and not (a.dimension == "动物" and a.per == b.per)
