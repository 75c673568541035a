"""The files with one record per row: vectors and spans. They grow at the end; erasure works in place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from avouch import durable
from avouch.errors import AvouchError, Code
from avouch.records import SPAN, Mask, Rows, Spans, Vectors

VECTORS, SPANS = "vectors.f32", "spans.bin"
EMPTY = 0xFF  # every byte of -1


class RowFiles:
    """Vectors (float32, little-endian, row after row) and spans (``SPAN`` records) in one folder."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self.folder, self.dimensions = folder, dimensions

    def cut(self, rows: int) -> None:
        """Cut off what is beyond ``rows``. INDEX_STALE where there is less."""
        for name, width in ((VECTORS, self.dimensions * 4), (SPANS, SPAN.itemsize)):
            path, wanted = self.folder / name, rows * width
            there = path.stat().st_size if path.exists() else 0
            if there < wanted:
                raise AvouchError(Code.INDEX_STALE, f"{self.folder.name}/{name} is cut short")
            if there > wanted:
                os.truncate(path, wanted)

    def write(self, first_row: int, vectors: Vectors, spans: Spans) -> None:
        """Put rows at ``first_row`` … and cut off what is beyond, durably."""
        vectors = np.ascontiguousarray(vectors, np.float32)
        durable.write_at(self.folder / VECTORS, first_row * self.dimensions * 4, vectors.data)
        durable.write_at(self.folder / SPANS, first_row * SPAN.itemsize, spans.tobytes())

    def map(self, rows: int) -> tuple[Vectors, Spans]:
        """Vectors (rows, dimensions) and spans (rows,), read-only maps of the files."""
        if not rows:
            return np.empty((0, self.dimensions), np.float32), blank(0)
        vectors: Any = np.memmap(self.folder / VECTORS, np.float32, "r", shape=(rows, self.dimensions))
        spans: Any = np.memmap(self.folder / SPANS, SPAN, "r", shape=(rows,))
        return np.asarray(vectors), np.asarray(spans)

    def erase(self, rows: Rows) -> None:
        """Zero the vectors and blank the spans of these rows in place, durably."""
        for name, record in ((VECTORS, bytes(self.dimensions * 4)), (SPANS, blank(1).tobytes())):
            with (self.folder / name).open("r+b") as file:
                for row in rows.tolist():
                    file.seek(row * len(record))
                    file.write(record)
                file.flush()
                os.fsync(file.fileno())

    def held(self, rows: Rows, of: int) -> Rows:
        """Those of the rows of which the files, ``of`` rows long, keep anything."""
        vectors, spans = self.map(of)
        records = np.frombuffer(spans[rows].tobytes(), np.uint8).reshape(-1, SPAN.itemsize)
        kept: Mask = vectors[rows].any(axis=1) | (records != EMPTY).any(axis=1)
        return rows[kept]


def blank(rows: int) -> Spans:
    """Spans of rows that hold nothing: every field -1."""
    return np.full(rows, -1, SPAN)
