"""How did an answer come about? For a person who doubts it: how the question was read, what was considered with which scores,
what each rule was held against, what is open, and what was checked before the answer was shown.

Made from the notes of `kb.tracing`; nothing is decided here, and nothing is recomputed that decided anything.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from kb.composing import sentence
from kb.corpus import chinese_date
from kb.models import Answer
from kb.project import Project
from kb.store import Store
from kb.tracing import Note
from kb.understanding import Reading

SHOWN = 8  # candidates of a search
KINDS = {"limit": "规模", "place": "地点", "nature": "建设性质", "trait": "工艺、材料", "only": "仅……", "subject": "产品"}
INTENTS = {"eligibility": "目录类别或准入", "eia": "环评", "duties": "部门职责", "explanation": "条文", "lookup": "指名的条款", "refused": "不回答"}
STATES = {"applies": "符合", "open": "待定", "freed": "不属于（界线、地点或除外）", "silent": "缺少写明的特征", "no": "不符合"}


class Step(BaseModel):
    """One stage: sentences, or a table with its head."""

    title: str
    lines: list[str] = []
    head: list[str] = []
    rows: list[list[str]] = []


class Explanation(BaseModel):
    """The stages of one answer, in order, and the answer."""

    answer: Answer
    steps: list[Step]


def explained(reading: Reading, answer: Answer, notes: list[Note], store: Store) -> Explanation:
    """The explanation of an answer from the notes taken while it was made."""
    steps = [_read(reading, answer)]
    for kind, what in notes:
        if kind == "search":
            steps.append(_searched(what))
        elif kind == "scope":
            steps.append(Step(title="范围", lines=[sentence("explain.outside" if what["outside"] else "explain.inside")]))
        elif kind == "document":
            steps += _document(what)
        elif kind == "class":
            steps += _class(what["found"])
    steps.append(_checked(answer, store))
    return Explanation(answer=answer, steps=[s for s in steps if s.lines or s.rows])


def as_markdown(explanation: Explanation) -> str:
    """The explanation as headed paragraphs and tables."""
    parts = []
    for n, step in enumerate(explanation.steps, 1):
        parts.append(f"## {n}. {step.title}")
        parts += [f"- {line}" for line in step.lines]
        if step.rows:
            parts.append("\n" + "\n".join("| " + " | ".join(c.replace("|", "｜").replace("\n", " ") for c in row) + " |"
                                          for row in [step.head, ["---"] * len(step.head), *step.rows]) + "\n")
    return "\n".join(parts) + "\n"


def _read(reading: Reading, answer: Answer) -> Step:
    project = Project(reading.question, reading.earlier)
    said = [("问题", reading.question), ("前几轮", reading.earlier), ("按哪一天的法律", chinese_date(answer.as_of)),
            ("读作", f"{INTENTS[reading.intent]}；回答时作为{INTENTS[answer.intent]}（{answer.status}）"),
            ("点名的文件", "".join(f"《{d.title}》" for d in reading.named)), ("点名而没有收录的", "".join(f"《{t}》" for t in reading.unknown_titles)),
            ("问到没有收录的一类文件", reading.not_held or ""), ("换成法律用语", project.text if project.text != reading.question else ""),
            ("读到的数量", "；".join(f"{q.text} → {q}" for q in project.amounts)), ("建设性质", "、".join(project.natures)),
            ("问的是违法后果", "是" if reading.wants_sanction else "")]
    return Step(title="怎样读这个问题", head=["项目", "读到的"], rows=[[k, v] for k, v in said if v])


def _searched(what: dict[str, Any]) -> Step:
    lexical, cosine = what["lexical"], what["cosine"]
    return Step(title="检索", lines=[sentence("explain.searched", query=what["query"], documents=str(what["documents"]), words="、".join(what["words"]) or "（无）")],
                head=["条文", "用词分", "词义（余弦）", "合成分"],
                rows=[[f"{h.clause.label}（{h.clause.clause_id}）", _number(lexical.get(h.clause.clause_id)), _number(cosine.get(h.clause.clause_id)), f"{h.score:.2f}"]
                      for h in what["hits"][:SHOWN]])


def _document(what: dict[str, Any]) -> list[Step]:
    """The EIA list: candidate rows, the conditions of those taken, the outcomes and what is open."""
    from kb.eia_rows import candidates

    found = what["found"]
    if found is None:
        return []
    taken = {d.row.no for d in (*found.decisions, *found.outside)}
    steps = [Step(title=f"《{found.document.title}》的哪一项", head=["项", "名称", "名录用语", "用词分", "余弦", "总分", "采用"],
                  rows=[[f"第{c.row.no}项", _short(c.row.name), "、".join(dict.fromkeys(c.spoken)), f"{c.by_words:.2f}", f"{c.cosine:.2f}", f"{c.score:.2f}",
                         "是" if c.row.no in taken else ""] for c in candidates(found.project, what["rows"], what["cosines"])[:SHOWN]],
                  lines=[sentence("explain.unlisted", industry=found.unlisted)] if found.unlisted else [])]
    for decision in (*found.decisions, *found.outside):
        steps.append(Step(title=f"第{decision.row.no}项的条件逐条对照", head=["条件", "种类", "项目所说", "比较"],
                          rows=[_condition(decision.facts, c) for c in decision.row.conditions()]))
        steps.append(Step(title=f"第{decision.row.no}项的结果", lines=[
            *(sentence("explain.outcome", document=o.document, words=o.alternative.text if o.alternative else "没有一格收入，或名录排除在外") for o in decision.outcomes),
            *(sentence("explain.open", names="、".join(v.name for v in decision.asked)) for _ in decision.asked[:1])]))
    return steps


def _condition(facts: Any, condition: Any) -> list[str]:
    value, compared = facts.known(condition), facts.comparison(condition) if condition.kind == "limit" else None
    return [condition.text, KINDS.get(condition.kind, condition.kind), {True: "符合", False: "不符合", None: "没有说"}[value],
            f"{compared.asked}，条件{compared.rule}" if compared else ""]


def _class(found: Any) -> list[Step]:
    """The catalogue: each edition that decides or is shown for reference, its entries and what each was held against."""
    if found is None:
        return []
    steps = []
    for edition in filter(None, (found.decides, found.reference)):
        rows = [[m.clause.label, _short(m.clause.text), STATES.get(m.state, m.state), "；".join(f"{c.asked}，条件{c.rule}" for c in m.check.compared),
                 "；".join([*m.check.let_off, *(f"没有说：{getattr(u, 'text', u)}" for u in m.check.unknown)])] for m in edition.matched]
        state = "所问日期有效" if edition.in_force else "所问日期不具效力，只作参考"
        steps.append(Step(title=f"《{edition.document.title}》的条目", head=["条目", "原文", "结果", "比较", "理由"], rows=rows,
                          lines=[sentence("explain.edition", state=state, complete="收全" if edition.complete else "没有收全", result=edition.class_)]))
    return steps


def _checked(answer: Answer, store: Store) -> Step:
    """Every quote looked up again in the store, and every mark counted."""
    clauses = store.clauses_by_id({c.clause_id for c in answer.citations})
    rows = [[f"[{c.n}]", f"《{c.doc_title}》{c.label}", "一字不差" if c.clause_id in clauses and c.quote in clauses[c.clause_id].text else "不符",
             "有效" if c.in_force else "不具效力", str(len(re.findall(rf"(?<!\\)\[{c.n}\]", answer.text)))] for c in answer.citations]
    return Step(title="显示之前的核对", head=["引文", "出处", "与所存条文", "所问日期", "正文标注次数"], rows=rows,
                lines=[sentence("explain.checked", count=str(len(rows)), ms=f"{answer.elapsed_ms:.0f}")])


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "……"
