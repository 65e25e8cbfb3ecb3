"""Which clause does a question name? 生态环境法典第九十五条第二款 · 名录第55项 · 第二部分第（四）项 · 限制类农林牧渔业第2项.

The forms are those of 立法法 第六十五条 (条、款、项) and of the documents' own numbering.
"""

import re
from dataclasses import dataclass

from kb.articles import NUMERAL, article_label, in_chinese, number_of, paragraphs
from kb.models import Clause, Document, Quote
from kb.store import Store

N = rf"[{NUMERAL}]+"
ARTICLE = re.compile(rf"第\s*({N})\s*条(?:之([一二三四五六七八九十]))?(?:\s*第\s*({N})\s*款)?(?:\s*第?\s*[（(]?\s*({N})\s*[）)]?\s*项)?")
ROW = re.compile(rf"第\s*({N})\s*(?:项|行|类|号)(?!目)")
ORDER = re.compile(r"令?第?\s*\d+\s*号令|令\s*第?\s*\d+\s*号|〔\d{4}〕\s*\d+\s*号")  # a document's number, no row of it
NOTE = re.compile(rf"(?:说明|注)\s*(?:第\s*)?({N})")
PART = re.compile(rf"第\s*({N})\s*部分(?:\s*第?\s*[（(]?\s*({N})\s*[）)]?\s*项?)?(?:\s*第\s*({N})\s*段)?")
ENTRY = re.compile(rf"(鼓励类|限制类|淘汰类)[·\s]*([一-鿿]+?)\s*第\s*({N})\s*(?:项|条)")
TITLE = re.compile(r"《([^《》]{2,60})》")
LONGER = re.compile(r"(?:的)?实施(?:条例|细则|办法|规定)|(?:的)?司法解释")  # 环境保护税法实施条例 is not 环境保护税法
UNMARKED = re.compile(r"[一-鿿]{2,24}?(?:条例|实施细则|(?:管理|暂行|实施|监督|处罚|审查)办法|(?:分类管理|废物|化学品|植物|动物|产品)名录)")  # titles written without 《》
OWN = 4  # characters from which a name stands for itself inside a longer title
BEFORE_TITLE = re.compile(r"^.*?(?:请问|想问|想知道|查一下|查查|根据|按照|依据|依照|对照|违反|关于|符合|按|[在看查翻问])(?=[一-鿿]{4})")
GENERIC = re.compile(r"(?:这|那|哪|该|本|新|旧|有关|相关|什么|有没有|地方|行政|国家|上述|前述|几[个部])[个部些份]?(?:的)?(?:行政法规)?(?:条例|办法|细则|名录|实施细则|管理办法)")


@dataclass(frozen=True)
class Place:
    """A place in a document: the words that name it, and the clauses (with the piece of each) that stand there."""

    words: str
    quotes: list[Quote]


def named_documents(question: str, documents: list[Document]) -> list[Document]:
    """Documents whose title, number or alias stands in the question; a longer name covers the shorter ones in it."""
    text, found = question, []
    titles = [m.span(1) for m in TITLE.finditer(question)] + [m.span() for m in UNMARKED.finditer(question)]
    for name, document in _longest_first(documents):
        if name not in text:
            continue
        for m in list(re.finditer(re.escape(name), text)):
            if LONGER.match(text, m.end()) or len(name) < OWN and any(a <= m.start() and m.end() <= b and (a, b) != m.span() for a, b in titles):
                continue  # 国家危险废物名录 is not the list that is called 名录 for short
            text = text[:m.start()] + "\0" * len(name) + text[m.end():]
            if document not in found:
                found.append(document)
    return found + _plans_of_city(question, documents, found)


def _plans_of_city(question: str, documents: list[Document], found: list[Document]) -> list[Document]:
    """Where plans of several cities are held and none is named by its title: those of the city the question names."""
    plans = [(city_of(d), d) for d in documents if d.kind == "work_plan"]
    if len({city for city, _ in plans}) < 2 or any(d.kind == "work_plan" for d in found):
        return []
    return [d for city, d in plans if city and city in question]


def city_of(plan: Document) -> str:
    """The name of the city in a plan's title, without 市: 广元市…工作方案 → 广元."""
    m = re.match(r"([一-鿿]{2,4}?)(?:市|州|县|区)", plan.title)
    return m[1] if m else ""


def unknown_titles(question: str, documents: list[Document]) -> list[str]:
    """Titles that no document of the library bears: those in 《》, and a regulation's name written without."""
    marked = TITLE.findall(question)
    bare = [] if marked else [BEFORE_TITLE.sub("", t) for t in UNMARKED.findall(question)]
    return [t for t in [*marked, *(t for t in bare if len(t) > 4 and not GENERIC.fullmatch(t))] if not named_documents(t, documents)]


