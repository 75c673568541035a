"""From a chosen sentence to a claim with its citation, and what must be said of the version it cites."""

from __future__ import annotations

import time

from avouch.answer import check, extract, under
from avouch.canon import from_micros
from avouch.records import FOREVER, Citation, Claim, Fate, Version
from avouch.stack.passages import Found


def cite(found: Found, sentence: extract.Sentence) -> Claim:
    """The claim; its first citation is its own span, those after it are what that stands under."""
    passage = found.passages[sentence.passage]
    version, text = found.versions[passage.version_id], found.texts[passage.version_id]

    def cited(start: int, end: int) -> Citation:
        quote = text[start:end]
        names = (version.document_id, version.id, version.key, version.title)
        return Citation(*names, passage.page, start, end, quote, version.fate, warning(version))

    head = under.head(text, sentence.start)
    torn = [head] if head and head not in sentence.under else []  # the passage begins within the table
    above = [cited(span.start, span.end) for span in (*torn, *sentence.under)]
    return check.check(sentence.text, (cited(sentence.start, sentence.end), *above))


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
