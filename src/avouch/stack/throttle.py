"""Failed sign-ins, counted in memory: guessing is slowed, and failures cannot flood the ledger.

Windows of a minute; a bounded number of names, the longest untouched forgotten first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

WINDOW = 60_000_000
KEPT = 10_000


@dataclass(slots=True)
class Window:
    """Failures of one name since ``start`` (µs): how many there were, and how many of them no entry tells of."""

    start: int
    failures: int = 0
    untold: int = 0


class Throttle:
    """``per_name`` and ``per_address`` failures a minute are let try; ``told`` of a name are entries of their own."""

    def __init__(self, per_name: int = 10, per_address: int = 30, told: int = 5) -> None:
        self.limits = {"name": per_name, "address": per_address}
        self.told = told
        self._windows: OrderedDict[tuple[str, str], Window] = OrderedDict()
        self._told: OrderedDict[str, Window] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, at: int, **keys: str) -> float:
        """Seconds until ``name`` and ``address`` may try again; 0: now."""
        with self._lock:
            waits = [0.0]
            for kind, key in keys.items():
                window = self._windows.get((kind, key))
                if key and window and window.failures >= self.limits[kind] and 0 <= at - window.start < WINDOW:
                    waits.append((window.start + WINDOW - at) / 1e6)
            return max(waits)

    def failed(self, at: int, **keys: str) -> None:
        """Count a failure."""
        with self._lock:
            for kind, key in keys.items():
                if key:
                    current(self._windows, (kind, key), at).failures += 1

    def tell(self, at: int, actor: str) -> bool:
        """Whether a failure gets an entry of its own; if not it is counted for ``untold``."""
        with self._lock:
            window = self._told.get(actor)
            if window is None or not 0 <= at - window.start < WINDOW:
                untold = window.untold if window else 0
                window = self._told[actor] = Window(at, untold=untold)
            self._told.move_to_end(actor)
            window.failures += 1
            window.untold += window.failures > self.told
            return window.failures <= self.told

    @property
    def counting(self) -> bool:
        """Whether there are failures that no entry tells of yet."""
        with self._lock:
            return any(window.untold for window in self._told.values())

    def untold(self, at: int, whole: bool = False) -> dict[str, int]:
        """Failures by actor that no entry tells of, whose minute is over (``whole``: all); they are then told."""
        with self._lock:
            full = len(self._told) > KEPT
            over = [name for name, window in self._told.items() if whole or full or not 0 <= at - window.start < WINDOW]
            ended = {name: self._told.pop(name).untold for name in over}
            return {name: count for name, count in ended.items() if count}


def current(windows: OrderedDict[tuple[str, str], Window], key: tuple[str, str], at: int) -> Window:
    """The window of a key that ``at`` lies in, a fresh one where the last is over."""
    window = windows.get(key)
    if window is None or not 0 <= at - window.start < WINDOW:
        window = windows[key] = Window(at)
    windows.move_to_end(key)
    while len(windows) > KEPT:
        windows.popitem(last=False)
    return window
