"""职责查询: who leads and who is responsible, by unit, role and topic; the matrix of units × tasks; the table as XLSX."""

import base64
from typing import Any

import gradio as gr

from kb.duties_table import COLUMNS, KIND, as_xlsx
from kb.duty_library import library
from kb.duty_records import DutyRecord
from kb.engine import PolicyEngine
from web.chat_tab import texts
from web.clauses import clause_server
from web.markup import button, esc, notice, table

ROLES = ("全部", "牵头", "责任")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def build(engine: PolicyEngine, tab: gr.Tab) -> None:
    """The tab's components; shown anew whenever the tab is opened, as the library may have changed."""
    def show(unit: str, role: str, topic: str, view: str) -> str:
        return shown(engine, unit or "", role, topic or "", view)

    def pressed(role: str, topic: str, view: str, event: gr.EventData) -> tuple[Any, str]:
        said = event._data or {}
        if said.get("act") != "unit":
            return gr.skip(), gr.skip()  # type: ignore[return-value]
        unit = str(said.get("value") or "")[:60]
        return unit, shown(engine, unit, role, topic, view)

    with gr.Row(elem_classes="filters"):
        unit = gr.Dropdown([("全部单位", ""), *((u, u) for u in units(engine))], value="", label="单位（新旧名称、简称都可以）", allow_custom_value=True, elem_id="duty-unit", min_width=200)
        role = gr.Radio(list(ROLES), value="全部", label="角色", min_width=190, elem_id="duty-role")
        topic = gr.Textbox(label="事项", placeholder="例如：负面清单、秸秆", max_length=60, min_width=160, elem_id="duty-topic")
        view = gr.Radio(["表格", "矩阵"], value="表格", label="显示为", min_width=150, elem_id="duty-view")
    out = gr.HTML("", elem_id="duties", js_on_load="zw.listen(element, trigger, server)", server_functions=[_xlsx(engine), clause_server(engine)],
                  apply_default_css=False)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    inputs = [unit, role, topic, view]
    gr.on([tab.select, unit.change, role.change, view.change, topic.submit, topic.blur], show, inputs, [out], trigger_mode="always_last", **quiet)
    out.click(pressed, [role, topic, view], [unit, out], **quiet)


def units(engine: PolicyEngine) -> list[str]:
    """The units charged with anything, those with most duties first."""
    count: dict[str, int] = {}
    for record in engine.duties():
        for name in record.units:
            count[name] = count.get(name, 0) + 1
    return sorted(count, key=lambda u: -count[u])


def found(engine: PolicyEngine, unit: str, role: str, topic: str) -> list[DutyRecord]:
    """The duties of a unit (under any of its names) in a role, on a topic."""
    records = engine.duties(unit.strip() or None, topic.strip() or None)
    if role not in ROLES[1:]:
        return records
    names = _names(engine, unit)
    side = [(r, r.lead_units if role == "牵头" else r.responsible_units) for r in records]
    return [r for r, units_ in side if (names & set(units_) if names else units_)]


def shown(engine: PolicyEngine, unit: str, role: str, topic: str, view: str) -> str:
    """The table or the matrix, with what may be done with it."""
    records = found(engine, unit, role, topic)
    if not records:
        asked = "、".join(filter(None, [unit and f"单位“{unit}”", topic and f"事项“{topic}”", role if role != "全部" else ""]))
        return notice(f"收录的工作方案里没有符合{asked}的职责，不能据此说没有这项职责。可以换一个名称，或到“问答”里问。", "warn")
    data = f'data-unit="{esc(unit)}" data-role="{esc(role)}" data-topic="{esc(topic)}"'
    head = (f'<div class="bar" {data}><p>共 <b>{len(records)}</b> 项职责</p><span class="spring"></span>'
            '<button type="button" class="act" data-do="duties">导出 XLSX</button></div>')
    return head + (matrix(engine, records) if view == "矩阵" else _table(engine, records))


