"""Samples into rates and quantiles: from known counts, over a clock that is told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from avouch.adapters.prometheus_meter import PrometheusMeter
from avouch.canon import to_micros
from avouch.observe.metric import Measured, Metrics
from avouch.observe.series import Series, quantile

BEGUN = 1_700_000_000.0


class Bench:
    """Real metrics, a series over them, and a clock that goes when it is told."""

    def __init__(self) -> None:
        self.now, self.queue = BEGUN, 0.0
        self.metrics = Metrics(PrometheusMeter())
        self.metrics.look_at(self.gauges)
        self.series = Series(self.metrics.samples, lambda: self.now)

    def gauges(self) -> Iterator[Measured]:
        yield Measured("avouch_writer_queue", "…", self.queue)

    def go(self, seconds: float = 10.0) -> None:
        self.now += seconds
        self.series.take()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_rates_are_per_minute_and_of_their_own_time(bench: Bench) -> None:
    bench.series.take()
    assert bench.series.points(60) == []
    for _ in range(5):
        bench.metrics.requested("/api/v1/ask", "POST", 200, 0.02)
    bench.metrics.requested("/api/v1/ask", "POST", 403, 0.02)
    bench.metrics.requested("/api/v1/ask", "POST", 500, 0.02)
    bench.metrics.requested("/health", "GET", 200, 0.001)
    bench.metrics.acted("ask", "ok", 0.03, {"embed": 10.0, "text": 4.0})
    bench.metrics.acted("ask", "FORBIDDEN", 0.03, {"embed": 20.0})
    bench.metrics.acted("ingest", "ok", 3.0, {"embed": 900.0})
    bench.queue = 7
    bench.go()
    bench.go()
    busy, idle = bench.series.points(60)
    assert (busy.requests, busy.refused, busy.failed) == (42.0, 6.0, 6.0)
    assert (busy.acts, busy.asks, busy.queue) == (18.0, 12.0, 7.0)
    assert busy.steps == {"embed": pytest.approx(15.0), "text": pytest.approx(4.0)}
    assert (idle.requests, idle.asks, idle.steps, idle.p50, idle.p95) == (0.0, 0.0, {}, None, None)
    assert to_micros(busy.at) == round((BEGUN + 10) * 1e6) and busy.seconds == 10
    assert bench.series.outcomes() == {"FORBIDDEN": 1}


def test_quantiles_lie_in_the_bucket_of_the_observed(bench: Bench) -> None:
    bench.series.take()
    for _ in range(90):
        bench.metrics.acted("ask", "ok", 0.02, {})
    for _ in range(10):
        bench.metrics.acted("ask", "ok", 0.2, {})
    bench.go()
    (told,) = bench.series.points(60)
    assert told.p50 is not None and 10 < told.p50 <= 25
    assert told.p95 is not None and 100 < told.p95 <= 250
    assert quantile({"le 0.1": 0.0, "le +Inf": 4.0}, 0.5) == 100.0  # beyond the last edge there is but the edge
    assert quantile({}, 0.5) is None


def test_an_hour_is_kept_finely_and_a_week_coarsely_and_no_more(bench: Bench) -> None:
    bench.series.take()
    for minute in range(8 * 24 * 60):
        bench.metrics.requested("/x", "GET", 200, 0.01)
        bench.go(60.0 if minute < 8 * 24 * 60 - 70 else 10.0)
    week, hour = bench.series.points(7 * 24 * 60), bench.series.points(10)
    assert 50 <= len(week) <= 62 and 50 <= len(hour) <= 62
    assert sum(one.seconds for one in week) <= 7 * 24 * 3600 + 310
    assert sum(one.seconds for one in hour) <= 10 * 60 + 10
    for points in (week, hour):
        assert all(to_micros(a.at) < to_micros(b.at) for a, b in pairwise(points))
        assert to_micros(points[-1].at) == round(bench.now * 1e6)
    assert week[5].requests == pytest.approx(1.0)
    assert hour[5].requests == pytest.approx(6.0)


def test_a_clock_that_is_set_back_makes_no_nonsense(bench: Bench) -> None:
    bench.series.take()
    bench.go()
    bench.go(-5000.0)
    bench.metrics.requested("/x", "GET", 200, 0.01)
    bench.go()
    for one in bench.series.points(60):
        assert one.seconds > 0 and one.requests >= 0
    assert bench.series.points(60)[-1].requests == pytest.approx(6.0)
