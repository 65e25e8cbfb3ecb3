"""Train the scope detector: python -m evals.encoder.scope. Which direction in the encoder's space tells the field?

A logistic regression over question vectors: the hand-written training questions are inside, `outside.jsonl` outside.
Written to corpus/encoder/scope.json under the encoder's name, with the figures on the part held out.
"""

import json
from pathlib import Path

import numpy as np

from evals.encoder.pairs import written_questions
from kb.embedding import embedding
from kb.scope import FILE
from kb.settings import settings

SEED, STRENGTH = 20261124, 30.0
LEAST_INSIDE = 0.995  # of the held-out questions of the field at least this share must stay inside


def main() -> None:
    """Fit, choose the bound on the held-out part, write."""
    from sklearn.linear_model import LogisticRegression

    model = embedding(settings().embedding, settings().home)
    assert model is not None
    outside = [json.loads(line)["question"] for line in
               (Path(__file__).parent / "outside.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [q for q, _ in written_questions()] + outside
    label = np.array([1] * (len(texts) - len(outside)) + [0] * len(outside))
    vectors = np.array([model.get_query_embedding(t) for t in texts])
    order = np.random.default_rng(SEED).permutation(len(texts))
    held, learn = order[: len(texts) // 5], order[len(texts) // 5:]
    fit = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000).fit(vectors[learn], label[learn])
    scores = vectors @ fit.coef_[0] + fit.intercept_[0]
    inside, out = np.sort(scores[held][label[held] == 1]), scores[held][label[held] == 0]
    bound = float(inside[int((1 - LEAST_INSIDE) * len(inside))])
    figures = {"held_out_inside": len(inside), "held_out_outside": len(out),
               "inside_kept": round(float((inside >= bound).mean()), 4), "outside_refused": round(float((out < bound).mean()), 4)}
    FILE.write_text(json.dumps({"model": model.model_name, "weights": [round(float(w), 5) for w in fit.coef_[0]],
                                "bias": round(float(fit.intercept_[0]), 5), "bound": round(bound, 4), **figures}) + "\n",
                    encoding="utf-8")
    print(figures)


if __name__ == "__main__":
    main()
