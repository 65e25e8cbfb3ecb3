"""One entry of the catalogue or row of the EIA list on its own: its text, its conditions as they are read, its other editions."""

from collections.abc import Iterable
from datetime import date

from kb import catalogue_items, eia_rules
from kb.catalogue_rules import items
from kb.editions import history, incomplete
from kb.engine import PolicyEngine
from kb.models import Clause
from web import addresses
from web.markup import esc, lines, notice, pill, table
from web.sources import edition_name, state_pill

KINDS = {"limit": "规模", "place": "地点", "nature": "建设性质", "trait": "工艺、材料或特征", "only": "仅此一项", "subject": "产品或活动"}


def as_html(clause_id: str, engine: PolicyEngine) -> str:
    """The entry's page."""
    clause = engine.clause(clause_id)
    document = engine.store.document(clause.doc_id) if clause else None
    if clause is None or document is None:
        return notice("没有这一条，文库可能已经更新，请重新查找。", "bad")
    body = _row(clause) if "no" in clause.fields else _entry(clause)
    badge = pill(str(clause.fields["class"])) if clause.fields.get("class") else ""
    return (f'<article class="entry" tabindex="-1"><header><h2>{esc(clause.label)} {badge}</h2><p class="facts">《{esc(document.title)}》'
            f'{state_pill(document, date.today(), engine)}</p></header><blockquote class="law">{lines(clause.text)}</blockquote>{_doubt(clause)}{body}'
            f'{_history(clause, engine)}<footer><button type="button" class="act" data-do="address" data-address="{esc(addresses.of_clause(clause_id))}">复制地址</button>'
            f'<button type="button" class="act" data-do="clause" data-clause="{esc(clause_id)}">看上下文</button></footer></article>')


def _doubt(clause: Clause) -> str:
    return "" if clause.fields.get("complete_entry", True) else notice("收录的可能只是这一条的一部分文字，使用前请核对官方原文。", "warn")


def _entry(clause: Clause) -> str:
    """An entry of the catalogue: the things it takes, each with what it demands and leaves out."""
    rows = [[esc("、".join(t for n in item.subject for t in n.terms)), _list(x.threshold.show() + (f"（{x.lead}）" if x.lead else "") for x in item.limits),
             _list([*(("不" if n.negated else "") + n.text for n in item.needs if n.trait), *(f"限{n}" for n in item.natures), *(f"限{p}" for p in item.places)]),
             _list(_freed(e) for e in item.exceptions)] for item in items(clause.text)]
    if not rows:
        return notice("这一条没有拆出可以逐项对照的条件，请看原文。", "info")
    return "<h3>条件（由原文拆出，判定以此对照）</h3>" + table(("产品、工艺或活动", "规模界线", "其他条件", "除外"), rows, "条件")


def _freed(exemption: catalogue_items.Exemption) -> str:
    return exemption.text


def _row(clause: Clause) -> str:
    """A row of the EIA list: each cell's alternatives with their conditions."""
    rows = []
    for document, cell in eia_rules.rules(clause).cells:
        for alternative in cell:
            needs = [c for b in alternative.branches for c in b.conditions]
            freed = [e.text for b in alternative.branches for e in b.exceptions]
            rows.append([pill(document), esc(alternative.text), _list(dict.fromkeys(_condition(c) for c in needs)) or esc("以上各项之外的" if any(b.rest for b in alternative.branches) else ""),
                         _list(dict.fromkeys(freed))])
    areas = clause.fields.get("sensitive_area")
    more = f"<h3>本项所称环境敏感区</h3><p class=law>{lines(str(areas))}</p>" if areas else ""
    shop = notice("项目类别标有“*”：只指在工业建筑中生产的项目（名录说明四）。", "info") if "*" in str(clause.fields.get("name", "")) else ""
    return "<h3>条件（由原文拆出，判定以此对照）</h3>" + table(("文件", "名录的写法", "条件", "除外"), rows, "条件") + shop + more


def _condition(c: eia_rules.Condition) -> str:
    what = c.limit.show() if c.limit else "、".join(c.terms) or c.text
    return f"{KINDS[c.kind]}：{'没有' if c.negated else ''}{what}" + (f"（{'、'.join(c.of)}）" if c.of and c.limit else "")


def _history(clause: Clause, engine: PolicyEngine) -> str:
    """The entry in the other editions; what an edition does not hold is said, never taken for a deletion."""
    found = history(clause, engine.store) if clause.fields.get("class") else []
    if not found and "no" not in clause.fields:
        return ""
    shown = []
    for other in found:
        name = f"《{esc(other.edition.title)}》"
        if other.clause is None:
            empty = other.edition.coverage.held == 0
            why = "正文没有收录，不能对照" if empty else "收录的部分里没有文字相近的条目；收录不全，不能据此认为已删除或新增" if incomplete(other.edition) else "没有文字相近的条目"
            shown.append(f"<li><b>{name}</b> <span class=why>{why}</span></li>")
            continue
        moved = "" if other.clause.fields["class"] == clause.fields["class"] else f'<p>类别不同：{pill(str(other.clause.fields["class"]))}</p>'
        parts = "".join(f"<li><del>{esc(a)}</del>{' → ' if a and b else ''}<ins>{esc(b)}</ins></li>" for a, b in other.changes)
        shown.append(f'<li><b>{name}</b> <button type="button" class="link strong" data-act="open" data-value="{esc(other.clause.clause_id)}">{esc(other.clause.label)}</button>'
                     f"{moved}<p class=law>{lines(other.clause.text)}</p>{f'<ul class=changes>{parts}</ul>' if parts else '<p class=why>文字相同</p>'}</li>")
    if "no" in clause.fields:
        shown = [f"<li><b>《{esc(d.title)}》</b>{edition_name(d)} <span class=why>正文没有收录，不能对照</span></li>" for d in engine.documents()
                 if d.kind == "eia_list" and d.doc_id != clause.doc_id]
    return f'<h3>其他版本</h3><ul class="history">{"".join(shown)}</ul>' if shown else ""


def _list(parts: Iterable[str]) -> str:
    kept = [p for p in parts if p]
    return f"<ul class=plain>{''.join(f'<li>{esc(p)}</li>' for p in kept)}</ul>" if kept else ""
