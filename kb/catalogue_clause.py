"""Which items does one clause of a catalogue entry take? Its pieces between 、 and 和, told apart by the catalogue's language.

One 新建 at the head and one 生产装置 or 项目 at the end can hold several products, each with its own limit, qualifier (单线 单班 单窑),
process and bracket; a piece that only limits or describes is a condition of the next.
"""

import re
from dataclasses import dataclass, replace

from kb.catalogue_brackets import (
    CARVES,
    exemptions_in,
    graded,
    kind_limit,
    kinds_of,
    other_names,
    parts_of,
    rates_of,
    take_brackets,
    variants_of,
)
from kb.catalogue_items import AT_MOST, NUMBERED, Exemption, Item, Limit, Need, with_name
from kb.catalogue_pieces import (
    ACTIVITY,
    Piece,
    governing,
    group,
    measures_other,
    read_piece,
    share_limits,
    span,
)
from kb.catalogue_terms import (
    aligned_head,
    class_named,
    core_of,
    denied_head,
    is_strong,
    leading_word,
    numbers_in,
    parts_two,
    same_head,
    second_work,
    shared_head,
    shared_material,
    trait_terms,
)
from kb.eia_rules import NATURES
from kb.places import PROVINCES
from kb.quantities import thresholds

NATURE = re.compile(rf"(?:(?<=^)|(?<=[、，,和]))(?:以及)?(?:现有)?(?:{NATURES})(?:[、和及或](?:{NATURES}))*(?![独续])(?=[一-鿿\d\0])")
NEGATIVE = re.compile(r"(?:(?<=、)(?:以及)?(?:[一-鿿]{2,6}、)+[一-鿿]{2,6}等指标|[^，,；;、的\d上下\0]{2,10}?)?[但且]?(?:达不到|未达到|未采用|未选用|未配套|未同步配套建设|没有|无(?!纺|机|缝|碱|烟|线|人|溶剂|氧|铅|毒|石棉|公害|害化)|不采用|不符合|未按)[^，,；;]*?的(?=[^，,；;]{2})")
MAKING = re.compile(r"(?:(?:使用|采用|以)[^，,；;]+?作为[^，,；;、]+?的|使用[^，,；;]+?生产的|采用[^，,；;、]+?(?:工艺|法)生产(?=.{2})|以[^，,；;]+?为[^，,；;]+?用途的|以[^，,；;]+?为(?:主要)?原料(?:的)?(?:[、，](?:采用[^，,；;]+?的)?)?|以[^，,；;、]+?为[^，,；;、]+?的)")
SCOPE = re.compile(r"^(?:(?:[东中西]、?)+部地区|缺水地区|北方|南方)(?:、[一-鿿]{2,6}区)*")
LISTED = re.compile(r"(?:日|年)(?:处理|加工|屠宰)([^，,；;\d（(]+?)(?=\d)")
USING = re.compile(r"(?:采用|使用|利用|建立)([^，\d]+?)(?:等(?:多种)?新?(?:技术|工艺|系统)?(?:装备|设备)?)?，(?:生产|制造)?(.+)$")
ALL_KINDS = re.compile("高、中、低压|大、中、小型|(?<=兆帕及以下)中低压")  # every kind there is, or what the limit says: the thing itself
OF_AN_ANIMAL = "骨血肉皮毛羽脂"
ANIMALS = "牛羊猪鸡鸭鹅"  # 牛羊: either of them
ENERGY = re.compile(r"(?:符合国家)?(\d)级能效或(\d)级能效(?=[一-鿿])")
GRADE = re.compile(r"\d[\d.]*级(?:及?以[上下])?(?=..)")
JOIN = re.compile(r"、(?:以及)?|/(?=[一-鿿])|(?<=[一-鿿])以及(?=[一-鿿])|(?<=[一-鿿]{2})及(?![以其时])(?=[一-鿿]{2})|(?<=[一-鿿]{2})[和与或](?=[一-鿿A-Z\d]{2})|(?<=以下)[和或](?=\d)")


