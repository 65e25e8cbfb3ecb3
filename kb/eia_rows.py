"""Which row of the list is a project's? By the words of the list, of GB/T 4754-2017 and of the reviewed lexicon, and by meaning.

A word counts the more the fewer rows it may stand for, and the longest word covers those within it; what a question denies
(没有自建锅炉) counts for nothing. Meaning (the encoder's cosine) settles what the words leave open.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from kb.eia_facts import PLATING
from kb.eia_rules import Row
from kb.industries import CODE, all_industries, industries_of
from kb.lexicon import bare, canonical, saying, words
from kb.project import Project

NAME, PRODUCT, INDUSTRY, PART = 1.0, 0.9, 0.8, 0.6  # how much the row's name, a product of its cells, an industry's name, a part of it says
EARLY = 0.05  # added for a word at the very beginning
BY_WORDS = 0.30  # added to a cosine for the surest word
NAMED = 0.1  # added where a sure word names the row at all
SURE = 0.55  # of the words' score: such a word makes a row a category of its own beside the first
BUILDS = r"(?:(?<!扩)新增|新建|首次使用|使用|购置|购买|加装|增设|增加|添置|添|加(?=[个装一几两二三台套条了])|安装|改造|扩建|单纯利用|利用|配套建设|配套开|买|装|上|建|搞)"
ADDED = re.compile(r"(?:含|配套|配|同时|自带|并|以及|还|又|另|附设|自建|再|和|及|后面接着|带|(?<!建)设|增|加(?![工油气盟])|同步|自己[做建]|也)[^，。；含配]{0,10}$")
BESIDE = re.compile(r"(?:含|[和及](?=[一两二三四\d])|同时|并|另外?|还|附设|自带|带(?=[一二两三四五几个条台座套])|同步|后面接着|配套(?!的)|配(?!套))(?:[^，。；含配]{0,14}|[^。；]{0,10}，[^，。；]{0,6})$")
MADE_OF = re.compile("(?:生产|制造|做)[^，。；用刷喷]{0,16}$")
MATERIALS = {"涂料", "油墨", "胶粘剂", "颜料", "溶剂", "树脂", "染料", "助剂"}  # products only where they are made
MADE = re.compile("厂|制造|生产|车间|项目|企业|公司|做")
SURVEYED = re.compile("勘查|勘探|详查|普查|找矿|探矿|钻探")
FIRM = re.compile("集团|公司|企业|老板|局")  # 某造纸集团: who builds, not what
OFFSHORE = re.compile("海上|海域|海底|近海|海里")
SEA = re.compile("海|红树林|礁|滩涂")
OF_A_THING = re.compile("(?:材料|配件|零部件)$")
FOR_IT = re.compile("(?:的|专?用)?[一-鿿]{0,3}")  # 电池的硬碳负极材料: the material is made, not the battery
WASTE = re.compile("废旧?$|报废$|旧$|旧木$")
MINED = re.compile("开采|采矿|开矿|采石|采(?=花岗|石灰|砂石|砂岩|页岩|大理)|石场|矿山")
REPAIRED = re.compile("维修|修理|大修|坏了|检修")
BEFORE = re.compile(r"(?:输至|送至|接至|引至|输送[至到]|管道至|储存|存放|涉及|全是|都是|挨着|穿越|占用|产生|排放|附近|邻近|旁边|周边|紧邻|毗邻|靠近)[^，。；]{0,8}$")
RENTED = re.compile("(?:租用|租赁|承租|入驻|租)(?:(?!车间|厂房|库房|仓库|场地|门面|机房)[^，。；建做办开搞加生改打]){0,6}$")
SOLD = re.compile("(?:供给?(?![热水电气暖应料])|卖给|卖到|销[往给售]至?|面向|服务于|客户[是为]|配套给)[^，。；]{0,8}$")
TAKEN = re.compile("回收|利用|处置|处理")  # 产生的危险废物在厂内回收
AROUND = re.compile(r"服务区|沿线|(?:、[^，。；、]{1,4}){0,3}(?:类)?(?:摊位|摊点|[摊专]区|柜台)|[内里旁边]|附近|商铺|铺|周边|门口|对面|后面|以外")
CODES = re.compile(r"\d{3,4}\*?|[*\s]")
INCLUDED = re.compile(r"[（(](?:含|包括)([^；（()）]+)")
GENERIC = {"工程", "项目", "建设", "制造", "加工", "生产", "开发", "处理", "处置", "利用", "服务", "设备", "产品", "材料", "机械", "金属", "食品",
           "其他", "全部", "批发", "配套", "仓库", "办公", "维修车间", "废水", "运输", "维修", "专用", "通用", "活动", "设施", "化学", "使用", "销售", "实验室", "发动机", "车辆", "海上", "扩建", "纺织", "机加", "机加工", "数控加工", "机械加工", "零件加工", "CNC加工", "采选", "冶炼", "矿采选", "矿石", "集运", "发酵", "建造", "印制", "涂布", "新建", "增建", "建筑", "油气", "化工", "设计", "环境", "水源"}
ASKING = re.compile(r"环评|环境影响|报告[书表]|登记表|手续|如何(?:办理|执行|确定)|类别|涉及环境敏感区|敏感区|投资\S*元")


@dataclass
class Candidate:
    """A row that may be the project's, with what speaks for it."""

    row: Row
    score: float
    by_words: float = 0.0
    cosine: float = 0.0
    spoken: list[str] = field(default_factory=list)  # the words of the question
    spans: list[tuple[int, int]] = field(default_factory=list)


