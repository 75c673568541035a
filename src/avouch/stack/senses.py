"""What identifies somebody in the texts that were looked at lately. It keeps places and kinds, and no text."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

from avouch.protect.entity import Entity
from avouch.protect.find import find

KEPT = 20_000


class Senses:
    """Entities by the digest of the text that they were found in. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[Entity, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, text: str) -> list[Entity]:
        """The entities of a text, in order."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            held = self._kept.get(key)
            if held is not None:
                self._kept.move_to_end(key)
                return list(held)
        found = tuple(find(text))
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return list(found)
