"""Where each row's chunk lies in its version's text: one fixed-size record per row, -1 where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from avouch.records import Chunk, Span

DEPTH = 8
SPAN = np.dtype(
    [
        ("version", "<i8"),
        ("start", "<i4"),
        ("end", "<i4"),
        ("page", "<i4"),
        ("headings", "<i4", (DEPTH, 2)),
    ]
)
Spans: TypeAlias = npt.NDArray[Any]
"""A structured array of dtype ``SPAN``, shape (rows,)."""


def blank(rows: int) -> Spans:
    """Records of rows that hold nothing: every field -1."""
    return np.frombuffer(b"\xff" * (rows * SPAN.itemsize), SPAN).copy()


def pack(version: int, chunks: Sequence[Chunk]) -> Spans:
    """The records of one version's chunks. Of more than ``DEPTH`` headings the innermost are kept."""
    spans = blank(len(chunks))
    spans["version"] = version
    spans["start"] = [chunk.start for chunk in chunks]
    spans["end"] = [chunk.end for chunk in chunks]
    spans["page"] = [chunk.page for chunk in chunks]
    for i, chunk in enumerate(chunks):
        for j, heading in enumerate(chunk.headings[-DEPTH:]):
            spans["headings"][i, j] = heading.start, heading.end
    return spans


def unpack(span: Any) -> tuple[int, Chunk]:
    """One record as (version ordinal, chunk)."""
    headings = tuple(Span(int(start), int(end)) for start, end in span["headings"] if start >= 0)
    return int(span["version"]), Chunk(int(span["start"]), int(span["end"]), int(span["page"]), headings)