def candidates(project: Project, rows: list[Row], cosines: dict[str, float]) -> list[Candidate]:
    """Every row that words or meaning speak for, the likeliest first. `cosines` by clause id."""
    index = _index(tuple(rows))
    spans = [(a, b, word, index[word]) for a, b, word in _words_of(project, index.keys())]
    spans = [s for s in spans if not any(x <= s[0] and s[1] <= y and y - x > s[1] - s[0] for x, y, *_ in spans)]
    spans = [s for s in spans if not any((s[0] < x < s[1] < y and y - x >= s[1] - s[0]) or (x < s[0] < y < s[1] and y - x > s[1] - s[0])
                                         for x, y, *_ in spans)]  # 城镇[污水管网]: the head; [桶装水]厂: the longer
    spans = [s for s in spans if not any(OF_A_THING.search(word) and FOR_IT.fullmatch(project.text[s[1]:x]) for x, _, word, _ in spans if x >= s[1])]
    least = min(cosines.values(), default=0.0)
    found = []
    retired = any(project.stated(*m.span()) for m in RETIRED.finditer(project.text))
    for row in rows:
        if ("海洋" in row.sector and not SEA.search(project.text)) or ("陆" in row.name and OFFSHORE.search(project.text)) or ("核" in row.sector and bool(RETIRED.search(row.name)) < retired):
            continue
        own = [(a, b, word, of[row.no] / len(of) ** 0.5) for a, b, word, of in spans if row.no in of
               and ("修" in row.name or not (REPAIRED.search(project.text, b, b + 10) or project.text[:a].endswith("修")))
               and ("勘" in row.name or not SURVEYED.search(project.text, max(0, a - 6), b + 8))
               and ("采" in row.name or not MINED.search(project.text, max(0, a - 8), b + 8))
               and ("废" in row.name or not WASTE.search(project.text, max(0, a - 3), a))]
        by_words = max(((0.5 if FIRM.match(project.text, b) else 1.0) * weight * min(1.15, 0.55 + 0.15 * len(word)) for _, b, word, weight in own), default=0.0)
        cosine = cosines.get(row.clause_id, least)
        if own or row.clause_id in cosines:
            early = EARLY * (1 - min(a for a, *_ in own) / len(project.text)) if own else 0.0  # what is named first is the main works
            found.append(Candidate(row, cosine + BY_WORDS * by_words + (NAMED if by_words >= SURE else 0.0) + early, by_words, cosine, [w for _, _, w, _ in own],
                                   [(a, b) for a, b, *_ in own]))
    return sorted(found, key=lambda c: -c.score)


