"""What was understood of a project, and how a user puts it right: scale, nature, place, investment.

A correction rewrites the description (年产3万立方米 with --scale 5万立方米/年 becomes 年产5万立方米/年), so that every part of the sheet
is made from the same words.
"""

import re
from datetime import date

from pydantic import BaseModel

from kb.composing import sentence
from kb.corpus import chinese_date
from kb.errors import QuestionError
from kb.local_rules import investment
from kb.local_terms import listed
from kb.models import Finding
from kb.project import NATURES, Project
from kb.quantities import Quantity, quantities
from kb.store import Store
from kb.tokens import tokens

MONEY = ("投资", "产值")
PLACE = re.compile(r"(?:在|到|位于|落户|选址(?:在|于)?|迁至|搬到)(?P<place>(?:[一-鿿]{1,10}?(?:[省市县区镇乡村园]|州(?![区县市])))+)")
RELOCATED = re.compile(r"新建|扩建|改建|改扩建|迁建|技改|新上")


class Fact(BaseModel):
    """One fact of the table: what was understood; `stated` is False where it was supposed or not said."""

    name: str
    value: str
    stated: bool


def facts_of(project: Project, on: date, document: Finding | None, city: str, store: Store) -> list[Fact]:
    """The table of facts."""
    industry = _industry(document, store)
    amounts = [q.text for q in quantities(project.question) if q.measure not in MONEY and q.dimension != "金额"]
    total, place = investment(project), place_of(project, city)
    nature, unsaid = "、".join(project.natures), sentence("screen.unsaid")
    rows = [("project", project.question, True), ("industry", industry or unsaid, bool(industry)),
            ("scale", "；".join(amounts) or unsaid, bool(amounts)),
            ("nature", nature if project.nature_said else sentence("screen.nature_supposed", nature=nature), project.nature_said),
            ("place", place or (sentence("screen.place_supposed", city=city) if city else unsaid), bool(place)),
            ("investment", total.text if total else unsaid, total is not None), ("date", chinese_date(on), True)]
    return [Fact(name=sentence(f"screen.fact_{name}"), value=value, stated=stated) for name, value, stated in rows]


def names_subject(project: Project) -> bool:
    """Does a description say what is made or built? 建厂 and 新建项目，总投资1亿元 do not."""
    text = PLACE.sub(" ", project.text)
    for words in (*NATURES.values(), *(re.escape(q.text) for q in quantities(project.text))):
        text = re.sub(words, " ", text)
    return any(len(w) > 1 and w not in listed("plain") and not re.fullmatch(r"[\d.]+[万亿]?元?", w) for w in tokens(text))


def place_of(project: Project, city: str) -> str:
    """Where a project says it stands."""
    m = PLACE.search(project.question)
    return m["place"] if m else city if city and city in project.question else ""


def corrected(text: str, scale: str = "", nature: str = "", place: str = "", investment_: str = "") -> str:
    """The description with a user's corrections in the place of what they correct."""
    if scale:
        text = _with_scale(text, scale)
    if investment_:
        text = _with_investment(text, investment_)
    if nature:
        if nature not in NATURES:
            raise QuestionError(sentence("screen.bad_nature", text=nature))
        text = RELOCATED.sub(nature, text) if RELOCATED.search(text) else f"{nature}：{text}"
    if place:
        m = PLACE.search(text)
        text = text[:m.start("place")] + place + text[m.end("place"):] if m else f"在{place}，{text}"
    return text


def _with_scale(text: str, scale: str) -> str:
    new = [q for q in quantities(scale) if q.measure not in MONEY and q.dimension != "金额"]
    if not new:
        raise QuestionError(sentence("screen.bad_scale", text=scale))
    old = [q for q in quantities(text) if q.measure not in MONEY and q.dimension != "金额"]
    alike = [q for q in old if q.dimension == new[0].dimension]
    return _replaced(text, alike[0], scale) if alike else f"{text}，规模为{scale}"


def _with_investment(text: str, amount: str) -> str:
    if not any(q.measure == "投资" and q.dimension in ("金额", "外币") for q in quantities("总投资" + amount)):
        raise QuestionError(sentence("screen.bad_investment", text=amount))
    stated = investment(Project(text))
    here = next((q for q in quantities(text) if stated and q.text == stated.text), None)
    return _replaced(text, here, amount) if here else f"{text}，总投资{amount}"


def _replaced(text: str, quantity: Quantity, new: str) -> str:
    start, end = quantity.whole if quantity.bound else (quantity.start, quantity.end)
    return text[:start] + new + text[end:]


def _industry(document: Finding | None, store: Store) -> str:
    """The rows of the EIA list the project was understood as."""
    if document is None or document.eia is None:
        return ""
    found = {}
    for clause in store.clauses_by_id({q.clause_id for q in document.quotes}).values():
        if clause.fields.get("no") in document.eia.rows:
            found[clause.fields["no"]] = sentence("screen.industry", no=str(clause.fields["no"]), name=str(clause.fields.get("name", "")))
    return "；".join(found[no].replace("\\", "") for no in sorted(found))