def places(question: str, document: Document, store: Store) -> list[Place]:
    """The places of this document that the question names, in its order; a place not held has no quotes."""
    readers = {"eia_list": _list_places, "work_plan": _plan_places, "catalogue": _catalogue_places, "plain": _list_places}
    return readers.get(document.kind, _article_places)(question, document, store)


def names_place(question: str) -> str | None:
    """The words of the first place named, of whatever document: for asking which document is meant."""
    m = ARTICLE.search(question) or PART.search(question) or ENTRY.search(question)
    return m[0] if m else None


_sorted: tuple[list[Document], list[tuple[str, Document]]] = ([], [])  # of the list asked about last


def _longest_first(documents: list[Document]) -> list[tuple[str, Document]]:
    """Every name and its document, the longest first. A store hands out one list until it changes: it is sorted once."""
    global _sorted
    of, names = _sorted
    if of is not documents:
        names = sorted(((n, d) for d in documents for n in names_of(d)), key=lambda pair: -len(pair[0]))
        _sorted = documents, names
    return names


def names_of(document: Document) -> list[str]:
    """Title, short title, aliases and number: whatever a text may call the document."""
    short = document.title.removeprefix("中华人民共和国")
    return [n for n in dict.fromkeys([document.title, short, *document.aliases, document.number or ""]) if n]


def _article_places(question: str, document: Document, store: Store) -> list[Place]:
    return [_article(m, document.doc_id, store) for m in ARTICLE.finditer(question)]


def _article(m: re.Match[str], doc_id: str, store: Store, prefix: str = "") -> Place:
    number, sub = number_of(m[1])[0], number_of(m[2])[0] if m[2] else 0
    clause = store.clause(f"{doc_id}/{prefix}{number}" + (f"-{sub}" if sub else ""))
    if clause is None:
        return Place(article_label(number, sub), [])
    paragraph = number_of(m[3])[0] if m[3] else None
    item = number_of(m[4])[0] if m[4] else None
    return Place(m[0], _within(clause, paragraph, item))


def _within(clause: Clause, paragraph: int | None, item: int | None) -> list[Quote]:
    """The whole clause, one 款 of it, or one 项 (of the given 款, else of the first 款 that has it); nothing if absent."""
    if paragraph is None and item is None:
        return [Quote(clause_id=clause.clause_id, quote=clause.text)]
    for p in paragraphs(clause.text):
        if paragraph in (None, p.number):
            label = clause.label + (f"第{in_chinese(p.number)}款" if paragraph else "")
            if item is None:
                return [Quote(clause_id=clause.clause_id, quote=p.text, label=label)]
            for found in p.items:
                if found.number == item:
                    return [Quote(clause_id=clause.clause_id, quote=found.text, label=f"{label}第（{in_chinese(item)}）项")]
    return []


def _list_places(question: str, document: Document, store: Store) -> list[Place]:
    """Rows (第55项), the list's own articles (第四条) and its notes (说明2); of another numbered text its items."""
    prefix_of_articles = "" if document.kind == "plain" and store.clause(f"{document.doc_id}/a1") is None else "a"
    found = [_article(m, document.doc_id, store, prefix=prefix_of_articles) for m in ARTICLE.finditer(question)]
    rest = ORDER.sub("", ARTICLE.sub("", question))
    for pattern, prefix in ((ROW, ""), (NOTE, "n")):
        for m in pattern.finditer(rest):
            clause = store.clause(f"{document.doc_id}/{prefix}{number_of(m[1])[0]}")
            found.append(Place(m[0], [Quote(clause_id=clause.clause_id, quote=clause.text)] if clause else []))
    return found


def _plan_places(question: str, document: Document, store: Store) -> list[Place]:
    """第二部分, 第二部分第（四）项, 第二部分（四）第1段: every paragraph under it."""
    found = []
    for m in PART.finditer(question):
        prefix = ".".join(str(number_of(g)[0]) for g in m.groups() if g) + "."
        clauses = [c for c in store.clauses(document.doc_id) if (c.clause_id + ".").startswith(f"{document.doc_id}/{prefix}")]
        found.append(Place(m[0], [Quote(clause_id=c.clause_id, quote=c.text) for c in clauses]))
    return found


def _catalogue_places(question: str, document: Document, store: Store) -> list[Place]:
    found = []
    for m in ENTRY.finditer(question):
        clauses = [c for c in store.clauses(document.doc_id) if c.fields.get("class") == m[1]
                   and m[2] == c.fields.get("sector") and c.fields.get("number") == str(number_of(m[3])[0])]
        found.append(Place(m[0], [Quote(clause_id=c.clause_id, quote=c.text) for c in clauses]))
    return found
