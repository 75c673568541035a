"""Vector scan over 8-bit codes with faiss: approximate inner products and a proven bound on their error.

Vectors are turned by a fixed random rotation, which spreads any unit vector evenly over all dimensions, and
rounded to whole steps of one size; a question likewise, with steps of its own size. So there is nothing to
train, nothing drifts as rows are added, and faiss's integer kernel serves (QT_8bit_direct_signed: .4 of the
time of QT_8bit with ranges by dimension). That kernel rounds a question down to whole numbers without
saying so: it is given whole numbers.

Rows live in segments of ``SEGMENT`` rows. A segment is never written once it can be searched (only
erasure zeroes codes in place); adding replaces the last one and swaps the list, so that a search in
another thread goes on over the list it began with.

Source of the bound (Cauchy–Schwarz): |q·x − q'·x'| ≤ |q| |x − x'| + |q − q'| |x'|, plus float32 rounding.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import faiss
import numpy as np

from avouch import durable
from avouch.adapters import faiss_segment
from avouch.adapters.faiss_segment import Asked, Codes, Segment, best, cut, length
from avouch.errors import AvouchError, Code
from avouch.ports import Part
from avouch.records import Mask, Rows, Vectors

PARALLEL_ROWS = 50_000
TOP, ZERO = 127, 128  # steps go from -127 to 127; faiss keeps 0 as 128
WIDEST = 5.9  # standard deviations of a rotated coordinate; of 10^9 of them about 4 lie beyond
CODES, ROTATION, BOUNDS = "codes.u8", "rotation.f32", "bounds.json"


class FaissScan:
    """Rows 0..n-1 as one byte per dimension: 1..255 where there is a row, 0 where one was erased."""

    def __init__(self, dimensions: int, rotation: Vectors | None = None) -> None:
        self.dimensions = dimensions
        self._rotation = _rotation(dimensions) if rotation is None else rotation
        self._steps = TOP / min(1.0, WIDEST / dimensions**0.5)  # of one
        self._segments: tuple[Segment, ...] = ()
        self._bitmaps = _Bitmaps()
        self._saved, self._erased = 0, list[int]()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path, dimensions: int, rows: int) -> FaissScan:
        """The first ``rows`` rows of what ``save`` wrote to ``folder``; with no rows, an empty scan.

        Codes beyond (a broken append) are cut off. INDEX_STALE where a file is missing or too short.
        """
        if not rows:
            (folder / CODES).unlink(missing_ok=True)
            return cls(dimensions)
        try:
            rotation = np.fromfile(folder / ROTATION, np.float32)
            codes = np.fromfile(folder / CODES, np.uint8, count=rows * dimensions)
            bounds = [(float(a), float(b)) for a, b in json.loads((folder / BOUNDS).read_text(encoding="ascii"))]
        except (FileNotFoundError, ValueError, TypeError) as error:
            raise AvouchError(Code.INDEX_STALE, f"{folder.name}: {type(error).__name__}") from error
        short = len(bounds) * faiss_segment.SEGMENT < rows
        if codes.size != rows * dimensions or rotation.size != dimensions**2 or short:
            raise AvouchError(Code.INDEX_STALE, f"{folder.name} is cut short")
        os.truncate(folder / CODES, codes.size)
        scan = cls(dimensions, rotation.reshape(dimensions, dimensions))
        scan._extend(codes.reshape(rows, dimensions), bounds)
        scan._saved = rows
        return scan

    def __len__(self) -> int:
        return length(self._segments)

    def add(self, vectors: Vectors) -> None:
        """Append rows: float32 (m, dimensions)."""
        vectors = np.ascontiguousarray(vectors, np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.dimensions or not np.isfinite(vectors.sum()):
            raise AvouchError(Code.INPUT_INVALID, f"not finite vectors of {self.dimensions} dimensions")
        if not len(vectors):
            return
        with self._lock:
            first = len(self)
            codes, bounds = np.empty(vectors.shape, np.uint8), [(0.0, 0.0)] * (first // faiss_segment.SEGMENT)
            for part in cut(first, first + len(vectors)):
                here = slice(part.start - first, part.stop - first)
                turned = vectors[here] @ self._rotation
                whole = np.clip(np.rint(turned * np.float32(self._steps)), -TOP, TOP)
                codes[here] = (whole + ZERO).astype(np.uint8)
                whole /= np.float32(self._steps)
                longest = np.linalg.norm(vectors[here], axis=1).max() * (1 + _rounding(self.dimensions))
                residual = np.linalg.norm(turned - whole, axis=1).max() + longest * _rounding(self.dimensions)
                bounds.append((float(residual), float(np.linalg.norm(whole, axis=1).max())))
            self._extend(codes, bounds)

    def search(self, query: Vectors, mask: Mask | None, k: int, parts: Sequence[int] | None = None) -> list[Part]:
        """About the k best visible rows of each segment; of ``parts`` by number, exactly the k best.

        ``query`` is float32 (dimensions,). ``mask`` may be shorter than the scan (rows beyond are not
        visible) and must not change while it is in use: its packed form is kept as long as it lives.
        """
        segments = self._segments
        turned = query @ self._rotation
        steps = TOP / max(float(np.abs(turned).max()), 1e-30)
        whole = np.rint(turned * steps)
        lost = float(np.linalg.norm(turned - whole / steps))
        bits = None if mask is None else self._bitmaps.of(mask)
        asked = Asked(
            query=whole.astype(np.float32).reshape(1, self.dimensions),
            unit=1 / (steps * self._steps),
            length=float(np.linalg.norm(query)),
            lost=lost,
            mask=mask,
            bits=bits,
            k=k,
            strict=parts is not None,
        )
        which = range(len(segments)) if parts is None else parts
        helpers = _helpers() if len(which) * faiss_segment.SEGMENT >= PARALLEL_ROWS else []
        shares = len(helpers) + 1
        jobs = [helper.submit(best, segments, which[i + 1 :: shares], asked) for i, helper in enumerate(helpers)]
        found = best(segments, which[::shares], asked)
        for job in jobs:
            found += job.result()
        return found

    def erase(self, rows: Rows) -> None:
        """Zero the codes in place; rows keep their numbers."""
        with self._lock:
            for i, segment in enumerate(self._segments):
                inside = rows[(rows >= i * faiss_segment.SEGMENT) & (rows < i * faiss_segment.SEGMENT + len(segment))]
                segment.codes[inside - i * faiss_segment.SEGMENT] = 0
            self._erased += [row for row in rows.tolist() if row < self._saved]

    def save(self, folder: Path) -> None:
        """Bring the files under ``folder`` to this state, durably: add rows, zero the erased ones.

        A scan saves to the folder it was opened from, or to one that holds nothing it needs.
        """
        with self._lock:
            segments, rows, width = self._segments, len(self), self.dimensions
            folder.mkdir(parents=True, exist_ok=True)
            if not self._saved:
                durable.replace(folder / ROTATION, self._rotation.tobytes())
            # Before the codes: the bounds of rows that a crash will cut off are only too large.
            bounds = [(segment.residual, segment.longest) for segment in segments]
            durable.replace(folder / BOUNDS, json.dumps(bounds).encode("ascii"))
            with (folder / CODES).open("r+b" if self._saved else "wb") as file:
                for row in self._erased:
                    file.seek(row * width)
                    file.write(bytes(width))
                file.seek(self._saved * width)
                for part in cut(self._saved, rows):
                    base = part.start // faiss_segment.SEGMENT * faiss_segment.SEGMENT
                    codes = segments[part.start // faiss_segment.SEGMENT].codes[part.start - base : part.stop - base]
                    file.write(codes.tobytes())
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

    def _extend(self, codes: Codes, bounds: Sequence[tuple[float, float]]) -> None:
        """Swap in segments that hold ``codes`` as well; ``bounds`` by segment, from the first on."""
        segments, rows = list(self._segments), len(self)
        for part in cut(rows, rows + len(codes)):
            index = faiss.IndexScalarQuantizer(
                self.dimensions, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
            )
            residual, longest = bounds[part.start // faiss_segment.SEGMENT]
            if part.start % faiss_segment.SEGMENT:
                last = segments.pop()
                index.add_sa_codes(last.codes)
                residual, longest = max(residual, last.residual), max(longest, last.longest)
            index.add_sa_codes(np.ascontiguousarray(codes[part.start - rows : part.stop - rows]))
            segments.append(Segment(index, residual, longest))
        self._segments = tuple(segments)


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


@cache
def _helpers() -> list[ThreadPoolExecutor]:
    """One waiting thread for each further core: a scan is split over all of them."""
    cores = min(len(os.sched_getaffinity(0)), 8)
    return [ThreadPoolExecutor(1, thread_name_prefix="avouch-scan") for _ in range(cores - 1)]


@cache
def _rotation(dimensions: int) -> Vectors:
    """A rotation drawn at random, always the same one here; kept with the codes, as LAPACKs differ."""
    draw = np.random.default_rng(dimensions)
    return np.linalg.qr(draw.standard_normal((dimensions, dimensions)))[0].astype(np.float32)


def _rounding(dimensions: int) -> float:
    """What float32 sums over unit vectors can be off by: rotating both, their product, their norms."""
    return dimensions * 2.0**-21
