"""What does a bracket of a catalogue entry say? What it frees (…除外, 不含…), another limit for a place or a kind, other names."""

import re
from dataclasses import replace
from os.path import commonprefix

from kb.catalogue_items import Exemption, Item, Limit, Need
from kb.catalogue_terms import AMOUNT_NOTE, MEASURE, WEAK, cut
from kb.eia_rules import BRACKET
from kb.places import PROVINCES
from kb.quantities import Threshold, quantities, thresholds

CARVES = re.compile(r"除外|^(?:均?不含|不包括)(?!\d)")
PART = re.compile("[一-鿿]{1,6}(?:管|装置|开关|机构|绝缘子|器|阀|轴|泵|件|头|座)")
RATE = re.compile(r"[一-鿿]+的?[一-鿿]{2,5}(?:率|能耗|电耗)[^，]*\d")
CARVING = re.compile(r"(?:的)?除外.*$|^(?:均?不含|不包括)")


def take_brackets(clause: str) -> tuple[str, list[tuple[int, str]]]:
    """The clause without its brackets, and where each stood; those that belong to an amount stay."""
    clause = clause.replace(" ", "")
    plain, found, at = "", list[tuple[int, str]](), 0
    for m in BRACKET.finditer(clause):
        if AMOUNT_NOTE.fullmatch(m[1]) and re.search(r"[\d一-鿿]$", clause[:m.start()]):
            if "折" not in m[1]:
                continue
        plain += clause[at:m.start()]
        found.append((len(plain), m[1]))
        at = m.end()
    return plain + clause[at:], found


def exemptions_in(inner: str) -> list[Exemption]:
    """What a bracket frees: places, natures, or things with conditions of their own."""
    found = []
    for part in re.split(r"[；;，,](?=[^；;，,]*(?:除外|不含|不包括))", inner):
        body = re.sub(r"的$", "", CARVING.sub("", part)).strip()
        if not body:
            continue
        places = tuple(p for p in re.split("[、和]", re.sub(r"大豆主产区|主产区|地区$", "", body)))
        if all(re.fullmatch(r"[一-鿿]{2,4}", p) for p in places) and all(p in PROVINCES for p in places):
            found.append(Exemption(part, places=places))
        elif "少数民族地区" in body:
            found.append(Exemption(part, places=("少数民族地区",)))
        else:
            got = [i for clause in cut(body, "，,；;") for i in _loose(clause)]
            if got:
                found.append(Exemption(part, items=tuple(got)))
    return found


def _loose(text: str) -> list[Item]:
    """An exception's things: whatever is said to be so frees the project."""
    text = re.sub(r"[（(].*?[）)]", "", text)
    t = thresholds(text)
    if t:
        before, after = text[:t[0].start], text[t[-1].end:]
        return [Item(text, (), tuple(Limit(x, text, before) for x in t))] if before or after else []
    found = []
    for part in re.split(r"以及|[、及或]|(?<=.{2})和(?=.{2})", text):
        if not re.search("[一-鿿]", part) or (re.sub("的|品种|项目|[和及]", "", part) in WEAK | {"生产工艺"}):
            continue
        core = re.sub(r"^(?:采用|使用|持有|以|进行|符合|用于|利用)|(?:等?(?:节能配电)?变压器)$|(?:的|工艺|技术|装置|项目|品种|生产线|生产|制品|企业集团|法律法规|要求)+$", "", part.strip("的")) or part
        core = core if len(core) > 1 else re.sub("^(?:采用|使用)|的$", "", part)  # 新技术
        found.append(Item(part, (Need((core,), part),)))
    return found


def other_names(inner: str) -> list[str]:
    """Other names in a bracket: 含手推车胎, 俗名, an abbreviation."""
    inner = re.sub("^(?:含|包括|如)", "", inner)
    parts = re.split("[、，,；;]|以及|等", inner)
    return [p for p in (re.sub(r"^(?:含|包括)", "", x).strip() for x in parts) if 1 < len(p) < 16 and not re.search("(?<![利使应])用$|淘汰类", p) and p not in WEAK]


def parts_of(inner: str, thing: str) -> list[Item]:
    """The parts a bracket names of a thing: 变压器(出线装置、套管、调压开关) takes a 套管 that is a transformer's. None where it names no parts."""
    parts = [p for p in re.split("[、，,]", inner.removesuffix("等")) if p]
    if len(parts) < 2 or min(map(len, parts)) > 3 or not thing or not all(PART.fullmatch(p) and p[-2:] != thing[-2:] for p in parts):
        return []
    return [Item(f"{thing}{p}", (Need((thing,), thing), Need((p,), p))) for p in parts]


