"""A BERT-family encoder as an ONNX graph (opset 20), from its configuration alone, without torch.

Source: Devlin et al. 2019 (BERT: absolute positions, post-layer normalisation, exact erf GELU).
The graph holds no weights: its initialisers are external and named as in the safetensors file, so the
caller passes exactly the weights that it has verified. It takes ``input_ids`` (batch, sequence), int64,
*without padding*: all sequences of a batch are of one length, so no attention mask is needed.
It gives ``last_hidden_state`` (batch, sequence, hidden), float32.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from avouch.errors import AvouchError, Code
from avouch.records import Vectors

GRAPH = "1"
"""Changes whenever the graph that is built changes: it is part of the name under which one is cached."""
OPSET, IR = 20, 10
WORDS = "embeddings.word_embeddings.weight"
LINEAR = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


@dataclass(frozen=True, slots=True)
class Bert:
    """The shape of one encoder. ``prefix`` stands before each tensor's name, such as ``bert.``."""

    layers: int
    heads: int
    hidden: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    prefix: str = ""


def read_config(config: Mapping[str, Any], names: Collection[str]) -> Bert:
    """The shape that ``config.json`` declares, for tensors of these names.

    MODEL_INVALID where a key is missing, or where the model is not a plain BERT encoder.
    """
    for key, wanted, default in (
        ("model_type", "bert", None),
        ("hidden_act", "gelu", None),
        ("position_embedding_type", "absolute", "absolute"),
    ):
        if config.get(key, default) != wanted:
            raise AvouchError(Code.MODEL_INVALID, f"config.json: {key} is {config.get(key)!r}, not {wanted!r}")
    prefix = next((name.removesuffix(WORDS) for name in sorted(names) if name.endswith(WORDS)), None)
    if prefix is None:
        raise AvouchError(Code.MODEL_INVALID, f"model.safetensors has no tensor {WORDS}")
    bert = Bert(
        layers=size(config, "num_hidden_layers"),
        heads=size(config, "num_attention_heads"),
        hidden=size(config, "hidden_size"),
        intermediate=size(config, "intermediate_size"),
        vocabulary=size(config, "vocab_size"),
        positions=size(config, "max_position_embeddings"),
        types=size(config, "type_vocab_size"),
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        prefix=prefix,
    )
    if bert.hidden % bert.heads:
        raise AvouchError(Code.MODEL_INVALID, "config.json: hidden_size is no multiple of num_attention_heads")
    return bert


def size(config: Mapping[str, Any], key: str) -> int:
    """A positive integer of ``config.json``; MODEL_INVALID where it is none."""
    value = config.get(key)
    if not isinstance(value, int) or value < 1:
        raise AvouchError(Code.MODEL_INVALID, f"config.json: {key} is {value!r}, not a positive integer")
    return value


def tensors(bert: Bert) -> dict[str, tuple[int, ...]]:
    """Name and shape of each tensor that the graph needs. Matrices are (outputs, inputs)."""
    hidden, wide = bert.hidden, bert.intermediate
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (bert.vocabulary, hidden),
        "embeddings.position_embeddings.weight": (bert.positions, hidden),
        "embeddings.token_type_embeddings.weight": (bert.types, hidden),
        "embeddings.LayerNorm.weight": (hidden,),
        "embeddings.LayerNorm.bias": (hidden,),
    }
    matrices = {"intermediate.dense": (wide, hidden), "output.dense": (hidden, wide)}
    for layer in range(bert.layers):
        here = f"encoder.layer.{layer}."
        for name in LINEAR:
            shape = matrices.get(name, (hidden, hidden))
            shapes[f"{here}{name}.weight"] = shape
            shapes[f"{here}{name}.bias"] = shape[:1]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"{here}{name}.weight"] = shapes[f"{here}{name}.bias"] = (hidden,)
    return {bert.prefix + name: shape for name, shape in shapes.items()}


