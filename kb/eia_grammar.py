"""How is a cell of the classification list written? Its words and marks, told apart by the language of the list alone.

；cuts a cell into alternatives, 、或和 list things, 的 and 且 join conditions, 除外 and 不含 carve out, 含 includes, 其他 is the rest.
"""

import re

from kb.lexicon import bare

NATURES = "新建|新增|增建|扩建|改建|改扩建|改、扩建|迁建|退役|关闭"
NATURE = re.compile(rf"^(?:{NATURES})(?:[、和及或](?:{NATURES}))*(?![的、]?[独续])")
SENSITIVE = re.compile(r"(不)?(?:涉及|在)环境敏感区(?:内)?(?:的|范围内的)?")
BRACKET = re.compile(r"[（(]((?:[^（()）]|[（(][^（()）]*[）)])*)[）)]")
CARVED = re.compile(r"(?:^|[；;，,])(?:均?不含|[^；;，,]*不含|不包括)|除外$")
DEFINES = re.compile(r"指|折合|执行|针对|涉及饮用水")  # a bracket that explains a word
INCLUDES = re.compile(r"^(?:含|包括|均含)")
WHOLE_CELL = re.compile(r"以上(?:项目)?均?不含(.+?)的?$")
TRAIT = re.compile(r"^(?:具?有(?![机色毒害限])|设有|含有?|无(?!纺|机|缝)|不(?!锈)|未(?!列明)|使用|采用|采取|以|用|利用|产生|从事|涉及|增加|新增|年)|(?:工艺|工序|方式|燃料|型|加热|方法|使用)$|涉及|不发生|占.+\d")
ONLY = re.compile(r"^(?:仅限?|单纯|单独)(?:从事|设有|建设)?的?")
MAKER = "(?:生产|销售|使用)(?:[、和或](?:生产|销售|使用))*(?=[ⅠⅡⅢⅣⅤI非放])"
VERB = re.compile(r"^(?:[一-鿿]{2,3}工[艺序](?:有|涉及)|具?有|设有|含有?|使用|采用|采取|利用|从事|涉及|产生|用|以(?=.+为))(?![机色毒害限])")
TAIL = re.compile(r"(?:为原料.*|等发电|生产工艺|工艺|工序|过程|方式|设施|等|的)+$")
SIZE = re.compile(r"[一-鿿]*?(?:年|日|月|单个|单条|总)?(?:用海面积|营业面积|建筑面积|生产能力|处置能力|转运能力|装机容量|总装机|总容量|容量|装机|库容|容积"
                  r"|面积|规模|能力|长度|功率|泊位|数量|排放量|取水量|补水量|投放量|工程量|产油量|床位|吞吐|电压等级)[一-鿿]*$")
TIMED = re.compile(r"^(?:年|日|月)?(?:用|产|出栏|存栏|加工|处理|处置|转运|屠宰|拆解|总?取水量)?")


def alternatives(cell: str) -> list[str]:
    """The cell's alternatives, verbatim: cut at each ； outside parentheses. A cell that says "/" has none."""
    return [part for part in cut(cell, "；;") if part and part != "/"]


def carved(inner: str) -> list[str]:
    """The things a bracket carves out: 不含A；不含B · A除外；B除外 · 不含A、B."""
    found = []
    for part in re.split(r"[；;，,](?=不含|均?不含|.*除外)|[；;]", inner):
        body = re.sub(r"^[^；;，,]*?(?:不含|不包括)|(?:的)?除外$", "", part.strip())
        if body != part.strip():
            found.append(body.strip("的"))
    return [part for part in found if part]


