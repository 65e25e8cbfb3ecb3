"""问答: a conversation with its sources beside it."""

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import gradio as gr

from kb.audit import Audit
from kb.conversation import Thread, Turn, follow
from kb.engine import PolicyEngine
from kb.errors import QuestionError, ZhengwenError
from kb.rewording import Answering
from web import feedback, sources, transcript
from web.accounts import person_of
from web.answer_docx import as_docx
from web.fields import day
from web.markup import button

PACE = 0.03  # seconds between paragraphs
LONGEST = 2000  # characters of a question
REMEMBERED = 30  # turns kept on the page
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXAMPLES = (("招商人员", "项目能不能来、怎么来", ("年产3万立方米刨花板能不能引进？要做报告书还是报告表？", "广元对电镀项目怎么管？", "总投资1亿元的项目入园要走什么程序？")),
            ("机关工作人员", "谁牵头、谁负责、依据是什么", ("负面清单由谁牵头？", "市农业局要做哪些事？", "没办环评就开工会怎么处罚？")),
            ("企业和咨询机构", "要做哪种环评、条件是什么", ("木家具厂，环评做什么？", "商品混凝土搅拌站要做什么环评？", "生态环境法典第九十五条")))
TALK = "zw.talk(element, trigger, server, watch)"


@dataclass
class Talk:
    """One person's conversation: what is carried on, and the turns shown."""

    thread: Thread = field(default_factory=Thread)
    done: list[str] = field(default_factory=list)
    last: str = ""


Shown = tuple[Any, str, str, Talk]


def build(engine: PolicyEngine) -> dict[str, Any]:
    """The tab's components; the page's load event fills them from an address."""
    served = [_answer_docx(engine), _feedback(engine), page_image(engine)]

    def ask(question: str, as_of: str, talk: Talk, request: gr.Request) -> Iterator[Shown]:
        question = (question or "").strip()
        if not question:
            yield gr.skip(), gr.skip(), gr.skip(), talk  # type: ignore[misc]
            return
        _record(engine, request, question)
        yield from _ask(engine, question, as_of, talk, None)

    def pressed(as_of: str, talk: Talk, request: gr.Request, event: gr.EventData) -> Iterator[Shown]:
        said = event._data or {}
        value = str(said.get("value") or "")[:LONGEST]
        if said.get("act") == "ask" and value:
            _record(engine, request, value)
            yield from _ask(engine, value, as_of, talk, None)
        elif said.get("act") == "drop" and value in talk.thread.facts:
            thread = talk.thread.without(value)
            kept = Turn(thread.whole, thread, thread.facts + thread.asks)
            yield from _ask(engine, f"去掉“{value}”再答一次", as_of, talk, kept)
        else:
            yield gr.skip(), gr.skip(), gr.skip(), talk  # type: ignore[misc]

    def restart() -> Shown:
        return "", "", welcome(), Talk()

    talk = gr.State(Talk())
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=3, min_width=320, elem_id="left"):
            with gr.Column(elem_id="talk"):
                past = gr.HTML("", elem_id="past", js_on_load=TALK, server_functions=served, apply_default_css=False)
                live = gr.HTML(welcome(), elem_id="live", js_on_load=TALK, server_functions=served, apply_default_css=False)
            with gr.Column(elem_id="composer"):
                question = gr.Textbox(label="问题", placeholder="写下问题，或接着上一个问题补充、改条件，按回车提问（Shift+回车换行）", lines=1, max_lines=5,
                                      max_length=LONGEST, elem_id="question", submit_btn=False)
                with gr.Row(elem_id="send"):
                    as_of = gr.Textbox(label="以哪一天的法律为准", placeholder="今天（可写 2024-06-01）", elem_id="as-of", scale=2, min_width=150, max_length=20)
                    again = gr.Button("换个话题", elem_id="again", scale=1, min_width=90)
                    send = gr.Button("提问", variant="primary", elem_id="ask", scale=1, min_width=90)
        with gr.Column(scale=2, min_width=320, elem_id="right"):
            gr.HTML('<div class="pane-head"><h2>引用的条文</h2><button type="button" data-do="close-sheet" class="close">关闭</button></div>',
                    elem_id="sources-head", apply_default_css=False)
            shown = gr.HTML(f'<div class="pane">{sources.EMPTY}</div>', elem_id="sources", js_on_load="zw.sourcePane(element, trigger, server, watch)",
                            server_functions=served, apply_default_css=False)
    out = [question, past, live, talk]
    gr.on([send.click, question.submit], ask, [question, as_of, talk], out, show_progress="hidden", api_visibility="private")
    for part in (past, live):
        part.click(pressed, [as_of, talk], out, show_progress="hidden", api_visibility="private")
    again.click(restart, None, out, show_progress="hidden", api_visibility="private")
    return {"question": question, "past": past, "live": live, "talk": talk, "as_of": as_of, "sources": shown}


