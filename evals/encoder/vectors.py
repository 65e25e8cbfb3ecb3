"""Make the vectors that ship: python -m evals.encoder.vectors. Every passage of the shipped corpus, by the model in use.

Run after the texts, the passages or the encoder changed, on an indexed library; older files of other models are removed.
"""

from pathlib import Path

import numpy as np

from kb.embedding import embedding
from kb.settings import CORPUS, settings
from kb.store import Store
from kb.vectors import write_shipped


def main() -> None:
    """Compute in order of length (padding costs most of the time) and write."""
    model = embedding(settings().embedding, settings().home)
    assert model is not None
    texts = {text_hash: text for *_, text, text_hash in Store(settings().database).passages()}
    keys = sorted(texts, key=lambda key: (len(texts[key]), key))
    vectors = np.array(model.get_text_embedding_batch([texts[key] for key in keys], show_progress=True), dtype=np.float32)
    path: Path = write_shipped(model.model_name, keys, vectors)
    for older in CORPUS.glob("vectors-*.npz"):
        if older != path:
            older.unlink()
    print(f"{path.name}：{len(keys)}条，{path.stat().st_size / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
