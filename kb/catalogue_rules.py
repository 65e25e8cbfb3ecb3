"""What does a catalogue entry take, and what does it leave out? Its text as items with conditions, verbatim text kept.

产业结构调整指导目录 writes an entry as one sentence. It is cut here at ； and ，, and its special forms (下列标准, a heading before a
colon) are read; `kb.catalogue_clause` reads each clause. By the language of the catalogue alone, so that another edition
reads by the same rules.
"""

import re
from dataclasses import replace
from functools import lru_cache

from kb.catalogue_clause import Held, clause_items
from kb.catalogue_items import Item, Limit, Need
from kb.catalogue_terms import VERB, core_of, cut, is_strong, unbracketed
from kb.quantities import thresholds

TONS = re.compile(r"(?<![\d十百千])万吨级")  # an amount without a figure


@lru_cache(maxsize=8192)
def items(text: str) -> tuple[Item, ...]:
    """The items of an entry, in its order."""
    text = re.sub(r"[。：:]?\s*[（(]\d{1,2}[）)](?=[一-鿿\d])", "；", text)
    text = re.sub(r"(?<=[一-鿿])[（(][A-Za-z/]{1,4}[)）](?=及?以[上下])", "", text)  # 500千伏(kV)及以上
    text = TONS.sub("10000吨级", text)
    found, parts_of, before = list[Item](), tuple[Need, ...](), ""
    for part in cut(text, "；;。"):
        if special := _standards(part):
            found += special
            continue
        head, body = "", part
        if (m := re.match(r"^([^：:（(，,]{2,40})[：:](.+)$", part, re.S)) and not re.search(r"下列标准", m[1]):
            head, body = m[1], m[2]
        elif m := re.match(r"^([^\[【，,]{2,40})[\[【](.+)[\]】]$", part, re.S):  # 高性能纤维[碳纤维…、芳纶…]: the kinds in square brackets
            head, body = m[1], m[2]
        held = Held()
        clauses = _clauses(body)
        shared = _whole(head) if head and (VERB.match(body) or re.match("采用|使用", body) or re.search("(?:生产线|项目|装置)$", head)) else ()
        bare = bool(BARE_PARTS.fullmatch(head))  # 大型施工机械：…；关键零部件：…: parts of the heading before
        parts_of = (_thing(before),) if bare and before else _parts_of(head) if head else parts_of
        before = head if head and not bare else before
        of_head = tuple(Limit(t, head, head[:t.start]) for t in thresholds(head)) if head and re.search("[部配]件$", head) else ()  # 100马力以上拖拉机关键零部件
        listed = list[Item]()
        for clause in clauses:
            got, held = _made_of(clause, held) or clause_items(clause, held)
            listed += [replace(item, needs=(*shared, *(parts_of if not item.limits else ()), *item.needs), limits=(*of_head, *item.limits)) for item in got]
        if head and not shared and not any(item.limits for item in listed):  # where kinds have limits, the heading alone takes nothing
            found += clause_items(head, Held())[0]
        found += listed
    found = [replace(i, text=i.text.replace("10000吨级", "万吨级")) for i in found]
    return tuple(i for i in found if i.subject and any(is_strong(t) for n in i.subject for t in n.terms))


BARE_PARTS = re.compile("(?:关键|核心|重要|主要)?(?:零部件|零配件|配件|部件)")


def _thing(head: str) -> Need:
    """What a heading names, of any size: 大型施工机械 → 施工机械."""
    kind = re.sub("^(?:大型|中型|小型|新型|高端)", "", head)
    return Need((kind, "工程机械") if kind == "施工机械" else (kind,), head)


FROM = re.compile(r"^从([^，；]+?)中((?:回收|提取|提炼|分离)[^，；、]+)$|^利用([^，；的]+?)(?:等[^，；、]{0,6})?(生产[^，；、]+)$")


