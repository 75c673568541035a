"""Detect orders to a machine: in a page, where they are out of place, and attacks in a prompt.

The result only ever raises risk: a low score permits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

import numpy as np

from avouch.guard.cues import NAMES
from avouch.guard.decode import MOST, View, views
from avouch.guard.features import contrast, flags_of, hashed, surroundings
from avouch.guard.weights import Weights, unpack
from avouch.guard.window import windows
from avouch.records import Span, Vectors

Embed = Callable[[Sequence[str]], Vectors]
ENCODED, INVISIBLE, PAYLOADS = 2.0, 4.0, 60
"""What it adds to a logit that an order was encoded, or written where nobody sees it; windows of payloads at most."""
_QUIET = frozenset({"number", "care", "dose", "table mark", "first person", "must", "question word", "foreign letters"})
_NONE, _SILENT = np.empty(0, np.int32), np.float32(-30)
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
        read = [_Read(text) for text in texts]
        said = list(dict.fromkeys(sentence for one in read for sentence in one.sentences))
        vectors = dict(zip(said, self._embed(said), strict=True)) if self._embed and said else {}
        return [self._judge(one, vectors, place) for one in read]

    def _judge(self, read: _Read, vectors: dict[str, Vectors], place: Place) -> Risk:
        if not read.sentences:
            return Risk(0.0)
        logits, flags = self._logits(read.sentences, vectors, place)
        logits = logits + read.bonus
        worst = int(logits.argmax())
        score = float(1 / (1 + np.exp(-np.clip(logits[worst], -30, 30))))
        at_fault = np.flatnonzero(logits >= 0)
        reasons = tuple(name for name, there in zip(NAMES, flags[worst], strict=True) if there and name not in _QUIET)
        how = tuple(f"hidden: {name}" for name in read.how[worst])
        spans = tuple(dict.fromkeys(read.spans[i] for i in at_fault))
        return Risk(score, (*how, *reasons[:_REASONS]), spans)

    def _logits(
        self, sentences: Sequence[str], vectors: dict[str, Vectors], place: Place
    ) -> tuple[Vectors, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
        """Per window, how far over its threshold it is; and its cues."""
        words = f"{place.value}-words"
        flags = flags_of(sentences)
        dense = surroundings(flags, [len(sentence) for sentence in sentences])
        if not vectors:  # no attack is known whose words alone give it away and that has no cue: most windows are done
            speaks = np.asarray(flags[:, _SPEAKS].any(axis=1))
            slots = [hashed(said) if aloud else _NONE for said, aloud in zip(sentences, speaks, strict=True)]
            logits = self.weights.layers[words].logits(slots, dense) - np.float32(self.weights.thresholds[words])
            return np.where(speaks, logits, _SILENT), flags
        slots = [hashed(sentence) for sentence in sentences]
        logits = self.weights.layers[words].logits(slots, dense)
        dense = np.hstack([dense, contrast(np.stack([vectors[sentence] for sentence in sentences]))])
        logits = logits + self.weights.layers[place.value].logits(slots, dense)
        return logits - np.float32(self.weights.thresholds[place.value]), flags


class _Read:
    """A text as windows: those of the text, then those of what is encoded in it; long texts part by part."""

    def __init__(self, text: str) -> None:
        self.sentences: list[str] = []
        self.spans: list[Span] = []
        self.how: list[tuple[str, ...]] = []
        for start in range(0, len(text), MOST):
            part = text[start : start + MOST]
            first, *payloads = views(part)
            whole = Span(start, start + len(part))
            self._take(first, None if first.text == part else whole, start, len(part))
            for payload in payloads:
                self._take(payload, whole, start, PAYLOADS)
        bonus = [(INVISIBLE if "invisible" in how else ENCODED) if how else 0.0 for how in self.how]
        self.bonus = np.array(bonus, np.float32)

    def _take(self, view: View, span: Span | None, offset: int, most: int) -> None:
        for window in windows(view.text)[:most]:
            self.sentences.append(view.text[window.start : window.end])
            self.spans.append(span or Span(offset + window.start, offset + window.end))
            self.how.append(view.how)
