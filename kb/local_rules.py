"""What does the city's own work plan rule on a project? Rules read from the plan's clauses, then applied.

Each rule is told by how such plans speak — 重点发展…; 严格控制…等项目的引进; 除…外，原则上不引进限制类…项目; 杜绝引进淘汰类…; 总投资在X及
以上的新、改、扩建…项目，在签定框架协议前…上报…，由…牵头，在…内组织召开…会商 — so the plan of another city is read the same way.
Every rule carries its clause and its verbatim sentence; whether it reaches a project is True, False or None (a fact is open).
"""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from kb.duty_records import times_in
from kb.local_terms import Reach, reach
from kb.models import Clause, Document
from kb.places import PROVINCE, province
from kb.project import Project
from kb.quantities import Comparison, Quantity, Threshold, compare, quantities, thresholds
from kb.references import city_of, named_documents
from kb.store import Store
from kb.units import table

Kind = Literal["priority", "fast", "controlled", "class", "consultation", "reviewed", "plans", "bottom_lines", "eia_early", "basis"]
NATURE = {"新": "新建", "改": "改建", "扩": "扩建", "迁": "迁建", "技": "改建"}
THERE = re.compile(rf"(?:在|到|去|落户|位于)(?P<province>{PROVINCE.pattern})?(?:省|自治区)?(?P<city>(?!我们|中心|大中|中小|县级|地级|城)[一-鿿]{{2,4}}?(?:市|州)(?![场政民级里区县]))?")
CLASSES = ("鼓励类", "限制类", "淘汰类", "允许类")

SENTENCE = re.compile(r"[^。\n]*[。\n]?")
PRIORITY = re.compile(r"(?:^|[，；])(?P<sector>[^，；。]*?)(?:重点|大力|优先|着力)(?:发展|培育|引进)(?P<list>[^，；。]+)")
WRAPPING = re.compile(r"[一二三四五六七八九十两\d]+大.*$|等(?:新业态|产业|行业|项目)?$|^以.*为主要模式的")
CONTROLLED = re.compile(r"(?:严格控制|从严控制|严控|严格限制|限制引进|从严引进)(?P<list>[^，；。]+?)(?:等)?(?:类)?(?:项目|产业|行业)(?:的)?(?:引进|引入|准入|落地|建设|新建|审批)|"
                        r"(?:严格控制|从严控制|严控|严格限制)(?P<list2>[^，；。]+?)等(?:类)?(?:项目|产业|行业)|"
                        r"(?:^|[，；])对(?P<list3>[^，；。]+?)(?:等)?(?:类)?(?:项目|产业|行业)，?(?:实行|一律)?(?:严格控制|从严控制|严控|从严审批)")
REFUSED = r"(?:原则上|一律)?(?:不(?:再|得|予)?|禁止|杜绝|严禁)(?:引进|引入|准入|新建|接收)"
OF_CLASS = re.compile(rf"(?:除(?P<but>[^，；。]+?)(?:以)?外，)?(?P<verb>{REFUSED})(?P<what>[^，；。]*?(?:限制|淘汰)类[^，；。]*)|"
                      rf"(?P<what2>[^，；。]*?(?:限制|淘汰)类[^，；。]*?)，?(?P<verb2>{REFUSED})(?:，(?:但)?(?P<but2>[^，；。]+?)(?:的)?除外)?")
REPORTED = re.compile(r"上报|报送|报告|报(?=[市县区州省])|报备|备案|会商|联审|审查|评审")
BEFORE = re.compile(r"(?:在)?(?P<before>签[定订署]?[^，；。]{0,8}?前|签约前|落地前|开工前|备案前|供地前|立项前)")
BODY = re.compile(r"(?:上报|报送|报告|报备|报)(?:给|至|到|请)?(?P<body>(?:市|县|区|州|省)[^，；。]+?)(?=备案|审查|审定|，|；|。|$)")
LEAD = re.compile(r"由(?P<lead>[^，；。]+?)(?:牵头|负责|组织)")
MEETING = re.compile(r"(?:组织)?(?P<meeting>(?:召开|组织|开展)(?!召开|开展)[^，；。]*?(?:会商|联审|评审|审查|论证|会议)[^，；。]*)")
FAST = re.compile(r"(?:符合|属于)[^。]*重点[^。]*(?:加快|优先|并联)")
REVIEWED = re.compile(r"审核通过[^。]*方可")
PLANS = re.compile(r"不符合[^。]*规划[^。]*不[予得]|必须符合[^。]*规划")
BOTTOM = re.compile(r"大底线|底线[”\"]?约束")
EIA_EARLY = re.compile(r"(?:环保|生态环境|环境保护)[^，；。]*(?:部门|局)[^。]*介入|项目论证[^。]*(?:环保|生态环境)[^。]*介入")
CITED = re.compile(r"《([^《》]{2,60})》(?:（[^（）]*）)*")
BASED = re.compile(r"^(?:\S{0,4})?(?:根据|依据|按照|执行)")
SUPPLIES = re.compile(r"为[^，。；]{0,16}?配套|(?:本地|当地|本市|现有)[^，。；]{0,12}?(?:企业|厂|公司)[^，。；]{0,6}?配套|配套(?:给)?(?:本地|当地|本市|现有)[^，。；]{0,8}?(?:企业|厂|公司)")
AROUND = re.compile(r"(?:近|将近|接近|约|大约|大概|左右|上下)")
NOT_TOTAL = re.compile(r"(?:环保|其中[^，；。]{0,6}|注册|流动|设备|一期|二期|补助|财政)[^，；。\d]{0,4}$")
LOOSE = re.compile(r"(?<![\d.])\d[\d.]*\s*(?:亿元?|万元)(?=的?(?:大|产业|工业)?(?:项目|投资|资金|盘子))|(?<=投)了?\d[\d.]*\s*(?:亿元?|万元)")


