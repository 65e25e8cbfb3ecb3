"""The sheet of a pre-screening as HTML: the conclusions in their colours, the facts, the sections, the clauses in context."""

from kb.composing import sentence
from kb.corpus import chinese_date
from kb.engine import PolicyEngine
from kb.screening import Screening
from web.markup import esc, markdown, pill
from web.sources import cards

TONE = {True: "warn", False: "open", None: "info"}
EMPTY = '<p class="hint">填好左边的表或写一段描述，这里出预审表：国家目录、本市规定、环评文件、联系单位和待补情况，逐条注明出处。</p>'


def as_html(sheet: Screening, engine: PolicyEngine) -> str:
    """The whole sheet; its numbers open the clauses at its end."""
    labels = {c.n: f"《{c.doc_title}》{c.label}" for c in sheet.citations}
    facts = "".join(f'<tr><th scope="row">{esc(f.name)}</th><td class="{"" if f.stated else "unsaid"}">{esc(f.value)}</td></tr>' for f in sheet.facts)
    sections = "".join(f'<section><h3>{esc(s.heading)}</h3><div class="md">{markdown(_lines(s.lines), labels)}</div></section>' for s in sheet.sections)
    notes = "".join(f"<li>{markdown(n)}</li>" for n in sheet.notes)
    return (f'<article class="turn sheet" data-q="{esc(sheet.project)}" data-asof="{sheet.as_of.isoformat()}">'
            f'<header><h2>{esc(sheet.title)}</h2><p>以{chinese_date(sheet.as_of)}的法律为准</p></header>{conclusions(sheet)}{_actions()}'
            f'<section><h3>{esc(sentence("screen.facts"))}</h3><div class="scroll"><table class="facts-table">{facts}</table></div></section>{sections}'
            f'<section class="references"><h3>{esc(sentence("screen.citations"))}</h3>{cards(sheet.citations, sheet.as_of, engine)}</section>'
            f'<section class="sheet-notes"><h3>{esc(sentence("screen.notes"))}</h3><ul>{notes}</ul></section></article>')


def conclusions(sheet: Screening) -> str:
    """The class, the document, and those rules of the city that bear on the project."""
    shown = [_conclusion("国家目录", pill(sheet.eligibility.class_ if sheet.eligibility else "待定"),
                         "目录收录不全，仅供参考" if sheet.eligibility and sheet.eligibility.basis == "incomplete" else "", sheet.eligibility.class_ if sheet.eligibility else "待定"),
             _conclusion("环评文件", pill(sheet.eia.document if sheet.eia else "待定"),
                         "名录" + "、".join(f"第{n}项" for n in sheet.eia.rows) if sheet.eia and sheet.eia.rows else "", sheet.eia.document if sheet.eia else "待定")]
    consult = next((r for r in sheet.local if r.rule.startswith("报告与会商")), None)
    if consult:
        word = {True: "须报告、会商", False: "不要求会商", None: "会商待定"}[consult.holds]
        shown.append(_conclusion("本市会商", pill(word, TONE[consult.holds]), "", "待定"))
    controlled = next((r for r in sheet.local if r.rule.startswith("严格控制")), None)
    if controlled:
        word = {True: "属严格控制", False: "不在列举之内", None: "待认定"}[controlled.holds]
        shown.append(_conclusion("严格控制", pill(word, {True: "bad", False: "open", None: "info"}[controlled.holds]), "", "待定"))
    if sheet.questions:
        shown.append(_conclusion("待补情况", pill(f"{len(sheet.questions)}项", "warn"), "", "待定"))
    return f'<div class="conclusions">{"".join(shown)}</div>'


def _conclusion(name: str, word: str, more: str, class_: str) -> str:
    return f'<div class="conclusion of-{esc(class_)}"><small>{esc(name)}</small>{word}<small>{esc(more)}</small></div>'


def _lines(lines: list[str]) -> str:
    return "\n\n".join(lines)


def _actions() -> str:
    return ('<div class="actions"><button type="button" data-do="sheet" data-kind="docx">导出 DOCX</button>'
            '<button type="button" data-do="sheet" data-kind="json">导出 JSON</button><button type="button" data-do="print">打印</button></div>')
