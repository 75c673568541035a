"""Milliseconds by step."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Laps in the order of the steps; a step that comes twice is added up."""

    steps: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)
    begun: float = field(default_factory=time.perf_counter)

    @property
    def spent(self) -> float:
        """Milliseconds since the start, waiting included."""
        return (time.perf_counter() - self.begun) * 1e3

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.steps[step] = round(self.steps.get(step, 0.0) + (now - self.last) * 1e3, 3)
        self.last = now