def _made_of(clause: str, held: Held) -> tuple[list[Item], Held] | None:
    """从A及B中回收C, 利用A、B等二次资源生产C: one thing, of any of these materials."""
    m = FROM.match(unbracketed(clause))
    if not m:
        return None
    materials, made = (m[1], m[2]) if m[1] else (m[3], m[4])
    terms = tuple(t for t in re.split("[、及和与]|以及", materials) if len(t) > 1)
    product = core_of(re.split("及其|及|和", re.sub("^(?:回收|提取|提炼|分离|生产)(?=..)", "", made))[0])
    if not terms or not product:
        return None
    return [Item(clause, (Need(terms, materials), Need((product,), made)), (), held.natures, held.places)], held


def _standards(part: str) -> list[Item]:
    """…超过下列标准的X:A 40米,B 55米: each kind of place with its own limit; X生产中A、B等人工作业: the thing, the step, the way."""
    found = []
    if m := re.match(r"(.+?)超过下列标准的(.+?)[:：](.+)$", part):
        lead, thing = unbracketed(m[1]), core_of(m[2])
        for kinds, amount in re.findall(r"([一-鿿、]+?)(?:人口以上)?(\d+[一-鿿]+?)(?=[,，(（]|$)", re.sub(r"[(（].*?[)）]", "", m[3])):
            if read := thresholds(f"{lead}超过{amount}"):
                found.append(Item(f"{kinds}{amount}", (Need((thing,), m[2]), Need(tuple(re.split("[、和]", kinds)), kinds, trait=True, kind=True)), (Limit(read[0], amount, lead),)))
    elif m := re.match(r"在(.+、.+)(?:中|内)(.+)$", part):
        found.append(Item(part, (Need(tuple(m[1].split("、")), m[1]), Need((core_of(re.sub("^(?:开采|采)", "", m[2])),), m[2]))))
    elif m := re.match(r"(.+?)(?:生产|加工|制造)中(.+、.+)等([^，]+?)$", part):
        found.append(Item(part, (Need((m[1],), m[1]), Need(tuple(m[2].split("、")), m[2]), Need((core_of(m[3]),), m[3]))))
    elif m := re.match(r"([^:：，,]+)[:：]([^:：，,]+[:：].+)$", part):
        for clause in cut(m[2], "，,"):
            kind, _, rest = clause.replace("：", ":").partition(":")
            if read := thresholds(rest):
                found.append(Item(clause, (Need((core_of(unbracketed(m[1])),), m[1]), Need(tuple(dict.fromkeys((kind, kind.rpartition("-")[2]))), kind, trait=True, kind=True)), (Limit(read[0], rest, rest[:read[0].start]),)))
    return found


def _whole(head: str) -> tuple[Need, ...]:
    core = core_of(head)
    return (Need((core,), head),) if core else ()


def _parts_of(head: str) -> tuple[Need, ...]:
    """新能源汽车关键零部件：空气压缩机 is not any 空气压缩机: a part that no limit describes is one of the thing the head names."""
    m = re.match(r"([一-鿿]{4,}?)(?:关键|核心|重要|主要)?(?:零部件|零配件|配件|部件)$", head)
    return (Need((m[1],), head),) if m else ()


def _clauses(body: str) -> list[str]:
    """The clauses of a part, cut at ，; one that ends in a limit, or only says how or where, belongs to the next."""
    pieces, joined = cut(body, "，,"), list[str]()
    for piece in pieces:
        if joined and (re.match("[但且]|并(?=配|采|具)|具备|生产能力", piece) or _open(joined[-1])):
            joined[-1] += "，" + piece
        else:
            joined.append(piece)
    return joined


def _open(clause: str) -> bool:
    """Does a clause demand something of a thing that only the next names?"""
    bare = unbracketed(clause)
    if re.match("未|但", bare) and "的" not in bare:
        return True
    if re.search(r"范围内$|(?:^|、)(?:采用|使用|利用)[^，]*(?:技术|工艺|系统|装备)$|实现全封闭$|设施$(?<=配置主动式收尘、降尘设施)|^自?[^、]*管理$", bare):
        return True
    found = thresholds(bare)
    return bool(found) and found[-1].end >= len(bare) - 1 and len(re.split("、", bare)) < 3 and not VERB.match(bare)
