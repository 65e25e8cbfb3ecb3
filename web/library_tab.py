"""文库: what is held, with dates, state and coverage; a keeper takes documents in after a preview, removes them, re-indexes."""

from pathlib import Path
from typing import Any

import gradio as gr

from ingest.loading import ACCEPTED
from ingest.pipeline import Prepared, prepare, take_in
from ingest.removing import removable, remove
from kb.audit import Audit
from kb.engine import PolicyEngine
from kb.errors import ZhengwenError
from kb.publishing import changing
from web import feedback
from web.accounts import keeper_allowed, person_of
from web.fields import day
from web.library_view import documents, previewed
from web.markup import notice
from web.outgoing import outgoing

REFUSED = "收录、移除和重建索引只限维护人员。请先登录：打开 /login；没有设置账号时，只能在运行本系统的机器上打开页面操作。"
TYPES = list(ACCEPTED)


def build(engine: PolicyEngine, tab: gr.Tab) -> None:
    """The tab's components. Every step asks again whether the person may keep the library."""
    def show(words: str, request: gr.Request) -> tuple[Any, ...]:
        keeper = keeper_allowed(request)
        choices = [(f"《{d.title}》", d.doc_id) for d in removable(engine.store)]
        return (documents(engine, words or ""), gr.update(visible=keeper), gr.update(visible=not keeper), gr.update(choices=choices, value=None))

    def preview(file: str | None, title: str, number: str, in_force: str, url: str, request: gr.Request,
                progress: gr.Progress | None = gr.Progress()) -> tuple[Any, ...]:  # noqa: B008
        assert progress is not None
        try:
            _admit(request)
            if not file:
                return notice("请先选择一个文件。", "bad"), None, gr.update(interactive=False)
            progress(0.2, desc="读取并识别文件")
            given = {"title": title.strip() or None, "number": number.strip() or None, "in_force_from": day(in_force), "url": url.strip() or None}
            prepared = prepare(Path(file), given, lambda done, total: progress((done, total), desc="识别扫描页", unit="页"))
            progress(0.9, desc="整理预览")
            return previewed(engine, prepared), prepared, gr.update(interactive=True)
        except ZhengwenError as error:
            return notice(str(error), "bad"), None, gr.update(interactive=False)

    def confirm(prepared: Prepared | None, words: str, request: gr.Request,
                progress: gr.Progress | None = gr.Progress()) -> tuple[Any, ...]:  # noqa: B008
        assert progress is not None
        try:
            _admit(request)
            if prepared is None:
                raise ZhengwenError("请先预览，再确认收录。")
            progress(0.1, desc="写入文库")
            report = take_in(engine.store, prepared, lambda: changing(engine.store, engine.settings, lambda done, total: progress(
                (done, total), desc="建立向量索引", unit="条")))
            _record(request, "收录文件", f"{report.title}（{report.doc_id}）")
            said = notice(f"《{report.title}》{'已收录' if report.changed else '内容没有变化，文库未改动'}，共{report.found.get('条文', 0)}条，现在就可以提问。", "good")
        except ZhengwenError as error:
            return (notice(str(error), "bad"), prepared, gr.update(interactive=prepared is not None), *show(words, request))
        return (said, None, gr.update(interactive=False), *show(words, request))

    def take_away(doc_id: str | None, sure: bool, words: str, request: gr.Request,
                  progress: gr.Progress | None = gr.Progress()) -> tuple[Any, ...]:  # noqa: B008
        assert progress is not None
        try:
            _admit(request)
            if not doc_id or not sure:
                raise ZhengwenError("请选择要移除的文件，并勾选“确认移除”。")
            progress(0.1, desc="移除")
            gone = remove(engine.store, doc_id, lambda: changing(engine.store, engine.settings, lambda done, total: progress(
                (done, total), desc="更新向量索引", unit="条")))
            _record(request, "移除文件", f"{gone.title}（{gone.doc_id}）")
            said = notice(f"《{gone.title}》已移除。", "good")
        except ZhengwenError as error:
            return (notice(str(error), "bad"), *[gr.skip()] * 5)
        return (said, False, *show(words, request))

    def reindex(words: str, request: gr.Request, progress: gr.Progress | None = gr.Progress()) -> tuple[Any, ...]:  # noqa: B008
        from ingest.shipped import build as build_shipped

        assert progress is not None
        try:
            _admit(request)
            progress(0.05, desc="读取随附文件")
            with changing(engine.store, engine.settings, lambda done, total: progress((done, total), desc="建立向量索引", unit="条")):
                changed = build_shipped(engine.store, lambda title: progress(0.3, desc=f"读取《{title}》"))
            _record(request, "重建索引")
            said = notice(f"索引已就绪：{len(engine.documents())}份文件，{engine.store.count():,}条条文，本次更新{changed}份。", "good")
        except ZhengwenError as error:
            said = notice(str(error), "bad")
        return (said, *show(words, request))

    def exported(request: gr.Request) -> tuple[Any, Any]:
        try:
            _admit(request)
            if not (lines := feedback.as_eval_lines(engine.settings.home)):
                raise ZhengwenError("还没有评价。在“问答”的回答下面点“有用”或“有误”就会保存。")
        except ZhengwenError as error:
            return gr.update(visible=False), notice(str(error), "bad")
        return gr.update(value=outgoing("评价.jsonl", lines.encode()), visible=True), ""

    with gr.Row(elem_classes="two"):
        with gr.Column(scale=3, min_width=320):
            words = gr.Textbox(label="查找文件", placeholder="标题、文号或发文机关", max_length=60, elem_id="library-words")
            listed = gr.HTML("", elem_id="library", js_on_load="zw.listen(element, trigger, server)", apply_default_css=False)
        with gr.Column(scale=2, min_width=320):
            closed = gr.HTML(notice(REFUSED, "info"), elem_id="not-keeper", apply_default_css=False)
            with gr.Column(visible=False, elem_classes="side", elem_id="keeper") as open_:
                prepared = gr.State(None)
                gr.HTML("<h3>收录文件</h3><p class=hint>选择文件 → 预览识别结果 → 确认。标题与清单中的文件相同时收入该条目。</p>", apply_default_css=False)
                file = gr.File(label="文件（PDF 含扫描件、DOCX、DOC、WPS、HTML、TXT、MD 或图片）", file_types=TYPES, type="filepath", elem_id="upload", height=130)
                with gr.Row():
                    title = gr.Textbox(label="标题", placeholder="不填则取文件里的标题", max_length=200, min_width=130)
                    number = gr.Textbox(label="文号", placeholder="可不填", max_length=80, min_width=130)
                with gr.Row():
                    in_force = gr.Textbox(label="施行日期", placeholder="例如 2024-02-01", max_length=20, min_width=130)
                    url = gr.Textbox(label="来源网址", placeholder="https://…", max_length=300, min_width=130)
                with gr.Row():
                    look = gr.Button("预览", elem_id="preview")
                    take = gr.Button("确认收录", variant="primary", interactive=False, elem_id="take-in")
                seen = gr.HTML("", elem_id="previewed", apply_default_css=False, min_height=50)
                gr.HTML("<h3>移除文件</h3>", apply_default_css=False)
                gone = gr.Dropdown([], label="由文件收录的文件", elem_id="removable")
                with gr.Row():
                    sure = gr.Checkbox(label="确认移除", elem_id="sure", min_width=110)
                    away = gr.Button("移除", variant="stop", elem_id="remove", min_width=110)
                gr.HTML("<h3>索引</h3><p class=hint>条文库有改动或换了向量模型时运行；只补缺的部分。</p>", apply_default_css=False)
                rebuild = gr.Button("重建索引", elem_id="reindex")
                gr.HTML("<h3>评价</h3><p class=hint>“有用”“有误”和说明，一行一条，可直接用作评测题。</p>", apply_default_css=False)
                export = gr.Button("导出评价（JSONL）", elem_id="export-feedback")
                judged = gr.File(label="评价", visible=False, elem_id="feedback-file")
                done = gr.HTML("", elem_id="kept", apply_default_css=False, min_height=40)
    export.click(exported, None, [judged, done], show_progress="hidden", api_visibility="private")
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    shown = [listed, open_, closed, gone]
    gr.on([tab.select, words.change], show, [words], shown, trigger_mode="always_last", **quiet)
    look.click(preview, [file, title, number, in_force, url], [seen, prepared, take], show_progress_on=[seen], api_visibility="private")
    take.click(confirm, [prepared, words], [seen, prepared, take, *shown], show_progress_on=[seen], api_visibility="private")
    away.click(take_away, [gone, sure, words], [done, sure, *shown], show_progress_on=[done], api_visibility="private")
    rebuild.click(reindex, [words], [done, *shown], show_progress_on=[done], api_visibility="private")


def _admit(request: gr.Request) -> None:
    if not keeper_allowed(request):
        raise ZhengwenError(REFUSED)


def _record(request: gr.Request, action: str, detail: str = "") -> None:
    person = person_of(request)
    Audit().record(person.name if person else "", action, detail, request.client.host if request.client else "")


