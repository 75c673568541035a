"""Fitting the detector: windows with labels to weights. numpy only, and the same weights from the same input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from avouch.guard.features import SLOTS, Indices
from avouch.guard.weights import Layer
from avouch.records import Vectors

HIDDEN, EPOCHS, BATCH, RATE = 48, 8, 256, 2e-3
KEEP_HASHED, KEEP_DENSE = 0.5, 0.8
DECAY = 1e-4


@dataclass(frozen=True, slots=True)
class Windows:
    """n windows: their hashed slots, dense features (n, d), labels 0 or 1 (n,), and how much each counts (n,)."""

    slots: Sequence[Indices]
    dense: Vectors
    labels: Vectors
    counts: Vectors


def fit(windows: Windows, seed: int = 0) -> Layer:
    """Logistic loss by Adam with dropout of inputs; batches in an order that the seed gives."""
    rng = np.random.default_rng(seed)
    n, d = windows.dense.shape
    values = [
        np.zeros(SLOTS, np.float32),
        (rng.standard_normal((d, HIDDEN)) * np.sqrt(2 / d)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (rng.standard_normal(HIDDEN) * np.sqrt(1 / HIDDEN)).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    first, second = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values]
    step, steps = 0, EPOCHS * -(-n // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(n)
        for start in range(0, n, BATCH):
            step += 1
            slopes = _slopes(values, windows, order[start : start + BATCH], rng)
            rate = RATE * (1 - (step - 1) / steps)
            for value, slope, a, b in zip(values, slopes, first, second, strict=True):
                a += 0.1 * (slope - a)
                b += 0.01 * (slope * slope - b)
                up = (a / (1 - 0.9**step)) / (np.sqrt(b / (1 - 0.99**step)) + 1e-8)
                value -= (rate * (up + (DECAY * 10 * value if value.ndim == 2 else 0))).astype(np.float32)
    return Layer(*values)


def _slopes(
    values: list[Vectors], windows: Windows, batch: npt.NDArray[np.int64], rng: np.random.Generator
) -> list[Vectors]:
    """The slope of the mean loss of a batch for each of the weights."""
    hashed, inner, inner_bias, outer, outer_bias = values
    rows = [windows.slots[i] for i in batch]
    sizes = np.array([len(row) for row in rows])
    flat, owner = np.concatenate(rows), np.repeat(np.arange(len(batch)), sizes)
    share = (rng.random(len(flat)) < KEEP_HASHED) / KEEP_HASHED / np.sqrt(np.maximum(sizes, 1))[owner]
    x = windows.dense[batch] * (rng.random((len(batch), windows.dense.shape[1])) < KEEP_DENSE) / np.float32(KEEP_DENSE)
    hidden = np.maximum(x @ inner + inner_bias, 0)
    logits = hidden @ outer + outer_bias[0] + np.bincount(owner, hashed[flat] * share, len(batch))
    miss = (1 / (1 + np.exp(-np.clip(logits, -30, 30))) - windows.labels[batch]) * windows.counts[batch] / len(batch)
    back = np.outer(miss, outer) * (hidden > 0)
    slopes = (
        np.bincount(flat, miss[owner] * share, SLOTS),
        x.T @ back,
        back.sum(axis=0),
        hidden.T @ miss,
        [miss.sum()],
    )
    return [np.asarray(slope, np.float32) for slope in slopes]
