"""What does a catalogue entry take, and what does it leave out? Its text as items with conditions, verbatim text kept.

产业结构调整指导目录 writes an entry as one sentence that can hold several products, each with its own limit, qualifier
(单线 单班 单窑), process and exception (…除外, 不含…, 不包括…), under one 新建 at the head and one 生产装置 or 项目 at the end. Items
are told apart by the language of the catalogue alone (； ， 、 的, brackets, boundary words), so that another edition reads
by the same rules.
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from kb.eia_rules import BRACKET, NATURES
from kb.places import PROVINCES
from kb.quantities import Threshold, quantities, thresholds
from kb.tokens import tokens

NATURE = re.compile(rf"(?:(?<=^)|(?<=[、，,和]))(?:以及)?(?:现有)?(?:{NATURES})(?:[、和及或](?:{NATURES}))*(?![独续])(?=[一-鿿\d\0])")
CARVES = re.compile(r"除外|^(?:均?不含|不包括)(?!\d)")
CARVING = re.compile(r"(?:的)?除外.*$|^(?:均?不含|不包括)")
AMOUNT_NOTE = re.compile(r"(?:不含|含|含本数|折干|折100%|折纯)")
NAMES_MORE = re.compile(r"^(?:含|包括|如)|、")
ENDING = re.compile(
    r"(?:(?<=.)(?:的?(?:工业化|产业化|规范化|规模化)?(?:先进|新)?(?:工艺)?(?:技术|工艺|装备|产品|方法)?(?:的?(?:研发|研究|研制|开发|推广|应用|生产|制造|设计|建设|利用|运营|加工|集成|传承|推广应用|"
    r"开发利用|开发应用|设备制造)(?:[与和及、](?:研发|研究|研制|开发|推广|应用|生产|制造|设计|建设|利用|运营|加工|销售|创新|管理))*))"
    r"|(?<=..)(?:成套)?(?:生产|建设|制造|加工|开发|固定式)*(?:装置|生产线|项目|企业|工程)|(?<=..)等|(?<=..)的|(?<=..)生产)$")
OPENING = re.compile(r"^(?:规模(?=..)|其他|各类|各种|以及|及|和|与|或|的|开展|从事|对|用于)")
EASY = re.compile(r"普通低档|普通|常规|一般用途|一般|通用类|民用|各类|各种|规模化?|直接|企业|等|的|级")
NEGATIVE = re.compile(r"(?:(?<=、)(?:以及)?(?:[一-鿿]{2,6}、)+[一-鿿]{2,6}等指标|[^，,；;、的\d上下\0]{2,10}?)?[但且]?(?:达不到|未达到|未采用|未选用|未配套|未同步配套建设|没有|无(?!纺|机|缝|碱|烟|线|人|溶剂|氧|铅|毒|石棉|公害|害化)|不采用|不符合|未按)[^，,；;]*?的(?=[^，,；;]{2})")
MAKING = re.compile(r"(?:使用[^，,；;]+?生产的|以[^，,；;]+?为[^，,；;]+?用途的|以[^，,；;]+?为(?:主要)?原料(?:的)?(?:[、，](?:采用[^，,；;]+?的)?)?|以[^，,；;、]+?为[^，,；;、]+?的)")
VERB = re.compile(r"^(?:单线|单班|单窑|单系列|单条|单套|日|年)*(?:日|年)?(?:处理|加工|屠宰|处置|利用|开采|设计|生产)+(?=.{2})")
MEASURE = re.compile(r"(?:能力|规模为?|产能|容量|容积|高度|直径|宽度|长度|功率|速度|转速|频率|率|量|单线|单窑|单班|单套|单系列|单条|单机|年产|日产|低于|超过|参数|面积|系数|强度|厚度|压力|含量|储量|纯度"
                     r"|消耗|体积|吨位|斗容|次数|寿命|时速|轴重|密度|效率|幅宽|线宽|人数|总人数|分辨率|模量|精度|成本|煤耗|焦比|电耗|水|耗|等级|分子量)$")
SCOPE = re.compile(r"^(?:(?:[东中西]、?)+部地区|缺水地区|北方|南方)")
LISTED = re.compile(r"(?:日|年)(?:处理|加工|屠宰)([^，,；;\d（(]+?)(?=\d)")
USING = re.compile(r"(?:采用|使用|利用|建立)([^，\d]+?)(?:等(?:多种)?新?(?:技术|工艺|系统)?(?:装备|设备)?)?，(?:生产|制造)?(.+)$")
GRADE = re.compile(r"\d[\d.]*级(?:及?以[上下])?(?=..)")
JOIN = re.compile(r"、(?:以及)?|/(?=[一-鿿])|(?<=[一-鿿])以及(?=[一-鿿])|(?<=[一-鿿]{2})及(?![以其时])(?=[一-鿿]{2})|(?<=[一-鿿]{2})[和与或](?=[一-鿿A-Z\d]{2})|(?<=以下)[和或](?=\d)")
MODIFIER = re.compile(r"(?:[型化级性式用态际]|新型|特种|特殊|绿色|节能|环保|高效|先进|清洁|安全|现代|大|小|中|高档|专用|移动|无线|有线|网络|微孔|连续|间歇|间断|规范|干|湿|高|低|有机|无机|天然|合成|医疗|红色|工业)$")
GENERIC = frozenset("装备 设备 技术 系统 产品 材料 服务 设施 管理 配套 零部件 关键 器材 制品 平台 体系 加工 包装 检验 鉴定 工艺 仪器 部件 元件 组件 零件 辅机 机械 装置 监测 检测 安全 应用 推广 维护 "
                    "建设 开发 生产 制造 项目 工程 研发 研究 利用 综合利用 企业 设计 改造 运营 销售 先进 新型 高效 智能化 数字化 网络化 现代化 自动化 信息化 连续化 基础设施 处理 配件 附属 原料 资源化 "
                    "成套 使用 功率 设备制造 咨询 评估 培训 宣传 培育 机组 方法 体积 规模 过程 行业 领域 用途 专用 通用 有关 相关 代理 回收 清洁".split())
NOUNS = frozenset("人才 信息 通信 控制 体育 储运 保鲜 运输 种植 养殖 融资 环保 节能 租赁 芯片 传感器 资源 能源 环境 水源 燃料 金属 金融 教育 卫生 食品 药品 试剂 填料 仓储 物流 粮食 石油 天然气 化肥 棉花 电子 "
                  "有毒 医疗 汽车 机床 船舶 农机 种子 农药 消耗 城市 农村 区域 社区 光学 化工 建筑 交通 建材 港口 公路 铁路 轻工 医药 机电 照明 生物 气象 海洋 航空 航天 地质 测绘 旅游 酒店 开采 采选 冶炼 分离 "
                  "压榨 浸出 屠宰 过滤 浓缩 搅拌 焙烧 铸造 锻造 风电 氢能 太阳能 电力 煤炭 钢铁 纺织 服装 塑料 橡胶 玻璃 陶瓷 木材 家具 造纸 印刷 林木 畜禽 饲料 肥料 兽药 花卉 蔬菜 水果 茶叶 电网 核电 水利 "
                  "会展 广告 表演 演艺 法律 审计 税务 会计 保温 装饰 隔热 显示 节水 供水 排水 燃气 供热 停车 医院 学校 光伏 储能 电池 机器人 矿井 高炉 焦炉 纤维 涂料 油墨 染料 颜料 助剂 溶剂 催化剂 酶 糖 醇 原油 "
                  "铁矿石 成品油 硫 钾 硼 溴 铝合金 镁合金 钛合金 不锈钢 合金钢 复合塑料 轴承 齿轮 模具 弹簧 电机 水泵 阀门 阀 泵 压缩机 锅炉 变压器 传动 制动 转向 车身 底盘 发动机".split())  # too little alone
VERBS = frozenset("开采 采选 冶炼 分离 压榨 浸出 屠宰 过滤 浓缩 搅拌 焙烧 铸造 锻造 种植 养殖 储运 保鲜 运输".split())
WEAK = GENERIC | NOUNS | VERBS
PLAIN = {"服务", "设施", "技术", "工程", "产品", "系统", "生产", "建设"}  # a head that says nothing of what it is


@dataclass(frozen=True)
class Need:
    """Something the project must be or have: one of the terms. `negated`: it must not have it (没有配套处置设施)."""

    terms: tuple[str, ...]
    text: str
    negated: bool = False
    trait: bool = False  # how it is made or equipped, not what it is


@dataclass(frozen=True)
class Limit:
    """An amount demanded; `lead`: the words before it (入纬率, 单线产能), `place`: where another limit stands (云南地区3000吨)."""

    threshold: Threshold
    text: str
    lead: str = ""


@dataclass(frozen=True)
class Item:
    """One thing an entry takes: all needs and limits, in these natures and places, unless an exception frees it."""

    text: str
    needs: tuple[Need, ...] = ()
    limits: tuple[Limit, ...] = ()
    natures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    exceptions: tuple["Exception_", ...] = ()
    unread: tuple[str, ...] = ()  # numbers of its text that no limit reads: they must be stated as they stand

    @property
    def subject(self) -> tuple[Need, ...]:
        return tuple(n for n in self.needs if not n.trait)


@dataclass(frozen=True)
class Exception_:
    """What is freed, verbatim: a place, or an item of its own."""

    text: str
    places: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    natures: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Held:
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
    exceptions: list[Exception_]
    more: list[str]  # other names of the thing: （含手推车胎）
    of: str = ""  # the thing a limit is of, from the words before it: 年屠宰生猪
    natures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    variants: list[tuple[tuple[str, ...], Limit]] = field(default_factory=list)  # another limit for a kind or a place
    regional: tuple[str, list[Limit]] | None = None  # other limits for a region: （其中西部地区…）
    renewed: bool = False  # it says its nature itself


@lru_cache(maxsize=8192)
def items(text: str) -> tuple[Item, ...]:
    """The items of an entry, in its order."""
    text = re.sub(r"[。：:]?\s*[（(]\d{1,2}[）)](?=[一-鿿\d])", "；", text)
    found: list[Item] = []
    for part in _cut(text, "；;。"):
        if special := _standards(part):
            found += special
            continue
        head, body = "", part
        if (m := re.match(r"^([^：:（(，,]{2,40})[：:](.+)$", part, re.S)) and not re.search(r"下列标准", m[1]):
            head, body = m[1], m[2]
        held = _Held()
        clauses = _clauses(body)
        shared = _whole(head) if head and (VERB.match(body) or re.match("采用|使用", body)) else ()
        if head and not shared:
            found += _items_of(head, held)[0]
        for clause in clauses:
            got, held = _items_of(clause, held)
            found += [replace(item, needs=(*shared, *item.needs)) for item in got]
    return tuple(i for i in found if i.subject and any(_strong(t) for n in i.subject for t in n.terms))


def _standards(part: str) -> list[Item]:
    """…超过下列标准的X:A 40米,B 55米: each kind of place with its own limit; X生产中A、B等人工作业: the thing, the step, the way."""
    found = []
    if m := re.match(r"(.+?)超过下列标准的(.+?)[:：](.+)$", part):
        lead, thing = _unbracketed(m[1]), _core(m[2])
        for kinds, amount in re.findall(r"([一-鿿、]+?)(?:人口以上)?(\d+[一-鿿]+?)(?=[,，(（]|$)", re.sub(r"[(（].*?[)）]", "", m[3])):
            if read := thresholds(f"{lead}超过{amount}"):
                found.append(Item(f"{kinds}{amount}", (Need((thing,), m[2]), Need(tuple(re.split("[、和]", kinds)), kinds)), (Limit(read[0], amount, lead),)))
    elif m := re.match(r"在(.+、.+)(?:中|内)(.+)$", part):
        found.append(Item(part, (Need(tuple(m[1].split("、")), m[1]), Need((_core(re.sub("^(?:开采|采)", "", m[2])),), m[2]))))
    elif m := re.match(r"(.+?)(?:生产|加工|制造)中(.+、.+)等([^，]+?)$", part):
        found.append(Item(part, (Need((m[1],), m[1]), Need(tuple(m[2].split("、")), m[2]), Need((_core(m[3]),), m[3]))))
    elif m := re.match(r"([^:：，,]+)[:：]([^:：，,]+[:：].+)$", part):
        for clause in _cut(m[2], "，,"):
            kind, _, rest = clause.replace("：", ":").partition(":")
            if read := thresholds(rest):
                found.append(Item(clause, (Need((_core(_unbracketed(m[1])),), m[1]), Need((kind,), kind)), (Limit(read[0], rest, rest[:read[0].start]),)))
    return found


def _whole(head: str) -> tuple[Need, ...]:
    core = _core(head)
    return (Need((core,), head),) if core else ()


def _clauses(body: str) -> list[str]:
    """The clauses of a part, cut at ，; one that ends in a limit, or only says how or where, belongs to the next."""
    pieces, joined = _cut(body, "，,"), list[str]()
    for piece in pieces:
        if joined and (re.match("[但且]|并(?=配|采|具)|具备|生产能力", piece) or _open(joined[-1])):
            joined[-1] += "，" + piece
        else:
            joined.append(piece)
    return joined


def _open(clause: str) -> bool:
    """Does a clause demand something of a thing that only the next names?"""
    bare = _unbracketed(clause)
    if re.match("未|但", bare) and "的" not in bare:
        return True
    if re.search(r"范围内$|(?:^|、)(?:采用|使用|利用)[^，]*(?:技术|工艺|系统|装备)$|实现全封闭$|设施$(?<=配置主动式收尘、降尘设施)|^自?[^、]*管理$", bare):
        return True
    found = thresholds(bare)
    return bool(found) and found[-1].end >= len(bare) - 1 and len(re.split("、", bare)) < 3 and not VERB.match(bare)


def _items_of(clause: str, before: "_Held") -> tuple[list[Item], "_Held"]:
    """The items of one clause, and the natures (新建) and places said so far, which hold for the clauses after it too."""
    plain, brackets = _brackets(clause)
    if m := USING.match(plain):
        got, after = _items_of(clause[clause.index("，") + 1:].lstrip() if "，" in clause else m[2], before)
        using = Need(tuple(t for t in re.split("[、和及与]", re.sub("等$", "", m[1])) if len(t) > 1), m[1], trait=True)
        return [replace(i, needs=(*i.needs, using)) for i in got], after
    said = before.natures
    places = before.places
    if m := SCOPE.match(plain):
        places = (m[0],)
        plain = "\0" * len(m[0]) + plain[m.end():]
    traits: list[tuple[int, Need]] = []
    begun: list[tuple[int, tuple[str, ...]]] = []  # where a nature begins to hold
    for m in list(NATURE.finditer(plain)):
        begun.append((m.start(), tuple(re.split("[、和及或]", re.sub("^(?:以及)?(?:现有)?", "", m[0])))))
        plain = plain[:m.start()] + "\0" * len(m[0]) + plain[m.end():]
    for pattern, negated in ((NEGATIVE, True), (MAKING, False)):
        for m in pattern.finditer(plain):
            terms = _trait_terms(m[0], negated)
            if terms:
                traits.append((m.start(), Need(terms, m[0].strip("的，但且"), negated, True)))
        for m in list(pattern.finditer(plain)):
            plain = plain[:m.start()] + "\0" * len(m[0]) + plain[m.end():]
    limits = thresholds(plain)
    whole = [m.span(1) for m in LISTED.finditer(plain)]
    cuts = [(0, 0, "")] + [(m.start(), m.end(), m[0]) for m in JOIN.finditer(plain)
                           if not any(t.start <= m.start() < t.limits[0].end for t in limits) and _parts(plain, m)
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
            carved = _exceptions(inner)
            for p in _group(pieces, piece) if re.search(r"(?:装置|生产线|项目|工艺|品)$", plain[:at]) else [piece]:
                p.exceptions += carved
        elif re.match("含|包括", inner):
            piece.more += _names(re.sub("[（(].*?[）)]", "", inner))
        elif (m := re.match("其中([东中西]部地区)(.+)", inner)) and (t := thresholds(m[2])):
            piece.regional = (m[1], [Limit(x, m[2], m[2][:x.start]) for x in t])
        elif variants := _variants(inner, piece):
            piece.variants += variants
        elif len(kinds := [k for k in re.split("[，；;]", inner) if re.match(r"[一-鿿]+的?[一-鿿]{2,5}(?:率|能耗|电耗)[^，]*\d", k)]) > 1:
            special += [i for k in kinds if (t := thresholds(k)) and "的" in k or (t := thresholds(k)) for i in [_rated(k, t[0])]]
        elif t := thresholds(inner):
                piece.limits += [Limit(x, inner, inner[:x.start]) for x in t]
        elif all(len(x) > 3 and not re.match("一|简称|指|即", x) and not re.search(r"用$|\d", x) for x in re.split("[、，,；;]|等$", inner) if x):
            piece.more += _names(inner)
        elif (re.fullmatch("[A-Za-z\\d-]{2,8}|[一-鿿]{2,3}", inner) and not _core("甲乙" + plain[at:piece.end]).strip("甲乙")):
            piece.more += _names(inner)
    for at, trait in traits[:1]:  # what a list begins with holds for all of it, up to a 项目 or 生产线
        if at == 0 or plain[:at].strip("\0") == "":
            for n, p in enumerate(pieces[1:]):
                if re.search("项目$", pieces[n].subject) or p.limits:
                    break
                p.traits.append(trait)
    return [*special, *_joined(pieces, clause)], _Held(said, places)


def _rated(text: str, limit: Threshold) -> Item:
    """单晶硅光伏电池的转换效率大于22.5%: the thing, and what is measured of it."""
    before = text[:limit.start]
    thing, _, lead = before.rpartition("的")
    m = re.match(r"(.+?)((?:转[换化])?效率|综合电耗|能耗|电耗|[一-鿿]{2}率)$", before)
    thing, lead = (thing, lead) if thing else (m[1], m[2]) if m else (before, "")
    return Item(text, (Need((thing,), thing),), (Limit(limit, text, lead),))


def _group(pieces: list[_Piece], upto: _Piece) -> list[_Piece]:
    """The pieces a bracket behind 项目 or 生产线 speaks of: back to the 项目 or 生产线 before it."""
    at = pieces.index(upto)
    begin = next((n + 1 for n in range(at - 1, -1, -1) if re.search("(?:装置|生产线|项目)$", pieces[n].subject)), 0)
    return pieces[begin:at + 1]


def _brackets(clause: str) -> tuple[str, list[tuple[int, str]]]:
    """The clause without its brackets, and where each stood; those that belong to an amount stay."""
    plain, found, at = "", list[tuple[int, str]](), 0
    for m in BRACKET.finditer(clause):
        if AMOUNT_NOTE.fullmatch(m[1]) and re.search(r"[\d一-鿿]$", clause[:m.start()]):
            if "折" not in m[1]:
                continue
        plain += clause[at:m.start()]
        found.append((len(plain), m[1]))
        at = m.end()
    return (plain + clause[at:]).replace(" ", ""), found


def _variants(inner: str, piece: _Piece) -> list[tuple[tuple[str, ...], Limit]]:
    """Other limits a bracket sets for a place or a kind: （其中山西、内蒙古、陕西低于120万吨/年）, （合金钢50吨）."""
    found = []
    for part in re.split("[，,；;]", inner):
        m = re.match(r"(?:其中)?([一-鿿]{2,4}?(?:、[一-鿿]{2,4}?)*?)(?=低于|高于|小于|大于|[<>≥≤\d])(.+)$", part)
        names = tuple(m[1].removesuffix("地区").split("、")) if m else ()
        if not m or not piece.limits or (MEASURE.search(m[1]) and not all(n in PROVINCES for n in names)):
            return []
        base = piece.limits[0]
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


def _parts(plain: str, m: re.Match[str]) -> bool:
    """Does a word of joining part two things: not 煤与瓦斯突出, where what stands before it is no thing of its own?"""
    before = re.split("[、，,的\0]|以下|以上", plain[:m.start()])[-1]
    return m[0][0] in "、/以" or (len(before) > 1 and not before.isdigit()) or plain[:m.start()].endswith(("以下", "以上"))


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
    of = "".join(_measured(limit.lead) for limit in own)
    return _Piece(begin, end, separator, own, tail.replace("\0", "").strip("，,的 "), [], [], [], of.strip("，,的、"))


def _joined(pieces: list[_Piece], clause: str) -> list[Item]:
    """Items of the pieces: a piece of limits alone is a condition of the next (、，) or an alternative to it (和 或); what only
    describes shares the head of the last."""
    out: list[_Piece] = []
    carried: list[Limit] = []
    carried_traits: list[Need] = []
    for n, piece in enumerate(pieces):
        following = pieces[n + 1] if n + 1 < len(pieces) else None
        open_ = bool(piece.limits) and not _core(piece.subject) or (not piece.limits and piece.traits and not _core(piece.subject))
        apart = following is not None and (following.separator not in "、，,、以及" or following.renewed or piece.renewed and following.limits and not _core(following.subject))
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
    last = out[-1]
    found = []
    _share_limits(out, clause)
    first_of = out[0].of
    for n, piece in enumerate(out):
        core = _core(piece.subject)
        head = _core(next((p for p in out[n:] if re.search("(?:项目|生产线|装置)$", p.subject)), last).subject)
        if len(core) == 1 and n + 1 < len(out):
            longer = next((c for p in out[n + 1:] if len(c := _core(p.subject)) > 1), core)
            core += longer[1:]
        needs: list[Need] = []
        if piece.of and (core or n < len(out) - 1 or piece.limits):
            needs.append(Need(tuple(x for x in re.split("[、/]|等", piece.of) if x), piece.of))
        if not core and piece is not last and head and piece.limits:
            needs.append(Need((head,), head)) if head != piece.of else None
        elif core:
            if graded := GRADE.match(core):
                needs.append(Need((graded[0],), graded[0], trait=True))
                core = _core(core[graded.end():])
            needs.append(Need((core, *piece.more), piece.subject))
            if n and (denied := _denied(out[0].subject)) and not core.startswith("非") and not piece.limits:
                needs.append(Need((denied,), denied))
            if piece is not last and (h := _governing(piece, out[n + 1:])):
                needs.append(Need((h,), head))
            elif piece is not last and not piece.more and (h := _shared_head(core, head)):
                needs.append(Need((h,), head))
            elif n and not piece.limits and (not _strong(core) or (len(core) == 2 and piece is last and piece.separator in "及和与/" and len(_core(out[n - 1].subject)) > 3)) and (prefix := _prefix(out[n - 1].subject)):
                needs.insert(0, Need((prefix,), prefix))
        if n and piece.limits and not piece.of and first_of and not out[0].subject.startswith(first_of) and not piece.limits[0].lead:
            needs.insert(0, Need((first_of,), first_of))
        places = piece.places
        text = _span(clause, piece, out)
        if piece.regional:
            where, others = piece.regional
            found.append(Item(f"{where}{others[0].text}", (*(x for x in needs if any(x.terms)), *dict.fromkeys(piece.traits)), tuple(others), piece.natures,
                              (where,), tuple(piece.exceptions)))
            piece.exceptions.append(Exception_(where, places=(where,)))
        for names, other in piece.variants:
            there = all(n in PROVINCES for n in names)
            special = () if there else (Need(names, other.text),)
            found.append(Item(other.text, (*(x for x in needs if any(x.terms)), *special, *piece.traits), (other, *piece.limits[1:]), piece.natures,
                              names if there else places, tuple(piece.exceptions)))
            piece.exceptions.append(Exception_(other.text, places=names) if there else Exception_(other.text, items=(Item(other.text, special),)))
        found.append(Item(text, (*(x for x in needs if any(x.terms)), *dict.fromkeys(piece.traits)), tuple(piece.limits), piece.natures, places,
                          tuple(piece.exceptions), tuple(_unread(core, piece))))
    return found


def _measured(lead: str) -> str:
    """What a limit is of: 年加工生皮能力 → 生皮, 单条化学木浆 → 化学木浆; 入纬率, 单线产能 → nothing of its own."""
    lead = re.sub("(?:在|为|达到|不足|约)$", "", lead)
    lead = re.sub("^[^日年]*(?:主产区|产区)(?=[日年])", "", lead)
    thing = VERB.sub("", lead)
    if thing != lead:
        return MEASURE.sub("", thing)
    return "" if MEASURE.search(lead) else re.sub("^单(?:条|线|班|窑|套|系列)", "", lead)


def _share_limits(out: list[_Piece], clause: str) -> None:
    """A limit that a clause begins with, and is its only one, is the limit of everything it lists (…以下的烧结砖及烧结空心砌块)."""
    for n, piece in enumerate(out):
        if not piece.limits or piece.of or not (_core(piece.subject)):
            continue
        rest = out[n + 1:]
        stop = next((k for k, p in enumerate(rest) if p.limits or (p.exceptions and not piece.exceptions) or p.renewed or re.search("(?:生产线|项目|装置)$", out[n + k].subject)), len(rest))
        joined = re.search(r"(?:以下|以上|）)的", clause[:clause.find(piece.subject)][-4:]) if piece.subject in clause else None
        alone = (n == 0 or piece.renewed) and not any(p.limits for p in out[:n] if not piece.renewed) and stop == len(rest)
        if joined or alone:
            for p in rest[:stop]:
                p.limits = list(piece.limits)


def _denied(subject: str) -> str:
    """非 at the head of a list is said of all of it: 非数控剪板机、折弯机 → 非数控, 非连续化、自动化炸药 → 非连续化."""
    if not subject.startswith("非"):
        return ""
    words = [w for w in tokens(subject[1:]) if subject[1:].startswith(w) and len(w) > 1]
    return "非" + min(words, key=len) if words else ""


def _governing(piece: _Piece, after: list[_Piece]) -> str:
    """What a list is the object of: 原油、天然气、成品油的储运; 四氯化碳、四氯化硅等副产物综合利用. "" where it is a list of products."""
    if piece.limits or "的" in piece.subject:
        return ""
    for p in after:
        if p.limits or p.exceptions or p.renewed:
            return ""
        if piece.subject.endswith("类") and (m := re.search(r"类中(.{2,})$", p.subject)):
            return _core(m[1])
        if re.match("含|以|由|用|采用|使用|配套|具|有", p.subject):
            return ""
        if m := re.search(r"[^的等](?:的|等)(?=[^的等]{2,}$)(.+)$", p.subject):
            rest = m[1]
            if "等" not in p.subject or re.search("综合利用|回收|处理|治理|储运|服务|设施|监测|检测|系统|工艺|技术", rest):
                return "" if rest in PLAIN else _core(rest) or rest
            return ""
        if re.search("(?:项目|生产线|装置)$", p.subject):
            return ""
    return ""


def _shared_head(core: str, head: str) -> str:
    """The head that a piece of a list shares with the last (中碱、无碱、耐碱玻璃球窑; 数字化、智能化服装), "" where it stands alone."""
    got = _head(head, core)
    if not got or core.endswith(got) or not _strong(head):
        return ""
    at = len(core) - 1
    if 0 < at < 5 and len(head) - at > 2 and head[at] == core[-1] and head[at - 1:at + 1] != core[-2:]:
        return head[at + 1:]  # 中碱、无碱、耐碱玻璃球窑; 合金钢、不锈钢、耐候钢高强度紧固件
    return got if MODIFIER.search(core) or (got in WEAK and not _strong(core)) else ""


def _unread(core: str, piece: _Piece) -> list[str]:
    return re.findall(r"[A-Za-z\d.×~—-]*\d[A-Za-z\d.×~—-]*", core)


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


def _head(subject: str, modifier: str) -> str:
    """The thing that the last piece of a list of kinds names: 耐碱玻璃球窑 → 玻璃球窑."""
    if not subject or subject == modifier:
        return ""
    words = [w for w in tokens(subject) if subject.endswith(w) and 1 < len(w) < len(subject)]
    return max(words, key=len) if words else subject[-2:] if len(subject) > 3 else subject


def _prefix(subject: str) -> str:
    words = [w for w in tokens(subject) if subject.startswith(w) and 1 < len(w) < len(subject)]
    return max(words, key=len) if words else ""


def _trait_terms(text: str, negated: bool) -> tuple[str, ...]:
    text = text.strip("，,的但且")
    if negated:
        text = re.sub(r"^(?:其中)?(?:达不到|未达到|未采用|未选用|未配套|未同步配套建设|没有|无|不采用|不符合|未按)", "", text)
        text = re.sub(r"(?:等)?(?:强制性)?(?:标准|要求|规定)$", lambda m: "强制性标准" if "强制" in m[0] else m[0], text)
        text = text if "强制性标准" not in text else "强制性标准"
    else:
        text = re.sub(r"^以|为(?:主要)?原料.*$|为.*$", "", text)
    return tuple(t for t in (re.sub("配套|设施$", "", x) or x for x in re.split("、|/|或", text)) if len(t) > 1)


def _exceptions(inner: str) -> list[Exception_]:
    """What a bracket frees: places, natures, or things with conditions of their own."""
    found = []
    for part in re.split(r"[；;，,](?=[^；;，,]*(?:除外|不含|不包括))", inner):
        body = re.sub(r"的$", "", CARVING.sub("", part)).strip()
        if not body:
            continue
        places = tuple(p for p in re.split("[、和]", re.sub(r"大豆主产区|主产区|地区$", "", body)))
        if all(re.fullmatch(r"[一-鿿]{2,4}", p) for p in places) and all(p in PROVINCES for p in places):
            found.append(Exception_(part, places=places))
        elif "少数民族地区" in body:
            found.append(Exception_(part, places=("少数民族地区",)))
        else:
            got = [i for clause in _cut(body, "，,；;") for i in _loose(clause)]
            if got:
                found.append(Exception_(part, items=tuple(got)))
    return found


def _loose(text: str) -> list[Item]:
    """An exception's things: whatever is said to be so frees the project."""
    text = re.sub(r"[（(].*?[）)]", "", text)
    t = thresholds(text)
    if t:
        before, after = text[:t[0].start], text[t[-1].end:]
        return [Item(text, (), tuple(Limit(x, text, before) for x in t))] if before or after else []
    found = []
    for part in re.split(r"[、及或]|(?<=.{2})和(?=.{2})", text):
        if not re.search("[一-鿿]", part) or (re.sub("的|品种|项目|[和及]", "", part) in WEAK | {"生产工艺"}):
            continue
        core = re.sub(r"^(?:采用|使用|持有|以|进行|符合|用于|利用)|(?:等?(?:节能配电)?变压器)$|(?:的|工艺|技术|装置|项目|品种|生产线|生产|制品|企业集团|法律法规|要求)+$", "", part.strip("的")) or part
        found.append(Item(part, (Need((core,), part),)))
    return found


