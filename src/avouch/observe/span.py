"""What a span says of an act: numbers, codes and ids; content only where the rules let it.

An error is its code: exceptions are never recorded, for their words may say what the act was about.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from avouch.observe import genai

Value = str | bool | int | float


class Child(NamedTuple):
    """A step inside an act; times in ns since 1970."""

    name: str
    started: int
    ended: int


class Traced(Protocol):
    """A span that was begun. ``error`` is a code, or empty."""

    def end(self, at: int, told: Mapping[str, Value], error: str, children: list[Child]) -> None: ...


class Tracer(Protocol):
    """The engine of traces. What runs inside ``begin`` belongs to the span."""

    def begin(self, name: str, started: int) -> AbstractContextManager[Traced]: ...
    def close(self) -> None:
        """Send what has not gone yet, and stop."""


@dataclass(slots=True)
class Act:
    """What is known of an act when it ends. ``steps`` are milliseconds, in order; ``started`` is ns since 1970."""

    kind: str
    principal: str
    started: int = field(default_factory=time.time_ns)
    outcome: str = "ok"
    steps: Mapping[str, float] = field(default_factory=dict)
    facts: dict[str, Value] = field(default_factory=dict)


class Spans:
    """Turns acts into spans. Without a tracer it does nothing."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer

    @property
    def on(self) -> bool:
        return self._tracer is not None

    @contextmanager
    def act(self, told: Act) -> Iterator[None]:
        """A span around an act; what ``told`` holds at the end becomes its attributes and children."""
        if self._tracer is None:
            yield
            return
        with self._tracer.begin(told.kind, told.started) as traced:
            try:
                yield
            finally:
                ended = max(time.time_ns(), told.started)
                error = "" if told.outcome == "ok" else told.outcome
                traced.end(ended, attributes(told), error, children(told, ended))

    def close(self) -> None:
        """Send what has not gone yet, and stop."""
        if self._tracer is not None:
            self._tracer.close()


def attributes(told: Act) -> dict[str, Value]:
    """What goes onto the span."""
    found: dict[str, Value] = {genai.ACT_KIND: told.kind, genai.ACT_PRINCIPAL: told.principal, **told.facts}
    if told.kind in genai.OPERATIONS:
        found |= {genai.OPERATION: genai.OPERATIONS[told.kind], genai.PROVIDER: genai.AVOUCH}
    if told.outcome != "ok":
        found[genai.ERROR_TYPE] = told.outcome
    return found


def children(told: Act, ended: int) -> list[Child]:
    """The steps, one behind the other from the start of the act; a step that came twice is one."""
    found, at = [], told.started
    for step, took in told.steps.items():
        until = min(at + int(took * 1e6), ended)
        found.append(Child(f"{told.kind}.{step}", at, until))
        at = until
    return found