def from_address(engine: PolicyEngine, q: str, as_of: str) -> tuple[str, Talk]:
    """(the turn, the conversation) of a permalink: asked exactly as it was put to the engine before."""
    *_, (_, _, live, talk) = _ask(engine, q, as_of, Talk(), None, pace=0)
    return live, talk


def _ask(engine: PolicyEngine, question: str, as_of: str, talk: Talk, turn: Turn | None, pace: float = PACE) -> Iterator[Shown]:
    """The turn as it grows: the question at once, the answer paragraph by paragraph, then its sources and actions."""
    done = [*talk.done, talk.last][-REMEMBERED:] if talk.last else talk.done
    past = "".join(done)
    yield "", past, transcript.pending(question), talk
    try:
        if len(question) > LONGEST:
            raise QuestionError(f"问题请不要超过{LONGEST}字。")
        turn = turn or follow(talk.thread, question)
        answering = engine.answering(turn.question, day(as_of))
        for text in _growing(answering, pace):
            yield gr.skip(), gr.skip(), transcript.answered(question, turn, answering.answer, engine, text), talk  # type: ignore[misc]
        answer = answering.answer
    except ZhengwenError as error:
        shown = transcript.failed(question, str(error))
        yield gr.skip(), gr.skip(), shown, Talk(talk.thread, done, shown)  # type: ignore[misc]
        return
    shown = transcript.answered(question, turn, answer, engine)
    yield gr.skip(), gr.skip(), shown, Talk(turn.thread, done, shown)  # type: ignore[misc]


def _growing(answering: Answering, pace: float) -> Iterator[str]:
    """The text so far: as a language model writes it, or paragraph by paragraph where the program alone composes it."""
    if answering.model is None:
        body = transcript.paragraphs(answering.answer)
        for n in range(1, len(body) if pace else 0):
            yield "\n\n".join(body[:n])
            time.sleep(pace)
    text = ""
    for piece in answering:
        text += piece
        if answering.model is not None and pace:
            yield text


def welcome() -> str:
    """What stands before the first question: examples for each kind of user."""
    groups = ""
    for who, what, asked in EXAMPLES:
        items = "".join(f"<li>{button(q, 'ask', q, kind='example')}</li>" for q in asked)
        groups += f"<section><h3>{who}</h3><p>{what}</p><ul>{items}</ul></section>"
    return (f'<div class="welcome"><h2>问政策，答出处</h2><p>结论由条文算出，每句话都标出处；缺事实就说缺什么，不知道就说不知道。</p>'
            f'<div class="examples">{groups}</div></div>')


def _record(engine: PolicyEngine, request: gr.Request | None, question: str) -> None:
    """The question in the audit log, where the settings keep questions."""
    if engine.settings.audit_questions and request is not None:
        person = person_of(request)
        Audit(engine.settings).record(person.name if person else "", "提问", question, request.client.host if request.client else "")


def _answer_docx(engine: PolicyEngine) -> Any:
    def answer_docx(said: list[str]) -> dict[str, str]:
        question, as_of = texts(said, 2)
        try:
            answer = engine.answering(question, day(as_of)).answer  # the program's own, complete and the same each time
        except ZhengwenError as error:
            return {"error": str(error)}
        data = as_docx(answer)
        return {"name": f"答复意见-{date.today():%Y%m%d}.docx", "type": DOCX, "data": base64.b64encode(data).decode()}
    return answer_docx


def _feedback(engine: PolicyEngine) -> Any:
    def feedback_(said: list[str]) -> dict[str, Any]:
        question, as_of, verdict, note = texts(said, 4)
        try:
            answer = engine.answering(question, day(as_of)).answer
            feedback.record(engine.settings.home, verdict, note, answer)
        except (ZhengwenError, OSError) as error:
            return {"error": str(error) if isinstance(error, ZhengwenError) else "没有写成功，请检查磁盘空间。"}
        return {"kept": True}
    feedback_.__name__ = "feedback"
    return feedback_


def page_image(engine: PolicyEngine) -> Any:
    """The server's part of 看原件: the page a clause stands on, the quote marked."""
    def page_image(said: list[str]) -> dict[str, str]:
        from web.originals import marked_page

        clause_id, quote = texts(said, 2)
        try:
            title, image = marked_page(engine, clause_id, quote)
        except ZhengwenError as error:
            return {"error": str(error)}
        return {"title": title, "image": "data:image/jpeg;base64," + base64.b64encode(image).decode()}
    return page_image




def texts(said: Any, count: int) -> list[str]:
    """What the browser sent: so many texts, none longer than a question may be."""
    given = [str(part or "")[:LONGEST] for part in said] if isinstance(said, list) else []
    return (given + [""] * count)[:count]
