"""evals/report.html: one page that needs nothing else, with the figures, plots and failures of a run.

Of the half that may be looked at every failure is shown with question, gold, answer and trace; of the other half the id and the
kind of failure, unless asked for.
"""

import html
import json
from collections import Counter
from pathlib import Path
from typing import Any

from evals import plots, printing
from evals.figures import NAMES
from evals.outcome import Outcome
from evals.sets import FOLDER

STYLE = """body{font:15px/1.7 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem;color:#222}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #ddd}table{border-collapse:collapse;font-size:13px;margin:.6rem 0}
td,th{border:1px solid #ddd;padding:.2rem .5rem;text-align:left;vertical-align:top}th{background:#f3f5f6}svg{max-width:100%;height:auto}
.cards{display:flex;flex-wrap:wrap;gap:.8rem}.card{border:1px solid #ddd;border-radius:6px;padding:.6rem 1rem;min-width:9rem}
.card b{display:block;font-size:1.5rem}summary{cursor:pointer}.wrong{color:#a33}small,.note{color:#666}div.wide{overflow-x:auto}"""


def write(result: dict[str, Any], outcomes: list[Outcome], path: Path, open_test: bool = False) -> None:
    """Write the page; the benchmark's figures are taken from evals/bench.json where it has been run."""
    bench = json.loads(p.read_text(encoding="utf-8")) if (p := FOLDER / "bench.json").is_file() else None
    parts = [f"<h1>政问：质量与速度</h1><p class=note>{_text(result['made']['machine'])}；{result['made']['date']}；"
             f"{result['made']['questions']}题、{result['made']['wordings']}种问法，评测用时{result['made']['seconds']}秒。"
             "重新生成：<code>make eval</code>（速度部分：<code>make bench</code>）。题目由项目组拟写，不是收集来的真实提问；“开发半”在开发中看过，"
             "“未看半”只看数字。括号内为95%区间（按题自助抽样）。</p>", _cards(result)]
    if "compared" in result:
        parts += [_section("与对照方法比（未看半）", plots.against([x for x in result["compared"]["lines"] if x["set"] == "全部"]),
                           _tabled(printing.compared(result)), METHOD, "<details><summary>按题集</summary>" + _by_set(result) + "</details>"),
                  _section("检索", plots.recall([r for r in result["retrieval"] if (r["split"], r["kind"]) == ("test", "全部")]),
                           _tabled(printing.retrieval(result))),
                  _section("用时（逐题，毫秒）", _tabled(printing.table(["方法", "中位", "95%"], (
                      [n, f"{t['p50']:.0f}", f"{t['p95']:.0f}"] for n, t in result["latency"].items()))),
                      "<p class=note>对照方法只检索、不作答；政问一栏是从提问到核对完引文的整个回答。</p>")]
    parts += [_section("各题集", _tabled(printing.by_set(result))), _section("有条件与拒答、引用", *map(_tabled, _conditions(result)))]
    if bench:
        machine, *tables = bench["markdown"].split("\n\n")
        parts.append(_section("速度与规模", f"<p class=note>{_text(machine)}</p>", plots.growth(bench["growth"]) if bench.get("growth") else "", *map(_tabled, tables)))
    parts.append(_section("失败", plots.failures(_counts(outcomes)), *_failures(outcomes, open_test)))
    path.write_text(f"<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'>"
                    f"<title>政问：质量与速度</title><style>{STYLE}</style>{''.join(parts)}</html>\n", encoding="utf-8")


METHOD = """<p class=note>对照方法没有大模型，读法如下。要结论的题：取第一段里与问题相同的词最多的条款，名录一项再取相同的词最多的一格（没有相同的取
“其他”“全部”一格），条款的类别、单位按条款原文给足；要条文的题：与本产品一样最多显示五段，五段里有正确条款就算对；新旧法律并存时以排在前面的为准；
分数低于界线就算拒答，界线在开发半上取对它最有利的。“完美读者上限”假定有人把前1段或前5段读得毫无差错，
并且凭空知道什么没有收录、什么不在名录里：接上任何大模型都不会超过它。RAG 是 llama-index 的 VectorStoreIndex，512 词元一块，向量模型与本产品相同；
“向量”“混合”是本产品自己的检索，不作判定；china-law-mcp 只比法律条文题。</p>"""


