"""Text → HTML of the page. What documents, file names and people wrote is shown as text: nothing in it becomes markup.

Answers are Markdown made by `kb.composing`; only its bold text, lists, quotes and tables are rendered, links and pictures
never. `[3]` becomes a button that opens citation 3. Braces and `$` are written as entities, because Gradio reads an HTML
value as a template.
"""

import html
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

MARK = re.compile(r"(?<!\\)\[(\d+)\]")
CITED = re.compile("\ue000(\\d+)\ue001")
CELL = re.compile(r"<td>(报告书|报告表|登记表|豁免|待定|符合|不符合|未说明|鼓励类|限制类|淘汰类|允许类)</td>")
TONES = {"鼓励类": "good", "限制类": "warn", "淘汰类": "bad", "允许类": "info", "待定": "open", "报告书": "heavy", "报告表": "medium",
         "登记表": "light", "豁免": "good", "符合": "yes", "不符合": "no", "未说明": "open", "现行": "good", "将废止": "warn",
         "已废止": "bad", "尚未施行": "info", "施行日期未载明": "open", "牵头": "heavy", "责任": "light", "未收录": "open"}


def esc(text: object) -> str:
    """Text as HTML text or attribute value."""
    return html.escape(str(text), quote=True).replace("{", "&#123;").replace("}", "&#125;").replace("$", "&#36;").replace("`", "&#96;")


def lines(text: str) -> str:
    """Text with its line breaks."""
    return esc(text).replace("\n", "<br>")


@lru_cache(maxsize=1)
def _reader() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(
        ["image", "link", "autolink", "html_inline", "html_block", "reference", "code", "fence", "backticks"])


def markdown(text: str, labels: dict[int, str] | None = None) -> str:
    """Markdown with [n] markers as HTML; `labels` names the citations for those who hear the page."""
    marked = MARK.sub("\ue000\\1\ue001", re.sub("[\ue000\ue001]", "", text))
    shown = _reader().render(marked).replace("{", "&#123;").replace("}", "&#125;").replace("$", "&#36;").replace("`", "&#96;")
    shown = CELL.sub(lambda m: f'<td class="tone-{TONES[m[1]]}"><span>{m[1]}</span></td>', shown)
    shown = shown.replace("<table>", '<div class="scroll" tabindex="0" role="region" aria-label="对照表"><table>').replace("</table>", "</table></div>")
    return CITED.sub(lambda m: cite(int(m[1]), (labels or {}).get(int(m[1]), "")), shown)


def cite(n: int, label: str = "") -> str:
    """The button that opens a citation."""
    return f'<button type="button" class="cite" data-n="{n}" aria-label="{esc(f"引文{n} {label}".strip())}">{n}</button>'


def pill(text: str, tone: str | None = None, title: str = "") -> str:
    """A small coloured word: a class, a kind of document, a state."""
    hint = f' title="{esc(title)}"' if title else ""
    return f'<span class="pill tone-{tone or TONES.get(text, "open")}"{hint}>{esc(text)}</span>'


def button(text: str, act: str, value: str = "", *, kind: str = "", label: str = "") -> str:
    """A button whose press the page reports as {act, value}."""
    named = f' aria-label="{esc(label)}"' if label else ""
    return f'<button type="button" class="act {kind}" data-act="{esc(act)}" data-value="{esc(value)}"{named}>{esc(text)}</button>'


def link(url: str, text: str) -> str:
    """A link to a web page of a document's publisher; anything but http(s) is shown as text."""
    if not re.match(r"https?://", url):
        return esc(url)
    return f'<a href="{esc(url)}" target="_blank" rel="noopener noreferrer">{esc(text)}</a>'


def table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str, classes: str = "") -> str:
    """A table whose cells are HTML already."""
    head = "".join(f'<th scope="col">{esc(h)}</th>' for h in header)
    names = [esc(h) for h in header]
    body = "".join("<tr>" + "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in zip(names, row, strict=True)) + "</tr>" for row in rows)
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{esc(caption)}"><table class="grid {classes}"><caption class="unseen">{esc(caption)}'
            f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")


def notice(text: str, tone: str = "info") -> str:
    """One sentence in a box: what to do, or what went wrong."""
    role = "alert" if tone == "bad" else "status"
    return f'<p class="notice tone-{tone}" role="{role}">{lines(text)}</p>'
