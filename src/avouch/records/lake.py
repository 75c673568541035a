"""What is kept: documents, versions, and when they held."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from avouch.records.people import Classification

FOREVER = 2**62


class Fate(Enum):
    """What has become of a version."""

    LIVE = "live"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable state of a document, and when it held.

    ``ordinal`` is dense and never reused. ``recorded``/``ended`` are ledger sequence numbers (known to
    us); ``world_from``/``valid_to``/``ended_at`` are times (true in the world). Rows of its chunks are
    ``first_row … first_row + rows - 1``. ``compartment`` 0: in none.
    """

    ordinal: int
    id: str
    document_id: str
    key: str
    title: str
    labels: frozenset[str]
    classification: Classification
    tenant: str
    kind: str
    class_id: int
    compartment: int
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
    compartment: int = 0


@dataclass(frozen=True, slots=True)
class TextScope:
    """What a text search may find: chunks that held at ``moment``, of classes that are visible.

    ``classes`` are visible wherever they lie, ``inside`` only in these ``compartments``, ``outside`` only
    in others. In compartment 0 lies what is in none. ``hidden`` are rows that it may not find wherever they lie.
    A chunk held where ``recorded <= snapshot``, ``world_from <= at < valid_to``, and it had not ended:
    ``ended > snapshot or at < ended_at``.
    """

    classes: tuple[int, ...]
    moment: Moment
    inside: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()
    compartments: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page, in units of the page's width from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Where some words stand on one page (from 1), line by line. ``ratio`` is the page's height over its width."""

    number: int
    ratio: float
    boxes: tuple[Box, ...]
