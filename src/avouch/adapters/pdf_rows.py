"""Rows of tables in a PDF, which knows of none: lines that have words at the same places across the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

CELL = " | "
_WIDE = 0.9  # sizes: a gap that no justified line has between its words
_NARROW = 0.4  # sizes: more than a space
_ALIGNED = 2.0  # points
_MARK = re.compile(r"(?:[-•‣◦▪·–*]|\(?\w{1,4}[.)]|\[\d+\])$")


@dataclass(frozen=True, slots=True)
class Gap:
    """White space in a line: the offset of the word after it, where that stands, and how wide the gap is."""

    at: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Gapped:
    """A line's text, its font size in points and its gaps, bullets' own left out."""

    text: str
    size: float
    gaps: tuple[Gap, ...]


def rows(lines: Sequence[Gapped]) -> list[str | None]:
    """For each line of a page its text with `` | `` between cells; ``None`` where it is no row of a table.

    A table is two or more lines in a row that each have a wide gap, with words at a common place.
    """
    found: list[str | None] = []
    for wide, group in groupby(lines, _is_wide):
        run = list(group)
        found.extend(_cells(run) if wide and len(run) > 1 else [None] * len(run))
    return found


def gap_counts(line: str, at: int) -> bool:
    """Whether the gap before ``line[at]`` may part cells: not the one after a bullet or number."""
    return _MARK.match(line[:at].strip()) is None


def _is_wide(line: Gapped) -> bool:
    return any(gap.width > _WIDE * line.size for gap in line.gaps)


def _cells(run: list[Gapped]) -> list[str | None]:
    starts = sorted(gap.x for line in run for gap in line.gaps if gap.width > _WIDE * line.size)
    columns = [a for a, b in pairwise(starts) if b - a < _ALIGNED]
    return [_split(line, columns) for line in run]


def _split(line: Gapped, columns: list[float]) -> str | None:
    parts: list[str] = []
    begin = 0
    for gap in line.gaps:
        if gap.width > _NARROW * line.size and any(abs(gap.x - column) < _ALIGNED for column in columns):
            parts.append(line.text[begin : gap.at].strip())
            begin = gap.at
    parts.append(line.text[begin:].strip())
    return CELL.join(parts) if len(parts) > 1 else None
