"""The report's plots, as SVG with text left as text (no font is embedded; the reader's own Chinese font is used)."""

import io
import re
import warnings
from typing import Any

BLUE, RED, GREY, GREEN = "#2f6f8f", "#c0504d", "#b8bec4", "#5b8c5a"
VERDICTS = (("right", "对", GREEN), ("unanswered", "未答", GREY), ("wrong", "错或无依据", RED))


def against(lines: list[dict[str, Any]]) -> str:
    """Right, unanswered and wrong by system as stacked bars, the wrong share with its interval."""
    plt = _pyplot()
    figure, axis = plt.subplots(figsize=(8, 0.55 * len(lines) + 1))
    for n, line in enumerate(reversed(lines)):
        left = 0.0
        for key, label, colour in VERDICTS:
            width = line[key]["value"] * 100
            axis.barh(n, width, left=left, color=colour, label=label if n == 0 else None)
            if width > 4:
                axis.text(left + width / 2, n, f"{width:.0f}%", ha="center", va="center", color="white", fontsize=9)
            left += width
        wrong = line["wrong"]
        axis.errorbar(100 - wrong["value"] * 100, n + 0.28, xerr=[[(wrong["high"] - wrong["value"]) * 100], [(wrong["value"] - wrong["low"]) * 100]],
                      color="black", capsize=3, linewidth=1)
    axis.set_yticks(range(len(lines)), [line["system"] for line in reversed(lines)])
    axis.set_xlim(0, 100)
    axis.set_xlabel("占未看半问法的百分比（横线：错的95%区间）")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return _svg(figure)


def recall(lines: list[dict[str, Any]]) -> str:
    """R@1, R@5 and R@10 of each search."""
    plt = _pyplot()
    figure, axis = plt.subplots(figsize=(8, 3))
    systems = [line["system"] for line in lines]
    for k, (measure, colour) in enumerate((("R@1", BLUE), ("R@5", GREEN), ("R@10", GREY))):
        axis.bar([n + (k - 1) * 0.26 for n in range(len(systems))], [line[measure] * 100 for line in lines], 0.25, label=measure, color=colour)
    axis.set_xticks(range(len(systems)), systems)
    axis.set_ylim(0, 100)
    axis.set_ylabel("%")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return _svg(figure)


def failures(counts: dict[str, dict[str, int]]) -> str:
    """How many wordings failed, by set and kind of failure."""
    plt = _pyplot()
    figure, axis = plt.subplots(figsize=(8, 0.5 * len(counts) + 1))
    kinds = list(dict.fromkeys(k for held in counts.values() for k in held))
    for n, held in enumerate(reversed(counts.values())):
        left = 0
        for k in kinds:
            axis.barh(n, held.get(k, 0), left=left, color=RED if k == "错" else GREY if k.startswith("未答") else BLUE, label=k if n == 0 else None)
            left += held.get(k, 0)
    axis.set_yticks(range(len(counts)), list(reversed(counts)))
    axis.set_xlabel("问法数")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=4, frameon=False)
    return _svg(figure)


def growth(points: list[dict[str, Any]]) -> str:
    """Latency and memory as the library grows."""
    plt = _pyplot()
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    sizes = [p["clauses"] for p in points]
    for key, label, colour in (("p50", "中位", BLUE), ("p95", "95%", RED)):
        left.plot(sizes, [p[key] for p in points], "o-", label=label, color=colour)
    left.set_xscale("log")
    left.set_ylim(bottom=0)
    left.set_xlabel("条文数")
    left.set_ylabel("毫秒")
    left.legend(frameon=False)
    right.plot(sizes, [p["memory_mb"] for p in points], "o-", color=GREEN)
    right.set_xscale("log")
    right.set_ylim(bottom=0)
    right.set_xlabel("条文数")
    right.set_ylabel("内存 MB")
    figure.subplots_adjust(wspace=0.35)
    return _svg(figure)


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "zhengwen", "axes.spines.top": False, "axes.spines.right": False, "font.size": 10})
    return pyplot


def _svg(figure: Any) -> str:
    from matplotlib import pyplot

    out = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs are the reader's, not matplotlib's
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)
    svg = out.getvalue()[out.getvalue().index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    return re.sub(r"font-family: [^;\"]+|(?<=font: )(\d+px) [^;\"]+", lambda m: f"{m[1]} sans-serif" if m[1] else "font-family: sans-serif", svg)
