"""Spans by OpenTelemetry: to a collector over HTTP (OTLP), or to standard error. Traces of callers, by W3C headers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from avouch.errors import AvouchError, Code

CONSOLE = "console"
ATTRIBUTES, CHARACTERS, HEADER = 64, 8192, 100
W3C = TraceContextTextMapPropagator()
Step = tuple[str, int, int]


class OtelSpan:
    """A span that was begun."""

    def __init__(self, tracer: Tracer, span: Span) -> None:
        self._tracer, self._span = tracer, span

    def end(self, at: int, told: Mapping[str, str | bool | int | float], error: str, children: Sequence[Step]) -> None:
        """End it at a time (ns since 1970), with children (name, start, end); ``error`` is a code."""
        self._span.set_attributes(told)
        if error:
            self._span.set_status(Status(StatusCode.ERROR, error))
        within = set_span_in_context(self._span, Context())
        for name, started, ended in children:
            self._tracer.start_span(name, within, start_time=started).end(ended)
        self._span.end(at)


class OtelTracer:
    """Spans of one stack, with a provider of its own: nothing global."""

    def __init__(self, exporter: SpanExporter, instance: str, version: str, ratio: float = 1.0) -> None:
        limits = SpanLimits(max_span_attributes=ATTRIBUTES, max_span_attribute_length=CHARACTERS, max_events=0)
        told = {"service.name": "avouch", "service.version": version, "service.instance.id": instance}
        self._provider = TracerProvider(TraceIdRatioBased(ratio), Resource(told), span_limits=limits)
        remote = type(exporter).__module__.startswith("opentelemetry.exporter")
        self._provider.add_span_processor((BatchSpanProcessor if remote else SimpleSpanProcessor)(exporter))
        self._tracer = self._provider.get_tracer("avouch", version)

    @contextmanager
    def begin(self, name: str, started: int) -> Iterator[OtelSpan]:
        """A span from a time on (ns since 1970); what runs inside belongs to it."""
        span = self._tracer.start_span(name, start_time=started, record_exception=False)
        token = contexts.attach(set_span_in_context(span))
        try:
            yield OtelSpan(self._tracer, span)
        finally:
            contexts.detach(token)

    def close(self) -> None:
        """Send what has not gone yet, and stop."""
        self._provider.shutdown()


def open_tracer(where: str, instance: str, version: str, ratio: float = 1.0) -> OtelTracer:
    """A tracer to ``console`` or the address of an OTLP collector (https://host:4318/v1/traces). CONFIG_INVALID."""
    if where == CONSOLE:
        return OtelTracer(ConsoleSpanExporter(out=sys.stderr, formatter=line), instance, version, ratio)
    if not where.startswith(("https://", "http://")):
        raise AvouchError(Code.CONFIG_INVALID, "`traces` is console or the http(s) address of a collector")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # type: ignore[import-not-found, unused-ignore]
            OTLPSpanExporter,
        )
    except ImportError as error:
        raise AvouchError(Code.CONFIG_INVALID, "`traces` names a collector: install avouch[traces]") from error
    return OtelTracer(OTLPSpanExporter(endpoint=where), instance, version, ratio)


def line(span: ReadableSpan) -> str:
    return str(span.to_json(indent=None)) + "\n"


@contextmanager
def under(traceparent: str) -> Iterator[None]:
    """Acts inside belong to the caller's trace, by the W3C ``traceparent`` header; a malformed one is none.

    ``tracestate`` and ``baggage`` are the caller's own words and are not taken.
    """
    remote = remote_of(traceparent)
    if remote is None:
        yield
        return
    token = contexts.attach(set_span_in_context(NonRecordingSpan(remote), Context()))
    try:
        yield
    finally:
        contexts.detach(token)


def remote_of(traceparent: str) -> SpanContext | None:
    """The caller's span, or None. Whether a trace is kept is decided here, not by the caller's flag."""
    if not 0 < len(traceparent) <= HEADER:
        return None
    found = W3C.extract({"traceparent": traceparent}, Context())
    for value in found.values():
        if isinstance(value, NonRecordingSpan):
            there = value.get_span_context()
            return SpanContext(there.trace_id, there.span_id, True, TraceFlags(TraceFlags.DEFAULT))
    return None
