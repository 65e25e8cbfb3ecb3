"""The figures as Markdown tables, for the terminal and the README."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

README = Path(__file__).parents[1] / "README.md"
HALVES = {"dev": "开发半", "test": "未看半"}


def markdown(result: dict[str, Any]) -> str:
    """Every table of a run, with the machine and the time it took."""
    made = result["made"]
    parts = [f"{made['machine']}；{made['questions']}题、{made['wordings']}种问法，用时{made['seconds']}秒；括号内为95%区间。",
             "**判定**", by_set(result), "**有条件与拒答**",
             table(["项目", "半", "比例", "问法"], ([c["title"], HALVES[c["split"]], percent(c), c["n"]] for c in result["conditions"])),
             "**引用**", table(["题集", "该有引用的句子有引用", "引用支持句子", "引文一字不差", "引文数"],
                              ([c["title"], f"{c['recall']:.1%}", f"{c['precision']:.1%}", f"{c['exact']:.1%}", c["quotes"]] for c in result["citations"]))]
    if "compared" in result:
        parts += ["**与对照方法比（未看半）**", compared(result), "**检索**", retrieval(result), "**用时（逐题，毫秒）**",
                  table(["方法", "中位", "95%"], ([n, f"{t['p50']:.0f}", f"{t['p95']:.0f}"] for n, t in result["latency"].items()))]
    return "\n\n".join(parts)


def by_set(result: dict[str, Any]) -> str:
    return table(["题集", "半", "问法", "对", "错", "未答", "分项", "问法一致", "中位毫秒"],
                 ([s["title"], HALVES[s["split"]], s["wordings"], percent(s["right"]), percent(s["wrong"]), percent(s["unanswered"]),
                   "，".join(f"{m}{v['value']:.1%}" for m, v in s["marks"].items()), percent(s["stable"]) if s["stable"] else "—", f"{s['ms']:.0f}"]
                  for s in result["sets"]))


def compared(result: dict[str, Any]) -> str:
    lines = [line for line in result["compared"]["lines"] if line["set"] == "全部"]
    ratios = result["compared"]["wrong_ratio"]
    return table(["方法", "对", "错或无依据", "未答", "错的倍数", "完美读者上限（前1／前5段）"],
                 ([n["system"], percent(n["right"]), percent(n["wrong"]), percent(n["unanswered"]),
                   times(ratios[n["system"]]) if n["system"] in ratios else "1",
                   "／".join(f"{b['value']:.1%}" for b in n["bound"].values()) if "bound" in n else "—"] for n in lines))


def retrieval(result: dict[str, Any]) -> str:
    columns = ("R@1", "R@5", "R@10", "MRR", "nDCG@10")
    return table(["半", "种类", "方法", "题数", *columns],
                 ([HALVES[r["split"]], r["kind"], r["system"], r["n"], *(f"{r[c]:.3f}" for c in columns)]
                  for r in result["retrieval"] if r["kind"] in ("全部", "statute")))


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [head, ["---"] * len(head), *rows])


def percent(s: dict[str, float]) -> str:
    """81.9% (74.1–88.9)"""
    return f"{s['value']:.1%} ({s['low'] * 100:.1f}–{s['high'] * 100:.1f})"


def times(r: dict[str, float]) -> str:
    """9.3 (6.1–14.8)"""
    return f"{r['value']:.1f} ({r['low']:.1f}–{r['high']:.1f})"


def summary(result: dict[str, Any]) -> str:
    """The figures that stand in the README: verdicts by set and half, the baselines, citations and latency in a line each."""
    parts = [table(["题集", "半", "问法", "对", "错", "未答", "问法一致"],
                   ([s["title"], HALVES[s["split"]], s["wordings"], percent(s["right"]), f"{s['wrong']['value']:.1%}", f"{s['unanswered']['value']:.1%}",
                     f"{s['stable']['value']:.1%}" if s["stable"] else "—"] for s in result["sets"]))]
    if "compared" in result:
        parts.append(compared(result))
        parts.append("；".join(f"{n} 中位 {t['p50']:.0f} 毫秒" for n, t in result["latency"].items()) + "（对照方法只检索不作答）。")
    whole = result["citations"][-1]
    parts.append(f"{whole['quotes']}处引文一字不差 {whole['exact']:.1%}；引用支持句子 {whole['precision']:.1%}；该有引用的句子有引用 {whole['recall']:.1%}。"
                 f"{result['made']['machine']}，用时{result['made']['seconds']}秒。")
    return "\n\n".join(parts)


def into(path: Path, name: str, text: str) -> None:
    """Replace what stands between <!-- name --> and <!-- /name --> in a file."""
    whole = path.read_text(encoding="utf-8")
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = whole.split(opening, 1)
    path.write_text(f"{before}{opening}\n{text}\n{closing}{rest.split(closing, 1)[1]}", encoding="utf-8")
