"""Sift what is taken in: which chunks give orders to a machine and go into quarantine.

Titles and headings travel with a chunk to whoever reads it, so they count for every chunk that stands under them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from avouch.errors import AvouchError, Code
from avouch.guard.cascade import Cascade
from avouch.guard.detect import Risk
from avouch.records import Chunk

if TYPE_CHECKING:
    from avouch.ports import Embedder
    from avouch.stack.batch import Pending
    from avouch.stack.stack import Stack

ON, OFF = "on", "off"
Place = tuple[int, int]
"""Which document of a batch, and which of its chunks."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A chunk of a batch that gives orders: ``permille`` is its risk, ``reasons`` are code words, never content."""

    place: Place
    permille: int
    reasons: tuple[str, ...]


def sifter(stack: Stack) -> Sifter | None:
    """The sifter of a run; None where the setting ``quarantine`` is off. CONFIG_INVALID."""
    if stack.settings.quarantine not in (ON, OFF):
        raise AvouchError(Code.CONFIG_INVALID, "`quarantine` is on or off")
    return Sifter(stack.embedder) if stack.settings.quarantine == ON else None


class Sifter:
    """Judges batches. ``digest`` names the detector's weights; with another embedder than theirs, words decide."""

    def __init__(self, embedder: Embedder) -> None:
        self._cascade = Cascade(embedder.embed, embedder.digest)
        self.digest = self._cascade.digest

    def doubtful(self, batch: Sequence[Pending], first: int = 0) -> dict[Place, tuple[str, ...]]:
        """The texts of each chunk that words alone do not clear; ``first``: which of a whole batch the first is.

        No model runs: any thread may do it.
        """
        texts = {
            (n, c): tuple(texts_of(pending, piece))
            for n, pending in enumerate(batch, first)
            for c, piece in enumerate(pending.chunks)
        }
        doubts = frozenset(self._cascade.doubtful(text for some in texts.values() for text in some))
        found = {place: tuple(text for text in some if text in doubts) for place, some in texts.items()}
        return {place: some for place, some in found.items() if some}

    def marked(self, doubtful: dict[Place, tuple[str, ...]]) -> list[Marked]:
        """Those of the doubtful chunks that are at high risk, judged with all there is."""
        risks = self._cascade.risks([text for texts in doubtful.values() for text in texts])
        found = {place: [risks[text] for text in texts if text in risks] for place, texts in doubtful.items()}
        return [
            Marked(place, round(worst.score * 1000), worst.reasons)
            for place, some in found.items()
            if some and (worst := max(some, key=score_of)).high
        ]


def score_of(risk: Risk) -> float:
    return risk.score


def texts_of(pending: Pending, piece: Chunk) -> Iterator[str]:
    """What a chunk brings to its reader: its own text, then the document's title and the headings above it."""
    text = pending.parsed.text
    yield text[piece.start : piece.end]
    yield pending.title
    for span in piece.headings:
        if span.end <= piece.start:
            yield text[span.start : span.end].strip("# \n")
