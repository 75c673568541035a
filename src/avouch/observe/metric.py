"""The metrics of one stack, in the Prometheus text format. Labels come from closed lists: never an id or a name.

Every ``Metrics`` has a registry of its own, so that two stacks in one process do not add up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

MEDIA = CONTENT_TYPE_LATEST
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
WORD = re.compile(r"[a-z][a-z0-9._-]{0,39}")
MOST = 200
"""How many values one label may have: what comes after them is counted as ``other``."""


class Measured(NamedTuple):
    """One figure that is looked up when somebody asks: a gauge without labels."""

    name: str
    text: str
    value: float


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


class Live(Collector):
    """Figures that are read from the stack at each look. What cannot be read is left out, and counted."""

    def __init__(self, read: Callable[[], Iterable[Measured]]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for one in self._read():
            yield GaugeMetricFamily(one.name, one.text, one.value)


class Metrics:
    """Counts of one stack. Times are in seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._words: dict[str, Words] = {name: Words() for name in ("kind", "step", "reason", "limit", "sink")}
        self._acts = Counter("avouch_acts", "Acts by kind and outcome.", ("kind", "outcome"), registry=self.registry)
        self._act = self._histogram("avouch_act_seconds", "How long acts took.", "kind")
        self._step = self._histogram("avouch_step_seconds", "How long the steps of acts took.", "kind", "step")
        self._entries = self._counter("avouch_entries", "Ledger entries written by this process.", "kind")
        self._denied = self._counter("avouch_acts_refused", "Acts that the policy or a credential forbade.", "kind")
        self._signins = self._counter("avouch_signins_refused", "Refused sign-ins.", "by", "reason")
        self._mismatches = self._counter("avouch_mask_mismatches", "Passages that the mask let through. Must be 0.")
        self._requests = self._histogram("avouch_http_request_seconds", "HTTP requests.", "route", "method", "status")
        self._limited = self._counter("avouch_http_limited", "Requests turned away.", "limit")
        self.in_flight = Gauge("avouch_http_in_flight", "Requests under way.", registry=self.registry)
        self._sent = self._counter("avouch_siem_events", "Security events delivered.", "sink")
        self._failed = self._counter("avouch_siem_failures", "Batches that a sink did not take.", "sink")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, buckets=SECONDS, registry=self.registry)

    def look_at(self, read: Callable[[], Iterable[Measured]]) -> None:
        """Ask ``read`` for figures at each look."""
        self.registry.register(Live(read))

    def text(self) -> bytes:
        """All of it, in the Prometheus text format (``MEDIA``)."""
        return generate_latest(self.registry)

    def acted(self, kind: str, outcome: str, seconds: float, steps: Mapping[str, float]) -> None:
        """An act ended. ``outcome`` is ``ok`` or an error code; ``steps`` are milliseconds."""
        kind = self._words["kind"](kind)
        self._acts.labels(kind, outcome).inc()
        self._act.labels(kind).observe(seconds)
        for step, took in steps.items():
            self._step.labels(kind, self._words["step"](step)).observe(took / 1e3)
        if outcome == "MASK_MISMATCH":
            self._mismatches.inc()

    def entered(self, kind: str, body: Mapping[str, object]) -> None:
        """An entry was committed. A refusal is counted as a sign-in or as an act, by what its body says."""
        self._entries.labels(self._words["kind"](kind)).inc()
        if kind != "access.refused":
            return
        word = self._words["reason"]
        if "act" in body:
            self._denied.labels(self._words["kind"](str(body["act"]))).inc()
        else:
            told = word(str(body.get("by", OTHER))), word(str(body.get("reason", OTHER)))
            count = body.get("count", 1)
            self._signins.labels(*told).inc(count if isinstance(count, int) and count > 0 else 1)

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """An HTTP request was answered. ``route`` is the template of the route, empty where there was none."""
        told = str(status) if 100 <= status <= 599 else OTHER
        method = method if method in METHODS else OTHER
        self._requests.labels(route or OTHER, method, told).observe(seconds)

    def limited(self, limit: str) -> None:
        """A request was turned away by ``limit``: ``principal``, ``tenant``, ``concurrency``, ``body`` …"""
        self._limited.labels(self._words["limit"](limit)).inc()

    def delivered(self, sink: str, events: int) -> None:
        """A sink took so many security events."""
        self._sent.labels(self._words["sink"](sink)).inc(events)

    def undelivered(self, sink: str) -> None:
        """A sink did not take a batch."""
        self._failed.labels(self._words["sink"](sink)).inc()