@dataclass(frozen=True)
class Held:
    """What a clause says for those after it."""

    natures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


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
    for m in ENERGY.finditer(plain):
        traits.append((m.end(), Need(tuple(x for g in m.groups() for x in (f"{g}级能效", f"{g}级")), m[0], trait=True)))
        plain = plain[:m.start()] + "\0" * len(m[0]) + plain[m.end():]
    limits = thresholds(plain)
    whole = [m.span(1) for m in LISTED.finditer(plain)]
    cuts = [(0, 0, "")] + [(m.start(), m.end(), m[0]) for m in JOIN.finditer(plain)
                           if not any(t.start <= m.start() < t.limits[0].end for t in limits) and parts_two(plain, m)
                           and not any(a <= m.start() < b for a, b in whole)]
    cuts += [(m.start(), m.end(), "，") for m in re.finditer("[，,]", plain)]
    cuts.sort()
    pieces: list[Piece] = []
    for (_, begin, separator), (end, *_rest) in zip(cuts, [*cuts[1:], (len(plain), 0, "")], strict=True):
        piece = read_piece(plain, begin, end, separator, limits)
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
            for p in group(pieces, piece) if re.search(r"(?:装置|生产线|项目|工艺|品)$", plain[:at]) else [piece]:
                p.exceptions += carved
        elif grades := graded(inner):
            head = core_of(piece.subject)[-2:]
            special += [Item(f"{kind}{piece.subject}", (Need((head,), piece.subject), Need((kind,), kind)), (Limit(limit, inner, ""),)) for kind, limit in grades]
        elif AT_MOST.fullmatch(inner) or NUMBERED.fullmatch(inner):
            piece.traits.append(Need((inner,), inner, trait=True))
        elif re.match("含|包括", inner):
            piece.more += other_names(re.sub("[（(].*?[）)]", "", inner))
        elif (m := re.match("其中([东中西]部地区)(.+)", inner)) and (t := thresholds(m[2])):
            piece.regional = (m[1], [Limit(x, m[2], m[2][:x.start]) for x in t])
        elif variants := variants_of(inner, piece.limits):
            piece.variants += variants
        elif special_kinds := kind_limit(inner):
            names, limit = special_kinds
            special.append(Item(inner, (Need((core_of(piece.subject),), piece.subject), Need(names, "、".join(names))), (limit,)))
            piece.exceptions.append(Exemption(inner, items=(Item(inner, (Need(names, inner),)),)))
        elif rates := rates_of(inner):
            special += rates
        elif kinds := kinds_of(inner, core_of(piece.subject)):
            special += kinds
            piece.limits += [limit for kind in kinds for limit in kind.limits]
        elif t := thresholds(inner):
                piece.limits += [Limit(x, inner, inner[:x.start]) for x in t]
        elif parts := parts_of(inner, core_of(piece.subject)):
            special += parts
        elif all(len(x) > 3 and not re.match("一|简称|指|即", x) and not re.search(r"(?<![利使应])用$|\d", x) for x in re.split("[、，,；;]|等$", inner) if x):
            piece.more += other_names(inner)
        elif (re.fullmatch("[A-Za-z\\d-]{2,8}|[一-鿿]{1,2}[^\\W\\d内外中上下用级型]", inner) and not core_of("甲乙" + plain[at:piece.end]).strip("甲乙")):
            piece.more += other_names(inner)
    for at, trait in traits[:1]:  # what a list begins with holds for all of it, up to a 项目 or 生产线
        if at == 0 or plain[:at].strip("\0") == "" or not any(core_of(p.subject) for p in pieces if p.end <= at):
            for n, p in enumerate(pieces[1:]):
                if re.search("项目$", pieces[n].subject) or p.limits:
                    break
                p.traits.append(trait)
    return [*special, *_joined(pieces, clause)], Held(said, places)


