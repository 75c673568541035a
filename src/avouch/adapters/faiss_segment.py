"""Segments of 8-bit codes, and the search in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

from avouch.ports import Part
from avouch.records import Mask, Vectors

SEGMENT = 1 << 15
WIDE_SHARE, SPARE, SPARE_ROWS = 0.2, 1.25, 16
Codes: TypeAlias = npt.NDArray[np.uint8]


class Segment:
    """An index that is not added to any more; the largest residual and the largest norm of its codes."""

    def __init__(self, index: Any, residual: float, longest: float) -> None:
        self.index, self.residual, self.longest = index, residual, longest

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def codes(self) -> Codes:
        """(rows, dimensions), a view."""
        view: Codes = faiss.rev_swig_ptr(self.index.codes.data(), len(self) * self.index.d)
        return view.reshape(-1, self.index.d)


class Asked(NamedTuple):
    """A search. ``query`` is in whole steps, (1, dimensions); ``unit`` turns products of steps into scores.

    ``length`` is the norm of the query, ``lost`` that of what rounding took from it. Where ``strict``, the
    k best of each segment are wanted, and not about as many.
    """

    query: Vectors
    unit: float
    length: float
    lost: float
    mask: Mask | None
    bits: Codes | None
    k: int
    strict: bool


def best(segments: tuple[Segment, ...], which: Sequence[int], asked: Asked) -> list[Part]:
    """The search in each segment in ``which``."""
    # One query never pays for faiss's own threads, and its team would spin on the others' cores.
    faiss.omp_set_num_threads(1)
    found = []
    for i in which:
        segment = segments[i]
        if asked.mask is None or asked.bits is None:
            found.append(inside(i, segment, asked, asked.k, None))
            continue
        window = asked.bits[i * SEGMENT // 8 : (i + 1) * SEGMENT // 8]
        share = int(np.bitwise_count(window).sum()) / len(segment)
        if share >= WIDE_SHARE and not asked.strict:
            found.append(across(i, segment, asked, asked.mask, share))
        elif share:
            found.append(inside(i, segment, asked, asked.k, window))
    return found


def inside(i: int, segment: Segment, asked: Asked, k: int, window: Codes | None) -> Part:
    """The k best of a segment within a bitmap."""
    chosen = None
    if window is not None:
        selector = faiss.IDSelectorBitmap(len(window), faiss.swig_ptr(window))
        chosen = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
    products, rows = segment.index.search(asked.query, min(k, len(segment)), params=chosen)
    real = int(np.count_nonzero(rows[0] >= 0))  # what is missing stands at the end, as -1
    scores = products[0][:real] * np.float32(asked.unit)
    floor = float(scores[-1]) if k == real < len(segment) else -np.inf
    bound = asked.length * segment.residual + asked.lost * segment.longest
    return Part(i, rows[0][:real] + i * SEGMENT, scores, floor, bound)


def across(i: int, segment: Segment, asked: Asked, mask: Mask, share: float) -> Part:
    """About the k best visible rows of a segment: the best of all rows, then those that the mask lets through.

    Skipping rows one by one costs more than comparing them, unless the mask is narrow.
    """
    every = inside(i, segment, asked, int(SPARE * asked.k / share) + SPARE_ROWS, None)
    known = every.rows < len(mask)
    rows, scores = every.rows[known], every.scores[known]
    visible = mask[rows]
    return every._replace(rows=rows[visible], scores=scores[visible])


def length(segments: tuple[Segment, ...]) -> int:
    return (len(segments) - 1) * SEGMENT + len(segments[-1]) if segments else 0


def cut(start: int, stop: int) -> Iterator[slice]:
    """``start:stop`` cut where segments are."""
    while start < stop:
        end = min(stop, (start // SEGMENT + 1) * SEGMENT)
        yield slice(start, end)
        start = end
