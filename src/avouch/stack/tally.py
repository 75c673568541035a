"""What a run of ingest has done so far."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from avouch.lake.raised import Classed
from avouch.records import IngestReport, Problem


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    source: str
    run: str
    started: float
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    chunks: int = 0
    awaiting: int = 0
    quarantined: int = 0
    raised: int = 0
    because: Counter[str] = field(default_factory=Counter)
    snapshot: int = 0
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def done(self) -> int:
        return self.added + self.changed + self.unchanged + len(self.problems)

    def class_of(self, classes: Iterable[Classed]) -> None:
        """Put down which classes were raised, and why."""
        for one in classes:
            self.raised += bool(one.reasons)
            self.because.update(one.reasons)

    def report(self) -> IngestReport:
        kept = ("run", "source", "snapshot", "chunks", "quarantined", "raised")
        names = (*kept, "added", "changed", "unchanged", "withdrawn", "awaiting")
        counts = {name: getattr(self, name) for name in names}
        seconds = round(time.monotonic() - self.started, 3)
        because = dict(sorted(self.because.items()))
        return IngestReport(**counts, seconds=seconds, problems=tuple(self.problems), because=because)