def _joined(pieces: list[Piece], clause: str) -> list[Item]:
    """Items of the pieces: a piece of limits alone is a condition of the next (、，) or an alternative to it (和 或); what only
    describes shares the head of the last."""
    out: list[Piece] = []
    carried, carried_traits = list[Limit](), list[Need]()
    for n, piece in enumerate(pieces):
        following = pieces[n + 1] if n + 1 < len(pieces) else None
        open_ = bool(piece.limits) and not core_of(piece.subject) or (not piece.limits and piece.traits and not core_of(piece.subject))
        apart = following is not None and (any(t.negated and t.text.startswith("以及") for t in following.traits) or following.separator not in "、，,、以及" or following.renewed or piece.renewed and following.limits and not core_of(following.subject))
        if following and re.search("范围内$", piece.subject):
            carried_traits.append(Need((piece.subject.removesuffix("范围内"),), piece.subject, trait=True))
            continue
        if following and re.fullmatch(r"[A-Z]\d?级", piece.subject) and following.limits:
            carried_traits.append(Need((piece.subject, piece.subject.removesuffix("级")), piece.subject, trait=True))
            continue
        if following and open_ and not apart and (not piece.of or measures_other(piece, following)):
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
    share_limits(out, clause)
    first_of, prefix = out[0].of, ""
    for n, piece in enumerate(out):
        core = core_of(piece.subject)
        if ACTIVITY.fullmatch(core):
            continue
        if n and (m := re.fullmatch("(设备|装备)(?:的?(?:制造|生产))?", piece.subject)) and found and found[-1].subject and not piece.limits:  # 无线局域网技术开发、设备制造
            found[-1] = with_name(found[-1], m[1])
            continue
        head = core_of(next((p for p in out[n:] if re.search("(?:项目|生产线|装置)$", p.subject)), last).subject)
        if len(core) == 1 and n + 1 < len(out):
            longer = next((c for p in out[n + 1:] if len(c := core_of(p.subject)) > 1), core)
            before = core_of(out[n - 1].subject) if n else ""
            core = before[:-1] + core if len(before) == 3 and core in OF_AN_ANIMAL else core + longer[1:]  # 畜禽骨、血; 泵、阀门
        needs: list[Need] = []
        if piece.of and (core or n < len(out) - 1 or piece.limits) and not (len(out) == 1 and len(core) > 5):
            needs.append(Need(tuple(x for x in re.split("[、/]|等", piece.of) if x), piece.of))
        if not core and piece is not last and head and piece.limits:
            needs.append(Need((head,), head)) if head != piece.of else None
        elif core:
            if graded := GRADE.match(core):
                needs.append(Need((graded[0],), graded[0], trait=True))
                core = core_of(core[graded.end():])
            needs.append(Need((core, *second_work(core, out[n + 1].subject if n + 1 < len(out) and not out[n + 1].limits else ""), *class_named(core), *piece.more), piece.subject))
            if n and (shared := shared_material(out[0].subject, [core_of(p.subject) for p in out[1:]])) and not piece.limits:
                needs.append(Need((shared,), shared))
            if n and (denied := denied_head(out[0].subject)) and not core.startswith("非") and not piece.limits:
                needs.append(Need((denied,), denied))
            if piece is not last and (governed := governing(piece, out[n + 1:])):
                needs.append(Need(governed, head))
            elif piece is not last and not piece.more and (h := same_head(core, core_of(out[n + 1].subject)) or aligned_head(core, [core_of(p.subject) for p in out[n + 1:n + 4]]) or shared_head(core, head)):
                needs.append(Need((h,), head))
            elif n and not piece.limits and (not is_strong(core) or (len(core) == 2 and piece is last and piece.separator in "及和与/" and len(core_of(out[n - 1].subject)) > 3)) and (prefix := leading_word(out[n - 1].subject) or prefix):
                needs.insert(0, Need((prefix, *prefix) if prefix.strip(ANIMALS) == "" else (prefix,), prefix))
        if n and piece.limits and not piece.of and first_of and not out[0].subject.startswith(first_of) and not piece.limits[0].lead:
            needs.insert(0, Need((first_of,), first_of))
        places = piece.places
        text = span(clause, piece, out)
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