def matrix(engine: PolicyEngine, records: list[DutyRecord]) -> str:
    """Units down, tasks across; ● leads, ○ is responsible."""
    names = sorted({u for r in records for u in r.units}, key=lambda u: (-sum(u in r.lead_units for r in records), -sum(u in r.units for r in records), u))
    heads = "".join(f'<th scope="col"><button type="button" data-do="clause" data-clause="{esc(r.clause_id)}" title="{esc(r.task)}" '
                    f'aria-label="{esc(f"第{n}项：{r.task[:40]}")}">{n}</button></th>' for n, r in enumerate(records, 1))
    lines = ""
    for name in names:
        cells = "".join(_mark(name, r) for r in records)
        lines += f'<tr><th scope="row">{button(name, "unit", name, kind="name")}</th>{cells}</tr>'
    keys = "".join(f"<li>{esc(r.task[:46])}{'……' if len(r.task) > 46 else ''} <small>{esc(r.label)}</small></li>" for r in records)
    return ('<p class="legend"><span class="dot lead">●</span>牵头　<span class="dot">○</span>责任　点编号看条文，点单位只看该单位</p>'
            f'<div class="scroll matrix" tabindex="0" role="region" aria-label="单位与任务矩阵"><table><caption class="unseen">单位与任务矩阵</caption>'
            f'<thead><tr><th scope="col">单位＼任务</th>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
            f'<details class="keys" open><summary>任务编号</summary><ol>{keys}</ol></details>')


def _mark(name: str, record: DutyRecord) -> str:
    if name in record.lead_units:
        return '<td class="lead"><span class="dot lead" title="牵头">●<span class="unseen">牵头</span></span></td>'
    if name in record.responsible_units:
        return '<td><span class="dot" title="责任">○<span class="unseen">责任</span></span></td>'
    return "<td></td>"


def _table(engine: PolicyEngine, records: list[DutyRecord]) -> str:
    known = library(engine.store).units
    titles = {d.doc_id: d.title for d in engine.documents()}
    several = len({r.doc_id for r in records}) > 1
    lines = []
    for r in records:
        clause = (f'<button type="button" class="link strong" data-do="clause" data-clause="{esc(r.clause_id)}" data-quote="{esc(r.quote)}">{esc(r.label)}</button>'
                  f'<small class="why">{KIND[r.kind]}{"，" + esc(titles[r.doc_id]) if several else ""}</small>')
        today = "".join(f"<li>{esc(u)} → {esc(s.now)}{'' if s.verified else '*'}</li>" for u in r.units if (s := known.successor(u)))
        lines.append([clause, esc(r.task), _chips(r.lead_units, "lead"), _chips(r.responsible_units, ""), esc("、".join(r.times)), f"<ul class=today>{today}</ul>" if today else ""])
    return table((*COLUMNS[1:2], *COLUMNS[3:7], "现职能一般由"), lines, "职责分工", "duties") + '<p class="hint">* 承接关系未经本市文件核对。</p>'


def _chips(names: tuple[str, ...], kind: str) -> str:
    return '<div class="names">' + "".join(button(n, "unit", n, kind=f"name {kind}", label=f"只看{n}") for n in names) + "</div>"


def _names(engine: PolicyEngine, unit: str) -> set[str]:
    """The names under which a plan charges the unit a person wrote."""
    if not unit.strip():
        return set()
    known = library(engine.store).units
    mentions = next((m for form in (unit, f"{unit}部门", f"{unit}局") if (m := known.mentions(form))), [])
    return {name for m in mentions for u in m.units for name in known.charged_as(u)}


def _xlsx(engine: PolicyEngine) -> Any:
    def duties(said: list[str]) -> dict[str, str]:
        unit, role, topic = texts(said, 3)
        return {"name": "职责分工.xlsx", "type": XLSX, "data": base64.b64encode(as_xlsx(engine.store, found(engine, unit, role, topic))).decode()}
    return duties
