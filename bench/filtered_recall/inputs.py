"""The pinned inputs: clustered unit vectors, Zipf labels, and the cells that are asked.

Every label has a direction of its own and topics around it, so that a mask and a question are correlated
as they are in a library: who may see a department's papers asks about them, or about another's. Forty
topics are 500 near-duplicates each: a form that was filed again and again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from avouch.records import Mask, Vectors

SEED = 20_260
ROWS, DIMENSIONS, LABELS, TOPICS = 200_000, 384, 2_000, 6_000
COPIED_TOPICS, COPIES = 40, 500
QUERIES = 200
Labels = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Cell:
    """What is visible, and what is asked: queries are float32 (QUERIES, DIMENSIONS), unit norm."""

    name: str
    allowed: list[int]
    queries: Vectors
    mask: Mask

    @property
    def share(self) -> float:
        return float(self.mask.mean())


def unit(vectors: npt.NDArray[np.float64] | Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def around(draw: np.random.Generator, centres: Vectors, width: float) -> Vectors:
    """One unit vector near each centre; ``width`` is the length of the noise added."""
    noise = draw.standard_normal(centres.shape, np.float32) * np.float32(width / np.sqrt(DIMENSIONS))
    return unit(centres + noise)


def corpus(draw: np.random.Generator) -> tuple[Vectors, Labels, npt.NDArray[np.int64]]:
    """Vectors (ROWS, DIMENSIONS), the label of each row, and the first rows of the copied topics."""
    weight = 1 / np.arange(1, LABELS + 1)
    labels = draw.choice(LABELS, ROWS, p=weight / weight.sum()).astype(np.int32)
    directions = unit(draw.standard_normal((LABELS, DIMENSIONS)))
    label_of_topic = np.concatenate([np.arange(LABELS), draw.choice(LABELS, TOPICS - LABELS, p=weight / weight.sum())])
    topics = around(draw, directions[label_of_topic], 0.9)
    order = np.argsort(label_of_topic, kind="stable")
    starts = np.searchsorted(label_of_topic[order], np.arange(LABELS + 1))
    pick = starts[labels] + (draw.random(ROWS) * (starts[labels + 1] - starts[labels])).astype(np.int64)
    vectors = around(draw, topics[order[pick]], 0.8)
    firsts = np.arange(COPIED_TOPICS) * (ROWS // COPIED_TOPICS)
    for first in firsts:
        rows = np.arange(first, first + COPIES)
        vectors[rows] = around(draw, np.repeat(vectors[first : first + 1], COPIES, axis=0), 0.02)
        labels[rows] = draw.choice(LABELS, COPIES, p=weight / weight.sum())
    return vectors, labels, firsts


def labels_of_share(draw: np.random.Generator, labels: Labels, share: float, without: int = -1) -> list[int]:
    """Labels in random order that together hold about so much of all rows."""
    counts = np.bincount(labels, minlength=LABELS)
    chosen: list[int] = []
    left = share * ROWS
    for label in draw.permutation(LABELS).tolist():
        if label != without and counts[label] <= left * 1.02:
            chosen.append(label)
            left -= counts[label]
    return sorted(chosen)


def make() -> tuple[Vectors, Labels, list[Cell]]:
    """The same vectors, labels and cells each time."""
    draw = np.random.default_rng(SEED)
    vectors, labels, firsts = corpus(draw)

    def cell(name: str, allowed: list[int], near: npt.NDArray[np.int64], width: float = 0.5) -> Cell:
        about = vectors[draw.choice(near, QUERIES)]
        return Cell(name, allowed, around(draw, about, width), np.isin(labels, allowed))

    every = list(range(LABELS))
    cells = [cell("100 %", every, np.arange(ROWS))]
    for name, share in (("30 %", 0.3), ("3 %", 0.03), ("0.3 %", 0.003)):
        allowed = labels_of_share(draw, labels, share)
        cells.append(cell(name, allowed, np.flatnonzero(np.isin(labels, allowed))))
    asked = 3  # one of the largest departments
    others = labels_of_share(draw, labels, 0.026, without=asked)
    cells.append(cell("anti-correlated", others, np.flatnonzero(labels == asked)))
    cells.append(cell("near-duplicates", every, firsts))
    return vectors, labels, cells


def write(folder: Path, vectors: Vectors, labels: Labels, cells: list[Cell]) -> None:
    """The inputs as the peer programs read them."""
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "labels.npy", labels)
    told = []
    for number, cell in enumerate(cells):
        np.save(folder / f"queries{number}.npy", cell.queries)
        told.append({"name": cell.name, "allowed_labels": cell.allowed, "queries": f"queries{number}.npy"})
    (folder / "cells.json").write_text(json.dumps(told))