@dataclass(frozen=True)
class Rule:
    """One rule of a plan, as its sentence lays it down."""

    kind: Kind
    clause_id: str
    label: str
    quote: str  # the sentence, verbatim
    terms: tuple[str, ...] = ()  # the list it names; of a class rule the classes
    sector: str = ""
    verb: str = ""  # of a class rule: 原则上不引进
    exception: str = ""
    natures: tuple[str, ...] = ()
    limit: Threshold | None = None
    before: str = ""
    body: str = ""
    lead: str = ""
    within: str = ""
    meeting: str = ""


@dataclass(frozen=True)
class Applied:
    """A rule and a project: does it reach it, by which words and amounts?"""

    rule: Rule
    holds: bool | None
    term: str = ""  # the word of the rule's list, or the class
    reach: Reach = Reach(False)
    comparison: Comparison | None = None
    excepted: bool = False  # the project claims the rule's exception
    documents: tuple[Document, ...] = field(default=())  # what the plan says it rests on


def plans(text: str, store: Store, on: date) -> list[Document]:
    """The work plans that govern a project: of the city it names; else the plan of the table of units, else every plan held."""
    held = [d for d in store.documents() if d.kind == "work_plan" and d.in_force(on) and rules(d, store)]
    named = [d for d in held if (city := city_of(d)) and city in text]
    if named or not held:
        return named
    own = [d for d in held if d.doc_id == table()[0]] or held
    there = [(m["province"] or province(""), m["city"]) for m in THERE.finditer(text)]
    return [] if any(where != province("") or city for where, city in there) else own


def apply(project: Project, on: date, store: Store, class_: str | None = None) -> list[Applied]:
    """Every rule of the plans that govern this project, with whether it reaches it. `class_`: its class in the catalogue."""
    found = [_applied(rule, project, class_, store) for plan in plans(project.text, store, on) for rule in rules(plan, store)]
    wanted = class_ == "鼓励类" or any(a.rule.kind == "priority" and a.holds for a in found)
    fast = wanted and class_ not in ("限制类", "淘汰类")  # …符合国家产业政策和…重点方向的
    return [Applied(a.rule, True if fast else None) if a.rule.kind == "fast" else a for a in found]


def rules(plan: Document, store: Store) -> tuple[Rule, ...]:
    """The rules a plan lays down, in its order."""
    return _rules(store.revision, str(store.path), plan.doc_id, store)


@lru_cache(maxsize=16)
def _rules(revision: str, path: str, doc_id: str, store: Store) -> tuple[Rule, ...]:
    return tuple(rule for clause in store.clauses(doc_id) for m in SENTENCE.finditer(clause.text) if m[0].strip()
                 for rule in rules_of(m[0].strip(), clause, store.documents()))


def rules_of(sentence: str, clause: Clause, documents: list[Document]) -> list[Rule]:
    """What one sentence lays down."""
    at = (clause.clause_id, clause.label, sentence)
    found = [Rule("priority", *at, terms=_listed(m["list"]), sector=m["sector"].strip()) for m in PRIORITY.finditer(sentence)]
    found += [Rule("controlled", *at, terms=_listed(m["list"] or m["list2"] or m["list3"])) for m in CONTROLLED.finditer(sentence)]
    for m in OF_CLASS.finditer(sentence):
        classes = tuple(c for c in CLASSES if c in (m["what"] or m["what2"]))
        found.append(Rule("class", *at, terms=classes, verb=m["verb"] or m["verb2"], exception=m["but"] or m["but2"] or ""))
    found += _consultation(sentence, at)
    for kind, pattern in (("fast", FAST), ("reviewed", REVIEWED), ("plans", PLANS), ("bottom_lines", BOTTOM), ("eia_early", EIA_EARLY)):
        if pattern.search(sentence) and not (kind == "plans" and any(r.kind == "consultation" for r in found)):
            found.append(Rule(kind, *at))  # type: ignore[arg-type]
    if BASED.search(sentence):
        cited = [d for m in CITED.finditer(sentence) if (d := _cited(m[1], m[0], documents))]
        found += [Rule("basis", *at, terms=tuple(dict.fromkeys(d.doc_id for d in cited)))] if cited else []
    return found


