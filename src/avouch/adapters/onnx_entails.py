"""Does a text entail a claim, or speak against it: a cross-encoder from a folder, on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from avouch.adapters.onnx_embedder import FAILURES, read_json
from avouch.canon import canonical, digest, file_digest
from avouch.errors import AvouchError, Code

LABELS = ("entail", "neutral", "contradict")
MAX_TOKENS = 512


class OnnxEntails:
    """Premises and one hypothesis to probabilities. Safe to share between threads. ``digest`` names the files."""

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, order: Sequence[int], named: str) -> None:
        self.digest = named
        self._session, self._tokenizer, self._order = session, tokenizer, list(order)
        self._inputs = frozenset(given.name for given in session.get_inputs())
        self._output = session.get_outputs()[0].name

    def __call__(self, premises: Sequence[str], hypothesis: str) -> list[tuple[float, float, float]]:
        """For each premise the probabilities that it entails the hypothesis, says nothing of it, contradicts it.

        What lies beyond the model's length of a premise is not seen. INPUT_INVALID for what is no Unicode text;
        MODEL_INVALID where the model fails.
        """
        return [self._one(premise, hypothesis) for premise in premises]

    def _one(self, premise: str, hypothesis: str) -> tuple[float, float, float]:
        try:
            pair = self._tokenizer.encode(premise, hypothesis)
        except TypeError as error:
            raise AvouchError(Code.INPUT_INVALID, "cannot judge what is no Unicode text") from error
        columns = {"input_ids": pair.ids, "attention_mask": pair.attention_mask, "token_type_ids": pair.type_ids}
        feed = {name: np.array([column], np.int64) for name, column in columns.items() if name in self._inputs}
        try:
            (logits,) = self._session.run([self._output], feed)
        except FAILURES as error:
            raise AvouchError(Code.MODEL_INVALID, f"the model failed on {len(pair.ids)} token ids") from error
        if np.shape(logits) != (1, len(LABELS)) or not np.isfinite(logits).all():
            raise AvouchError(Code.MODEL_INVALID, f"the model gives {np.shape(logits)} where (1, 3) numbers are due")
        raised = np.exp(np.float64(logits[0]) - np.max(logits))
        entails, neither, against = (float(raised[at] / raised.sum()) for at in self._order)
        return entails, neither, against


def open_entails(folder: Path, threads: int = 1) -> OnnxEntails:
    """Open the model in a folder: ``model.onnx`` (inputs ``input_ids`` and, where it has them, ``attention_mask``
    and ``token_type_ids``; first output (1, 3) logits), ``tokenizer.json``, and ``config.json`` whose ``id2label``
    names entailment, neutral and contradiction. MODEL_INVALID naming what is missing or odd.
    """
    names = ("model.onnx", "tokenizer.json", "config.json")
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise AvouchError(Code.MODEL_INVALID, f"{folder} has no {', no '.join(missing)}")
    config = read_json(folder / "config.json")
    order = label_order(config)
    tokenizer = open_pairs(folder / "tokenizer.json", config)
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    except FAILURES as error:
        raise AvouchError(Code.MODEL_INVALID, f"{folder}: ONNX Runtime cannot open the model") from error
    if "input_ids" not in {given.name for given in session.get_inputs()}:
        raise AvouchError(Code.MODEL_INVALID, f"{folder}: model.onnx lacks input_ids")
    parts = {path.name: file_digest(path) for path in sorted(folder.glob("model.onnx*"))}
    parts.update({name: file_digest(folder / name) for name in names[1:]})
    return OnnxEntails(session, tokenizer, order, digest(canonical({"files": parts})))


def label_order(config: Mapping[str, Any]) -> list[int]:
    """Which output is which of ``LABELS``; nothing is guessed where the model does not say."""
    told = config.get("id2label")
    found: dict[str, int] = {}
    for at, name in told.items() if isinstance(told, dict) else ():
        for label in LABELS:
            if isinstance(name, str) and name.lower().startswith(label) and str(at) in ("0", "1", "2"):
                found[label] = int(at)
    if sorted(found.values()) != [0, 1, 2]:
        raise AvouchError(Code.MODEL_INVALID, "config.json: id2label names no entailment, neutral and contradiction")
    return [found[label] for label in LABELS]


def open_pairs(path: Path, config: Mapping[str, Any]) -> Tokenizer:
    """The tokenizer without padding, that shortens the premise and never the claim."""
    limit = config.get("max_position_embeddings", MAX_TOKENS)
    if not isinstance(limit, int) or limit < 8:
        raise AvouchError(Code.MODEL_INVALID, f"config.json: max_position_embeddings is {limit!r}")
    try:
        tokenizer = Tokenizer.from_str(path.read_text("utf-8"))
    except Exception as error:  # tokenizers raises bare Exception
        raise AvouchError(Code.MODEL_INVALID, f"{path} is not a tokenizer") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(limit, MAX_TOKENS), strategy="only_first")
    return tokenizer