def _names(inner: str) -> list[str]:
    """Other names in a bracket: 含手推车胎, 俗名, an abbreviation."""
    inner = re.sub("^(?:含|包括|如)", "", inner)
    parts = re.split("[、，,；;]|以及|等", inner)
    return [p for p in (re.sub(r"^(?:含|包括)", "", x).strip() for x in parts) if 1 < len(p) < 16 and not re.search("用$|淘汰类", p) and p not in WEAK]


def _core(subject: str) -> str:
    """The subject without the words every entry has (生产装置, 项目, 技术开发与应用) and those that silence allows (普通)."""
    core = re.sub("^[^的]{0,4}量的", "", subject.strip("，,的 "))
    while True:
        if re.search("[初精深粗]加工$", core):
            break
        core = re.sub("(?<=...)及其(?:系列|衍生|制品|产品|复合|配套|关键|应用|相关).*$", "", core)
        shorter = OPENING.sub("", ENDING.sub("", core)).strip("，,的 ")
        if shorter == core:
            break
        core = shorter
    core = re.sub("及?以[上下]", "", core) if not re.search(r"\d", core) else core
    return core if core not in GENERIC and core not in ("生产", "技术", "建设", "制造", "项目", "加工", "工艺", "开发", "应用", "推广", "生产线") else ""


def _strong(term: str) -> bool:
    """Does a term say what the thing is, and not only that it is equipment or modern?"""
    left = EASY.sub("", term)
    if left in WEAK:
        return False
    for word in sorted(GENERIC, key=len, reverse=True):
        left = left.replace(word, "")
    left = re.sub("[型类等的用级和与及、]", "", left)
    for word in VERBS:
        if left.startswith(word):
            left = left[len(word):] if left[len(word):] in VERBS or left == word else left
    return bool(left) and left not in VERBS and len(EASY.sub("", term)) > 1


def _unbracketed(text: str) -> str:
    return BRACKET.sub(lambda m: m[0] if AMOUNT_NOTE.fullmatch(m[1]) else "", text)


def _cut(text: str, stops: str) -> list[str]:
    """The text cut at the stops outside parentheses and square brackets."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in "（([【") - (char in "）)]】")
        if char in stops and depth <= 0 and not (char == "," and text[at - 1:at].isdigit() and text[at + 1:at + 4].isdigit()):
            parts.append(text[start:at].strip())
            start = at + 1
            depth = 0
    parts.append(text[start:].strip())
    return [p for p in parts if p]