def items(text: str) -> list[str]:
    """The items of a list that are conditions of their own: several things made, one with a trait, one with an exception of
    its own, amounts joined by 和. Nothing where the list shares its conditions."""
    parts = cut(text, "、")
    if (m := re.fullmatch(r"((?:具?有|使用)?[^的]*[、，])([^、，（(]+[（(][^（()）]*除外[）)])(工[序艺]的)", text)) and "、" in m[1]:
        return [m[1].rstrip("、，") + m[3], "有" + m[2] + m[3]]
    if sum(bool(re.search("(?:制造|加工)$", part)) for part in parts) > 1 \
            or any(re.match("[含有无不][^（(、]*的", part) for part in parts[1:]):
        return parts
    joint = re.search(r"和(?=\d)|(?<=以下)和(?=用)", BRACKET.sub(lambda m: "\0" * len(m[0]), text))
    return [text[:joint.start()], text[joint.end():]] if joint else []


def marked(text: str) -> str:
    """The text with 的 put where a condition ends without one: 城市建成区|新建, 固体废物|采取填埋, 化学方法|生产氮肥."""
    text = re.sub(r"(?<=区)(?=新建|扩建)|(?<=方法)(?=生产)|(?<=[一-鿿])(?=采[取用])", "的", text)
    return re.sub(rf"^({MAKER})", r"从事\1的", text.replace("单独的", "单独"))


def measured(lead: str) -> tuple[str, ...]:
    """What a limit is a limit of: 年用溶剂型涂料 → 溶剂型涂料, 燃煤、燃油锅炉总容量 → 燃煤, 燃油锅炉; 日处理 → nothing."""
    named = TIMED.sub("", lead.removeprefix("屠宰"))
    named = re.sub(r"(?:总?容量|总?装机(?:容量)?|年产|日?处置能力|能力|(?:处置)?方式|使用)+$", "", named)
    return () if len(named) < 2 or SIZE.fullmatch(named) or named in ("生产", "加工", "屠宰", "燃料", "油量") else tuple(re.split("[、和]", named))


def natures(text: str) -> tuple[str, ...]:
    return tuple(re.split("[、和及或]", text.removesuffix("工程").replace("改、扩建", "改建、扩建")))


def terms_of(text: str) -> tuple[str, ...]:
    """The things listed, each without the verb before and the word of making after it; a head shared by the list is given
    to each: 三级、四级公路, Ⅱ类、Ⅲ类放射源, 利用石材板材切割、打磨."""
    text = re.sub("及其(?:附属|输送|废弃)[^、，；]*$", "", text)
    parts = re.split(r"[、或]|等(?=[^级]..)|(?<!调)和(?!面|站)|(?<![涉以])及(?![其以])", text.replace("I类", "Ⅰ类"))
    parts = [re.sub("及其(?:附属|输送|废弃).*$", "", p) for p in parts]
    parts = [TAIL.sub("", VERB.sub("", re.sub("^(?:生产|原料为)(?=..)", "", p.strip("的 ")).removeprefix("其他")).removeprefix("其他")) for p in parts]
    if m := re.match(r"[^、]*[型级类]([^型级类]+)$", parts[-1]):
        parts = [p + m[1] if re.search("[型级类]$", p) else p + parts[-1][1:] if len(p) == 1 else p for p in parts]
    if text.startswith("利用") and len(parts) > 1 and len(parts[0]) > 4 and all(len(p) == 2 for p in parts[1:]):
        parts = [parts[0], *(parts[0][:-2] + p for p in parts[1:])]
    return tuple(dict.fromkeys(p for p in (bare(part) if len(part) > 3 else part for part in parts) if len(p) > 1 and (p not in ("制品", "建造", "输送设施", "网络") or len(parts) == 1)))


def cut(text: str, stops: str) -> list[str]:
    """The text cut at the stops outside parentheses; a parenthesis without its pair counts nothing."""
    opened: list[int] = []
    inside = [0] * (len(text) + 1)  # +1 where a matched pair opens, -1 where it closes
    for at, char in enumerate(text):
        if char in "（(":
            opened.append(at)
        elif char in "）)" and opened:
            inside[opened.pop()] += 1
            inside[at] -= 1
    parts, start, depth = [], 0, 0
    for at, char in enumerate(text + stops[0]):
        depth += inside[at]
        if char in stops and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return parts
