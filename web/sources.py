"""The sources of an answer as cards: each clause in its context, the quote marked, with edition, state and page."""

import re
from datetime import date

from kb.composing import sentence
from kb.corpus import chinese_date, current_edition
from kb.engine import PolicyEngine
from kb.models import Citation, Clause, Document
from web import addresses
from web.markup import esc, lines, link, pill

AROUND = 2  # clauses shown before and after the cited one
LONG = 160  # characters of a neighbouring clause shown
EMPTY = '<p class="hint">提问后，这里列出回答引用的条文；点回答里的编号就会定位到它。</p>'


def cards(citations: list[Citation], on: date, engine: PolicyEngine) -> str:
    """The citations of one answer, one card a clause quoted."""
    if not citations:
        return '<p class="hint">这个回答没有引用条文。</p>'
    return "".join(card(c, on, engine) for c in citations)


def card(c: Citation, on: date, engine: PolicyEngine) -> str:
    """One citation: the clause with its neighbours, the quote marked in it."""
    clause, document = engine.clause(c.clause_id), engine.store.document(c.doc_id)
    if clause is None or document is None:
        return ""
    facts = "　".join(esc(f) for f in (c.doc_number, edition_name(document), c.page and f"第{c.page}页") if f)
    return (f'<article class="source" id="source-{c.n}" data-n="{c.n}" tabindex="-1"><header><b class="no">{c.n}</b>'
            f'<h3>《{esc(c.doc_title)}》<span>{esc(c.label)}</span></h3></header>'
            f'<p class="facts">{state_pill(document, on, engine)} {facts}</p>'
            f'<blockquote class="law">{marked(clause.text, c.quote)}</blockquote>'
            f'<details class="context"><summary>上下文</summary>{context(clause, c.quote, engine)}</details>'
            f'<footer>{_links(document, clause, c.quote)}</footer></article>')


def context(clause: Clause, quote: str, engine: PolicyEngine) -> str:
    """The clauses above and below, in the document's order, the cited one in full with its quote marked."""
    around = engine.store.clauses(clause.doc_id)
    here = next((n for n, c in enumerate(around) if c.clause_id == clause.clause_id), None)
    if here is None:
        return ""
    path = f'<p class="path">{esc(" › ".join(clause.path))}</p>' if clause.path else ""
    shown = []
    for n in range(max(0, here - AROUND), min(len(around), here + AROUND + 1)):
        c = around[n]
        text = marked(c.text, quote) if n == here else lines(c.text[:LONG] + ("……" if len(c.text) > LONG else ""))
        shown.append(f'<li class="{"here" if n == here else ""}"><b>{esc(c.label)}</b><p class="law">{text}</p></li>')
    return f'{path}<ol class="around">{"".join(shown)}</ol>'


def clause_page(clause_id: str, on: date, engine: PolicyEngine, quote: str = "") -> str:
    """One clause by its address: the whole text, its state, its neighbours; a quote marked in it."""
    clause = engine.clause(clause_id)
    document = engine.store.document(clause.doc_id) if clause else None
    if clause is None or document is None:
        return '<p class="notice tone-bad" role="alert">没有这个条文地址，文库可能已经更新。请在“文库”或“目录浏览”里重新查找。</p>'
    facts = "　".join(esc(f) for f in (document.number, edition_name(document), clause.page and f"第{clause.page}页") if f)
    return (f'<article class="source whole"><header><h3>《{esc(document.title)}》<span>{esc(clause.label)}</span></h3></header>'
            f'<p class="facts">{state_pill(document, on, engine)} {facts}</p>{context(clause, quote, engine)}'
            f'<footer>{_links(document, clause, clause.text)}</footer></article>')


def marked(text: str, quote: str) -> str:
    """A clause's text with the quote marked where it stands."""
    at = text.find(quote) if quote else -1
    if at < 0:
        return lines(text)
    return f"{lines(text[:at])}<mark>{lines(quote)}</mark>{lines(text[at + len(quote):])}"


def state(document: Document, on: date) -> str:
    """现行, 将废止 (an end is known but lies ahead), 已废止, 尚未施行, or that the text does not say."""
    if document.in_force_from is None and document.in_force_to is None:
        return "施行日期未载明"
    if document.in_force_to and on > document.in_force_to:
        return "已废止"
    if document.in_force_from and on < document.in_force_from:
        return "尚未施行"
    return "将废止" if document.in_force_to and document.in_force_to >= on and document.in_force_to >= date.today() else "现行"


def state_pill(document: Document, on: date, engine: PolicyEngine) -> str:
    """The state as a badge that says why when pointed at."""
    said = state(document, on)
    begins, ends = document.in_force_from, document.first_day_out if document.in_force_to else None
    dates = [f"{chinese_date(d)}{what}" for d, what in ((begins, "起施行"), (ends, "起失效")) if d]
    successor = current_edition(document, engine.documents(), on) if document.in_force_to else None
    why = "，".join(filter(None, [*dates, f"由《{successor.title}》接替" if successor else ""]))
    return pill(said, title=why) + (f' <small class="why">{esc(why)}</small>' if why and said != "现行" else "")


def edition_name(document: Document) -> str:
    """2024年本, 2021年版 …; empty where a document has no editions."""
    text = document.edition or ""
    return text if not text or re.search("年[本版]?$|）$", text) else f"{text}年本"


def _links(document: Document, clause: Clause, quote: str) -> str:
    page = ""
    if document.original and clause.page:
        page = (f'<button type="button" class="link" data-do="page" data-clause="{esc(clause.clause_id)}" data-quote="{esc(quote)}">'
                f"看原件第{clause.page}页</button>")
    elif clause.page:
        page = f'<small class="why">{esc(sentence("page.no_original", page=str(clause.page)))}</small>'
    source = link(document.url, "来源网址") if document.url else ""
    address = f'<button type="button" class="link" data-do="address" data-address="{esc(addresses.of_clause(clause.clause_id))}">复制条文地址</button>'
    return address + page + source
