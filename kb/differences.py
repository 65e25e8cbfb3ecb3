"""Which answers does a change of the library change? The same questions before and after, by conclusion, texts and sources."""

from typing import NamedTuple

from kb.models import Answer

TOPICS = {"status": "结果", "class": "目录类别", "document": "环评文件", "lead": "牵头单位", "responsible": "责任单位", "sources": "依据", "text": "引文"}
STATUS = {"answered": "已回答", "conditional": "有条件", "not_found": "没有查到", "refused": "不在范围"}


class Difference(NamedTuple):
    """What differs in the answers to one question: (topic, before, after)."""

    question: str
    topics: list[tuple[str, str, str]]


def difference(before: Answer, after: Answer) -> Difference | None:
    """What differs; None where both say the same on the same sources."""
    one, other = _outcome(before), _outcome(after)
    topics = [(TOPICS[key], one[key] or "—", other[key] or "—") for key in one if one[key] != other[key]]
    return Difference(before.question, topics) if topics else None


def _outcome(answer: Answer) -> dict[str, str]:
    """What a person would compare of an answer; warnings and wording aside."""
    eligibility, eia, duties = answer.eligibility, answer.eia, answer.duties
    return {
        "status": STATUS[answer.status],
        "class": f"{eligibility.class_}（{eligibility.edition}）" if eligibility else "",
        "document": f"{eia.document}（第{'、'.join(map(str, eia.rows))}项，{eia.edition}）" if eia else "",
        "lead": "、".join(duties.lead_units) if duties else "",
        "responsible": "、".join(duties.responsible_units) if duties else "",
        "sources": "；".join(dict.fromkeys(f"{c.doc_title}{c.label}" + ("" if c.in_force else "（不具效力）") for c in answer.citations)),
        "text": "\n".join(dict.fromkeys(c.quote for c in answer.citations)),
    }
