"""How sure is a share? Percentile bootstrap over questions (the wordings of one question stay together), seeded."""

from collections.abc import Sequence

import numpy as np

DRAWS, SEED, LEVEL = 1000, 20261124, 0.95


def share(ids: Sequence[str], hits: Sequence[bool]) -> dict[str, float]:
    """The share of hits with its 95% interval: value, low, high, n (questions' wordings)."""
    held = _grouped(ids, [hits])
    if not len(hits):
        return {"value": float("nan"), "low": float("nan"), "high": float("nan"), "n": 0}
    sums, sizes = held[0], held[-1]
    drawn = _draws(len(sizes))
    low, high = np.quantile(sums[drawn].sum(1) / sizes[drawn].sum(1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"value": float(sums.sum() / sizes.sum()), "low": float(low), "high": float(high), "n": len(hits)}


def ratio(ids: Sequence[str], above: Sequence[bool], below: Sequence[bool]) -> dict[str, float]:
    """How many times more often `above` than `below`, on the same questions, with its 95% interval (half a case added to each)."""
    a, b, sizes = _grouped(ids, [above, below])
    drawn = _draws(len(sizes))
    low, high = np.quantile((a[drawn].sum(1) + 0.5) / (b[drawn].sum(1) + 0.5), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"value": float((a.sum() + 0.5) / (b.sum() + 0.5)), "low": float(low), "high": float(high), "n": len(above)}


def _grouped(ids: Sequence[str], columns: Sequence[Sequence[bool]]) -> list[np.ndarray]:
    """By question the sum of each column, and last the number of wordings."""
    at = {key: n for n, key in enumerate(dict.fromkeys(ids))}
    where = np.array([at[key] for key in ids], dtype=int)
    return [np.bincount(where, weights=np.array(c, dtype=float), minlength=len(at)) for c in [*columns, [1.0] * len(ids)]]


def _draws(n: int) -> np.ndarray:
    return np.random.default_rng(SEED).integers(0, n, (DRAWS, n))
