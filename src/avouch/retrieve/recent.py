"""Vectors of sentences that were embedded lately: the documents that answer once answer again.

Nothing of a text is kept but its digest and its vector.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from avouch.records import Vectors

MOST = 16_384


class Recent:
    """Up to ``MOST`` vectors by text, the oldest forgotten first."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._embed = embed
        self._kept: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 (len(texts), dimensions), in the order given."""
        names = [named(text) for text in texts]
        with self._lock:
            found = {name: self._kept[name] for name in names if name in self._kept}
        missing = {name: text for name, text in zip(names, texts, strict=True) if name not in found}
        if missing:
            found.update(zip(missing, self._embed(list(missing.values())), strict=True))
        with self._lock:
            for name in names:
                self._kept[name] = found[name]
                self._kept.move_to_end(name)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return np.stack([found[name] for name in names]) if names else self._embed([])

    def keep(self, text: str, vector: Vectors) -> None:
        """Remember a vector that was made elsewhere, float32 (dimensions,)."""
        with self._lock:
            self._kept[named(text)] = vector

    def held(self, texts: Iterable[str]) -> int:
        """Of how many of these texts the vector is in memory."""
        with self._lock:
            return sum(named(text) in self._kept for text in texts)

    def clear(self) -> None:
        """Forget everything: what was erased must not be guessed from a vector."""
        with self._lock:
            self._kept.clear()


def named(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