class Drawing:
    """Nodes as they are added, each named after its only output."""

    def __init__(self, bert: Bert) -> None:
        from onnx import helper

        self.helper = helper
        self.bert = bert
        self.nodes: list[Any] = []

    def add(self, kind: str, *inputs: str, to: str = "", domain: str = "", **attributes: Any) -> str:
        """Add one node and return the name of its output."""
        output = to or f"{kind}_{len(self.nodes)}"
        self.nodes.append(self.helper.make_node(kind, inputs, [output], output, domain=domain, **attributes))
        return output

    def linear(self, x: str, name: str) -> str:
        """x·Wᵀ + b over rows; the kernel packs W once, so it need not be transposed in the file."""
        name = self.bert.prefix + name
        return self.add("Gemm", x, f"{name}.weight", f"{name}.bias", transB=1)

    def norm(self, x: str, name: str) -> str:
        name = self.bert.prefix + name
        weights = (f"{name}.weight", f"{name}.bias")
        return self.add("LayerNormalization", x, *weights, axis=-1, epsilon=self.bert.epsilon)

    def embed(self) -> str:
        """Word + position + first type, normalised: (batch, sequence, hidden)."""
        here = self.bert.prefix + "embeddings."
        length = self.add("Shape", "input_ids", start=1, end=2)
        position = self.add("Slice", f"{here}position_embeddings.weight", "from", length, "axis")
        first = self.add("Slice", f"{here}token_type_embeddings.weight", "from", "to", "axis")
        word = self.add("Gather", f"{here}word_embeddings.weight", "input_ids")
        return self.norm(self.add("Add", word, self.add("Add", position, first)), "embeddings.LayerNorm")

    def layer(self, x: str, shape: str, number: int) -> str:
        """One layer over rows (batch·sequence, hidden): only attention needs to know the sequences."""
        here = f"encoder.layer.{number}."
        parts = [self.linear(x, f"{here}attention.self.{part}") for part in ("query", "key", "value")]
        parts = [self.add("Reshape", part, shape) for part in parts]
        # ONNX Runtime's fused kernel: a fifth off the time of MatMul, Softmax and Transpose nodes
        mixed = self.add("MultiHeadAttention", *parts, domain="com.microsoft", num_heads=self.bert.heads)
        mixed = self.linear(self.add("Reshape", mixed, "rows"), f"{here}attention.output.dense")
        x = self.norm(self.add("Add", mixed, x), f"{here}attention.output.LayerNorm")
        wide = self.add("Gelu", self.linear(x, f"{here}intermediate.dense"))
        return self.norm(self.add("Add", self.linear(wide, f"{here}output.dense"), x), f"{here}output.LayerNorm")


def build_graph(bert: Bert) -> bytes:
    """The serialised ONNX model of this encoder (about 20 kB for six layers). It alone needs ``onnx``."""
    from onnx import TensorProto as Proto

    drawing = Drawing(bert)
    helper, embedded = drawing.helper, drawing.embed()
    shape = drawing.add("Shape", embedded)
    x = drawing.add("Reshape", embedded, "rows")
    for number in range(bert.layers):
        x = drawing.layer(x, shape, number)
    drawing.add("Reshape", x, shape, to="last_hidden_state")
    constants = {"from": [0], "to": [1], "axis": [0], "rows": [-1, bert.hidden]}
    held = [helper.make_tensor(name, Proto.INT64, [len(v)], v) for name, v in constants.items()]
    for name, dims in tensors(bert).items():
        weight = Proto(name=name, data_type=Proto.FLOAT, dims=dims, data_location=Proto.EXTERNAL)
        for key, value in (("location", "weights"), ("length", str(4 * prod(dims)))):
            weight.external_data.add(key=key, value=value)
        held.append(weight)
    ids = helper.make_tensor_value_info("input_ids", Proto.INT64, ["batch", "sequence"])
    axes = ["batch", "sequence", bert.hidden]
    hidden = helper.make_tensor_value_info("last_hidden_state", Proto.FLOAT, axes)
    graph = helper.make_graph(drawing.nodes, "bert", [ids], [hidden], held)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=IR).SerializeToString())


def load_weights(folder: Path, config: Mapping[str, Any]) -> tuple[Bert, dict[str, Vectors]]:
    """The encoder's shape and its tensors as float32, each checked for its shape."""
    path = folder / "model.safetensors"
    weights: dict[str, Vectors] = {}
    try:
        with safe_open(path, "np") as file:
            bert = read_config(config, file.keys())
            names = set(file.keys())
            for name, shape in tensors(bert).items():
                if name not in names:
                    raise AvouchError(Code.MODEL_INVALID, f"{path} has no tensor {name}")
                part = file.get_slice(name)
                if tuple(part.get_shape()) != shape or part.get_dtype() not in ("F32", "F16"):
                    found = f"{part.get_dtype()} {part.get_shape()}"
                    raise AvouchError(Code.MODEL_INVALID, f"{path}: {name} is {found}, not float {shape}")
                weights[name] = file.get_tensor(name).astype(np.float32, copy=False)
    except SafetensorError as error:
        raise AvouchError(Code.MODEL_INVALID, f"{path} is not a safetensors file") from error
    return bert, weights


def cached_graph(bert: Bert, path: Path) -> bytes:
    """The encoder's graph from ``path``; built and written there where it is not yet, or is damaged.

    The file is the graph's SHA-256 (32 bytes), then the graph: a changed one could open and still give other
    vectors under the digest of the right weights. Written beside and renamed: two processes may build at
    once, and none ever reads half a file.
    """
    kept = path.read_bytes() if path.is_file() else b""
    if sha256(kept[32:]).digest() == kept[:32]:
        return kept[32:]
    graph = build_graph(bert)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.stem, delete=False) as file:
        file.write(sha256(graph).digest() + graph)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    return graph
