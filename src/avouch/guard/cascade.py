"""Judges many pages for little: what is quick decides first, and the rest is judged in full.

Words and cues judge every text, without a model. Where they leave a window in doubt, that is embedded; and where its
vector does not clear it, so are those around it, and the text is judged with all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from avouch.guard.detect import Detector, Risk
from avouch.guard.logits import Embed
from avouch.records import Vectors

DOUBT, LIKELY = 0.04, 0.0025
"""From this risk by words alone a text is looked at; and from this one at a glance it is judged in full. Hardly an
attack fewer is caught for either: how many, ``bench/redteam`` tells."""


class Cascade:
    """``embed`` and ``embedder`` are a ``Detector``'s; without them words decide. Safe to share between threads."""

    def __init__(self, embed: Embed | None = None, embedder: str = "") -> None:
        self._words, self._embed, self._embedder = Detector(), embed, embedder
        self.digest = self._words.digest

    def doubtful(self, texts: Iterable[str]) -> list[str]:
        """Those of the texts that words alone do not clear, each once. No model runs: any thread may do it."""
        distinct = list(dict.fromkeys(texts))
        return [text for text, risk in zip(distinct, self._words.risks(distinct), strict=True) if risk.score >= DOUBT]

    def risks(self, doubtful: Sequence[str]) -> dict[str, Risk]:
        """The risks of doubtful texts, those left out that are cleared at a glance."""
        detector = Detector(self._embed and once(self._embed), self._embedder)
        distinct = list(dict.fromkeys(doubtful))
        glances = detector.glances(distinct, DOUBT)
        likely = [text for text, score in zip(distinct, glances, strict=True) if score >= LIKELY]
        return dict(zip(likely, detector.risks(likely), strict=True))


def once(embed: Embed) -> Embed:
    """The same, but no sentence is embedded twice."""
    known: dict[str, Vectors] = {}

    def remembered(texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return remembered
