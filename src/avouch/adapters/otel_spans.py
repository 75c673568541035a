"""Where spans go: OpenTelemetry's SDK, to a collector over HTTP (OTLP) or to standard error."""

from __future__ import annotations

import sys

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

from avouch.errors import AvouchError, Code

CONSOLE = "console"
ATTRIBUTES, CHARACTERS = 64, 8192


def open_provider(where: str, instance: str, version: str, ratio: float = 1.0) -> TracerProvider:
    """A provider for ``console`` or the address of an OTLP collector (https://host:4318/v1/traces). CONFIG_INVALID."""
    if where == CONSOLE:
        return provider(ConsoleSpanExporter(out=sys.stderr, formatter=line), instance, version, ratio)
    if not where.startswith(("https://", "http://")):
        raise AvouchError(Code.CONFIG_INVALID, "`traces` is console or the http(s) address of a collector")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise AvouchError(Code.CONFIG_INVALID, "`traces` names a collector: install avouch[traces]") from error
    return provider(OTLPSpanExporter(endpoint=where), instance, version, ratio)


def line(span: ReadableSpan) -> str:
    return str(span.to_json(indent=None)) + "\n"


def provider(exporter: SpanExporter, instance: str, version: str, ratio: float = 1.0) -> TracerProvider:
    """A provider over an exporter: at once where that writes here, else in batches behind the act's back."""
    limits = SpanLimits(max_span_attributes=ATTRIBUTES, max_span_attribute_length=CHARACTERS, max_events=0)
    told = {"service.name": "avouch", "service.version": version, "service.instance.id": instance}
    made = TracerProvider(TraceIdRatioBased(ratio), Resource(told), span_limits=limits)
    remote = type(exporter).__module__.startswith("opentelemetry.exporter")
    made.add_span_processor((BatchSpanProcessor if remote else SimpleSpanProcessor)(exporter))
    return made
