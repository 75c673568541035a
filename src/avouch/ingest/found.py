"""A document as it is found, and what holds for the run that finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from avouch.records import Metadata, Parsed


@dataclass(frozen=True, slots=True)
class Found:
    """One document, not yet parsed.

    ``key`` is its path below the root, with ``#id`` for a record; ``original`` the file's bytes, or the
    record's own as UTF-8 JSON; ``metadata`` what manifest, options and columns declare, without front
    matter; ``recipe`` names how the bytes become text, beside them. ``parse`` gives the text with all its
    metadata, a title among it; it raises AvouchError.
    """

    key: str
    original: bytes
    metadata: Metadata
    name: str
    parse: Callable[[], Parsed]
    recipe: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for a whole run. ``columns`` maps id, title, text (several by commas), url, labels,
    classification, valid_from, valid_to to column names; ``max_ratio`` bounds what gzip unpacks to."""

    metadata: Metadata = field(default_factory=Metadata)
    columns: Mapping[str, str] = field(default_factory=dict)
    max_file_bytes: int = 200_000_000
    max_line_chars: int = 10_000_000
    max_ratio: int = 200
