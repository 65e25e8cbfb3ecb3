"""目录浏览: the industrial catalogue and the EIA list, by edition, class, sector and words; each entry has a page of its own."""

from typing import Any

import gradio as gr

from kb.editions import plain
from kb.engine import PolicyEngine
from kb.models import Clause, Document
from web import entry
from web.clauses import clause_server
from web.markup import esc, pill, table
from web.sources import edition_name

LISTS = {"产业结构调整指导目录": "catalogue", "环评分类管理名录": "eia_list"}
CLASSES = ("鼓励类", "限制类", "淘汰类")
DOCUMENTS = {"报告书": "report", "报告表": "form", "登记表": "registration"}
ALL = ""
PAGE = 60  # rows shown at first, and with each 更多
BLANK = '<div class="blank"><p class="hint">点一行，看它的条件和在各版目录里的变化。</p></div>'


def build(engine: PolicyEngine, tab: gr.Tab) -> None:
    """The tab's components."""
    def choose(which: str, words: str) -> tuple[Any, ...]:
        editions = [(edition_name(d), d.doc_id) for d in _held(engine, LISTS[which])]
        first = editions[0][1] if editions else ALL
        kinds = CLASSES if LISTS[which] == "catalogue" else tuple(DOCUMENTS)
        return (gr.update(choices=editions, value=first), gr.update(choices=[("全部", ALL), *((k, k) for k in kinds)], value=ALL, label="类别" if LISTS[which] == "catalogue" else "有这一格的"),
                gr.update(choices=_sectors(engine, first), value=ALL), _shown(engine, first, ALL, ALL, words, PAGE))

    def edition_chosen(doc_id: str, kind: str, words: str) -> tuple[Any, str]:
        return gr.update(choices=_sectors(engine, doc_id), value=ALL), _shown(engine, doc_id, kind, ALL, words, PAGE)

    def listed(doc_id: str, kind: str, sector: str, words: str) -> str:
        return _shown(engine, doc_id, kind, sector, words, PAGE)

    def pressed(doc_id: str, kind: str, sector: str, words: str, event: gr.EventData) -> tuple[Any, Any]:
        said = event._data or {}
        value = str(said.get("value") or "")
        if said.get("act") == "more" and value.isdigit():
            return _shown(engine, doc_id, kind, sector, words, int(value)), gr.skip()
        return (gr.skip(), entry.as_html(value, engine)) if said.get("act") == "open" else (gr.skip(), gr.skip())

    editions = [(edition_name(d), d.doc_id) for d in _held(engine, "catalogue")]
    first = editions[0][1] if editions else ALL
    with gr.Row(elem_classes="filters"):
        which = gr.Radio(list(LISTS), value=next(iter(LISTS)), label="目录", elem_id="browse-list", min_width=380)
        edition = gr.Dropdown(editions, value=first, label="版本", min_width=130, elem_id="browse-edition")
        kind = gr.Dropdown([("全部", ALL), *((k, k) for k in CLASSES)], value=ALL, label="类别", min_width=110, elem_id="browse-class")
        sector = gr.Dropdown(_sectors(engine, first), value=ALL, label="行业", min_width=150, elem_id="browse-sector")
        words = gr.Textbox(label="关键词", placeholder="例如：刨花板（空格分开多个词）", min_width=160, max_length=60, elem_id="browse-words")
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=3, min_width=320):
            rows = gr.HTML("", elem_id="browse", js_on_load="zw.listen(element, trigger, server)", server_functions=[clause_server(engine)], apply_default_css=False)
        with gr.Column(scale=2, min_width=320, elem_classes="sticky"):
            one = gr.HTML(BLANK, elem_id="entry", js_on_load="zw.reveal(element, trigger, server, watch)", server_functions=[clause_server(engine)], apply_default_css=False)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    which.change(choose, [which, words], [edition, kind, sector, rows], **quiet)
    edition.input(edition_chosen, [edition, kind, words], [sector, rows], **quiet)
    filters = [edition, kind, sector, words]
    gr.on([tab.select, kind.input, sector.input, words.change], listed, filters, [rows], trigger_mode="always_last", **quiet)
    rows.click(pressed, filters, [rows, one], **quiet)
    one.click(pressed, filters, [rows, one], js=None, **quiet)


def found(engine: PolicyEngine, doc_id: str, kind: str = ALL, sector: str = ALL, words: str = "") -> list[Clause]:
    """The entries of an edition that fit, in its order; every word must stand in the entry or its sector."""
    wanted = [plain(w) for w in words.split() if w.strip()]
    return [c for c in engine.store.clauses(doc_id) if _is_entry(c) and (not kind or _has(c, kind)) and (not sector or _sector(c) == sector)
            and all(w in plain(c.text + _sector(c) + c.label) for w in wanted)]


def _has(c: Clause, kind: str) -> bool:
    return c.fields.get("class") == kind if kind in CLASSES else (c.fields.get(DOCUMENTS.get(kind, ""), "/") or "/").strip() not in ("/", "")


def _is_entry(c: Clause) -> bool:
    return ("no" in c.fields or bool(c.fields.get("class"))) and not c.fields.get("placeholder")


def _sector(c: Clause) -> str:
    return str(c.fields.get("sector") or "")


def _held(engine: PolicyEngine, kind: str) -> list[Document]:
    """The editions held of a list, the newest first."""
    return [d for d in reversed(engine.documents()) if d.kind == kind and d.coverage.held != 0]


def _sectors(engine: PolicyEngine, doc_id: str) -> list[tuple[str, str]]:
    names = dict.fromkeys(_sector(c) for c in engine.store.clauses(doc_id) if _is_entry(c) and _sector(c))
    return [("全部行业", ALL), *((n, n) for n in names)]


def _shown(engine: PolicyEngine, doc_id: str, kind: str, sector: str, words: str, limit: int) -> str:
    document = engine.store.document(doc_id or "")
    if document is None:
        return '<p class="hint">文库里没有收录这种目录，请到“文库”收录。</p>'
    entries = found(engine, doc_id, kind, sector, words or "")
    c = document.coverage
    partly = f'<p class="why">本版官方共 {c.official:,} 条，本库收录 {c.held:,} 条；没有列出不等于没有。</p>' if c.official and c.held != c.official else (
        f'<p class="why">{esc(c.note)}</p>' if c.note else "")
    head = f'<div class="bar"><p>共 <b>{len(entries):,}</b> 条</p></div>{partly}'
    if not entries:
        return head + '<p class="hint">没有符合的条目，换一个词或放宽筛选。</p>'
    eia = document.kind == "eia_list"
    columns = ("项", "项目类别", "报告书", "报告表", "登记表") if eia else ("类别", "行业", "条目")
    lines = [_row(c, eia) for c in entries[:limit]]
    more = (f'<button type="button" class="act more" data-act="more" data-value="{limit + 2 * PAGE}">再显示 {min(2 * PAGE, len(entries) - limit)} 条</button>' if len(entries) > limit else "")
    return head + table(columns, lines, document.title, "browse") + more


def _row(c: Clause, eia: bool) -> list[str]:
    def opens(text: str) -> str:
        return f'<button type="button" class="link row" data-act="open" data-value="{esc(c.clause_id)}">{esc(text)}</button>'

    f = c.fields
    if eia:
        return [esc(f["no"]), opens(str(f["name"])), *(esc(f.get(k) or "/") for k in DOCUMENTS.values())]
    number = f"第{f['number']}项 " if f.get("number") else ""
    return [pill(str(f["class"])), esc(_sector(c)), opens(number + c.text)]
