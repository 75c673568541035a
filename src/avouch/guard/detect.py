"""Detect orders to a machine: in a page, where they are out of place, and attacks in a prompt.

The result only ever raises risk: a low score permits nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from avouch.guard.cues import NAMES
from avouch.guard.logits import SPEAKS, Counted, Embed, at_a_glance, by_words, in_full
from avouch.guard.reading import Reading
from avouch.guard.weights import Weights, unpack
from avouch.records import Span, Vectors

Flags = npt.NDArray[np.bool_]
TOGETHER = 2048
"""Windows, about, that are judged at once."""
_REASONS = 5


class Place(Enum):
    """Where a text stands: as a page or passage, or as what somebody asks."""

    CONTEXT = "context"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True)
class Risk:
    """How much a text looks like an attack: ``score`` in 0 … 1, from .5 on it is ``high``.

    ``reasons`` name cues and encodings, never content; ``spans`` are the windows at fault, in characters of
    the text (the whole text where what is at fault was encoded or disguised).
    """

    score: float
    reasons: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def high(self) -> bool:
        return self.score >= 0.5


@cache
def shipped() -> Weights:
    """The weights that come with the code; MODEL_INVALID where the file is damaged."""
    return unpack(files("avouch.guard").joinpath("weights.npz").read_bytes())


class Detector:
    """Judges texts window by window. Safe to share between threads.

    ``embed`` gives the vectors of sentences (the ``Embedder`` port's); without it, or where ``embedder`` (its
    digest) is not the one that the weights were made with, words and cues alone decide, with less recall.
    """

    def __init__(self, embed: Embed | None = None, embedder: str = "", weights: Weights | None = None) -> None:
        self.weights = weights or shipped()
        self._embed = embed if embed is not None and embedder == self.weights.embedder else None
        self.digest = self.weights.digest
        self.complete = self._embed is not None

    def risk(self, text: str, place: Place = Place.CONTEXT) -> Risk:
        """The risk of one text. Any text may be given; an empty one has none."""
        return self.risks([text], place)[0]

    def risks(self, texts: Sequence[str], place: Place = Place.CONTEXT) -> list[Risk]:
        """The risks of texts, each by itself; their sentences are embedded together."""
        scored = partial(self._logits, place=place)
        return [risk for some in _grouped(map(Reading, texts)) for risk in _judged(some, scored)]

    def glances(self, texts: Sequence[str], doubt: float) -> list[float]:
        """The scores of pages at a glance: of each only the windows are embedded that words leave in ``doubt`` (a
        score), and no others around them to compare them with. Never the last word, which ``risks`` have.
        """
        if self._embed is None:
            return [risk.score for risk in self.risks(texts)]
        embed, weights, least = self._embed, self.weights, math.log(doubt / (1 - doubt))
        scored = partial(at_a_glance, weights=weights, place=Place.CONTEXT.value, embed=embed, doubt=least)
        risks = [risk for some in _grouped(map(Reading, texts)) for risk in _judged(some, scored)]
        return [risk.score for risk in risks]

    def _logits(self, of: Counted, place: Place) -> Vectors:
        if self._embed is None:
            return by_words(of, self.weights, place.value)
        return in_full(of, self.weights, place.value, self._embed)


def _judged(read: Sequence[Reading], scored: Callable[[Counted], Vectors]) -> list[Risk]:
    """The risks of some texts, each by the scores of its windows."""
    told = [one for one in read if one.sentences]
    if not told:
        return [Risk(0.0)] * len(read)
    counted = Counted(told)
    logits, risks, first = scored(counted), list[Risk](), 0
    for one in read:
        last = first + len(one.sentences)
        risks.append(_risk(one, logits[first:last], counted.flags[first:last]) if one.sentences else Risk(0.0))
        first = last
    return risks


def _risk(read: Reading, logits: Vectors, flags: Flags) -> Risk:
    """What the windows of one text make of it: the worst of them counts."""
    worst = int(logits.argmax())
    score = float(1 / (1 + np.exp(-np.clip(logits[worst], -30, 30))))
    reasons = [NAMES[n] for n in np.flatnonzero(flags[worst] & SPEAKS)]
    how = tuple(f"hidden: {name}" for name in read.how[worst])
    spans = tuple(dict.fromkeys(read.spans[i] for i in np.flatnonzero(logits >= 0)))
    return Risk(score, (*how, *reasons[:_REASONS]), spans)


def _grouped(read: Iterable[Reading]) -> Iterator[list[Reading]]:
    """Texts in order, together as long as they have few windows: a matrix of them is held at once."""
    group: list[Reading] = []
    held = 0
    for one in read:
        group.append(one)
        held += len(one.sentences)
        if held >= TOGETHER:
            yield group
            group, held = [], 0
    if group:
        yield group
