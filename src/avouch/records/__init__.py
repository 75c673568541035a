"""What flows between the rooms: frozen records without behaviour.

Offsets are in characters (Unicode code points) of a version's extracted text; ends are exclusive.
Times are microseconds since 1970, UTC. ``FOREVER`` is the end of what has no end.
"""

from avouch.records.answers import Answer, Citation, Claim, Finding, Hit, Mask, Passage, Rows, Scores, Vectors, Verdict
from avouch.records.lake import FOREVER, Document, Fate, Moment, TextRow, TextScope, Version
from avouch.records.people import Classification, Decision, Principal, Relation, Resource, VisibilityClass
from avouch.records.sources import (
    DEPTH,
    SPAN,
    Block,
    BlockKind,
    Chunk,
    IngestReport,
    Item,
    Metadata,
    Parsed,
    Problem,
    Span,
    Spans,
)

__all__ = [
    "DEPTH",
    "FOREVER",
    "SPAN",
    "Answer",
    "Block",
    "BlockKind",
    "Chunk",
    "Citation",
    "Claim",
    "Classification",
    "Decision",
    "Document",
    "Fate",
    "Finding",
    "Hit",
    "IngestReport",
    "Item",
    "Mask",
    "Metadata",
    "Moment",
    "Parsed",
    "Passage",
    "Principal",
    "Problem",
    "Relation",
    "Resource",
    "Rows",
    "Scores",
    "Span",
    "Spans",
    "TextRow",
    "TextScope",
    "Vectors",
    "Verdict",
    "Version",
    "VisibilityClass",
]
