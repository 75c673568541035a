"""Asks models, in the order that they were routed: tries again, falls back, and says in time when it has nothing.

It decides nothing about who may be asked: that is done before. It gives back text that nobody has checked yet.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from avouch.errors import AvouchError, Code
from avouch.generate.attempt import Attempt, Meter, charged
from avouch.generate.breaker import Breaker, Circuit
from avouch.generate.relay import STREAMS, Relay
from avouch.ports import Generator
from avouch.records import Model, Piece, Request, Usage

TRIES, FIRST, LONGEST = 3, 0.25, 8.0
"""Attempts at one model; the bounds of the wait between two, in seconds, full jitter beneath them."""
AGAIN = frozenset({Code.MODEL_UNAVAILABLE, Code.MODEL_BROKEN})
BLAMED = AGAIN | {Code.MODEL_TIMEOUT}
PATIENCE = 5.0
"""Seconds that a model must have had before a deadline that it missed is its fault: else whoever asks with a short
one could have it left alone for all."""
WITHHELD = "content_filter"


class Purse(Protocol):
    """Who pays. ``reserve`` says why a model may not be asked (empty: it may), or raises BUDGET_SPENT where the
    question is to be refused; each reservation is settled once, with what was taken."""

    def reserve(self, model: Model, request: Request, seconds: float) -> str: ...
    def settle(self, model: Model, usage: Usage, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it. Without ``model`` there is no text, and the attempts say why; ``late``: time was over.

    ``finish`` is stop, or length where the reply was cut off.
    """

    text: str = field(repr=False)
    model: Model | None
    finish: str
    attempts: tuple[Attempt, ...]
    late: bool = False


class Gateway:
    """The generators of a home by name, each with its circuit. Safe to share between threads."""

    def __init__(
        self,
        generators: Mapping[str, Generator],
        streams: int = STREAMS,
        breaker: Callable[[str], Breaker] = Breaker,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.generators = dict(generators)
        self._relay, self._make, self._sleep = Relay(streams), breaker, sleep
        self._breakers: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    def write(
        self, models: Sequence[Model], frame: Callable[[Model], Request], deadline: float, purse: Purse | None = None
    ) -> Written:
        """The reply of the first model that gives a whole one before ``deadline`` (``time.monotonic()``).

        What went wrong with a model is told in its attempt, and the next one is asked. BUDGET_SPENT.
        """
        attempts: list[Attempt] = []
        for model in models:
            attempt = Attempt(model.name)
            attempts.append(attempt)
            try:
                text, finish = self._one(model, frame(model), deadline, attempt, purse)
            except AvouchError as error:
                if error.code is Code.BUDGET_SPENT and not attempt.tries:
                    raise
                attempt.code, attempt.why = error.code.name, error.message
                if time.monotonic() >= deadline:
                    return Written("", None, "", tuple(attempts), late=True)
            else:
                return Written(text, model, finish, tuple(attempts))
        return Written("", None, "", tuple(attempts), late=time.monotonic() >= deadline)

    def _one(
        self, model: Model, request: Request, deadline: float, attempt: Attempt, purse: Purse | None
    ) -> tuple[str, str]:
        """One model's reply and its finish. As ``stream``; BUDGET_SPENT."""
        began = time.monotonic()
        if purse and (why := purse.reserve(model, request, max(deadline - began, 0.0))):
            raise AvouchError(Code.MODEL_UNAVAILABLE, why)
        texts: list[str] = []
        finish = ""
        try:
            for piece in self.stream(model, request, deadline, attempt):
                texts.append(piece.text)
                finish = piece.finish or finish
            if finish == WITHHELD:
                raise AvouchError(Code.MODEL_REFUSED, f"{model.name}: withheld its reply")
            return whole_characters("".join(texts)), finish
        finally:
            attempt.seconds = time.monotonic() - began
            if purse:
                purse.settle(model, attempt.usage, attempt.seconds)

    def stream(
        self, model: Model, request: Request, deadline: float, attempt: Attempt | None = None
    ) -> Iterator[Piece]:
        """One model's reply as it comes. Tried again only while nothing was handed out, and nothing spent: what is
        reserved is for one try. As the port, and OVERLOADED. ``attempt`` is filled in."""
        attempt = attempt or Attempt(model.name)
        while True:
            attempt.tries += 1
            before = attempt.usage
            begun = False
            try:
                for piece in self._watched(model, request, deadline, attempt):
                    begun = begun or bool(piece.text)
                    yield piece
                return
            except AvouchError as error:
                attempt.usage = charged(before, attempt.usage, request, error)
                wait = waiting(attempt.tries, error.retry_after)
                untouched = not (begun or attempt.usage.input or attempt.usage.output)
                again = error.code in AGAIN and untouched and attempt.tries < TRIES
                if not again or time.monotonic() + wait >= deadline or self.circuit(model.name) is not Circuit.CLOSED:
                    raise
            self._sleep(wait)

    def _watched(self, model: Model, request: Request, deadline: float, attempt: Attempt) -> Iterator[Piece]:
        """One try: counted, timed, and told to the circuit."""
        generator = self.generators.get(model.name)
        if generator is None:
            raise AvouchError(Code.MODEL_REFUSED, f"{model.name}: is not open here")
        breaker = self.breaker(model.name)
        permit, began = breaker.enter(), time.monotonic()
        meter = Meter(request, attempt.usage)
        settle = breaker.left
        try:
            for piece in self._relay.stream(generator, request, deadline):
                if piece.text and not meter.written:
                    attempt.first = time.monotonic() - began
                attempt.usage = meter.count(piece)
                yield piece
            settle = breaker.worked
        except AvouchError as error:
            had = time.monotonic() - began
            hurried = time.monotonic() >= deadline and (meter.written or had < min(model.timeout, PATIENCE))
            if error.code is Code.MODEL_REFUSED:
                settle = breaker.worked
            elif error.code in BLAMED and not hurried:
                settle = breaker.failed
            raise
        finally:
            settle(permit)

    def breaker(self, name: str) -> Breaker:
        """The circuit of a model."""
        with self._lock:
            if name not in self._breakers:
                self._breakers[name] = self._make(name)
            return self._breakers[name]

    def circuit(self, name: str) -> Circuit:
        return self.breaker(name).circuit()

    def with_only(self, kept: Collection[str], fresh: Mapping[str, Generator]) -> Gateway:
        """Another gateway over some of the same generators, whose circuits stay as they are, and over fresh ones."""
        with self._lock:
            same = {name: one for name, one in self.generators.items() if name in kept}
            made = Gateway({**same, **fresh}, breaker=self._make, sleep=self._sleep)
            made._relay = self._relay
            made._breakers.update({name: one for name, one in self._breakers.items() if name in same})
        return made

    def close(self) -> None:
        for generator in self.generators.values():
            generator.close()


def whole_characters(text: str) -> str:
    """The text with surrogate pairs joined that were cut in two, lone halves as U+FFFD: what has canonical bytes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def waiting(tries: int, told: float | None) -> float:
    """Seconds until the next try: not before the server said, and not all at the same time."""
    jitter = random.uniform(0.0, min(LONGEST, FIRST * 2.0**tries))  # noqa: S311
    return (told or 0.0) + jitter
