"""项目预审: a form or a sentence in, the sheet out; many projects by a table."""

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import gradio as gr

from kb.eia import the_list
from kb.eia_areas import groups
from kb.engine import PolicyEngine
from kb.errors import ZhengwenError
from kb.project_form import NATURE_WORDS, NONE_TOUCHED, UNITS, ProjectForm, as_text, read_text
from kb.screening_docx import as_docx
from web import batch
from web.chat_tab import DOCX, page_image, texts
from web.fields import day
from web.markup import esc, notice, pill, table
from web.outgoing import outgoing
from web.sheet import EMPTY, as_html

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 50  # rows of a batch shown on the page; all are in the file


def build(engine: PolicyEngine) -> None:
    """The tab's components."""
    def from_form(as_of: str, *fields: str) -> tuple[str, str]:
        try:
            text = as_text(ProjectForm(*fields))
            return text, _sheet(engine, text, as_of)
        except ZhengwenError as error:
            return gr.skip(), notice(str(error), "bad")  # type: ignore[return-value]

    def from_text(as_of: str, text: str) -> tuple[Any, ...]:
        try:
            return (*_fields(text), _sheet(engine, text, as_of))
        except ZhengwenError as error:
            return (*[gr.skip()] * 9, notice(str(error), "bad"))

    def to_text(*fields: str) -> tuple[Any, str]:
        try:
            return as_text(ProjectForm(*fields)), ""
        except ZhengwenError as error:
            return gr.skip(), notice(str(error), "bad")

    with gr.Row(elem_id="screening", elem_classes="two"):
        with gr.Column(scale=2, min_width=320, elem_classes="side"):
            with gr.Tabs(elem_classes="ways"):
                with gr.Tab("一个项目"):
                    fields = _form(engine)
                    as_of = gr.Textbox(label="适用法律的日期", placeholder="今天（可写 2024-06-01）", max_length=20)
                    with gr.Row():
                        go = gr.Button("预审", variant="primary", elem_id="screen-form")
                        write = gr.Button("写成描述 ↓")
                    text = gr.Textbox(label="项目描述", lines=3, max_lines=8, max_length=4000, elem_id="project-text",
                                      placeholder="例如：在利州区新建年产5万立方米刨花板项目，总投资1.2亿元")
                    with gr.Row():
                        go_text = gr.Button("按描述预审", variant="primary", elem_id="screen-text")
                        fill = gr.Button("填入表格 ↑")
                with gr.Tab("批量"):
                    _batch(engine)
        with gr.Column(scale=3, min_width=320):
            served = [_sheet_file(engine), page_image(engine), _template()]
            shown = gr.HTML(f'<div class="blank">{EMPTY}</div>', elem_id="sheet", js_on_load="zw.reveal(element, trigger, server, watch)",
                            server_functions=served, apply_default_css=False)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    go.click(from_form, [as_of, *fields], [text, shown], **quiet)
    go_text.click(from_text, [as_of, text], [*fields, shown], **quiet)
    fill.click(lambda t: _fields(t), [text], fields, **quiet)
    write.click(to_text, fields, [text, shown], **quiet)


def areas(engine: PolicyEngine) -> list[str]:
    """The environmentally sensitive areas that 第三条 of the EIA list in force names."""
    listed = the_list(engine.store, date.today())
    article = next((c.text for c in engine.store.clauses(listed[0].doc_id) if c.label.endswith("第三条")), "") if listed else ""
    return list(dict.fromkeys(name for names in groups(article).values() for name in names))


def _form(engine: PolicyEngine) -> list[Any]:
    """The form's fields, in the order of `ProjectForm`."""
    product = gr.Textbox(label="产品或建设内容", placeholder="例如：刨花板", elem_id="product", max_length=200)
    process = gr.Textbox(label="工艺", placeholder="例如：新型干法（可不填）", max_length=200)
    with gr.Row():
        scale = gr.Textbox(label="规模", placeholder="例如：5万", min_width=110, max_length=40)
        unit = gr.Dropdown(list(UNITS), value="立方米/年", label="单位", allow_custom_value=True, min_width=110)
    nature = gr.Radio(list(NATURE_WORDS), label="建设性质", value="新建")
    with gr.Row():
        place = gr.Textbox(label="建设地点", placeholder="例如：利州区", min_width=110, max_length=60)
        investment = gr.Textbox(label="总投资", placeholder="例如：1.2亿元", min_width=110, max_length=40)
    area = gr.Dropdown([("未说明", ""), (NONE_TOUCHED, NONE_TOUCHED), *((a, a) for a in areas(engine))], value="", label="环境敏感区", allow_custom_value=True)
    more = gr.Textbox(label="其他情况", placeholder="例如：没有电镀，年用溶剂型涂料8吨", max_length=1000)
    return [product, process, scale, unit, nature, place, area, investment, more]


