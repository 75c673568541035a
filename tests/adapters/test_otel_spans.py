"""Spans on their way to a collector: the real exporter, a receiver on loopback that reads its protocol."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from typing import Any

import pytest
from tests.receivers import HttpReceiver

from avouch.errors import AvouchError
from avouch.observe import genai
from avouch.stack import watch
from avouch.stack.audit import anchor
from avouch.stack.stack import Stack

trace = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="avouch[traces]")


class Collector(HttpReceiver):
    """Keeps the spans that it is sent."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        super().__init__()

    def keep(self, media: str, body: bytes) -> None:
        assert media == "application/x-protobuf"
        request = trace.ExportTraceServiceRequest()
        request.ParseFromString(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        self.spans += [span for one in request.resource_spans for part in one.scope_spans for span in part.spans]


def test_an_act_reaches_the_collector(stack: Stack) -> None:
    collector = Collector()
    stack.settings = replace(stack.settings, traces=collector.url)
    stack.__dict__.pop("watch", None)
    try:
        with watch.under(f"00-{'a' * 32}-{'b' * 16}-01"):
            anchor(stack, stack.owner)
        watch.of(stack).close()
    finally:
        stack.__dict__.pop("watch", None)
        collector.close()
    one = next(span for span in collector.spans if span.name == "checkpoint")
    assert one.trace_id.hex() == "a" * 32
    assert one.parent_span_id.hex() == "b" * 16
    assert {a.key: a.value.string_value for a in one.attributes}[genai.ACT_KIND] == "checkpoint"


def test_a_collector_that_is_away_holds_nothing_up(stack: Stack) -> None:
    stack.settings = replace(stack.settings, traces="http://127.0.0.1:9/v1/traces")
    stack.__dict__.pop("watch", None)
    started = time.monotonic()
    anchor(stack, stack.owner)
    assert time.monotonic() - started < 5
    stack.__dict__.pop("watch", None)


def test_without_the_exporter_one_is_told_so(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    stack.settings = replace(stack.settings, traces="https://collector.example/v1/traces")
    stack.__dict__.pop("watch", None)
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        anchor(stack, stack.owner)
    stack.settings = replace(stack.settings, traces="")
