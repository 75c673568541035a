"""Vectors that are known already: those of a passage's sentences, made once when it was retrieved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from avouch.records import Vectors


class Remembered:
    """An ``Embed`` that asks for what it has not seen, all at once. It lives with one answer: it holds text."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._embed = embed
        self._known: dict[str, Vectors] = {}

    def know(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Take over unit vectors of shape (len(texts), dimensions)."""
        self._known.update(zip(texts, vectors, strict=True))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        fresh = list(dict.fromkeys(text for text in texts if text not in self._known))
        if fresh:
            self.know(fresh, self._embed(fresh))
        return np.stack([self._known[text] for text in texts]) if texts else np.empty((0, 0), np.float32)
