"""Chunks and embeddings as columns of two append-only tables. A chunk is offsets; its text is a slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from avouch.ports import Column, Tables
from avouch.records import DEPTH, SPAN, Chunk, IngestReport, Span, Spans, Vectors

CHUNKS, EMBEDDINGS, RUNS = "chunks", "embeddings", "runs"
FIELDS = tuple(SPAN.names or ())


def pack(version: int, pieces: Sequence[Chunk]) -> Spans:
    """Chunks of one version as an array of ``SPAN``; of more than ``DEPTH`` headings the innermost are kept."""
    spans = np.full(len(pieces), -1, SPAN)
    spans["version"] = version
    for name in ("start", "end", "page"):
        spans[name] = [getattr(piece, name) for piece in pieces]
    for at, piece in enumerate(pieces):
        for level, heading in enumerate(piece.headings[-DEPTH:]):
            spans["headings"][at, level] = heading.start, heading.end
    return spans


def unpack(span: Any) -> Chunk:
    """One row of ``SPAN`` as a chunk, its headings outermost first."""
    headings = tuple(Span(int(start), int(end)) for start, end in span["headings"] if start >= 0)
    return Chunk(int(span["start"]), int(span["end"]), int(span["page"]), headings)


def append(tables: Tables, first_row: int, spans: Spans, vectors: Vectors) -> None:
    """Commit chunks and their embeddings; rows are first_row, first_row + 1, …"""
    rows = np.arange(first_row, first_row + len(spans), dtype=np.int64)
    columns: dict[str, Column] = {name: np.ascontiguousarray(spans[name]) for name in FIELDS}
    columns["headings"] = columns["headings"].reshape(len(spans), DEPTH * 2)
    tables.append(CHUNKS, {"row": rows, **columns})
    tables.append(EMBEDDINGS, {"row": rows, "version": columns["version"], "vector": vectors})


def append_run(tables: Tables, report: IngestReport) -> None:
    """Add a line about one ingest run; ``row`` is the ledger entry that it ended with."""
    counts = ("added", "changed", "unchanged", "withdrawn", "awaiting", "chunks")
    told = {name: getattr(report, name) for name in counts}
    told |= {"row": report.snapshot, "version": -1, "problems": len(report.problems)}
    told |= {"milliseconds": round(report.seconds * 1e3)}
    tables.append(RUNS, {name: np.array([value], np.int64) for name, value in told.items()})


def read(tables: Tables, first_row: int = 0) -> tuple[npt.NDArray[np.int64], Spans, Vectors]:
    """Rows, spans and vectors from ``first_row`` on, ordered by row; orphans of crashed runs included."""
    found = tables.read(CHUNKS, ("row", *FIELDS), first_row)
    if not found or not len(found["row"]):
        return np.empty(0, np.int64), np.empty(0, SPAN), np.empty((0, 0), np.float32)
    embedded = tables.read(EMBEDDINGS, ("row", "vector"), first_row)
    both = np.intersect1d(found["row"], embedded["row"], return_indices=True)
    spans = np.empty(len(both[0]), SPAN)
    for name in FIELDS:
        spans[name] = found[name][both[1]].reshape(spans[name].shape)
    return both[0], spans, np.asarray(embedded["vector"][both[2]], np.float32)


def searchable(text: str, title: str, piece: Chunk) -> str:
    """One chunk with the words above it that it does not hold itself."""
    body = text[piece.start : piece.end]
    above = [text[span.start : span.end].strip("# \n") for span in piece.headings if span.end <= piece.start]
    lines = [line for line in dict.fromkeys([title, *above]) if line and line not in body]
    return "\n".join([*lines, body])