def unlisted(project: Project, rows: list[Row]) -> tuple[str | None, tuple[int, int]]:
    """An industry of GB/T 4754-2017 that the question names and no row stands for, and where it names it."""
    index = _index(tuple(rows))
    names = _unlisted(tuple(rows))
    found = [(b - a, -a, names[word]) for a, b, word in _words_of(project, names.keys()) if word not in index]
    if not found:
        return None, (0, 0)
    length, start, name = max(found)
    return name, (-start, length - start)


@lru_cache(maxsize=4)
def _unlisted(rows: tuple[Row, ...]) -> dict[str, str]:
    """Word → the industry of GB/T 4754-2017 it names, of those that no row's codes cover."""
    codes = {code for row in rows for code in CODE.findall(row.name) or re.findall(r"\d\d", row.sector)}
    names = [name for code, name in all_industries() if not any(code.startswith(c) or c.startswith(code) for c in codes)]
    return {word: name for name in names for word in (bare(name), *saying(name)) if len(word) > 3 or word in saying(name)}


def subject_of(project: Project) -> str:
    """The question without what every question of the kind says, and without amounts: what is to be found by meaning."""
    parts = [p for _, p in project.segments if not ASKING.search(p)] or [ASKING.sub("", project.text)]
    return re.sub(r"^(?:某\S{0,6}?|客商)?(?:拟|计划|打算)?(?:投资)?", "", "".join(parts)) or project.text


OWN_ACCESSORIES = re.compile("及其(?:附属|输送|配套)")  # the row takes its accessories with it: 海上风电工程及其输送设施
ACCESSORY = re.compile("(?:配套|附属|送出|输送|送电|带|及其)[^，。；]*$")
RETIRED = re.compile("退役")
JOINED = re.compile(r"[，；。](?:[^，；。]{0,8}?)(?:同时|并|再|还|又|另|以及|配套|旁边|一起|一并|同步|顺[便带手]|然后|一边|捎带|外加|也|同一项目)|^[^，。；]{0,5}(?:和|与|带|连同|加上|跟|以及|及|兼|加(?![个装一几台套条]))[^，。；]{0,10}$")


def also(project: Project, first: Candidate, others: list[Candidate]) -> list[Candidate]:
    """Other categories the project names beside its first (名录第四条): by a sure word of their own, said to be added to it."""
    taken, found = list(first.spans), list[Candidate]()
    adds = bool(first.spans) and all(BESIDE.search(project.text, 0, a) for a, _ in first.spans)  # then the others are the main works
    told = _told(project, first.row)
    accessory = any(OWN_ACCESSORIES.search(a.text) for _, cell in first.row.cells for a in cell)
    for other in sorted(others, key=lambda c: -c.by_words):
        if owner(project, other, first):
            continue
        apart = [(a, b) for a, b in other.spans if not any(x <= a and b <= y for x, y in told) and not any(x < b and a < y for x, y in taken)
                 and not FIRM.match(project.text, b) and not (accessory and ACCESSORY.search(project.text, max(0, a - 8), a))]
        if other.by_words >= SURE and any(adds or ADDED.search(project.text, 0, a) or _boiler(project, a, b) or any(
                _joined(project, (a, b), span) for span in first.spans if not FIRM.match(project.text, span[1])) for a, b in apart):
            found.append(other)
            taken += other.spans
    return found


def part_of(project: Project, part: Candidate, whole: Candidate) -> bool:
    """Is what speaks for a row only something the other row's own cells name (a school's 化学、生物实验室)?"""
    told = _told(project, whole.row)
    return bool(part.spans) and all(any(x <= a and b <= y for x, y in told) for a, b in part.spans) and any(s not in part.spans for s in whole.spans)


def _told(project: Project, row: Row) -> list[tuple[int, int]]:
    """Where the project names processes and products of a row's cells."""
    terms = {t for c in row.conditions() for t in (*c.terms, *(PLATING if "电镀" in c.terms else ()))}
    return [m.span() for t in terms for m in re.finditer(re.escape(t), project.text)]