def graded(inner: str) -> list[tuple[str, Threshold]]:
    """What grade a bracket asks of each kind of a thing: （沿海万吨级、内河千吨级及以上） of berths."""
    parts = re.findall(r"([一-鿿]{2})([千万]|\d+)吨级(?:及以上)?", inner)
    if not parts or len(parts) != len(re.split("[、，,]", inner)):
        return []
    return [(kind, thresholds(f"泊位{ {'千': '1000', '万': '10000'}.get(size, size) }吨级及以上")[0]) for kind, size in parts]


def variants_of(inner: str, limits: list[Limit]) -> list[tuple[tuple[str, ...], Limit]]:
    """Other limits a bracket sets for a place or a kind: （其中山西、内蒙古、陕西低于120万吨/年）, （合金钢50吨）."""
    found = []
    for part in re.split("[，,；;]", inner):
        m = re.match(r"(?:其中)?([一-鿿]{2,4}?(?:、[一-鿿]{2,4}?)*?)(?=低于|高于|小于|大于|[<>≥≤\d])(.+)$", part)
        names = tuple(m[1].removesuffix("地区").split("、")) if m else ()
        if not m or not limits or (MEASURE.search(m[1]) and not all(n in PROVINCES for n in names)):
            return []
        base = limits[0]
        read = next(iter(thresholds(m[2])), None) or _instead(base.threshold, m[2])
        if read is None:
            return []
        found.append((names, Limit(read, part, base.lead)))
    return found


def _instead(limit: Threshold, amount: str) -> Threshold | None:
    """The limit with its last amount replaced: 30吨以上100吨以下, 50吨 → 30吨以上50吨以下."""
    read = quantities(amount)
    if not read:
        return None
    if limit.upper:
        return replace(limit, upper=replace(limit.upper, value=read[0].value))
    return replace(limit, lower=replace(limit.lower, value=read[0].value)) if limit.lower else None


def kinds_of(inner: str, subject: str) -> list[Item]:
    """What a bracket asks of each kind of a thing: （冲压模精度≤0.02毫米，型腔模精度≤0.05毫米） of 精密模具. None where it does not speak of
    kinds."""
    parts = [k for k in re.split("[，,；;]", inner) if k.strip()]
    read = [(k, t[0]) for k in parts if (t := thresholds(k))]
    leads = [k[:t.start].strip() for k, t in read]
    if len(parts) < 2 or len(read) < len(parts) or len(set(leads)) < len(leads):
        return []
    before, after = commonprefix(leads), commonprefix([x[::-1] for x in leads])[::-1]
    own = [x[len(before):len(x) - len(after)] for x in leads]
    shared = max((after[:n] for n in range(1, len(after) + 1) if after[:n] in subject), key=len, default="")
    if not shared or not all(re.fullmatch("[一-鿿]{2,4}", x) for x in own):
        return []
    return [Item(k, (Need((x + shared,), x + shared),), (Limit(t, k, before + after[len(shared):]),)) for (k, t), x in zip(read, own, strict=True) if x != "其他"]


def kind_limit(inner: str) -> tuple[tuple[str, ...], Limit] | None:
    """Another limit for special kinds, named with the class they are of: （蜡质玉米、高直链玉米等特种玉米年加工规模1万吨以下）."""
    m = re.fullmatch("((?:[一-鿿]{3,8}、)*[一-鿿]{3,8})等([一-鿿]{3,6}?)((?:年加工|年产|年处理)?(?:规模|能力)?\\d.*)", inner)
    read = thresholds(m[3]) if m else []
    return ((*m[1].split("、"), m[2]), Limit(read[0], inner, m[3][:read[0].start])) if m and read else None


def rates_of(inner: str) -> list[Item]:
    """The rates a bracket asks of several things: （单晶硅光伏电池的转换效率大于22.5%，多晶硅…）; none where it names but one."""
    found = [_rated(k, t[0]) for k in re.split("[，,；;]", inner) if RATE.match(k) and (t := thresholds(k))]
    found = [i for i in found if len(i.needs[0].text) > 2 and not i.needs[0].text.strip().endswith("率")]
    return found if len(found) > 1 else []


def _rated(text: str, limit: Threshold) -> Item:
    """单晶硅光伏电池的转换效率大于22.5%: the thing, and what is measured of it."""
    before = text[:limit.start]
    thing, _, lead = before.rpartition("的")
    m = re.match(r"(.+?)((?:转[换化])?效率|综合电耗|能耗|电耗|[一-鿿]{2}率)$", before)
    thing, lead = (thing, lead) if thing else (m[1], m[2]) if m else (before, "")
    return Item(text, (Need((thing,), thing),), (Limit(limit, text, lead),))
