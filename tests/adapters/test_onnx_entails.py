"""A cross-encoder from a folder, with a tiny model that the test makes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from avouch.adapters.onnx_entails import open_entails
from avouch.claims.check import check
from avouch.claims.lexicon import Lexicon
from avouch.errors import AvouchError, Code
from avouch.records import Verdict

WORDS = ["[UNK]", "[CLS]", "[SEP]", "yes", "no", "so", "relief", "ease"]


def made(folder: Path, labels: list[str]) -> Path:
    """Its logits are sums over tokens: *yes* entails, *no* contradicts, all else says nothing."""
    weights = np.zeros((len(WORDS), 3), np.float32)
    weights[WORDS.index("yes"), 0] = weights[WORDS.index("no"), 2] = 9.0
    weights[WORDS.index("so"), 1] = 0.1
    order = [["entailment", "neutral", "contradiction"].index(label) for label in labels]
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
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"id2label": {str(n): label for n, label in enumerate(labels)}, "max_position_embeddings": 16}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize(
    "labels", [["entailment", "neutral", "contradiction"], ["contradiction", "entailment", "neutral"]]
)
def test_probabilities_are_in_the_order_that_the_port_says(tmp_path: Path, labels: list[str]) -> None:
    entails = open_entails(made(tmp_path / "nli", labels))
    first, second, third = entails(["yes", "no", "so"], "relief")
    assert first[0] > 0.9 and second[2] > 0.9 and max(third) == third[1]
    assert all(abs(sum(one) - 1) < 1e-9 for one in (first, second, third))
    assert entails.digest.startswith("sha256:")


def test_a_long_premise_is_shortened_and_the_claim_is_not(tmp_path: Path) -> None:
    entails = open_entails(made(tmp_path / "nli", ["entailment", "neutral", "contradiction"]))
    ((told, _, against),) = entails(["so " * 100], "no")
    assert against > 0.9 > told


def test_it_fills_the_slot_of_the_check(tmp_path: Path) -> None:
    entails = open_entails(made(tmp_path / "nli", ["entailment", "neutral", "contradiction"]))
    thin, span = "Treatment gave relief.", "The medicine eased the ache, yes."
    assert check(thin, [span], [], Lexicon(), None).verdict is Verdict.UNSUPPORTED
    assert check(thin, [span], [], Lexicon(), None, entails).verdict is Verdict.SUPPORTED


def test_what_is_odd_is_named(tmp_path: Path) -> None:
    with pytest.raises(AvouchError) as missing:
        open_entails(tmp_path)
    assert missing.value.code is Code.MODEL_INVALID
    folder = made(tmp_path / "nli", ["entailment", "neutral", "contradiction"])
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}}))
    with pytest.raises(AvouchError, match="id2label"):
        open_entails(folder)
    made(tmp_path / "other", ["entailment", "neutral", "contradiction"])
    (tmp_path / "other" / "model.onnx").write_bytes(b"no model")
    with pytest.raises(AvouchError, match="cannot open"):
        open_entails(tmp_path / "other")
