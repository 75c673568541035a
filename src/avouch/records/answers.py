"""What a question brings: passages, claims, citations."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

from avouch.records.lake import Fate

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


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


@dataclass(frozen=True, slots=True)
class Finding:
    """The passages of one search, best first, and the ledger entry that says who was shown them."""

    question: str
    passages: tuple[Passage, ...]
    snapshot: int
    as_of: str
    entry: int
    warnings: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)


class Verdict(Enum):
    """What the cited spans say of a claim. Only what is supported reaches a reader as it stands."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Reason:
    """What one check found. ``check`` is a code word (``number``, ``unit``, ``negation``, ``name`` …), ``words``
    a sentence that quotes no more than the claim and the cited span: it is content, and kept as such."""

    check: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a version that supports a claim. ``quote`` is exactly that span of its text.

    ``heads`` are the spans of the headings above it, where a claim was checked with them.
    """

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
    heads: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence, or some on end. ``written``: by a model, in its own words; else it is quoted: its first citation
    is its own span, those after it are what that stands under (a table's heads, a heading)."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    written: bool = False

    @property
    def under(self) -> tuple[str, ...]:
        """What a reader needs beside a quote, word for word."""
        return () if self.written else tuple(citation.quote for citation in self.citations[1:])


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. ``timings`` are milliseconds by step.

    ``degraded`` says what was left out for what reason: ``time`` (no claims), ``model`` (no model wrote: ``notes``
    say why, and for which parts of the question nothing was found). ``model`` wrote the claims; empty where they are
    quoted. ``withheld`` are claims that the checks did not let through, without their words unless one may review.
    """

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
    degraded: str = ""
    model: str = ""
    withheld: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
