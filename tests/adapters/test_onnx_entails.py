"""A cross-encoder from a folder, with a tiny model that the test makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.nli import made

from avouch.adapters.onnx_entails import open_entails
from avouch.claims.check import check
from avouch.claims.lexicon import Lexicon
from avouch.errors import AvouchError, Code
from avouch.records import Verdict


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
