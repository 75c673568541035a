"""From a chosen sentence to a claim with its citation, and what must be said of the version it cites."""

from __future__ import annotations

import time

from avouch.answer import check, extract
from avouch.canon import from_micros
from avouch.records import FOREVER, Citation, Claim, Fate, Version
from avouch.stack.passages import Found


def cite(found: Found, sentence: extract.Sentence) -> Claim:
    passage = found.passages[sentence.passage]
    version = found.versions[passage.version_id]
    quote = passage.text[sentence.start - passage.start : sentence.end - passage.start]
    citation = Citation(
        version.document_id,
        version.id,
        version.key,
        version.title,
        passage.page,
        sentence.start,
        sentence.end,
        quote,
        version.fate,
        warning(version),
    )
    return check.check(sentence.text, (citation,))


def warning(version: Version) -> str:
    """What a reader must know of a cited version that is not the newest truth."""
    day = from_micros(min(version.ended_at, 2**52))[:10]
    told = {
        Fate.SUPERSEDED: f"superseded by a newer version on {day}",
        Fate.WITHDRAWN: f"withdrawn on {day}",
        Fate.REVOKED: f"revoked as wrong on {day}",
    }.get(version.fate, "")
    now = time.time_ns() // 1000
    if not told and version.valid_to != FOREVER and version.valid_to <= now:
        return f"expired on {from_micros(version.valid_to)[:10]}"
    return told