def _joined(project: Project, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Does the text between two names add the later to the earlier?"""
    (_, end), (start, _) = sorted((one, other))
    return end <= start and bool(JOINED.search(re.sub(r"[（(][^（()）]*[）)]", "", project.text[end:start])))


def _boiler(project: Project, start: int, end: int) -> bool:
    """A boiler of a stated size is works of its own: 第91项 takes those a builder uses itself."""
    return "锅炉" in project.text[start:end] and any(q.measure == "锅炉容量" or q.dimension == "锅炉容量" for q in project.amounts)


def owner(project: Project, first: Candidate, other: Candidate) -> bool:
    """Does the first only name who builds the other (医院新增射线装置)?"""
    return bool(first.spans and other.spans) and all(b <= c for _, b in first.spans for c, _ in other.spans) and any(
        b <= c and re.fullmatch(r"(?:(?![及并和]|同时|以及)[^，。；]){0,16}?" + BUILDS + r"[^，。；]{0,14}", project.text[b:c])
        for a, b in first.spans for c, _ in other.spans)


def _words_of(project: Project, known: Collection[str]) -> list[tuple[int, int, str]]:
    """Each known word that the question states, and where."""
    text, longest = project.text, max(map(len, known), default=0)
    return [(a, b, text[a:b]) for a in range(len(text)) for b in range(a + 2, min(len(text), a + longest) + 1)
            if text[a:b] in known and project.stated(a, b) and (not BEFORE.search(text, max(0, a - 10), a) or TAKEN.search(text, b, b + 12)) and not RENTED.search(text, 0, a) and not SOLD.search(text, 0, a) and not AROUND.match(text, b) and not project.bought(a, b)
            and (text[a:b] not in MATERIALS or MADE.match(text, b) or MADE_OF.search(text, 0, a))]


@lru_cache(maxsize=4)
def _index(rows: tuple[Row, ...]) -> dict[str, dict[int, float]]:
    """Word → row number → how much it says."""
    found: dict[str, dict[int, float]] = {}

    def add(word: str, no: int, weight: float) -> None:
        for form in {word, bare(word) if not word.endswith("基地") else word}:
            if len(form) > 1 and form not in GENERIC:
                form = canonical(form)
                found.setdefault(form, {})[no] = max(weight, found.get(form, {}).get(no, 0.0))

    for row in rows:
        names = _parts(row.name) + [n for m in INCLUDED.finditer(row.name) for n in _split(m[1])]
        for name in names:
            add(name, row.no, NAME)
        for term in {t for a in row.scope for b in a.branches for c in b.conditions if c.kind == "subject" for t in c.terms if len(t) > 3}:
            add(term, row.no, NAME)
        products = {t for _, cell in row.cells for a in cell for b in a.branches for c in b.conditions if c.kind == "subject" for t in c.terms}
        for term in products:
            add(term, row.no, PRODUCT)
        for name in industries_of(row.name):
            add(name, row.no, INDUSTRY)
            for part in _split(name):
                add(part, row.no, PART)
    for word in words():
        if word.say in GENERIC:
            continue
        if word.row is not None:
            found[word.say] = {word.row: NAME}  # reviewed: this row and no other
        else:
            for no, weight in found.get(word.means, found.get(bare(word.means), {})).items():
                found.setdefault(word.say, {})[no] = weight
    return found


def _parts(name: str) -> list[str]:
    plain = re.sub(r"[（(].*?[）)]", "", CODES.sub("", name))
    return [part for item in re.split("[；;]", plain) for part in (item, *_split(item))]


def _split(text: str) -> list[str]:
    if re.search(r"(?:设备|机械|机|修理|码头)(?:制造)?$", text):
        return []  # 采矿、冶金、建筑专用设备制造 is one thing
    parts = [re.sub(r"^其他(?:未列明)?|等$", "", p) for p in re.split(r"[、，]|(?<=..)[和及与](?=..)", text)]
    return [p for p in parts if len(p) > 2 or len(parts[-1]) < 5 or p is parts[-1]]  # 汽车、摩托车维修场所: 汽车 alone says nothing