def _cards(result: dict[str, Any]) -> str:
    exact = result["citations"][-1]
    cards = [("引文一字不差", f"{exact['exact']:.1%}", f"{exact['quotes']}处引文")]
    if "compared" in result:
        ours, rag = result["compared"]["lines"][0], result["compared"]["wrong_ratio"].get("RAG")
        cards = [("未看半：对", f"{ours['right']['value']:.1%}", printing.percent(ours["right"])),
                 ("未看半：错或无依据", f"{ours['wrong']['value']:.1%}", printing.percent(ours["wrong"])),
                 *([("普通 RAG 错的倍数", f"{rag['value']:.1f}", f"{rag['low']:.1f}–{rag['high']:.1f}")] if rag else []), *cards]
    return "<div class=cards>" + "".join(f"<div class=card>{t}<b>{v}</b><small>{s}</small></div>" for t, v, s in cards) + "</div>"


def _conditions(result: dict[str, Any]) -> list[str]:
    tables = printing.markdown({**{k: v for k, v in result.items() if k not in ("compared",)}}).split("\n\n")
    return [tables[n + 1] for n, part in enumerate(tables) if part in ("**有条件与拒答**", "**引用**")]


def _by_set(result: dict[str, Any]) -> str:
    return _tabled(printing.table(["题集", "方法", "对", "错或无依据", "未答"], (
        [NAMES.get(x["set"], x["set"]), x["system"], *(printing.percent(x[k]) for k in ("right", "wrong", "unanswered"))]
        for x in result["compared"]["lines"] if x["set"] != "全部")))


def kind_of(o: Outcome) -> str:
    """The kind of a failure: wrong, unanswered, or right but for a mark."""
    return {"wrong": "错", "unanswered": "未答或多问"}.get(o.verdict, "对，分项不符")


def _counts(outcomes: list[Outcome]) -> dict[str, dict[str, int]]:
    return {f"{NAMES[name]}（{half}）": dict(Counter(kind_of(o) for o in outcomes if o.set == name and o.split == key and o.failed))
            for name in NAMES for key, half in (("dev", "开发半"), ("test", "未看半")) if any(o.set == name and o.split == key for o in outcomes)}


def _failures(outcomes: list[Outcome], open_test: bool) -> list[str]:
    parts = []
    for name, title in NAMES.items():
        shown = [o for o in outcomes if o.set == name and o.failed and (o.split == "dev" or open_test)]
        closed = Counter(f"{o.id} {kind_of(o)}" for o in outcomes if o.set == name and o.failed and o.split == "test" and not open_test)
        rows = "".join(f"<tr><td>{_text(o.id)}<td>{kind_of(o)}<td>{_text(o.question)}<td>{_text(o.gold)}<td>{_text(o.got)}<td>{_trace(o)}" for o in shown)
        if shown:
            parts.append(f"<details><summary>{title}：{len(shown)}种问法</summary><div class=wide><table><tr><th>题<th>种类<th>问法<th>应为<th>实为"
                         f"<th>过程{rows}</table></div></details>")
        if closed:
            parts.append(f"<details><summary>{title}（未看半）：{sum(closed.values())}种问法，只列题号</summary><p class=note>"
                         + "，".join(f"{k}×{n}" if n > 1 else k for k, n in closed.items()) + "</p></details>")
    return parts


def _trace(o: Outcome) -> str:
    return "<br>".join(map(_text, o.trace))


def _section(title: str, *parts: str) -> str:
    return f"<h2>{title}</h2>{''.join(parts)}"


def _tabled(markdown: str) -> str:
    """A Markdown table as HTML."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if line.startswith("|") and "---" not in line]
    head = "".join(f"<th>{_text(c)}" for c in rows[0])
    return f"<div class=wide><table><tr>{head}" + "".join("<tr>" + "".join(f"<td>{_text(c)}" for c in row) for row in rows[1:]) + "</table></div>"


def _text(value: str) -> str:
    return html.escape(str(value))
