"""One turn of the conversation as HTML: the question, what was carried into it, the answer, what to supply, what to do with it."""

from kb.conversation import Turn, kind
from kb.engine import PolicyEngine
from kb.models import Answer
from web import addresses, choices
from web.markup import button, esc, lines, markdown, notice, pill
from web.sources import cards

STATUS = {"answered": "", "conditional": "有条件的回答", "not_found": "没有查到", "refused": "不能回答"}
ASKED = "**请补充**"


def pending(question: str) -> str:
    """The question while its answer is looked up."""
    return _turn("", _asked(question, None) + '<div class="reply"><p class="busy" role="status">正在查阅条文……</p></div>')


def failed(question: str, message: str) -> str:
    """The question with the sentence that says what to do."""
    return _turn("", _asked(question, None) + f'<div class="reply">{notice(message, "bad")}</div>')


def paragraphs(answer: Answer) -> list[str]:
    """The answer's own paragraphs, without warnings at its end and without the questions, which are shown below it."""
    body = answer.text.split("\n\n")
    while body and body[-1] in answer.warnings and len(body) > 1:
        body.pop()
    return [p for p in body if not p.startswith(ASKED)]


def answered(question: str, turn: Turn, answer: Answer, engine: PolicyEngine, so_far: str | None = None) -> str:
    """The turn with its answer as far as it is written; whole, with sources and actions, when `so_far` is None."""
    body = paragraphs(answer) if so_far is None else so_far.split("\n\n")
    labels = {c.n: f"《{c.doc_title}》{c.label}" for c in answer.citations}
    first = [p for p in body if p in answer.warnings]
    text = markdown("\n\n".join([p for p in body if p not in first and not p.startswith(ASKED)]), labels)
    warned = "".join(f'<div class="callout">{markdown(p, labels)}</div>' for p in first)
    reply = f'{_verdicts(answer)}{warned}<div class="md">{text}</div>'
    if so_far is not None:
        return _turn("", _asked(question, turn) + f'<div class="reply" aria-busy="true">{reply}</div>')
    data = f'data-q="{esc(turn.question)}" data-asof="{answer.as_of.isoformat()}"'
    reply += _needed(answer) + _notes(answer, first) + _actions(turn, answer)
    sources = f'<div class="turn-sources" hidden>{cards(answer.citations, answer.as_of, engine)}</div>'
    return _turn(data, _asked(question, turn) + f'<div class="reply">{reply}</div>{sources}')


def _turn(data: str, inner: str) -> str:
    return f'<article class="turn" {data}>{inner}</article>'


def _asked(question: str, turn: Turn | None) -> str:
    """The question as it was written, as text, and the facts taken over into it."""
    carried = ""
    if turn and turn.carried:
        chips = "".join(
            f'<li class="chip"><small>{kind(f)}</small>{esc(f)}'
            f'<button type="button" data-act="drop" data-value="{esc(f)}" aria-label="{esc(f"去掉“{f}”再答一次")}" title="去掉再答一次">×</button></li>'
            for f in turn.thread.facts)
        asks = "；".join(a for a in turn.thread.asks if a in turn.carried)
        carried = (f'<div class="carried"><span>本次按这些情况回答</span><ul>{chips}'
                   + (f'<li class="chip plain"><small>所问</small>{esc(asks)}</li>' if asks else "") + "</ul></div>")
    return f'<div class="asked"><h2>{lines(question)}</h2>{carried}</div>'


def _verdicts(answer: Answer) -> str:
    """The conclusion at a glance."""
    shown = []
    if answer.eligibility:
        basis = {"in_force": "", "superseded": "（按失效版本，仅供参考）", "incomplete": "（目录收录不全）"}[answer.eligibility.basis]
        shown.append(f'<div class="verdict"><small>产业目录</small>{pill(answer.eligibility.class_)}<small>{esc(basis)}</small></div>')
    if answer.eia:
        rows = "、".join(f"第{n}项" for n in answer.eia.rows)
        shown.append(f'<div class="verdict"><small>环评文件</small>{pill(answer.eia.document)}<small>{esc("名录" + rows) if rows else ""}</small></div>')
    if answer.duties and answer.duties.lead_units and not answer.duties.tasks[8:]:
        shown.append(f'<div class="verdict"><small>牵头单位</small><b>{esc("、".join(answer.duties.lead_units[:4]))}</b></div>')
    if STATUS[answer.status]:
        shown.append(f'<div class="verdict">{pill(STATUS[answer.status], "open" if answer.status != "conditional" else "warn")}</div>')
    return f'<div class="verdicts">{"".join(shown)}</div>' if shown else ""


def _needed(answer: Answer) -> str:
    """What the answer asks for, with a button for each possible reply and a field for an amount."""
    asked = []
    for question in answer.questions:
        options = "".join(button(label, "ask", reply, kind="choice") for label, reply in choices.replies(question))
        if amount := choices.amount(question):
            options = (f'<span class="amount"><input type="text" inputmode="decimal" aria-label="{esc(f"{amount.name}（{amount.unit}）")}" '
                       f'placeholder="数值" data-name="{esc(amount.name)}" data-unit="{esc(amount.unit)}"><span>{esc(amount.unit)}</span>'
                       '<button type="button" class="act choice" data-do="amount">补充</button></span>')
        asked.append(f"<li><p>{esc(question)}</p><div>{options or '<button type=button class=link data-do=write>在下面的输入框里补充</button>'}</div></li>")
    return f'<section class="needed" aria-label="请补充"><h3>请补充</h3><ul>{"".join(asked)}</ul></section>' if asked else ""


def _notes(answer: Answer, first: list[str]) -> str:
    notes = [n for n in answer.warnings if n not in first]
    listed = "".join(f"<li>{markdown(n)}</li>" for n in notes)
    return f'<details class="notes"><summary>说明和需要核实的事（{len(notes)}）</summary><ul>{listed}</ul></details>' if notes else ""


def _actions(turn: Turn, answer: Answer) -> str:
    address = addresses.of_answer(turn.question, answer.as_of.isoformat())
    sources = f'<button type="button" data-do="sources">引文 {len(answer.citations)} 条</button>' if answer.citations else ""
    return ('<div class="actions">' + sources + '<button type="button" data-do="copy">复制回答和引文</button>'
            '<button type="button" data-do="docx">导出答复意见</button>'
            f'<button type="button" data-do="address" data-address="{esc(address)}">复制链接</button>'
            '<span class="spring"></span><button type="button" data-do="good" aria-pressed="false">有用</button>'
            '<button type="button" data-do="bad" aria-pressed="false">有误</button></div>'
            '<form class="note" hidden><label>哪里不对？应当怎样答？（会和问题一起保存在本机）<textarea rows="2"></textarea></label>'
            '<button type="submit" class="act">提交</button></form>')
