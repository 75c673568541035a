"""Vector scan over 8-bit codes with faiss: approximate inner products and a proven bound on their error.

Rows live in segments of ``SEGMENT`` rows. A segment is never written once it can be searched (only
erasure zeroes codes in place); adding replaces the last one and swaps the list, so that a search in
another thread goes on over the list it began with.

Source: faiss ``IndexScalarQuantizer`` QT_8bit; a row's error is at most its residual's norm
(Cauchy–Schwarz), plus the rounding of a float32 sum.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import faiss
import numpy as np
import numpy.typing as npt

from avouch.errors import AvouchError, Code
from avouch.ports import Part
from avouch.records import Mask, Rows, Vectors

SEGMENT = 1 << 15
PARALLEL_ROWS = 50_000
FEW_ROWS, ENOUGH_ROWS, GROWTH, DRIFT = 4_096, 100_000, 4, 2.0
MARGIN = 0.05  # of its width, on both sides of a range: one later outlier would widen the bound for all
CODES, RANGES = "codes.u8", "ranges.json"
Codes: TypeAlias = npt.NDArray[np.uint8]


class FaissScan:
    """Rows 0..n-1 as one byte per dimension, within ranges trained on the first rows added."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self._ranges = np.empty(0, np.float32)
        self._trained_rows, self._trained_residual = 0, 0.0
        self._segments: tuple[_Segment, ...] = ()
        self._bitmaps = _Bitmaps()
        self._saved, self._erased = 0, list[int]()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path, dimensions: int, rows: int) -> FaissScan:
        """The first ``rows`` rows of what ``save`` wrote to ``folder``; with no rows, an empty scan.

        Codes beyond (a broken append) are cut off. HOME_DAMAGED where a file is missing or too short.
        """
        scan = cls(dimensions)
        if not rows:
            return scan
        try:
            trained = json.loads((folder / RANGES).read_text(encoding="ascii"))
            codes = np.fromfile(folder / CODES, np.uint8, count=rows * dimensions)
        except (FileNotFoundError, ValueError) as error:
            raise AvouchError(Code.HOME_DAMAGED, f"{folder.name}: {type(error).__name__}") from error
        if codes.size != rows * dimensions or len(trained["ranges"]) != 2 * dimensions:
            raise AvouchError(Code.HOME_DAMAGED, f"{folder.name} is cut short")
        os.truncate(folder / CODES, codes.size)
        scan._ranges = np.asarray(trained["ranges"], np.float32)
        scan._trained_rows, scan._trained_residual = trained["rows"], trained["residual"]
        scan._extend(codes.reshape(rows, dimensions), trained["residuals"])
        scan._saved = rows
        return scan

    def __len__(self) -> int:
        return _length(self._segments)

    @property
    def stale(self) -> bool:
        """Whether ranges trained anew, over all rows, would serve searches much better.

        Never again before a quarter more rows have come, so that training costs little per row.
        """
        rows, trained = len(self), self._trained_rows
        grown = rows > GROWTH * max(trained, FEW_ROWS) and trained < ENOUGH_ROWS
        worst = max((segment.residual for segment in self._segments), default=0.0)
        drifted = worst > DRIFT * self._trained_residual + _rounding(self.dimensions)
        return grown or (drifted and rows >= 1.25 * trained)

    def add(self, vectors: Vectors) -> None:
        """Append rows: float32 (m, dimensions). The first call trains the ranges on all its rows."""
        vectors = np.ascontiguousarray(vectors, np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.dimensions or not np.isfinite(vectors.sum()):
            raise AvouchError(Code.INPUT_INVALID, f"not finite vectors of {self.dimensions} dimensions")
        if not len(vectors):
            return
        with self._lock:
            first = not self._segments
            if first:
                trainer = _quantizer(self.dimensions)
                trainer.sq.rangestat_arg = MARGIN
                trainer.train(vectors)
                self._ranges = faiss.vector_to_array(trainer.sq.trained)
            coder = self._empty()
            codes, residuals = np.empty(vectors.shape, np.uint8), []
            for part in _parts(len(self), len(self) + len(vectors)):
                here = slice(part.start - len(self), part.stop - len(self))
                codes[here] = coder.sa_encode(vectors[here])
                left = np.linalg.norm(coder.sa_decode(codes[here]) - vectors[here], axis=1)
                residuals.append(float(left.max()))
            if first:
                self._trained_rows, self._trained_residual = len(vectors), max(residuals)
            self._extend(codes, [0.0] * (len(self) // SEGMENT) + residuals)

    def search(self, query: Vectors, mask: Mask | None, k: int, parts: Sequence[int] | None = None) -> list[Part]:
        """The k best visible rows of each segment by approximate score; of all, or of ``parts`` only.

        ``query`` is float32 (dimensions,). ``mask`` may be shorter than the scan (rows beyond are not
        visible) and must not change while it is in use: its packed form is kept as long as it lives.
        """
        segments = self._segments
        question = np.ascontiguousarray(query, np.float32).reshape(1, self.dimensions)
        bits = None if mask is None else self._bitmaps.of(mask)
        which = range(len(segments)) if parts is None else parts
        helpers = _helpers() if len(which) * SEGMENT >= PARALLEL_ROWS else []
        shares = len(helpers) + 1
        jobs = [
            helper.submit(_scan, segments, which[i + 1 :: shares], question, bits, k)
            for i, helper in enumerate(helpers)
        ]
        found = _scan(segments, which[::shares], question, bits, k)
        for job in jobs:
            found += job.result()
        return found

    def erase(self, rows: Rows) -> None:
        """Zero the codes in place; rows keep their numbers. (A zero code does not decode to zero.)"""
        with self._lock:
            for i, segment in enumerate(self._segments):
                inside = rows[(rows >= i * SEGMENT) & (rows < i * SEGMENT + len(segment))]
                segment.codes[inside - i * SEGMENT] = 0
            self._erased += [row for row in rows.tolist() if row < self._saved]

    def save(self, folder: Path) -> None:
        """Bring the files under ``folder`` to this state, durably: add rows, zero the erased ones.

        A scan saves to the folder it was opened from, or to one that holds nothing it needs.
        """
        with self._lock:
            segments, rows, width = self._segments, len(self), self.dimensions
            folder.mkdir(parents=True, exist_ok=True)
            # First the ranges: residuals of rows that a crash will cut off are only too large.
            trained = {
                "rows": self._trained_rows,
                "residual": self._trained_residual,
                "residuals": [segment.residual for segment in segments],
                "ranges": self._ranges.tolist(),
            }
            _replace(folder / RANGES, json.dumps(trained).encode("ascii"))
            with (folder / CODES).open("r+b" if self._saved else "wb") as file:
                for row in self._erased:
                    file.seek(row * width)
                    file.write(bytes(width))
                file.seek(self._saved * width)
                for part in _parts(self._saved, rows):
                    file.write(segments[part.start // SEGMENT].codes[_within(part)].tobytes())
                file.flush()
                os.fsync(file.fileno())
            self._saved, self._erased = rows, []

    def held(self, folder: Path, rows: Rows) -> Rows:
        """Those of the rows whose codes on file are not zero."""
        path = folder / CODES
        if not path.exists() or not path.stat().st_size:
            return rows[:0]
        codes = np.memmap(path, np.uint8, mode="r").reshape(-1, self.dimensions)
        rows = rows[rows < len(codes)]
        return rows[codes[rows].any(axis=1)]

    def _empty(self) -> Any:
        """A quantizer with this scan's ranges and no rows."""
        index = _quantizer(self.dimensions)
        faiss.copy_array_to_vector(self._ranges, index.sq.trained)
        index.is_trained = True
        return index

    def _extend(self, codes: Codes, residuals: Sequence[float]) -> None:
        """Swap in segments that hold ``codes`` as well; ``residuals`` by segment, from the first on."""
        segments, rows = list(self._segments), len(self)
        for part in _parts(rows, rows + len(codes)):
            i = part.start // SEGMENT
            grown, residual = self._empty(), residuals[i]
            if part.start % SEGMENT:
                last = segments.pop()
                grown.add_sa_codes(last.codes)
                residual = max(residual, last.residual)
            grown.add_sa_codes(np.ascontiguousarray(codes[part.start - rows : part.stop - rows]))
            segments.append(_Segment(grown, residual))
        self._segments = tuple(segments)


class _Segment:
    """An index that is not added to any more, and the largest residual of its rows."""

    def __init__(self, index: Any, residual: float) -> None:
        self.index, self.residual = index, residual

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def codes(self) -> Codes:
        """(rows, dimensions), a view."""
        view: Codes = faiss.rev_swig_ptr(self.index.codes.data(), len(self) * self.index.d)
        return view.reshape(-1, self.index.d)


class _Bitmaps:
    """Packed masks, kept while their masks live. Keyed by identity: a mask in use does not change."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[weakref.ref[Mask], Codes]] = {}

    def of(self, mask: Mask) -> Codes:
        key = id(mask)
        kept = self._kept.get(key)
        if kept is not None and kept[0]() is mask:
            return kept[1]
        bits = np.packbits(mask, bitorder="little")
        self._kept[key] = (weakref.ref(mask, lambda _: self._kept.pop(key, None)), bits)
        return bits


def _scan(
    segments: tuple[_Segment, ...], which: Sequence[int], query: Vectors, bits: Codes | None, k: int
) -> list[Part]:
    """The k best of each segment in ``which``."""
    # One query never pays for faiss's own threads, and its team would spin on the others' cores.
    faiss.omp_set_num_threads(1)
    found = []
    for i in which:
        chosen = None
        if bits is not None:
            window = bits[i * SEGMENT // 8 : (i + 1) * SEGMENT // 8]
            if not window.any():
                continue
            selector = faiss.IDSelectorBitmap(len(window), faiss.swig_ptr(window))
            chosen = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        segment = segments[i]
        scores, rows = segment.index.search(query, min(k, len(segment)), params=chosen)
        real = int(np.count_nonzero(rows[0] >= 0))  # what is missing stands at the end, as -1
        bound = segment.residual + _rounding(query.shape[1])
        found.append(Part(i, rows[0][:real] + i * SEGMENT, scores[0][:real], bound))
    return found


@cache
def _helpers() -> list[ThreadPoolExecutor]:
    """One waiting thread for each further core: a scan is split over all of them."""
    cores = min(len(os.sched_getaffinity(0)), 8)
    return [ThreadPoolExecutor(1, thread_name_prefix="avouch-scan") for _ in range(cores - 1)]


def _quantizer(dimensions: int) -> Any:
    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)


def _length(segments: tuple[_Segment, ...]) -> int:
    return (len(segments) - 1) * SEGMENT + len(segments[-1]) if segments else 0


def _parts(start: int, stop: int) -> Iterator[slice]:
    """``start:stop`` cut where segments are."""
    while start < stop:
        end = min(stop, (start // SEGMENT + 1) * SEGMENT)
        yield slice(start, end)
        start = end


def _within(part: slice) -> slice:
    """The same rows, counted from the start of their segment."""
    base = part.start // SEGMENT * SEGMENT
    return slice(part.start - base, part.stop - base)


def _rounding(dimensions: int) -> float:
    """What summing ``dimensions`` float32 products of unit vectors can be off by."""
    return dimensions * 2.0**-23


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
