"""The documents of the library and the preview of a file, as HTML."""

from datetime import date

from ingest.pipeline import Prepared
from kb.corpus import chinese_date
from kb.engine import PolicyEngine
from kb.library import coverage, note
from kb.models import Document
from web.markup import esc, lines, link, notice, pill, table
from web.sources import state, state_pill

KINDS = {"work_plan": "工作方案", "catalogue": "产业目录", "eia_list": "环评名录", "statute": "法律法规", "plain": "其他文件"}
SHOWN = 12  # clauses of a preview
LONG = 220  # characters of a clause in it


def documents(engine: PolicyEngine, words: str) -> str:
    """Every document, held or only listed, that fits the words."""
    wanted = words.lower().split()
    found = [d for d in engine.documents() if all(w in f"{d.title}{d.number or ''}{d.issuer or ''}{''.join(d.aliases)}".lower() for w in wanted)]
    held = sum(1 for d in found if d.coverage.held != 0)
    head = f'<div class="bar"><p>共 <b>{len(found)}</b> 份文件，其中 <b>{held}</b> 份有正文</p></div>'
    return head + (table(("文件", "状态", "施行与失效", "收录", "说明"), [_row(d, engine) for d in found], "文库", "library") if found else '<p class="hint">没有符合的文件。</p>')


def _row(d: Document, engine: PolicyEngine) -> list[str]:
    facts = "，".join(filter(None, [KINDS[d.kind], d.number, d.issuer]))
    source = f'<div>{link(d.url, "来源网址")}</div>' if d.url else ""
    dates = [f"{chinese_date(d.in_force_from)}起施行" if d.in_force_from else "施行日期未载明", f"{chinese_date(d.first_day_out)}起失效" if d.in_force_to else ""]
    badge = pill("未收录") if d.coverage.held == 0 else state_pill(d, date.today(), engine).split("<small")[0]
    return [f"<b>{esc(d.title)}</b><small class=why>{esc(facts)}</small>{source}", badge, "<br>".join(esc(x) for x in dates if x), bar(d), f"<small class=why>{esc(note(d))}</small>"]


def bar(d: Document) -> str:
    """How much of it is held: a bar against the official count where there is one."""
    c = d.coverage
    if not c.official or c.held is None:
        return f'<span class="cover-text">{esc(coverage(d))}</span>'
    share = min(1.0, c.held / c.official)
    tone = "good" if share >= 1 else "warn" if share > .5 else "bad"
    return (f'<span class="cover-text">{esc(coverage(d))}</span><span class="cover" role="meter" aria-valuemin="0" aria-valuemax="{c.official}" aria-valuenow="{c.held}" '
            f'aria-label="收录比例"><span class="fill-{tone}" style="width:{max(2, round(share * 100))}%"></span></span>')


def previewed(engine: PolicyEngine, file: Prepared) -> str:
    """What was recognised, what it would take the place of, what to mind, and the first clauses."""
    d, held = file.document, engine.store.document(file.document.doc_id)
    found = "，".join(f"{name}{n}" for name, n in file.found.items())
    before = ""
    if held and held.coverage.held != 0:
        count = len(engine.store.clauses(held.doc_id))
        before = notice(f"文库里已有《{held.title}》（{count}条），确认后由这个文件替换。", "warn")
    warned = "".join(notice(w, "warn") for w in file.warnings) + ("" if d.in_force_from else notice("没有读到施行日期。请填写后重新预览，否则回答会注明“施行日期未载明”。", "warn"))
    facts = [("标题", d.title), ("识别为", f"{file.parser}（{found}）"), ("文号", d.number or "未读到"), ("状态", state(d, date.today())),
             ("施行日期", chinese_date(d.in_force_from) if d.in_force_from else "未读到"), ("收录", coverage(d))]
    rows = "".join(f'<tr><th scope="row">{esc(k)}</th><td>{esc(v)}</td></tr>' for k, v in facts)
    clauses = "".join(f"<li><b>{esc(c.label)}</b>{f'<small class=why>第{c.page}页</small>' if c.page else ''}<p class=law>{lines(c.text[:LONG] + ('……' if len(c.text) > LONG else ''))}</p></li>"
                      for c in file.clauses[:SHOWN])
    more = f"<p class=hint>以上是前{SHOWN}条，共{len(file.clauses)}条。</p>" if len(file.clauses) > SHOWN else ""
    return (f'{before}{warned}<div class="scroll"><table class="facts-table">{rows}</table></div>'
            f'<details open><summary>识别出的条文</summary><ol class="around">{clauses}</ol>{more}</details>')
