"""How far over its threshold each window is: by words and cues alone, at a glance, and in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from avouch.guard.cues import NAMES
from avouch.guard.features import Indices, alone, contrast, flags_of, hashed, surroundings
from avouch.guard.reading import Reading
from avouch.guard.weights import Weights
from avouch.records import Rows, Vectors

Embed = Callable[[Sequence[str]], Vectors]
QUIET = frozenset({"number", "care", "dose", "table mark", "first person", "must", "question word", "foreign letters"})
SPEAKS = np.array([name not in QUIET for name in NAMES])
SILENT = np.float32(-30)


class Counted:
    """The windows of several texts, none of them without any, counted out together: most texts have few.

    ``flags`` (n, cues) and ``dense`` (n, DENSE) are what words and their surroundings tell of n windows; ``bonus``
    (n,) is what it adds that a text was hidden; ``counts`` are the numbers of windows of the texts.
    """

    def __init__(self, read: Sequence[Reading]) -> None:
        self.sentences = [said for one in read for said in one.sentences]
        self.counts = [len(one.sentences) for one in read]
        self.flags = flags_of(self.sentences)
        self.dense = surroundings(self.flags, [len(sentence) for sentence in self.sentences], self.counts)
        self.bonus = np.concatenate([one.bonus for one in read])

    def hashed(self, windows: Rows) -> list[Indices]:
        return [hashed(self.sentences[n]) for n in windows.tolist()]


def by_words(of: Counted, weights: Weights, place: str) -> Vectors:
    """What needs no model. No attack is known whose words alone give it away and that has no cue."""
    layer, threshold = weights.layers[f"{place}-words"], weights.thresholds[f"{place}-words"]
    speaks = np.flatnonzero(of.flags[:, SPEAKS].any(axis=1))
    logits = np.full(len(of.sentences), SILENT)
    logits[speaks] = layer.logits(of.hashed(speaks), of.dense[speaks]) - np.float32(threshold)
    return np.asarray(logits + of.bonus, np.float32)


def at_a_glance(of: Counted, weights: Weights, place: str, embed: Embed, doubt: float) -> Vectors:
    """The windows whose logit by words is over ``doubt``, embedded as if each stood alone; others are silent."""
    doubtful = np.flatnonzero(by_words(of, weights, place) >= doubt)
    logits = np.full(len(of.sentences), SILENT)
    if doubtful.size:
        apart = alone(embed([of.sentences[n] for n in doubtful.tolist()]))
        logits[doubtful] = _whole(of, weights, place, doubtful, apart)
    return logits


def in_full(of: Counted, weights: Weights, place: str, embed: Embed) -> Vectors:
    """Every window, and how its vector differs from those around it."""
    distinct = {said: n for n, said in enumerate(dict.fromkeys(of.sentences))}
    vectors = embed(list(distinct))[[distinct[said] for said in of.sentences]]
    apart = np.vstack([contrast(some) for some in np.split(vectors, np.cumsum(of.counts)[:-1])])
    return _whole(of, weights, place, np.arange(len(of.sentences)), apart)


def _whole(of: Counted, weights: Weights, place: str, windows: Rows, apart: Vectors) -> Vectors:
    """What words tell of some windows and, added to it, what their vectors do."""
    slots, dense = of.hashed(windows), of.dense[windows]
    logits = weights.layers[f"{place}-words"].logits(slots, dense)
    logits += weights.layers[place].logits(slots, np.hstack([dense, apart]))
    logits += of.bonus[windows] - np.float32(weights.thresholds[place])
    return logits
