"""Detect orders to a machine: in a page, where they are out of place, and attacks in a prompt.

The result only ever raises risk: a low score permits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from avouch.guard.cues import NAMES
from avouch.guard.features import contrast, flags_of, hashed, surroundings
from avouch.guard.reading import Reading
from avouch.guard.weights import Weights, unpack
from avouch.records import Span, Vectors

Embed = Callable[[Sequence[str]], Vectors]
Flags = npt.NDArray[np.bool_]
TOGETHER = 2048
"""Windows, about, that are judged at once."""
_QUIET = frozenset({"number", "care", "dose", "table mark", "first person", "must", "question word", "foreign letters"})
_SILENT = np.float32(-30)
_SPEAKS = np.array([name not in _QUIET for name in NAMES])
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
        return [risk for some in _grouped(map(Reading, texts)) for risk in self._judged(some, place)]

    def _judged(self, read: Sequence[Reading], place: Place) -> list[Risk]:
        """The risks of some texts, whose windows are counted out together: most have few."""
        told = [one for one in read if one.sentences]
        if not told:
            return [Risk(0.0)] * len(read)
        logits, flags = self._logits(told, place)
        logits += np.concatenate([one.bonus for one in told])
        risks, first = [], 0
        for one in read:
            last = first + len(one.sentences)
            risks.append(_risk(one, logits[first:last], flags[first:last]) if one.sentences else Risk(0.0))
            first = last
        return risks

    def _logits(self, read: Sequence[Reading], place: Place) -> tuple[Vectors, Flags]:
        """Per window of all these texts, how far over its threshold it is; and its cues."""
        sentences, counts = [said for one in read for said in one.sentences], [len(one.sentences) for one in read]
        flags = flags_of(sentences)
        dense = surroundings(flags, [len(sentence) for sentence in sentences], counts)
        words, threshold = self.weights.layers[f"{place.value}-words"], self.weights.thresholds[f"{place.value}-words"]
        if self._embed is None:  # no attack is known whose words alone give it away and that has no cue
            speaks = np.flatnonzero(flags[:, _SPEAKS].any(axis=1))
            logits = np.full(len(sentences), _SILENT)
            logits[speaks] = words.logits([hashed(sentences[n]) for n in speaks], dense[speaks]) - np.float32(threshold)
            return logits, flags
        slots = [hashed(sentence) for sentence in sentences]
        distinct = {said: n for n, said in enumerate(dict.fromkeys(sentences))}
        vectors = self._embed(list(distinct))[[distinct[said] for said in sentences]]
        apart = [contrast(some) for some in np.split(vectors, np.cumsum(counts)[:-1])]
        logits = words.logits(slots, dense)
        logits += self.weights.layers[place.value].logits(slots, np.hstack([dense, np.vstack(apart)]))
        return logits - np.float32(self.weights.thresholds[place.value]), flags


def _risk(read: Reading, logits: Vectors, flags: Flags) -> Risk:
    """What the windows of one text make of it: the worst of them counts."""
    worst = int(logits.argmax())
    score = float(1 / (1 + np.exp(-np.clip(logits[worst], -30, 30))))
    reasons = [NAMES[n] for n in np.flatnonzero(flags[worst] & _SPEAKS)]
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