def _fields(text: str) -> tuple[str, ...]:
    form = read_text(str(text or ""))
    return (form.product, form.process, form.scale, form.unit, form.nature, form.place, form.area, form.investment, form.more)


def _sheet(engine: PolicyEngine, text: str, as_of: str) -> str:
    return as_html(engine.screen(text, day(as_of)), engine)


def _batch(engine: PolicyEngine) -> None:
    """A table of projects → a table of results, with a bar."""
    def run(file: str | None, as_of: str, progress: gr.Progress | None = gr.Progress()) -> tuple[str, Any]:  # noqa: B008
        assert progress is not None
        if not file:
            return notice("请先选择填好的 XLSX 或 CSV 文件。", "bad"), gr.skip()
        try:
            projects, on = batch.rows(Path(file)), day(as_of)
            progress((0, len(projects)), desc="正在预审", unit="个项目")
            results = batch.screened(engine, projects, on, lambda n: progress((n, len(projects)), desc="正在预审", unit="个项目"))
        except ZhengwenError as error:
            return notice(str(error), "bad"), gr.update(visible=False)
        return _summary(results), gr.update(value=outgoing(f"预审结果-{date.today():%Y%m%d}.xlsx", batch.as_xlsx(results)), visible=True)

    gr.HTML('<ol class="steps"><li>下载模板，每行填一个项目：写“项目描述”，或填后面各列。</li><li>上传填好的文件，开始预审。</li><li>下载结果；有问题的行会写明原因。</li></ol>'
            '<button type="button" class="act" data-do="template">下载模板（XLSX）</button>', js_on_load="zw.listen(element, trigger, server)",
            server_functions=[_template()], apply_default_css=False, elem_id="template")
    file = gr.File(label="填好的项目表（XLSX 或 CSV）", file_types=[".xlsx", ".csv"], type="filepath", elem_id="batch-file", height=130)
    as_of = gr.Textbox(label="没有写日期的项目，适用法律的日期", placeholder="今天（可写 2024-06-01）", max_length=20)
    start = gr.Button("开始预审", variant="primary", elem_id="batch-start")
    done = gr.HTML("", elem_id="batch-done", apply_default_css=False, min_height=60)
    out = gr.DownloadButton("下载结果（XLSX）", visible=False, elem_id="batch-out")
    start.click(run, [file, as_of], [done, out], api_visibility="private")


def _summary(results: list[dict[str, str]]) -> str:
    wrong = sum(1 for r in results if r["错误"])
    said = notice(f"共{len(results)}个项目，完成{len(results) - wrong}个" + (f"，{wrong}个有问题，请看“错误”一列。" if wrong else "。"), "warn" if wrong else "good")
    lines = [[esc(r.get(batch.DESCRIPTION) or r.get("产品或建设内容", "")), pill(r["国家目录类别"]) if r.get("国家目录类别") else "",
              pill(r["环评文件"]) if r.get("环评文件") else "", esc(r["错误"] or r.get("需要补充", ""))] for r in results[:SHOWN]]
    return said + table(("项目", "目录", "环评", "需要补充或错误"), lines, "批量预审结果")


def _template() -> Any:
    def template(said: Any) -> dict[str, str]:
        return {"name": "项目预审模板.xlsx", "type": XLSX, "data": base64.b64encode(batch.template()).decode()}
    return template


def _sheet_file(engine: PolicyEngine) -> Any:
    def sheet_file(said: list[str]) -> dict[str, str]:
        text, as_of, kind = texts(said, 3)
        try:
            sheet = engine.screen(text, day(as_of))
        except ZhengwenError as error:
            return {"error": str(error)}
        made = json.dumps(sheet.contract(), ensure_ascii=False, indent=1).encode() if kind == "json" else as_docx(sheet)
        return {"name": f"项目预审表-{date.today():%Y%m%d}.{'json' if kind == 'json' else 'docx'}", "type": "application/json" if kind == "json" else DOCX,
                "data": base64.b64encode(made).decode()}
    return sheet_file