def investment(project: Project) -> Quantity | None:
    """The total investment a project states, the newest; 环保投资, 注册资本 and the like are none. 约1亿 is a range."""
    plain = Project(re.sub(r"个(?=[亿万])", "", project.question), re.sub(r"个(?=[亿万])", "", project.earlier))
    stated = [q for q in plain.amounts if q.measure == "投资" and not NOT_TOTAL.search(plain.text[:q.start])
              and not re.search("注册(?:资本|资金)[^，；。]{0,3}$", plain.text[:q.start])]
    if not stated:
        return next((q for m in LOOSE.finditer(plain.text) for q in quantities("投资" + m[0])), None)
    newest = plain.newest(stated)
    total = next((q for q in newest if re.search("总投资[^，；。]{0,6}$", plain.text[:q.start])), max(newest, key=lambda q: q.value))
    return total


def vague(project: Project, amount: Quantity) -> bool:
    """Is the amount only said to be about so much (约, 近, 左右)?"""
    near = re.search(rf"{AROUND.pattern}[^，；。]{{0,2}}{re.escape(amount.text)}|{re.escape(amount.text)}元?{AROUND.pattern}", project.text)
    return bool(near) or "约" in amount.qualifiers


def _applied(rule: Rule, project: Project, class_: str | None, store: Store) -> Applied:
    if rule.kind in ("priority", "controlled"):
        each = [(reach(term, project), term) for term in rule.terms]
        best = next(((r, t) for holds in (True, None) for r, t in each if r.holds is holds), (Reach(False), ""))
        return Applied(rule, best[0].holds, best[1], best[0])
    if rule.kind == "class":
        if class_ not in CLASSES:
            return Applied(rule, None, rule.terms[0])
        holds = class_ in rule.terms
        supplies = any(project.stated(m.start(), m.end()) for m in SUPPLIES.finditer(project.text))
        excepted = holds and "配套" in rule.exception and supplies
        return Applied(rule, None if excepted else holds, class_ if holds else rule.terms[0], excepted=excepted)
    if rule.kind == "consultation":
        return _measured(rule, project)
    if rule.kind == "basis":
        by_id = {d.doc_id: d for d in store.documents()}
        return Applied(rule, True, documents=tuple(by_id[t] for t in rule.terms if t in by_id))
    return Applied(rule, True)


def _measured(rule: Rule, project: Project) -> Applied:
    """By the total investment, and the natures the rule names."""
    assert rule.limit is not None
    amount = investment(project)
    comparison = compare(amount, rule.limit) if amount else None
    holds = comparison.holds if comparison else None
    if amount and comparison and vague(project, amount):
        low, high = amount.value * 9 / 10, amount.value * 11 / 10
        limit = rule.limit.limits[0].value
        holds = None if low <= limit <= high else holds
    if holds and rule.natures and not set(project.natures) & set(rule.natures):
        holds = None
    return Applied(rule, holds, comparison=comparison)


def _consultation(sentence: str, at: tuple[str, str, str]) -> list[Rule]:
    """A limit of investment from which a project is reported or deliberated on."""
    limit = next((t for t in thresholds(sentence) if t.lower and t.limits[0].measure == "投资" and t.limits[0].dimension in ("金额", "外币")), None)
    if limit is None or not REPORTED.search(sentence):
        return []
    before, body, lead, meeting = (p.search(sentence) for p in (BEFORE, BODY, LEAD, MEETING))
    within = next((t for t in times_in(sentence) if t.endswith("内")), "")
    named = re.search(r"((?:[新改扩迁技]建?[、和及或]?){1,5})建?(?:设)?[^，；。]{0,4}项目", sentence[limit.end:]) if limit else None
    return [Rule("consultation", *at, limit=limit, before=before["before"] if before else "", body=body["body"] if body else "",
                 lead=lead["lead"] if lead else "", meeting=meeting["meeting"] if meeting else "", within=within,
                 natures=tuple(dict.fromkeys(NATURE[c] for c in named[1] if c in NATURE)) if named else ())]


def _cited(title: str, words: str, documents: list[Document]) -> Document | None:
    """The national list a title in 《》 means, told by its year or number where several bear the name; a city's own list is none."""
    named = [d for d in named_documents(words, documents) if d.kind in ("catalogue", "eia_list") and d.title[:4] == title[:4]]
    dated = [d for d in named if any(n in words and re.search(r"\d", n) for n in (d.title, d.number or "", *d.aliases))]
    return next(iter(dated or named), None)


def _listed(text: str) -> tuple[str, ...]:
    """The things a list names: 食品饮料、…、生物医药五大特色优势产业和战略性新兴产业 → each by itself."""
    parts = [p for item in text.split("、") for p in re.split(r"(?<=产业)[和及与]|(?<=业)[和及与](?=[一-鿿]{2,}业)", item)]
    return tuple(dict.fromkeys(p for part in parts if len(p := WRAPPING.sub("", part).strip()) > 1))
