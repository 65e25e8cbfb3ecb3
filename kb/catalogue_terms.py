"""Which words of a catalogue entry say what the thing is? Its core without 生产装置, 项目, 技术开发与应用; the head a list shares.

The word classes are data, corpus/catalogue-grammar.toml.
"""

import re
import tomllib

from kb.eia_rules import BRACKET
from kb.settings import CORPUS
from kb.tokens import tokens

_CLASSES = {name: frozenset(listed) for name, listed in tomllib.loads((CORPUS / "catalogue-grammar.toml").read_text(encoding="utf-8")).items()}
GENERIC, VERBS = _CLASSES["generic"], _CLASSES["processes"]
WEAK = GENERIC | _CLASSES["too_wide"] | VERBS  # too little alone
PLAIN = {"服务", "设施", "技术", "工程", "产品", "系统", "生产", "建设"}  # a head that says nothing of what it is
ENDING = re.compile(
    r"(?:(?<=.)(?:的?(?:工业化|产业化|规范化|规模化|工厂化)?(?:先进|新)?(?:工艺)?(?:技术|工艺|装备|产品|方法)?(?:的?(?:研发|研究|研制|开发|推广|应用|生产|制造|设计|建设|利用|运营|加工|集成|传承|推广应用|"
    r"开发利用|开发应用|设备制造)(?:[与和及、](?:研发|研究|研制|开发|推广|应用|生产|制造|设计|建设|利用|运营|加工|销售|创新|管理))*))"
    r"|(?<=..)工艺技术(?:[和及与]关键装备)?|(?<=...)系列(?:产品)?|(?<=..)(?:成套)?(?:生产|建设|制造|加工|开发|固定式)*(?:装置|生产线|项目|企业|工程)|(?<=..)等|(?<=..)的|(?<=..)生产|(?<=..)(?:制造|服务|加工)业)$")
OPENING = re.compile(r"^(?:规模(?=..)|每小时(?=..)|其他|各类|各种|以及|及|和|与|或|的|开展|从事|对|用于)")
EASY = re.compile(r"普通低档|普通|常规|一般用途|一般|通用类|民用|各类|各种|规模化?|直接|企业|等|的|级")
MODIFIER = re.compile(r"(?:[型化级性式用态际]|新型|特种|特殊|绿色|节能|环保|高效|先进|清洁|安全|现代|大|小|中|高档|专用|移动|无线|有线|网络|微孔|连续|间歇|间断|规范|干|湿|高|低|有机|无机|天然|合成|医疗|红色|工业)$")
MEASURE = re.compile(r"(?:能力|规模为?|产能|容量|容积|高度|直径|宽度|长度|功率|速度|转速|频率|率|量|单线|单窑|单班|单套|单系列|单条|单机|年产|日产|低于|超过|参数|面积|系数|强度|厚度|压力|含量|储量|纯度"
                     r"|消耗|体积|吨位|斗容|次数|寿命|时速|轴重|密度|效率|幅宽|线宽|人数|总人数|分辨率|模量|精度|成本|煤耗|焦比|电耗|水|耗|等级|分子量)$")
WITH_MAKING = re.compile("(?:项目|生产|制造|加工|及|和|与|、)")
VAGUE = re.compile("^(?:新型|高性能|高档|高端|先进|现代|关键|节能环保|重点)|(?:综合|利用|服务|技术|处理|管理)$")
VERB = re.compile(r"^(?:单线|单班|单窑|单系列|单条|单套|日|年)*(?:日|年)?(?:处理|加工|屠宰|处置|利用|开采|设计|生产)+(?=.{2})")
AMOUNT_NOTE = re.compile(r"(?:不含|含|含本数|折干|折100%|折纯)")


def core_of(subject: str) -> str:
    """The subject without the words every entry has (生产装置, 项目, 技术开发与应用) and those that silence allows (普通)."""
    core = re.sub("^[^的]{0,4}量的", "", subject.strip("，,的 "))
    core = re.sub("(?<=[初精深粗]加工)(?:项目|生产线)$", "", core)
    while True:
        if re.search("[初精深粗]加工$|再(?:制造|利用)$", core):
            break
        core = re.sub("(?<=...)及其(?:系列|衍生|制品|产品|复合|配套|关键|应用|相关).*$", "", core)
        shorter = OPENING.sub("", ENDING.sub("", core)).strip("，,的 ")
        if shorter == core:
            break
        core = shorter
    core = re.sub("及?以[上下]", "", core) if not re.search(r"\d", core) else core
    return core if core not in GENERIC and core not in ("生产", "技术", "建设", "制造", "项目", "加工", "工艺", "开发", "应用", "推广", "生产线") else ""


def is_strong(term: str) -> bool:
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


def shared_head(core: str, head: str) -> str:
    """The head that a piece of a list shares with the last (中碱、无碱、耐碱玻璃球窑; 数字化、智能化服装), "" where it stands alone."""
    if (m := re.search("^.{2,5}用(?=..)", head)) and len(core) < 6 and "用" not in core:
        return head[m.end():]  # 水性木器、工业、船舶用涂料
    if (m := re.match(r"(?:[一-鿿]{2})(?=.*(?:养殖|开采|捕捞)$)", head)) and len(core) == 2 and tokens(head)[0] == m[0]:
        return head[2:]  # 湖泊、水库投饵网箱养殖
    got = _head(head, core)
    if not got or core.endswith(got) or not is_strong(head):
        return ""
    if aligned := aligned_head(core, [head]):
        return aligned
    return got if MODIFIER.search(core) or (got in WEAK and not is_strong(core)) else ""


