"""What did training change? A low-rank difference of each matrix, with the changed biases and norms, in fp16.

Four bits lose the whole gain of training and a full copy would weigh 85 MB; a difference of rank 16 keeps it in under
4 MB, so that is what ships, and the encoder is put together from it and the bundled weights at set-up.
"""

from pathlib import Path

import numpy as np

from kb.settings import CORPUS

FILE = CORPUS / "encoder" / "difference.npz"


def write_difference(change: dict[str, np.ndarray], rank: int, path: Path = FILE) -> int:
    """Write the best rank-`rank` approximation of each matrix's change; returns the file's size in bytes."""
    stored: dict[str, np.ndarray] = {}
    for name, delta in change.items():
        if delta.ndim == 2:
            left, strength, right = np.linalg.svd(delta.astype(np.float32), full_matrices=False)
            root = np.sqrt(strength[:rank])
            stored[name + "|left"] = (left[:, :rank] * root).astype(np.float16)
            stored[name + "|right"] = (root[:, None] * right[:rank]).astype(np.float16)
        else:
            stored[name] = delta.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **stored)  # type: ignore[arg-type]
    return path.stat().st_size


def apply_difference(tensors: dict[str, np.ndarray], path: Path = FILE) -> dict[str, np.ndarray]:
    """The tensors with the difference added; those it does not name stay as they are."""
    changed = dict(tensors)
    with np.load(path) as stored:
        for key in stored.files:
            name, _, side = key.partition("|")
            if not side:
                changed[name] = tensors[name] + stored[key].astype(np.float32)
            elif side == "left":
                left, right = stored[key].astype(np.float32), stored[name + "|right"].astype(np.float32)
                changed[name] = tensors[name] + left @ right
    return changed
