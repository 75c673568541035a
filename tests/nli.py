"""A cross-encoder so small that a test makes it: what it reads depends on single words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

WORDS = ["[UNK]", "[CLS]", "[SEP]", "yes", "no", "so", "relief", "ease"]


LABELS = ("entailment", "neutral", "contradiction")


def made(folder: Path, labels: Sequence[str] = LABELS, against: str = "no") -> Path:
    """Its logits are sums over tokens: *yes* entails, ``against`` contradicts, all else says nothing."""
    words = list(dict.fromkeys([*WORDS, against]))
    weights = np.zeros((len(words), 3), np.float32)
    weights[words.index("yes"), 0] = weights[words.index(against), 2] = 9.0
    weights[words.index("so"), 1] = 0.1
    order = [LABELS.index(label) for label in labels]
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["each"]),
        helper.make_node("ReduceSum", ["each", "axis"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])],
        [
            helper.make_tensor("weights", TensorProto.FLOAT, weights.shape, weights[:, order].ravel().tolist()),
            helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir()
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"id2label": {str(n): label for n, label in enumerate(labels)}, "max_position_embeddings": 16}
    (folder / "config.json").write_text(json.dumps(config))
    return folder
