"""Chunks and embeddings as columns of two append-only tables. A chunk is offsets; its text is a slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from avouch.ports import Tables
from avouch.records import Chunk, Span, Vectors

CHUNKS, EMBEDDINGS, RUNS = "chunks", "embeddings", "runs"
DEPTH = 8
SPAN = np.dtype(
    [
        ("version", np.int64),
        ("start", np.int64),
        ("end", np.int64),
        ("page", np.int64),
        ("headings", np.int64, (DEPTH * 2,)),
    ]
)
Spans = npt.NDArray[np.void]


def spans_of(version: int, chunks: Sequence[Chunk]) -> Spans:
    """Chunks of one version as an array of ``SPAN``; headings beyond eight levels keep the innermost."""
    rows = np.zeros(len(chunks), dtype=SPAN)
    rows["headings"] = -1
    for row, chunk in zip(rows, chunks, strict=True):
        row["version"], row["start"], row["end"], row["page"] = version, chunk.start, chunk.end, chunk.page
        flat = [offset for span in chunk.headings[-DEPTH:] for offset in (span.start, span.end)]
        row["headings"][: len(flat)] = flat
    return rows


def headings_of(row: Any) -> tuple[Span, ...]:
    """The heading path of one ``SPAN`` row, outermost first."""
    flat = [int(offset) for offset in row["headings"]]
    return tuple(Span(a, b) for a, b in zip(flat[::2], flat[1::2], strict=True) if a >= 0)


def append(tables: Tables, first_row: int, spans: Spans, vectors: Vectors) -> None:
    """Commit chunks and their embeddings; rows are first_row, first_row + 1, …"""
    rows = np.arange(first_row, first_row + len(spans), dtype=np.int64)
    columns = {name: np.ascontiguousarray(spans[name]) for name in SPAN.names or ()}
    tables.append(CHUNKS, {"row": rows, **columns})
    tables.append(EMBEDDINGS, {"row": rows, "version": columns["version"], "vector": vectors})


def read(tables: Tables, first_row: int = 0) -> tuple[npt.NDArray[np.int64], Spans, Vectors]:
    """Rows, spans and vectors from ``first_row`` on, ordered by row; orphans of crashed runs included."""
    found = tables.read(CHUNKS, ("row", *(SPAN.names or ())), first_row)
    if not found or not len(found["row"]):
        return np.empty(0, np.int64), np.empty(0, SPAN), np.empty((0, 0), np.float32)
    embedded = tables.read(EMBEDDINGS, ("row", "vector"), first_row)
    both = np.intersect1d(found["row"], embedded["row"], return_indices=True)
    spans = np.empty(len(both[0]), SPAN)
    for name in SPAN.names or ():
        spans[name] = found[name][both[1]]
    return both[0], spans, np.asarray(embedded["vector"][both[2]], np.float32)


def searchable(text: str, title: str, piece: Chunk) -> str:
    """One chunk with the words above it that it does not hold itself."""
    body = text[piece.start : piece.end]
    above = [text[span.start : span.end].strip("# \n") for span in piece.headings if span.end <= piece.start]
    lines = [line for line in dict.fromkeys([title, *above]) if line and line not in body]
    return "\n".join([*lines, body])
