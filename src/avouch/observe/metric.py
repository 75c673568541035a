"""What is counted, and by which labels. Labels come from closed lists: never an id or a name.

The engine that counts is handed in; each stack has one of its own, so that two in one process do not add up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
WORD = re.compile(r"[a-z][a-z0-9._-]{0,39}")
MOST = 200
"""How many values one label may have: what comes after them is counted as ``other``."""


class Measured(NamedTuple):
    """One figure that is looked up when somebody asks: a gauge. Those of one name have the same labels."""

    name: str
    text: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


class Settable(Protocol):
    def set(self, value: float) -> None: ...


class Meter(Protocol):
    """The engine. Counters and histograms are functions of an amount and the values of their labels."""

    def counter(self, name: str, text: str, labels: Sequence[str] = ()) -> Callable[..., None]: ...
    def histogram(
        self, name: str, text: str, labels: Sequence[str], buckets: Sequence[float]
    ) -> Callable[..., None]: ...
    def gauge(self, name: str, text: str) -> Settable: ...
    def look_at(self, read: Callable[[], Iterable[Measured]]) -> None: ...
    def text(self) -> bytes: ...
    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]: ...


class Words:
    """Keeps a label to words, and to a bounded number of them."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, word: str) -> str:
        if word in self._seen:
            return word
        if not WORD.fullmatch(word) or len(self._seen) >= MOST:
            return OTHER
        self._seen.add(word)
        return word


class Metrics:
    """Counts of one stack. Times are in seconds."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._words: dict[str, Words] = {name: Words() for name in ("kind", "step", "reason", "limit", "sink")}
        self._acts = meter.counter("avouch_acts", "Acts by kind and outcome.", ("kind", "outcome"))
        self._act = meter.histogram("avouch_act_seconds", "How long acts took.", ("kind",), SECONDS)
        self._step = meter.histogram("avouch_step_seconds", "How long their steps took.", ("kind", "step"), SECONDS)
        self._entries = meter.counter("avouch_entries", "Ledger entries written by this process.", ("kind",))
        self._denied = meter.counter("avouch_acts_refused", "Acts that policy or credential forbade.", ("kind",))
        self._signins = meter.counter("avouch_signins_refused", "Refused sign-ins.", ("by", "reason"))
        self._mismatches = meter.counter("avouch_mask_mismatches", "Masks that let too much through. Must be 0.")
        labels = ("route", "method", "status")
        self._requests = meter.histogram("avouch_http_request_seconds", "HTTP requests.", labels, SECONDS)
        self._limited = meter.counter("avouch_http_limited", "Requests turned away.", ("limit",))
        self.in_flight = meter.gauge("avouch_http_in_flight", "Requests under way.")
        self._sent = meter.counter("avouch_siem_events", "Security events delivered.", ("sink",))
        self._failed = meter.counter("avouch_siem_failures", "Batches that a sink did not take.", ("sink",))

    def look_at(self, read: Callable[[], Iterable[Measured]]) -> None:
        """Ask ``read`` for figures at each look."""
        self._meter.look_at(read)

    def text(self) -> bytes:
        """All of it, in the meter's text format."""
        return self._meter.text()

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """All of it, as (name, labels, value)."""
        return self._meter.samples()

    def acted(self, kind: str, outcome: str, seconds: float, steps: Mapping[str, float]) -> None:
        """An act ended. ``outcome`` is ``ok`` or an error code; ``steps`` are milliseconds."""
        kind = self._words["kind"](kind)
        self._acts(1, kind, outcome)
        self._act(seconds, kind)
        for step, took in steps.items():
            self._step(took / 1e3, kind, self._words["step"](step))
        if outcome == "MASK_MISMATCH":
            self._mismatches(1)

    def entered(self, kind: str, body: Mapping[str, object]) -> None:
        """An entry was committed. A refusal is counted as a sign-in or as an act, by what its body says."""
        self._entries(1, self._words["kind"](kind))
        if kind != "access.refused":
            return
        if "act" in body:
            self._denied(1, self._words["kind"](str(body["act"])))
            return
        word, count = self._words["reason"], body.get("count", 1)
        told = word(str(body.get("by", OTHER))), word(str(body.get("reason", OTHER)))
        self._signins(count if isinstance(count, int) and count > 0 else 1, *told)

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """An HTTP request was answered. ``route`` is the template of the route, empty where there was none."""
        told = str(status) if 100 <= status <= 599 else OTHER
        self._requests(seconds, route or OTHER, method if method in METHODS else OTHER, told)

    def limited(self, limit: str) -> None:
        """A request was turned away by ``limit``: ``concurrency``, ``rate``, ``size`` or ``slowness``."""
        self._limited(1, self._words["limit"](limit))

    def delivered(self, sink: str, events: int) -> None:
        """A sink took so many security events."""
        self._sent(events, self._words["sink"](sink))

    def undelivered(self, sink: str) -> None:
        """A sink did not take a batch."""
        self._failed(1, self._words["sink"](sink))
