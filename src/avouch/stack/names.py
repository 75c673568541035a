"""The names of a home: a CSV whose rows each hold what one thing is called, as a formulary's generic and brands."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

from avouch.errors import AvouchError, Code

MOST = 1_000_000
"""Rows that are read; a drug dictionary has some ten thousand."""


def read(path: Path) -> list[tuple[str, ...]]:
    """The rows of a CSV in UTF-8, without their empty cells. CONFIG_INVALID where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            read_rows = islice(csv.reader(stream), MOST)
            rows = [tuple(cell.strip() for cell in row if cell.strip()) for row in read_rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AvouchError(Code.CONFIG_INVALID, f"`names`: {path.name} is no CSV in UTF-8 that can be read") from error
    return [row for row in rows if row]
