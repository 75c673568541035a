"""Metrics and spans of real acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.conftest import damaged, take_in

from avouch.adapters.otel_spans import OtelTracer, open_tracer, under
from avouch.errors import AvouchError, Code
from avouch.ledger import log
from avouch.observe import genai
from avouch.observe.span import Spans
from avouch.records import Principal
from avouch.stack import passages, signin, watch
from avouch.stack.ask import ask
from avouch.stack.audit import anchor
from avouch.stack.stack import Stack
from avouch.stack.withdraw import withdraw

QUESTION = "When is the first antibiotic dose given?"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def figure(stack: Stack, line: str) -> float:
    """The value of one line of the metrics; 0 where it is not there."""
    found = re.search(rf"^{re.escape(line)} (\S+)$", watch.exposition(stack).decode(), re.M)
    return float(found[1]) if found else 0.0


@pytest.fixture
def spans(stack: Stack) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    watch.of(stack).spans = Spans(OtelTracer(exporter, stack.id, "test"))
    return exporter


def test_acts_are_counted_by_kind_and_outcome(stack: Stack, library: Path, ann: Principal) -> None:
    take_in(stack, library)
    answers = [ask(stack, ann, QUESTION) for _ in range(3)]
    document = answers[0].passages[0].document_id
    with pytest.raises(AvouchError, match="FORBIDDEN"):
        withdraw(stack, ann, document, wrong=False)
    assert figure(stack, 'avouch_acts_total{kind="ask",outcome="ok"}') == 3
    assert figure(stack, 'avouch_acts_total{kind="withdraw",outcome="FORBIDDEN"}') == 1
    assert figure(stack, 'avouch_acts_refused_total{kind="withdraw"}') == 1
    assert figure(stack, 'avouch_act_seconds_count{kind="ask"}') == 3
    for step in ("embed", "mask", "recheck", "answer"):
        assert figure(stack, f'avouch_step_seconds_count{{kind="ask",step="{step}"}}') == 3, step
    assert figure(stack, "avouch_mask_mismatches_total") == 0


def test_figures_are_looked_up_when_asked_for(stack: Stack, library: Path, ann: Principal) -> None:
    assert figure(stack, "avouch_up") == 1
    before = figure(stack, "avouch_ledger_entries")
    take_in(stack, library)
    ask(stack, ann, QUESTION)
    assert figure(stack, "avouch_ledger_entries") >= before + 2
    assert figure(stack, "avouch_index_rows") == figure(stack, "avouch_lake_rows") > 0
    assert figure(stack, "avouch_index_lag_rows") == 0
    assert figure(stack, "avouch_writer_queue") == 0
    assert "avouch_siem_behind_entries" not in watch.exposition(stack).decode()


def test_a_database_that_does_not_answer_is_a_figure(stack: Stack) -> None:
    with damaged(stack):
        text = watch.exposition(stack).decode()
    assert "\navouch_up 0.0\n" in text
    assert "avouch_ledger_entries" not in text
    assert figure(stack, "avouch_up") == 1


def test_two_stacks_do_not_add_up(stack: Stack, tmp_path: Path) -> None:
    with Stack.create(tmp_path / "other") as other:
        with pytest.raises(AvouchError, match="UNAUTHENTICATED"):
            signin.by_key(other, "avk_nothing")
        line = 'avouch_signins_refused_total{by="key",reason="unknown"}'
        assert (figure(other, line), figure(stack, line)) == (1, 0)


def test_http_is_counted_by_route_and_labels_stay_bounded(stack: Stack) -> None:
    metrics = watch.of(stack).metrics
    metrics.requested("/api/v1/documents/{id}", "GET", 200, 0.01)
    metrics.requested("", "BREW\n", 999, 0.01)
    metrics.limited("principal")
    metrics.in_flight.set(3)
    assert figure(stack, "avouch_http_in_flight") == 3
    found = 'avouch_http_request_seconds_count{method="GET",route="/api/v1/documents/{id}",status="200"}'
    assert figure(stack, found) == 1
    odd = 'avouch_http_request_seconds_count{method="other",route="other",status="other"}'
    assert figure(stack, odd) == 1
    for number in range(1000):
        metrics.limited(f"limit-{number}")
    metrics.limited("Not a word")
    text = watch.exposition(stack).decode()
    assert len(re.findall(r"^avouch_http_limited_total\{", text, re.M)) <= 201
    assert "Not a word" not in text


def test_an_act_is_a_span_and_its_steps_are_children(
    stack: Stack, library: Path, ann: Principal, spans: InMemorySpanExporter
) -> None:
    take_in(stack, library)
    spans.clear()
    with under(CALLER):
        answer = ask(stack, ann, QUESTION)
    found = spans.get_finished_spans()
    one = next(span for span in found if span.name == "ask")
    assert one.context and f"{one.context.trace_id:032x}" == CALLER.split("-")[1]
    assert one.parent and f"{one.parent.span_id:016x}" == CALLER.split("-")[2]
    told = dict(one.attributes or {})
    assert told[genai.RESPONSE_ID] == answer.voucher_id
    assert (told[genai.OPERATION], told[genai.ACT_PRINCIPAL]) == ("chat", ann.id)
    steps = [span for span in found if span.parent and span.parent.span_id == one.context.span_id]
    assert {"ask.embed", "ask.mask", "ask.recheck", "ask.answer"} <= {span.name for span in steps}
    for span in steps:
        assert span.start_time and span.end_time and one.start_time and one.end_time
        assert one.start_time <= span.start_time <= span.end_time <= one.end_time


def test_an_error_is_its_code(stack: Stack, ann: Principal, spans: InMemorySpanExporter) -> None:
    with pytest.raises(AvouchError, match="FORBIDDEN"):
        anchor(stack, ann)
    one = next(span for span in spans.get_finished_spans() if span.name == "checkpoint")
    assert dict(one.attributes or {})[genai.ERROR_TYPE] == one.status.description == "FORBIDDEN"
    assert not one.events


@pytest.mark.parametrize(
    "odd",
    ["", "x", "00-" + "0" * 32 + "-b7ad6b7169203331-01", CALLER + "-more", "ff" + CALLER[2:], CALLER * 50, CALLER[:-3]],
)
def test_a_malformed_traceparent_is_none(stack: Stack, ann: Principal, spans: InMemorySpanExporter, odd: str) -> None:
    with under(odd), pytest.raises(AvouchError):
        anchor(stack, ann)
    one = next(span for span in spans.get_finished_spans() if span.name == "checkpoint")
    assert one.parent is None


def test_a_mask_that_lets_too_much_through_is_an_alarm(
    stack: Stack, library: Path, ann: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(stack, library)

    def broken(*_: object) -> object:
        raise AvouchError(Code.MASK_MISMATCH, "the mask let v_1 through, which the policy forbids")

    monkeypatch.setattr(passages, "recheck", broken)
    with pytest.raises(AvouchError, match="MASK_MISMATCH"):
        ask(stack, ann, QUESTION)
    assert figure(stack, "avouch_mask_mismatches_total") == 1
    assert figure(stack, 'avouch_entries_total{kind="alarm.mask"}') == 1
    assert figure(stack, 'avouch_acts_total{kind="ask",outcome="MASK_MISMATCH"}') == 1


def test_spans_go_to_standard_error_a_line_each(stack: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    watch.of(stack).spans = Spans(open_tracer("console", stack.id, "test"))
    anchor(stack, stack.owner)
    watch.of(stack).close()
    lines = capfd.readouterr().err.splitlines()
    assert [json.loads(line)["name"] for line in lines if line.startswith("{")] == ["checkpoint"]


def test_settings_that_cannot_be_meant_are_refused_before_anything_is_done(stack: Stack) -> None:
    before = stack.state.read(log.size)
    for changed in ({"trace_content": "secret"}, {"trace_ratio": 2.0}, {"traces": "somewhere"}):
        stack.__dict__.pop("watch", None)
        stack.settings = replace(stack.settings, traces="", trace_content="", trace_ratio=1.0)
        stack.settings = replace(stack.settings, **changed)
        with pytest.raises(AvouchError, match="CONFIG_INVALID"):
            anchor(stack, stack.owner)
    stack.settings = replace(stack.settings, traces="")
    assert stack.state.read(log.size) == before


def test_where_spans_go_is_checked(stack: Stack) -> None:
    with pytest.raises(AvouchError, match="CONFIG_INVALID"):
        open_tracer("collector:4318", stack.id, "test")
