"""The detector's weights: one hidden layer over dense features, a linear map over hashed ones; and their file."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from avouch.canon import digest
from avouch.errors import AvouchError, Code
from avouch.guard.cues import NAMES
from avouch.guard.features import SLOTS, Indices
from avouch.records import Vectors

DENSE = 2 * len(NAMES) + 3
_FIELDS = ("hashed", "inner", "inner_bias", "outer", "outer_bias")


@dataclass(frozen=True, slots=True)
class Layer:
    """Logits of windows. ``hashed`` (SLOTS,); ``inner`` (d, h), its bias and ``outer`` (h,), ``outer_bias`` (1,)."""

    hashed: Vectors
    inner: Vectors
    inner_bias: Vectors
    outer: Vectors
    outer_bias: Vectors

    def logits(self, slots: Sequence[Indices], dense: Vectors) -> Vectors:
        """float32 (n,) of n windows; ``dense`` is (n, d)."""
        sizes = np.array([len(one) for one in slots], np.int64)
        owner = np.repeat(np.arange(len(slots)), sizes)
        flat = self.hashed[np.concatenate(slots)] if len(slots) else np.empty(0, np.float32)
        words = np.bincount(owner, flat, minlength=len(slots)) / np.sqrt(np.maximum(sizes, 1))
        hidden = np.maximum(dense @ self.inner + self.inner_bias, 0)
        return np.asarray(hidden @ self.outer + self.outer_bias + words, np.float32)


@dataclass(frozen=True, slots=True)
class Weights:
    """Layers by name with their thresholds (logits), and the digest of the embedder that they were made with."""

    layers: dict[str, Layer]
    thresholds: dict[str, float]
    embedder: str
    digest: str


def pack(layers: dict[str, Layer], thresholds: dict[str, float], embedder: str) -> bytes:
    """The file: a plain ``.npz`` of 8-bit and 16-bit arrays without pickles; the same bytes for the same weights."""
    arrays: dict[str, npt.NDArray[Any]] = {"embedder": np.frombuffer(embedder.encode(), np.uint8)}
    for name, layer in layers.items():
        for field in _FIELDS:
            arrays[f"{name}.{field}"] = getattr(layer, field).astype(np.float16)
        step = float(np.abs(layer.hashed).max()) / 127 or 1.0
        arrays[f"{name}.hashed"] = np.round(layer.hashed / step).astype(np.int8)
        arrays[f"{name}.step"] = np.array([step], np.float32)
        arrays[f"{name}.threshold"] = np.array([thresholds[name]], np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack(data: bytes) -> Weights:
    """The weights of a file's bytes; MODEL_INVALID where they are not such a file, or do not fit this code."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as read:
            arrays = {name: read[name] for name in read.files}
        names = sorted({name.partition(".")[0] for name in arrays if name.endswith(".hashed")})
        layers = {name: _layer(arrays, name) for name in names}
        thresholds = {name: float(arrays[f"{name}.threshold"][0]) for name in names}
        embedder = arrays["embedder"].tobytes().decode()
    except (ValueError, KeyError, OSError, EOFError, IndexError, BadZipFile, zlib.error) as error:
        raise AvouchError(Code.MODEL_INVALID, f"the guard's weights: {type(error).__name__}") from error
    return Weights(layers, thresholds, embedder, digest(data))


def _layer(arrays: dict[str, npt.NDArray[Any]], name: str) -> Layer:
    parts = [arrays[f"{name}.{field}"].astype(np.float32) for field in _FIELDS]
    layer = Layer(parts[0] * arrays[f"{name}.step"][0], *parts[1:])
    inner, hidden = layer.inner.shape
    if layer.hashed.shape != (SLOTS,) or inner < DENSE or layer.outer.shape != (hidden,):
        raise ValueError("shapes")
    if not all(np.isfinite(part).all() for part in parts):
        raise ValueError("not finite")
    return layer
