"""Counters, histograms and gauges in a Prometheus registry of their own, and its text format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

MEDIA = CONTENT_TYPE_LATEST
M = TypeVar("M", Counter, Histogram)
Figure = tuple[str, str, float, tuple[tuple[str, str], ...]]
"""Name, text, value, labels."""


class Live(Collector):
    """Gauges that are looked up when somebody asks; those of one name are one family."""

    def __init__(self, read: Callable[[], Iterable[Figure]]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for name, text, value, labels in self._read():
            family = families.setdefault(name, GaugeMetricFamily(name, text, labels=[label for label, _ in labels]))
            family.add_metric([said for _, said in labels], value)
        yield from families.values()


def children(made: M) -> Callable[..., M]:
    """The child of a metric by the values of its labels, looked up once."""
    return cache(lambda *values: made.labels(*values) if values else made)


class PrometheusMeter:
    """One registry. Two of them in a process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def counter(self, name: str, text: str, labels: Sequence[str] = ()) -> Callable[..., None]:
        """A function ``add(amount, *label values)``."""
        child = children(Counter(name, text, labels, registry=self.registry))
        return lambda amount, *values: child(*values).inc(amount)

    def histogram(self, name: str, text: str, labels: Sequence[str], buckets: Sequence[float]) -> Callable[..., None]:
        """A function ``observe(value, *label values)``."""
        child = children(Histogram(name, text, labels, buckets=buckets, registry=self.registry))
        return lambda value, *values: child(*values).observe(value)

    def gauge(self, name: str, text: str) -> Gauge:
        """Something with ``set(value)``."""
        return Gauge(name, text, registry=self.registry)

    def look_at(self, read: Callable[[], Iterable[Figure]]) -> None:
        """Ask ``read`` for gauges at each look."""
        self.registry.register(Live(read))

    def samples(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        """All of it, as (name, labels, value)."""
        for family in self.registry.collect():
            for sample in family.samples:
                yield sample.name, sample.labels, sample.value

    def text(self) -> bytes:
        """All of it, in the text format (``MEDIA``)."""
        return generate_latest(self.registry)
