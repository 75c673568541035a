"""The circuit opens after failures in a row, lets one through after a rest, and closes when that works."""

from __future__ import annotations

import threading
import time

import pytest

from avouch.errors import AvouchError, Code
from avouch.generate.breaker import LONGEST, Breaker, Circuit, Permit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock, failures: int = 3) -> Breaker:
    made = Breaker("m", failures, 5.0, clock)
    for _ in range(failures):
        made.failed(made.enter())
    assert made.circuit() is Circuit.OPEN
    return made


def refused(breaker: Breaker) -> float:
    with pytest.raises(AvouchError) as caught:
        breaker.enter()
    assert caught.value.code is Code.MODEL_UNAVAILABLE
    return caught.value.retry_after or 0.0


def test_only_failures_in_a_row_open_it() -> None:
    made = Breaker("m", 3)
    for _ in range(10):
        made.failed(made.enter())
        made.failed(made.enter())
        made.worked(made.enter())
    assert made.circuit() is Circuit.CLOSED


def test_one_probe_after_a_rest() -> None:
    clock = Clock()
    made = opened(clock)
    assert refused(made) == 5.0
    clock.now += 5
    probe = made.enter()
    assert probe.probe and made.circuit() is Circuit.HALF_OPEN
    refused(made)
    made.worked(probe)
    assert made.circuit() is Circuit.CLOSED and not made.enter().probe


def test_a_probe_that_fails_makes_the_rest_longer() -> None:
    clock = Clock()
    made = opened(clock)
    for wait in (10, 20, 40, 80, 160, LONGEST, LONGEST):
        clock.now += LONGEST
        made.failed(made.enter())
        assert refused(made) == wait
    clock.now += LONGEST
    made.worked(made.enter())
    for _ in range(3):
        made.failed(made.enter())
    assert refused(made) == 5.0, "what was is forgotten"


def test_a_probe_that_was_left_frees_the_place() -> None:
    clock = Clock()
    made = opened(clock)
    clock.now += 5
    made.left(made.enter())
    assert made.circuit() is Circuit.OPEN and made.enter().probe


def test_what_began_before_says_nothing_now() -> None:
    clock = Clock()
    made = Breaker("m", 3, 5.0, clock)
    early = [made.enter() for _ in range(6)]
    for permit in early[:3]:
        made.failed(permit)
    assert made.circuit() is Circuit.OPEN
    made.worked(early[3])
    assert made.circuit() is Circuit.OPEN, "a success of before it opened"
    clock.now += 5
    probe = made.enter()
    made.failed(early[4])
    made.left(early[5])
    assert made.circuit() is Circuit.HALF_OPEN
    made.worked(probe)
    assert made.circuit() is Circuit.CLOSED


def test_many_threads_and_one_probe() -> None:
    clock = Clock()
    made = opened(clock)
    clock.now += 5
    found: list[Permit] = []

    def one() -> None:
        try:
            found.append(made.enter())
        except AvouchError:
            return

    threads = [threading.Thread(target=one) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


def test_the_default_clock_only_goes_forward() -> None:
    made = Breaker("m", 1, 0.5)
    made.failed(made.enter())
    refused(made)
    time.sleep(0.55)
    made.enter()
