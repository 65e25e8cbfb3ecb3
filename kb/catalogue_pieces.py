"""The pieces of one clause of a catalogue entry between 、 and 和: what each says itself, and what a list says once for all of it."""

import re
from dataclasses import dataclass, field

from kb.catalogue_items import Exemption, Limit, Need
from kb.catalogue_terms import PLAIN, WEAK, core_of, measured_thing
from kb.quantities import Threshold

BY_PRODUCT = re.compile("(?:副产物|废弃物|废物|资源)?(?:综合|回收|循环)?(?:综合|回收|循环|再)?利用.*")
ACTIVITY = re.compile("(?:维修|修理|再制造|拆解|运输|再利用|轻量化(?:应用)?|连锁经营)$")  # what is done with everything a list names
RESEARCH = re.compile("(?:(?:研发|研究|研制|开发|推广|应用|生产|制造|设计|创新)[与和及、]?)+")  # said of every entry, and governs none


@dataclass
class Piece:
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


def read_piece(plain: str, begin: int, end: int, separator: str, limits: list[Threshold]) -> Piece:
    text, own = plain[begin:end], list[Limit]()
    mine = [t for t in limits if begin <= t.start < end]
    if not mine:
        return Piece(begin, end, separator, [], text.replace("\0", "").strip("，,的 "), [], [], [])
    for n, t in enumerate(mine):
        before = plain[(mine[n - 1].end if n else begin):t.start]
        own.append(Limit(t, (before + t.text if t.end <= end else plain[begin:end] + plain[t.end - 2:t.end]).replace("\0", ""), before.replace("\0", "").strip("的，,但且 ")))
    last = mine[-1]
    tail = plain[last.end if last.end <= end else last.limits[0].end:end]
    of = "".join(measured_thing(limit.lead) for limit in own)
    return Piece(begin, end, separator, own, tail.replace("\0", "").strip("，,的 "), [], [], [], of.strip("，,的、"))


def group(pieces: list[Piece], upto: Piece) -> list[Piece]:
    """The pieces a bracket behind 项目 or 生产线 speaks of: back to the 项目 or 生产线 before it."""
    at = pieces.index(upto)
    begin = next((n + 1 for n in range(at - 1, -1, -1) if re.search("(?:装置|生产线|项目)$", pieces[n].subject)), 0)
    return pieces[begin:at + 1]


def share_limits(out: list[Piece], clause: str) -> None:
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


def governing(piece: Piece, after: list[Piece]) -> tuple[str, ...]:
    """What a list is the object of: 原油、天然气、成品油的储运; 四氯化碳、四氯化硅等副产物综合利用; 零部件再利用、再制造. None where it is
    a list of products."""
    if piece.limits or "的" in piece.subject or re.search("(?:库|场|楼|站|中心|馆|院|园|厂|枢纽)$", piece.subject):
        return ()
    for p in after:
        if p.limits or p.exceptions or p.renewed:
            return ()
        if piece.subject.endswith("类") and (m := re.search(r"类中(.{2,})$", p.subject)):
            return (core_of(m[1]),)
        if re.match("含|以|由|用|为|采用|使用|配套|具|有(?!机)", p.subject):
            return ()
        if m := re.search(r"[^的等](?:的|等)(?=[^的等]{2,}$)(.+)$", p.subject):
            rest = m[1]
            if "服务" in rest and len(own := core_of(piece.subject)) > 3 and not any(own[n:n + 2] in WEAK for n in range(len(own) - 1)):
                return ()  # 劳务派遣…等人力资源服务业 stands for itself
            if "等" not in p.subject or re.search("综合利用|回收|处理|治理|储运|服务|设施|监测|检测|系统|工艺|技术", rest):
                if BY_PRODUCT.fullmatch(rest):
                    return ("利用",)
                return () if rest in PLAIN or RESEARCH.fullmatch(rest) else (core_of(rest) or rest, *(p.more if ACTIVITY.search(rest) else ()))
            break
        if re.search("(?:项目|生产线|装置)$", p.subject):
            return ()
    return () if ACTIVITY.search(piece.subject) else tuple(w for p in after if (m := ACTIVITY.search(p.subject)) for w in (m[0], *p.more))


def span(clause: str, piece: Piece, out: list[Piece]) -> str:
    limits = "、".join(limit.text.replace("\0", "").strip("，,、") for limit in piece.limits)
    traits = "".join(t.text for t in piece.traits)
    return f"{limits}{traits}{piece.subject or out[-1].subject}" or clause


def measures_other(piece: Piece, following: Piece) -> bool:
    """Does the next piece's limit measure something else, so that both are demanded together?"""
    if not following.limits or not piece.limits:
        return False
    a, b = piece.limits[-1].threshold.limits[0], following.limits[0].threshold.limits[0]
    return (a.dimension, a.per) != (b.dimension, b.per) and not (a.dimension == "动物" and a.per == b.per)
