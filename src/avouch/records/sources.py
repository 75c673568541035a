"""What comes in: from a file to chunks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from avouch.records.people import Classification


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is declared of a document; ``None`` means: not said. ``class_reviewed``: whoever set the class looked."""

    title: str | None = None
    labels: frozenset[str] | None = None
    classification: Classification | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    source_url: str | None = None
    kind: str | None = None
    compartment: str | None = None
    class_reviewed: bool | None = None


class BlockKind(Enum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A structural unit of a text: ``text[start:end]``. ``level`` is 1..6 for headings, else 0."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """One document as a parser read it. ``pages[i]`` is the offset where page i+1 starts."""

    text: str
    blocks: tuple[Block, ...]
    media_type: str
    metadata: Metadata = Metadata()
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of a text, with the spans of the headings above it, outermost first. Page 0: none."""

    start: int
    end: int
    page: int = 0
    headings: tuple[Span, ...] = ()


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
"""A chunk as one fixed-size row: the ordinal of its version, its span, page and heading spans (-1: none)."""
Spans = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad file or record in an ingest report."""

    key: str
    code: str
    message: str
    todo: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did. Counts are documents; ``chunks`` counts new chunks.

    ``awaiting`` counts documents that are gone from the source and were not withdrawn, because they are
    more than a tenth of it: repeat with a confirmation. ``quarantined`` counts new chunks that give orders to a
    machine: they are not found until a curator lets them in. ``raised`` counts documents whose class is above the
    declared one, ``because`` of what, in words (one document may have several).
    """

    run: str
    source: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    awaiting: int = 0
    chunks: int = 0
    seconds: float = 0.0
    snapshot: int = 0
    problems: tuple[Problem, ...] = ()
    quarantined: int = 0
    raised: int = 0
    because: dict[str, int] = field(default_factory=dict)
