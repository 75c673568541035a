"""What flows between the rooms: frozen records without behaviour.

Offsets are in characters (Unicode code points) of a version's extracted text; ends are exclusive.
Times are microseconds since 1970, UTC. ``FOREVER`` is the end of what has no end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

FOREVER = 2**62
Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Classification(IntEnum):
    """How far content may travel, in order."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    RESTRICTED = 3


class Fate(Enum):
    """What has become of a version."""

    LIVE = "live"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks or acts. ``asserted`` is true where a name was given and not proven."""

    id: str
    name: str
    groups: frozenset[str]
    clearance: Classification
    roles: frozenset[str] = frozenset({"reader"})
    tenant: str = "default"
    asserted: bool = True


@dataclass(frozen=True, slots=True)
class VisibilityClass:
    """One distinct shape of the attributes that policy looks at."""

    labels: frozenset[str]
    classification: Classification
    tenant: str = "default"


# --- in: from a file to chunks ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is declared of a document. ``None`` means: not said."""

    title: str | None = None
    labels: frozenset[str] | None = None
    classification: Classification | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    source_url: str | None = None


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
class Item:
    """One document found in a source: ``key`` is its path (and record id) within the source."""

    key: str
    original: bytes
    parsed: Parsed


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
    more than a tenth of it: repeat with a confirmation.
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


# --- the lake ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable state of a document, and when it held.

    ``ordinal`` is dense and never reused. ``recorded``/``ended`` are ledger sequence numbers (known to
    us); ``world_from``/``valid_to``/``ended_at`` are times (true in the world). Rows of its chunks are
    ``first_row … first_row + rows - 1``.
    """

    ordinal: int
    id: str
    document_id: str
    key: str
    title: str
    labels: frozenset[str]
    classification: Classification
    tenant: str
    class_id: int
    media_type: str
    content_digest: str
    original_blob: str
    text_blob: str
    source_url: str | None
    world_from: int
    valid_to: int
    recorded: int
    recorded_at: int
    ended: int
    ended_at: int
    erased: int
    fate: Fate
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Document:
    """A thing with identity; ``current`` is its newest version."""

    id: str
    source: str
    key: str
    current: Version


@dataclass(frozen=True, slots=True)
class Moment:
    """What a question may rest on: known at ledger sequence ``snapshot``, true at time ``at``."""

    snapshot: int
    at: int


@dataclass(frozen=True, slots=True)
class TextRow:
    """One chunk as the text index takes it: its row, the attributes that it is filtered by, its words."""

    row: int
    version: int
    class_id: int
    recorded: int
    ended: int
    world_from: int
    valid_to: int
    ended_at: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TextScope:
    """What a text search may find: chunks of these classes that held at ``moment``.

    A chunk held where ``recorded <= snapshot``, ``world_from <= at < valid_to``, and it had not ended:
    ``ended > snapshot or at < ended_at``.
    """

    classes: tuple[int, ...]
    moment: Moment


# --- ask --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scores:
    """How one passage was found. Ranks start at 1; 0 means: not in that list."""

    fused: float
    vector: float = 0.0
    text: float = 0.0
    vector_rank: int = 0
    text_rank: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    row: int
    scores: Scores


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as retrieved for one question."""

    document_id: str
    version_id: str
    document_key: str
    title: str
    page: int
    start: int
    end: int
    headings: tuple[str, ...]
    text: str
    score: float
    scores: Scores
    row: int
    why: str = ""


class Verdict(Enum):
    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a version that supports a claim. ``quote`` is exactly that span of its text."""

    document_id: str
    version_id: str
    document_key: str
    title: str
    page: int
    start: int
    end: int
    quote: str
    fate: Fate
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. ``timings`` are milliseconds by step."""

    question: str
    abstained: bool
    claims: tuple[Claim, ...]
    passages: tuple[Passage, ...]
    nearest: tuple[str, ...]
    snapshot: int
    as_of: str
    known_until: str
    voucher_id: str
    warnings: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    confidence: float = 0.0
