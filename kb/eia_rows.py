"""Which row of the list is a project's? By the words of the list, of GB/T 4754-2017 and of the reviewed lexicon, and by meaning.

A word counts the more the fewer rows it may stand for, and the longest word covers those within it; what a question denies
(没有自建锅炉) counts for nothing. Meaning (the encoder's cosine) settles what the words leave open.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from kb.eia_rules import MAKING, Row
from kb.industries import industries_of
from kb.lexicon import words
from kb.project import Project

NAME, PRODUCT, INDUSTRY, PART = 1.0, 0.9, 0.8, 0.6  # how much the row's name, a product of its cells, an industry's name, a part of it says
BY_WORDS = 0.30  # added to a cosine for the surest word
SURE = 0.55  # of the words' score: such a word makes a row a category of its own beside the first
CODES = re.compile(r"\d{3,4}\*?|[*\s]")
INCLUDED = re.compile(r"[（(](?:含|包括)([^；（()）]+)")
GENERIC = {"工程", "项目", "建设", "制造", "加工", "生产", "开发", "处理", "处置", "利用", "服务", "设备", "产品", "材料", "机械", "金属", "食品",
           "其他", "全部", "废水", "运输", "维修", "专用", "通用", "活动", "设施", "化学", "使用", "销售", "实验室", "发动机", "车辆", "海上", "扩建", "新建", "增建", "建筑", "油气", "化工", "涂料", "设计", "环境", "水源"}
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
    spans = [(a, b, word, index[word]) for word in index for a, b, stated in _literal(project, word) if stated]
    spans = [s for s in spans if not any(x <= s[0] and s[1] <= y and y - x > s[1] - s[0] for x, y, *_ in spans)]
    least = min(cosines.values(), default=0.0)
    found = []
    for row in rows:
        own = [(a, b, word, of[row.no] / len(of) ** 0.5) for a, b, word, of in spans if row.no in of]
        by_words = max((weight * min(1.0, 0.55 + 0.15 * len(word)) for _, _, word, weight in own), default=0.0)
        cosine = cosines.get(row.clause_id, least)
        if own or row.clause_id in cosines:
            found.append(Candidate(row, cosine + BY_WORDS * by_words, by_words, cosine, [w for _, _, w, _ in own],
                                   [(a, b) for a, b, *_ in own]))
    return sorted(found, key=lambda c: -c.score)


def subject_of(project: Project) -> str:
    """The question without what every question of the kind says, and without amounts: what is to be found by meaning."""
    parts = [p for _, p in project.segments if not ASKING.search(p)] or [ASKING.sub("", project.text)]
    return re.sub(r"^(?:某\S{0,6}?|客商)?(?:拟|计划|打算)?(?:投资)?", "", "".join(parts)) or project.text


def also(first: Candidate, others: list[Candidate]) -> list[Candidate]:
    """Other categories the project names beside its first (名录第四条): by a sure word of their own elsewhere in the question."""
    taken, found = list(first.spans), list[Candidate]()
    for other in sorted(others, key=lambda c: -c.by_words):
        apart = [s for s in other.spans if not any(a < s[1] and s[0] < b for a, b in taken)]
        if other.by_words >= SURE and apart and other.row.no != first.row.no:
            found.append(other)
            taken += other.spans
    return found


def _literal(project: Project, word: str) -> list[tuple[int, int, bool]]:
    return [(m.start(), m.end(), stated) for m in re.finditer(re.escape(word), project.text)
            if (stated := project._stated(m.start(), m.end())) is not None]


@lru_cache(maxsize=4)
def _index(rows: tuple[Row, ...]) -> dict[str, dict[int, float]]:
    """Word → row number → how much it says."""
    found: dict[str, dict[int, float]] = {}

    def add(word: str, no: int, weight: float) -> None:
        for form in {word, MAKING.sub("", word)}:
            if len(form) > 1 and form not in GENERIC:
                found.setdefault(form, {})[no] = max(weight, found.get(form, {}).get(no, 0.0))

    for row in rows:
        names = _parts(row.name) + [n for m in INCLUDED.finditer(row.name) for n in _split(m[1])]
        for name in names:
            add(name, row.no, NAME)
        products = {t for _, cell in row.cells for a in cell for b in a.branches for c in b.conditions if c.kind == "subject" for t in c.terms}
        for term in products:
            add(term, row.no, PRODUCT)
        for name in industries_of(row.name):
            add(name, row.no, INDUSTRY)
            for part in _split(name):
                add(part, row.no, PART)
    for word in words():
        if word.row is not None:
            found.setdefault(word.say, {})[word.row] = NAME
        else:
            for no, weight in found.get(word.means, found.get(MAKING.sub("", word.means), {})).items():
                found.setdefault(word.say, {})[no] = weight
    return found


def _parts(name: str) -> list[str]:
    plain = re.sub(r"[（(].*?[）)]", "", CODES.sub("", name))
    return [part for item in re.split("[；;]", plain) for part in (item, *_split(item))]


def _split(text: str) -> list[str]:
    return [re.sub(r"^其他(?:未列明)?|等$", "", p) for p in re.split(r"[、，]|(?<=..)[和及与](?=..)", text)]
