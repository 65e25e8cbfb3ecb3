"""How surely does nearness in meaning name an entry? `python -m evals.meaning` → the weights of kb.eligibility_meaning, fitted, and
how many questions of evals/coverage.jsonl, two on every entry of the 2019 catalogue, get its class.

Fitted on the coverage questions and the looked-at half of the catalogue's, where a question names neither of the two nearest
entries in words that are known: is the nearest one meant? Logistic regression by Newton's method, a slight penalty.
"""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.sets import day, questions, wordings
from kb import eligibility_meaning as meaning
from kb.eligibility import CLOSEST, rules_of
from kb.eligibility_facts import Wording
from kb.engine import PolicyEngine

EDITION, PENALTY, STEPS, OWN = "catalogue-2019", 0.3, 60, 2.0  # OWN: weight of the looked-at questions, among which are products that no entry names


def examples(engine: PolicyEngine) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Measures, whether the nearest entry is the right one, weights: a row a wording."""
    entries, _ = rules_of(engine.store.revision, EDITION, engine.store)
    found, right, weights = list[tuple[float, ...]](), list[float](), list[float]()
    for question, golds, class_, weight in _asked():
        wording = Wording(question)
        near = engine.retriever.cosines(wording.text, EDITION)
        nearest = [i for i in sorted(near, key=lambda i: -near[i]) if i in entries]
        if any((c := wording.check(item)).state != "no" or c.silent for i in nearest[:CLOSEST] for item in entries[i][1]) or not entries[nearest[0]][1]:
            continue
        clause, items = entries[nearest[0]]
        item = max(items, key=wording.likeness)
        if wording.check(item, meant=True).state == "no":
            continue
        found.append(meaning.measures(wording, clause, item, near[nearest[0]], meaning.other_class(nearest, entries, near)))
        right.append(float(nearest[0] in golds or (class_ is not None and class_ == clause.fields["class"])))
        weights.append(weight)
    return np.array(found), np.array(right), np.array(weights)


def fit(measures: NDArray[np.float64], right: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights under which the measures best tell right from wrong."""
    fitted = np.zeros(measures.shape[1])
    free = np.r_[0.0, np.ones(len(fitted) - 1)]
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-measures @ fitted))
        slope = measures.T @ (weights * (likely - right)) + PENALTY * fitted * free
        curve = (measures * (weights * likely * (1 - likely))[:, None]).T @ measures + PENALTY * np.eye(len(fitted))
        fitted -= np.linalg.solve(curve, slope)
    return fitted


def coverage(engine: PolicyEngine) -> Counter[str]:
    """Of the questions that an entry takes those that get its class; of those it frees those that do not."""
    counted: Counter[str] = Counter()
    for row in questions("coverage"):
        eligibility = engine.ask(row["question"], day(row)).eligibility
        same = eligibility is not None and eligibility.class_ == row["class"]
        kind = row["class"] + ("" if row["state"] == "hit" else "之外")
        counted[kind] += same == (row["state"] == "hit")
        counted[f"{kind}共"] += 1
    return counted


def _asked() -> list[tuple[str, set[str], str | None, float]]:
    """The questions, the entries they speak of, the class where an entry takes them, and how much each counts."""
    own: list[tuple[str, set[str], str | None, float]] = [
        (row["question"], {row["item"]}, row["class"] if row["state"] == "hit" else None, 1.0) for row in questions("coverage")]
    looked: list[dict[str, Any]] = [r for r in questions("catalogue") if r["split"] == "dev" and r["as_of"] < "2024-02-01"]
    return own + [(w, {*row["items"], *(row.get("freed") or [])}, None, OWN) for row in looked for w in wordings(row)]


def main() -> None:
    engine = PolicyEngine()
    engine.warm()
    print("权重：" + "，".join(f"{w:.2f}" for w in fit(*examples(engine))))
    counted = coverage(engine)
    for kind in ("鼓励类", "限制类", "鼓励类之外", "限制类之外"):
        print(f"{kind}：{counted[kind]}/{counted[f'{kind}共']}")


if __name__ == "__main__":
    main()
