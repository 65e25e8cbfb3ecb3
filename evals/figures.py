"""From outcomes to figures: by set and half, by condition, citations, wordings; each share with its interval."""

import statistics
from collections import defaultdict
from typing import Any

from evals.intervals import share
from evals.outcome import Outcome

NAMES = {"eia": "环评文件", "catalogue": "目录类别", "duties": "部门职责", "passages": "条文", "refusals": "拒答", "premises": "错误前提",
         "temporal": "时点"}
Figures = dict[str, Any]


def by_set(outcomes: list[Outcome]) -> list[Figures]:
    """One line a set and half: right, wrong, unanswered, each mark, agreement of wordings, median milliseconds."""
    lines = []
    for (name, half), held in _groups(outcomes, lambda o: (o.set, o.split)).items():
        ids = [o.id for o in held]
        lines.append({"set": name, "title": NAMES[name], "split": half, "questions": len(set(ids)), "wordings": len(held),
                      **{v: share(ids, [o.verdict == v for o in held]) for v in ("right", "wrong", "unanswered")},
                      "marks": {m: share(ids, [o.marks[m] for o in held]) for m in held[0].marks},
                      "stable": _stable(held), "ms": statistics.median(o.ms for o in held)})
    return lines


def by_kind(outcomes: list[Outcome]) -> list[Figures]:
    """One line a set, half and group (gold document, class, kind of passage …)."""
    return [{"title": NAMES[name], "split": half, "kind": kind, "wordings": len(held),
             **{v: share([o.id for o in held], [o.verdict == v for o in held]) for v in ("right", "wrong", "unanswered")}}
            for (name, half, kind), held in sorted(_groups(outcomes, lambda o: (o.set, o.split, o.kind)).items())]


def conditions(outcomes: list[Outcome]) -> list[Figures]:
    """Conditional where due, over-asking, refusal precision and recall, by half."""
    lines = []
    for half in ("dev", "test"):
        decided = [o for o in outcomes if o.split == half and o.set in ("eia", "catalogue")]
        declinable = [o for o in outcomes if o.split == half and (o.set in ("refusals", "passages") or o.set == "duties")]
        declined = [o for o in declinable if _declines(o)]
        must = [o for o in declinable if o.must_decline]
        for title, held, hits in (
                ("应当有条件时有条件地答", due := [o for o in decided if o.due], [o.conditional for o in due]),
                ("不必问而问（多问）", sure := [o for o in decided if not o.due], [o.verdict == "unanswered" for o in sure]),
                ("拒答的精确率", declined, [o.must_decline for o in declined]), ("拒答的召回率", must, [_declines(o) for o in must])):
            if held:
                lines.append({"title": title, "split": half, **share([f"{o.set}{o.id}" for o in held], hits)})
    return lines


def citations(outcomes: list[Outcome]) -> list[Figures]:
    """Citation precision and recall and the verbatim rate, by set, and over all."""
    lines = []
    for title, held in [*((NAMES[name], [o for o in outcomes if o.set == name]) for name in NAMES), ("全部", outcomes)]:
        total = {k: sum(o.cites.get(k, 0) for o in held) for k in ("need", "have", "cites", "support", "quotes", "verbatim")}
        if held and total["cites"]:
            lines.append({"title": title, **total, "recall": total["have"] / max(1, total["need"]),
                          "precision": total["support"] / total["cites"], "exact": total["verbatim"] / max(1, total["quotes"])})
    return lines


def _declines(o: Outcome) -> bool:
    return o.declined if o.set != "refusals" else o.declined or (o.must_decline and o.verdict == "right")


def _stable(held: list[Outcome]) -> Figures | None:
    """Of the questions asked in several wordings, the share whose results agree."""
    by_id: dict[str, list[str]] = defaultdict(list)
    for o in held:
        if o.same:
            by_id[o.id].append(o.same)
    several = {k: v for k, v in by_id.items() if len(v) > 1}
    return share(list(several), [len(set(v)) == 1 for v in several.values()]) if several else None


def _groups(outcomes: list[Outcome], key: Any) -> dict[Any, list[Outcome]]:
    found: dict[Any, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        found[key(o)].append(o)
    return dict(sorted(found.items()))
