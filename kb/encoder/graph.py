"""The encoder as an ONNX graph: token ids and mask in, normalised sentence vectors out.

BERT with mean pooling, in standard operators. Word vectors are rows of int8 with one scale each; the matrices are
quantised afterwards (`kb.encoder.build`).
"""

from typing import Any

import numpy as np

from kb.encoder.weights import Weights

OPSET = 17


def encoder_graph(weights: Weights) -> Any:
    """An onnx ModelProto: input_ids, attention_mask (batch × length, int64) → vectors (batch × hidden, fp32)."""
    import onnx
    from onnx import TensorProto, helper

    g = _Graph(weights)
    hidden = g.embeddings()
    mask = g.additive_mask()
    for layer in range(weights.layers):
        hidden = g.layer(f"encoder.layer.{layer}.", hidden, mask)
    g.pooled(hidden)
    ids, attention = (helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
                      for name in ("input_ids", "attention_mask"))
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", weights.hidden])
    graph = helper.make_graph(g.nodes, "encoder", [ids, attention], [vectors], g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(model)
    return model


class _Graph:
    """Nodes and constants as they come, in order."""

    def __init__(self, weights: Weights):
        self.w = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.head = weights.hidden // weights.heads

    def embeddings(self) -> str:
        table = self.w.tensors["embeddings.word_embeddings.weight"]
        scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
        codes = self.op("Gather", [self.constant("words", np.round(table / scale).astype(np.int8)), "input_ids"])
        word = self.op("Mul", [self.op("Cast", [codes], to=1),
                               self.op("Gather", [self.constant("word_scales", scale.astype(np.float32)), "input_ids"])])
        positions = (self.w.tensors["embeddings.position_embeddings.weight"]
                     + self.w.tensors["embeddings.token_type_embeddings.weight"][0])
        length = self.op("Slice", [self.op("Shape", ["input_ids"]), self.constant("one", np.array([1], np.int64)),
                                   self.constant("two", np.array([2], np.int64))])
        place = self.op("Slice", [self.constant("positions", positions.astype(np.float32)),
                                  self.constant("zero", np.array([0], np.int64)), length])
        return self.norm("embeddings.LayerNorm.", self.op("Add", [word, place]))

    def additive_mask(self) -> str:
        """0 where a token stands, a large negative number where padding does: (batch, 1, 1, length)."""
        mask = self.op("Cast", [self.op("Unsqueeze", ["attention_mask", self.constant("axes12", np.array([1, 2]))])], to=1)
        absent = self.op("Sub", [mask, self.constant("unit", np.array(1, np.float32))])
        return self.op("Mul", [absent, self.constant("large", np.array(10000, np.float32))])

    def layer(self, prefix: str, hidden: str, mask: str) -> str:
        at = prefix + "attention."
        query, key, value = (self.linear(f"{at}self.{name}.", hidden) for name in ("query", "key", "value"))
        query, value = self.heads(query, [0, 2, 1, 3]), self.heads(value, [0, 2, 1, 3])
        key = self.heads(key, [0, 2, 3, 1])
        root = self.constant("root", np.array(1 / np.sqrt(self.head), np.float32))
        scores = self.op("Add", [self.op("Mul", [self.op("MatMul", [query, key]), root]), mask])
        context = self.op("MatMul", [self.op("Softmax", [scores], axis=-1), value])
        context = self.op("Reshape", [self.op("Transpose", [context], perm=[0, 2, 1, 3]),
                                      self.constant("flat", np.array([0, 0, self.w.hidden]))])
        hidden = self.norm(at + "output.LayerNorm.", self.op("Add", [self.linear(at + "output.dense.", context), hidden]))
        wide = self.gelu(self.linear(prefix + "intermediate.dense.", hidden))
        return self.norm(prefix + "output.LayerNorm.", self.op("Add", [self.linear(prefix + "output.dense.", wide), hidden]))

    def pooled(self, hidden: str) -> None:
        weight = self.op("Cast", [self.op("Unsqueeze", ["attention_mask", self.constant("axis2", np.array([2]))])], to=1)
        axis = self.constant("axis1", np.array([1]))
        total = self.op("ReduceSum", [self.op("Mul", [hidden, weight]), axis], keepdims=0)
        self.nodes.append(self._node("LpNormalization", [total], "vectors", axis=-1, p=2))

    def linear(self, prefix: str, x: str) -> str:
        weight = self.constant(prefix + "weight", self.w.tensors[prefix + "weight"].T.copy())
        return self.op("Add", [self.op("MatMul", [x, weight]), self.constant(prefix + "bias", self.w.tensors[prefix + "bias"])])

    def heads(self, x: str, order: list[int]) -> str:
        shape = self.constant("split", np.array([0, 0, self.w.heads, self.head]))
        return self.op("Transpose", [self.op("Reshape", [x, shape])], perm=order)

    def norm(self, prefix: str, x: str) -> str:
        names = [self.constant(prefix + part, self.w.tensors[prefix + part]) for part in ("weight", "bias")]
        return self.op("LayerNormalization", [x, *names], axis=-1, epsilon=float(self.w.epsilon))

    def gelu(self, x: str) -> str:
        """x · ½ · (1 + erf(x / √2)), in the shape runtimes recognise."""
        erf = self.op("Erf", [self.op("Div", [x, self.constant("sqrt2", np.array(np.sqrt(2), np.float32))])])
        inner = self.op("Mul", [x, self.op("Add", [erf, self.constant("unit", np.array(1, np.float32))])])
        return self.op("Mul", [inner, self.constant("half", np.array(0.5, np.float32))])

    def op(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(self._node(kind, inputs, name, **attributes))
        return name

    def constant(self, name: str, values: np.ndarray) -> str:
        from onnx import numpy_helper

        if name not in {c.name for c in self.constants}:
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    @staticmethod
    def _node(kind: str, inputs: list[str], output: str, **attributes: Any) -> Any:
        from onnx import helper

        return helper.make_node(kind, inputs, [output], name=output, **attributes)
