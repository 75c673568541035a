"""A circuit breaker: a model that fails again and again is left alone for a while, then tried by one request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from avouch.errors import AvouchError, Code

FAILURES, REST, LONGEST = 5, 5.0, 300.0
"""In a row until it opens; seconds that it stays so at first, and at most (twice as long each time)."""


class Circuit(Enum):
    """Closed: requests go through. Open: none. Half open: one is under way to find out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(slots=True)
class Permit:
    """Leave for one request. Give it back by exactly one of ``Breaker.worked``, ``failed`` or ``left``."""

    period: int
    probe: bool


class Breaker:
    """The circuit of one model. Safe to share between threads."""

    def __init__(
        self, name: str, failures: int = FAILURES, rest: float = REST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name, self._most, self._first_rest, self._clock = name, failures, rest, clock
        self._lock = threading.Lock()
        self._failures, self._rest, self._until = 0, rest, 0.0
        self._period, self._open, self._probing = 0, False, False

    def circuit(self) -> Circuit:
        with self._lock:
            if not self._open:
                return Circuit.CLOSED
            return Circuit.HALF_OPEN if self._probing else Circuit.OPEN

    def enter(self) -> Permit:
        """Leave to ask. MODEL_UNAVAILABLE, saying for how long, where the circuit is open."""
        with self._lock:
            if not self._open:
                return Permit(self._period, False)
            left = self._until - self._clock()
            if left > 0 or self._probing:
                wait = max(left, 1.0)
                raise AvouchError(Code.MODEL_UNAVAILABLE, f"{self.name}: failed repeatedly and rests", wait)
            self._probing = True
            return Permit(self._period, True)

    def worked(self, permit: Permit) -> None:
        """It answered: closed, with all forgotten."""
        with self._lock:
            if permit.period == self._period:
                self._period += self._open
                self._failures, self._rest, self._open, self._probing = 0, self._first_rest, False, False

    def failed(self, permit: Permit) -> None:
        """It failed. What began before the circuit last changed says nothing about now."""
        with self._lock:
            if permit.period != self._period:
                return
            self._failures += 1
            if permit.probe:
                self._rest = min(self._rest * 2, LONGEST)
            elif self._failures < self._most:
                return
            self._period += 1
            self._open, self._probing, self._until = True, False, self._clock() + self._rest

    def left(self, permit: Permit) -> None:
        """Whoever asked went away: nothing is known."""
        with self._lock:
            if permit.probe and permit.period == self._period:
                self._probing = False
