"""How counts grew: samples of the metrics, one each ten seconds for an hour and one each five minutes for a week.

They lie in memory, so they begin anew with the process. What is kept are counts and gauges by closed names: no id, no
name, no content. Rates and quantiles are made from the differences when somebody asks.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from avouch.canon import from_micros

FINE, COARSE = 10.0, 300.0
"""Seconds between two samples of either ring."""
HOUR, WEEK = 3600.0, 7 * 24 * 3600.0
POINTS = 60
"""About so many points are handed out, however long the time."""
ASK, ALIVE = "ask", frozenset({"/health", "/ready", "/metrics"})
GAUGES = {"avouch_writer_queue": "queue", "avouch_http_in_flight": "in_flight", "avouch_index_lag_rows": "lag"}
GAUGES |= {"avouch_ledger_entries": "entries"}
Sampled = tuple[str, Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class Point:
    """What happened in the ``seconds`` before ``at`` (RFC 3339). Rates are per minute, times in milliseconds.

    ``failed`` are requests answered with a status from 500 on, ``refused`` those from 400 on. ``steps`` are the mean
    times of the steps of a question. The gauges ``queue``, ``in_flight`` and ``lag`` are as they stood at the end.
    """

    at: str
    seconds: float
    requests: float
    refused: float
    failed: float
    acts: float
    asks: float
    p50: float | None
    p95: float | None
    steps: dict[str, float]
    queue: float
    in_flight: float
    lag: float


@dataclass(frozen=True, slots=True)
class Counted:
    """The last minutes, oldest first; since when this process counts, and the errors that acts ended with since."""

    minutes: int
    counting_since: str | None
    points: tuple[Point, ...]
    outcomes: dict[str, int]


def when(seconds: float) -> str:
    """A time in seconds since 1970 as RFC 3339."""
    return from_micros(round(seconds * 1e6))


def reduce(samples: Iterable[Sampled]) -> dict[str, float]:
    """The counts that are kept, by name, out of all samples of the metrics."""
    found: dict[str, float] = {}
    for name, labels, value in samples:
        for key in keys(name, labels):
            found[key] = found.get(key, 0.0) + value
    return found


def keys(name: str, labels: Mapping[str, str]) -> list[str]:
    """Under which names a sample counts."""
    if name in GAUGES:
        return [GAUGES[name]]
    if name == "avouch_http_request_seconds_count" and labels["route"] not in ALIVE:
        status = labels["status"][:1]
        return ["requests", *(["failed"] if status == "5" else ["refused"] if status == "4" else [])]
    if name == "avouch_acts_total":
        return ["acts", *([] if labels["outcome"] == "ok" else [f"outcome {labels['outcome']}"])]
    if labels.get("kind") != ASK:
        return []
    if name == "avouch_act_seconds_count":
        return ["asks"]
    if name == "avouch_act_seconds_bucket":
        return [f"le {labels['le']}"]
    if name in ("avouch_step_seconds_sum", "avouch_step_seconds_count"):
        return [f"step {labels['step']} {name.rpartition('_')[2]}"]
    return []


class Series:
    """Two rings of samples. ``read`` gives the samples of the metrics as they stand. Safe to share between threads."""

    def __init__(self, read: Callable[[], Iterable[Sampled]], clock: Callable[[], float] = time.time) -> None:
        self._read, self._clock = read, clock
        self._names: dict[str, int] = {}
        self._fine: deque[array[float]] = deque(maxlen=round(HOUR / FINE) + 1)
        self._coarse: deque[array[float]] = deque(maxlen=round(WEEK / COARSE) + 1)
        self._lock = threading.Lock()
        self.since: float | None = None

    def take(self) -> None:
        """Take a sample now. Each is the time, then the counts in the order in which their names first came."""
        now, counts = self._clock(), reduce(self._read())
        with self._lock:
            self.since = now if self.since is None else self.since
            for name in counts:
                self._names.setdefault(name, len(self._names) + 1)
            row = array("d", [0.0]) * (len(self._names) + 1)
            row[0] = now
            for name, value in counts.items():
                row[self._names[name]] = value
            self._fine.append(row)
            if not self._coarse or now - self._coarse[-1][0] >= COARSE - FINE / 2:
                self._coarse.append(row)

    def points(self, minutes: int) -> list[Point]:
        """The last minutes, oldest first, in about ``POINTS`` points; none before there are two samples."""
        with self._lock:
            ring, names = list(self._fine if minutes * 60 <= HOUR else self._coarse), dict(self._names)
            if self._fine and minutes * 60 > HOUR and ring[-1][0] < self._fine[-1][0]:
                ring.append(self._fine[-1])
        if not ring:
            return []
        begin = ring[-1][0] - minutes * 60 - FINE / 2
        ring = [row for row in ring if row[0] >= begin]
        step = max(1, -(-(len(ring) - 1) // POINTS))
        picked = ring[::-1][::step][::-1]
        return [point(named(one, names), named(two, names)) for one, two in pairwise(picked) if two[0] > one[0]]

    def counted(self, minutes: int) -> Counted:
        """All that there is to tell of the last minutes."""
        points = tuple(self.points(minutes))
        return Counted(minutes, None if self.since is None else when(self.since), points, self.outcomes())

    def outcomes(self) -> dict[str, int]:
        """How often acts ended with each error since the process began, by its code."""
        with self._lock:
            last = named(self._fine[-1], self._names) if self._fine else {}
        return {name[8:]: round(value) for name, value in sorted(last.items()) if name.startswith("outcome ") and value}


def named(row: Sequence[float], names: Mapping[str, int]) -> dict[str, float]:
    found = {name: row[at] for name, at in names.items() if at < len(row)}
    return {**found, "at": row[0]}


def point(one: Mapping[str, float], two: Mapping[str, float]) -> Point:
    """What happened between two samples. A clock that was set back, or a count, does not make a rate negative."""
    seconds = max(two["at"] - one["at"], 1e-3)
    grown = {name: max(0.0, value - one.get(name, 0.0)) for name, value in two.items()}

    def rate(name: str) -> float:
        return round(grown.get(name, 0.0) * 60 / seconds, 3)

    steps = {name.split()[1]: grown[name] for name in grown if name.startswith("step ") and name.endswith(" count")}
    mean = {step: grown[f"step {step} sum"] / count * 1e3 for step, count in steps.items() if count}
    names = ("requests", "refused", "failed", "acts", "asks")
    return Point(
        at=when(two["at"]),
        seconds=round(seconds, 3),
        **{name: rate(name) for name in names},
        p50=quantile(grown, 0.5),
        p95=quantile(grown, 0.95),
        steps={step: round(took, 3) for step, took in mean.items()},
        **{name: two.get(name, 0.0) for name in ("queue", "in_flight", "lag")},
    )


def quantile(grown: Mapping[str, float], share: float) -> float | None:
    """Milliseconds within which a share of the questions was answered, by the buckets; None where none was asked.

    Linear inside of a bucket, as Prometheus has it; beyond the last one its edge.
    """
    edges = sorted((float(name[3:]), count) for name, count in grown.items() if name.startswith("le "))
    total = edges[-1][1] if edges else 0
    if total <= 0:
        return None
    low, below = 0.0, 0.0
    for edge, count in edges:
        if count >= share * total:
            inside = 0.0 if edge == float("inf") else (edge - low) * (share * total - below) / max(count - below, 1)
            return round((low + inside) * 1e3, 3)
        low, below = edge, count
    return None