def aligned_head(core: str, following: list[str]) -> str:
    """The head of the first of the next pieces whose kind is written like this one: 中碱、无碱、耐碱玻璃球窑; 合金钢、不锈钢、
    耐候钢高强度紧固件. "" where there is none."""
    at = len(core) - 1
    for head in following:
        if 0 < at < 5 and "等" not in head and len(head) - at > 2 and head[at] == core[-1] and head[at - 1:at + 1] != core[-2:]:
            return head[at + 1:]
    return ""


def same_head(core: str, following: str) -> str:
    """The head of the next piece where both end the same before it: 普通功率和高功率石墨电极; 老年人、未成年人活动场所. "" where they do not."""
    same = re.match(f"([一-鿿]{{1,3}}){re.escape(core[-2:])}(?=..)", following) if 2 < len(core) < 6 else None
    if not same or "等" in following or same[1] == core[:-2] or WITH_MAKING.match(following, same.end()):
        return ""
    head = following[same.end():]
    return head if core_of(head) and head not in WEAK else ""


def shared_material(first: str, others: list[str]) -> str:
    """What all of a list of tools are made of, said once: 普通高速钢钻头、铣刀、锯片 → 高速钢. "" where each stands for itself."""
    words = tokens(core_of(first))
    named = [w for w in words if w.endswith(("钢", "铁", "铜", "铝"))]
    return named[0] if len(others) > 1 and named and len(words) > 1 and all(0 < len(o) < 4 for o in others) else ""


def _head(subject: str, modifier: str) -> str:
    """The thing that the last piece of a list of kinds names: 耐碱玻璃球窑 → 玻璃球窑."""
    if not subject or subject == modifier:
        return ""
    words = [w for w in tokens(subject) if subject.endswith(w) and 1 < len(w) < len(subject)]
    return max(words, key=len) if words else subject[-2:] if len(subject) > 3 else subject


def leading_word(subject: str) -> str:
    words = [w for w in tokens(subject) if subject.startswith(w) and 1 < len(w) < len(subject)]
    return max(words, key=len) if words else ""


def denied_head(subject: str) -> str:
    """非 at the head of a list is said of all of it: 非数控剪板机、折弯机 → 非数控, 非连续化、自动化炸药 → 非连续化."""
    if not subject.startswith("非"):
        return ""
    words = [w for w in tokens(subject[1:]) if subject[1:].startswith(w) and len(w) > 1]
    return "非" + min(words, key=len) if words else ""


def measured_thing(lead: str) -> str:
    """What a limit is of: 年加工生皮能力 → 生皮, 单条化学木浆 → 化学木浆; 入纬率, 单线产能 → nothing of its own."""
    lead = re.sub("(?:在|为|达到|不足|约)$|^每(?:小时|天|日|年|台|条)$", "", lead)
    lead = re.sub("^[^日年]*(?:主产区|产区)(?=[日年])", "", lead)
    thing = VERB.sub("", lead)
    if thing != lead:
        return MEASURE.sub("", thing)
    return "" if MEASURE.search(lead) or EASY.fullmatch(lead) else re.sub("^单(?:条|线|班|窑|套|系列)", "", lead)


def trait_terms(text: str, negated: bool) -> tuple[str, ...]:
    """What a trait speaks of: 没有配套处置设施 → 处置, 以糖蜜为原料 → 糖蜜."""
    text = text.strip("，,的但且")
    if negated:
        text = re.sub(r"^(?:其中)?(?:达不到|未达到|未采用|未选用|未配套|未同步配套建设|没有|无|不采用|不符合|未按)", "", text)
        text = re.sub(r"(?:等)?(?:强制性)?(?:标准|要求|规定)$", lambda m: "强制性标准" if "强制" in m[0] else m[0], text)
        text = text if "强制性标准" not in text else "强制性标准"
    else:
        text = re.sub(r"^采用(.+?)(?:工艺)?生产$", r"\1", text)
        text = re.sub(r"^(?:以|使用|采用)|等?(?:作为|为(?:主要)?原料|为).*$", "", text)
    return tuple(t for t in (re.sub("配套|设施$", "", x) or x for x in re.split("、|/|或", text)) if len(t) > 1)


def unbracketed(text: str) -> str:
    return BRACKET.sub(lambda m: m[0] if AMOUNT_NOTE.fullmatch(m[1]) else "", text)


def cut(text: str, stops: str) -> list[str]:
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


def second_work(core: str, works: str) -> tuple[str, ...]:
    """The second work of two: 电网改造与建设 is 电网改造 and 电网建设. `works`: what stands after the first."""
    m = re.search("(?<=..)(?:改造|抽采|保护|开采|勘探)$", core)
    return (core[:m.start()] + works,) if m and re.fullmatch("建设|治理|维护|修复|开发|改造", works) else ()


def class_named(core: str) -> tuple[str, ...]:
    """The class an example stands for (特种水泥, of 白色硅酸盐水泥等特种水泥), and the example where it is plainly of it."""
    m = re.fullmatch("([^的等]{2,})等([^的等]{4,})", core)
    if not m or not is_strong(m[2]) or VAGUE.search(m[2]):
        return ()
    return (m[2], m[1]) if m[1][-2:] == m[2][-2:] else (m[2],)


def numbers_in(core: str) -> tuple[str, ...]:
    """The numbers and codes of a term that no limit reads: they must be stated as they stand."""
    return tuple(re.findall(r"[A-Za-z\d.×~—-]*\d[A-Za-z\d.×~—-]*", core))


def parts_two(plain: str, m: re.Match[str]) -> bool:
    """Does a word of joining part two things: not 煤与瓦斯突出, where what stands before it is no thing of its own?"""
    before = re.split("[、，,的\0]|以下|以上", plain[:m.start()])[-1]
    return m[0][0] in "、/以" or (len(before) > 1 and not before.isdigit()) or plain[:m.start()].endswith(("以下", "以上"))
