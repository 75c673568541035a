"""Spans: one for each act, a child for each step. Numbers, codes and ids; content only where the rules let it.

An error is its code: exceptions are never recorded, for their frames hold what the act was about.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan as Remote
from opentelemetry.trace import Span, SpanContext, Status, StatusCode, TraceFlags, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from avouch.observe import genai

Value = str | bool | int | float
W3C = TraceContextTextMapPropagator()


class Provider(Protocol):
    """Where spans go: made by an adapter. ``close`` sends what has not gone yet."""

    def get_tracer(self, name: str, version: str | None = None) -> Tracer: ...
    def shutdown(self) -> None: ...


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
    """Turns acts into spans. Without a provider it does nothing."""

    def __init__(self, provider: Provider | None = None, version: str = "") -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(genai.AVOUCH, version) if provider else None

    @property
    def on(self) -> bool:
        return self._tracer is not None

    @contextmanager
    def act(self, told: Act) -> Iterator[None]:
        """A span around an act; what ``told`` holds at the end becomes its attributes and children."""
        if self._tracer is None:
            yield
            return
        span = self._tracer.start_span(told.kind, start_time=told.started, record_exception=False)
        token = contexts.attach(set_span_in_context(span))
        try:
            yield
        finally:
            contexts.detach(token)
            self._end(self._tracer, span, told)

    def _end(self, tracer: Tracer, span: Span, told: Act) -> None:
        ended = time.time_ns()
        span.set_attributes({genai.ACT_KIND: told.kind, genai.ACT_PRINCIPAL: told.principal, **told.facts})
        if told.kind in genai.OPERATIONS:
            span.set_attributes({genai.OPERATION: genai.OPERATIONS[told.kind], genai.PROVIDER: genai.AVOUCH})
        if told.outcome != "ok":
            span.set_attribute(genai.ERROR_TYPE, told.outcome)
            span.set_status(Status(StatusCode.ERROR, told.outcome))
        at, within = told.started, set_span_in_context(span, Context())
        for step, took in told.steps.items():
            child = tracer.start_span(f"{told.kind}.{step}", within, start_time=at)
            at = min(at + int(took * 1e6), ended)
            child.end(at)
        span.end(ended)

    def close(self) -> None:
        """Send what has not gone yet, and stop."""
        if self._provider is not None:
            self._provider.shutdown()


@contextmanager
def under(traceparent: str) -> Iterator[None]:
    """Acts inside belong to the caller's trace, by the W3C ``traceparent`` header; a malformed one is none.

    ``tracestate`` and ``baggage`` are the caller's own words and are not taken.
    """
    remote = remote_of(traceparent)
    if remote is None:
        yield
        return
    token = contexts.attach(set_span_in_context(Remote(remote), Context()))
    try:
        yield
    finally:
        contexts.detach(token)


def remote_of(traceparent: str) -> SpanContext | None:
    """The caller's span, or None. Whether a trace is kept is decided here, not by the caller's flag."""
    if len(traceparent) > 100:
        return None
    found = W3C.extract({"traceparent": traceparent}, Context())
    for value in found.values():
        if isinstance(value, Remote):
            there = value.get_span_context()
            return SpanContext(there.trace_id, there.span_id, True, TraceFlags(TraceFlags.DEFAULT))
    return None
