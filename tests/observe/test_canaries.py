"""Nothing of what people ask, keep and sign in with appears in logs, traces, metrics or ledger leaves.

Words that are nowhere else are planted in each place that holds something sensitive; then everything is done
that works, is refused, or fails, with all that can be told turned on.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select
from tests.conftest import staff

from avouch.adapters.otel_spans import OtelTracer, under
from avouch.errors import AvouchError
from avouch.ingest.discover import Options
from avouch.ledger.log import entries
from avouch.observe import genai
from avouch.observe.span import Spans
from avouch.records import Classification, Metadata, Principal
from avouch.stack import access, credentials, emergency, people, signin, watch
from avouch.stack.ask import ask
from avouch.stack.audit import audit
from avouch.stack.compartments import change
from avouch.stack.erase import erase
from avouch.stack.find import find
from avouch.stack.ingest import ingest
from avouch.stack.replay import replay
from avouch.stack.siem import Stream, open_sink
from avouch.stack.stack import Stack
from avouch.stack.withdraw import withdraw

QUESTION, TEXT, TITLE, NAME = "quokkaquestion", "tamarintext", "narwhaltitle", "axolotlname"
PASSWORD, KEY, HEADER, REASON, FILE = "pangolinpassword", "kakapokey", "hoatzinheader", "shoebillreason", "fossafile"
LABEL, GROUP, SUBJECT = "okapilabel", "saigagroup", "colugosubject"
CANARIES = (QUESTION, TEXT, TITLE, NAME, PASSWORD, KEY, HEADER, REASON, FILE, LABEL, GROUP, SUBJECT)
PAGE = f"---\ntitle: The {TITLE}\n---\n# The {TITLE}\n\nThe {TEXT} is given within 1 hour of recognition, every time.\n"
ASKED = f"When is the {TEXT} given, and what about the {QUESTION}?"


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """Every log record of every logger, at DEBUG, with its traceback."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    root, avouch = logging.getLogger(), logging.getLogger("avouch")
    levels = root.level, avouch.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    avouch.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(levels[0])
    avouch.setLevel(levels[1])


@pytest.fixture
def spans(stack: Stack) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    watch.of(stack).spans = Spans(OtelTracer(exporter, stack.id, "test"))
    return exporter


def fails(code: str = "[A-Z]") -> Any:
    return pytest.raises(AvouchError, match=code)


def everything(stack: Stack, folder: Path) -> None:
    """What works, what is refused, what fails."""
    groups = frozenset({"staff", GROUP})
    one = people.add(stack, NAME, groups, Classification.INTERNAL, frozenset({"reader", "on-call"}))
    take_in(stack, folder)
    with under(f"00-{'a' * 32}-{'b' * 16}-01-{HEADER}"), under(HEADER):
        answer = ask(stack, one, ASKED)
    assert any(TEXT in passage.text and TITLE in passage.title for passage in answer.passages)
    find(stack, one, ASKED)
    replay(stack, stack.owner, answer.voucher_id)
    sign_in(stack, one)
    fail(stack, one, answer.passages[0].document_id, folder)
    grant = emergency.begin(stack, one, f"because of {REASON}")
    emergency.end(stack, one, grant.id)
    access.review(stack, stack.owner)
    audit(stack, [])
    withdraw(stack, stack.owner, answer.passages[0].document_id, wrong=True)
    erase(stack, stack.owner, answer.passages[0].document_id)


def take_in(stack: Stack, folder: Path) -> None:
    labelled = Metadata(labels=frozenset({"staff", LABEL}), classification=Classification.INTERNAL)
    ingest(stack, stack.owner, folder, Options(labelled))
    (folder / f"{FILE}.pdf").write_bytes(b"%PDF-1.7 " + TEXT.encode())
    ingest(stack, stack.owner, folder, staff())


def sign_in(stack: Stack, one: Principal) -> None:
    credentials.set_password(stack, stack.owner, one.id, PASSWORD)
    _, session = signin.by_password(stack, NAME, PASSWORD)
    signin.by_session(stack, session)
    _, token = credentials.create_key(stack, stack.owner, one.id, f"the {KEY}")
    signin.by_key(stack, token)
    people.link(stack, stack.owner, one.id, "https://idp.example", SUBJECT)


def fail(stack: Stack, one: Principal, document: str, folder: Path) -> None:
    for bad in (f"{PASSWORD}!", "", HEADER):
        with fails("UNAUTHENTICATED"):
            signin.by_password(stack, NAME, bad)
        with fails("UNAUTHENTICATED"):
            signin.by_password(stack, f"{NAME}-{bad}", PASSWORD)
    for token in (f"avk_{KEY}", f"{KEY}.{HEADER}.{PASSWORD}", KEY):
        with fails("UNAUTHENTICATED"):
            signin.by_bearer(stack, token)
        with fails("UNAUTHENTICATED"):
            signin.by_session(stack, token)
    with fails("FORBIDDEN"):
        erase(stack, one, document, REASON)
    with fails("FORBIDDEN"):
        ingest(stack, one, folder, staff())
    with fails("QUESTION_TOO_LONG"):
        ask(stack, one, QUESTION * 1000)
    with fails("TIME_INVALID"):
        ask(stack, one, ASKED, as_of_time=HEADER[:5])
    with fails():
        people.add(stack, NAME, frozenset({GROUP}), Classification.INTERNAL, frozenset({"reader"}))


def test_no_canary_sings(
    stack: Stack, tmp_path: Path, heard: io.StringIO, spans: InMemorySpanExporter, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / f"{FILE}.md").write_text(PAGE)
    (folder / "hands.md").write_text("# Hands\n\nAlcohol hand rub is applied for 20 seconds.\n")
    stack.settings = replace(stack.settings, siem=f"file:{tmp_path}/events.jsonl", abstain_below=0.0)
    everything(stack, folder)
    Stream(stack, open_sink(stack)).catch_up()
    leaves = stack.state.read(lambda tx: tx.execute(select(entries.c.leaf)).scalars().all())
    told = {
        "logs": heard.getvalue(),
        "traces": "".join(span.to_json() for span in spans.get_finished_spans()),
        "metrics": watch.exposition(stack).decode(),
        "leaves": b"".join(leaves).decode(),
        "events": (tmp_path / "events.jsonl").read_text(),
        "output": "".join(capfd.readouterr()),
    }
    assert all(told[name] for name in ("logs", "traces", "metrics", "leaves", "events"))
    for name, text in told.items():
        sung = [canary for canary in CANARIES if canary in text.lower()]
        assert not sung, name
    lines = told["logs"].splitlines()
    assert any("avouch.act" in line for line in lines)


def test_content_in_traces_goes_by_its_class(stack: Stack, tmp_path: Path, spans: InMemorySpanExporter) -> None:
    """Off by default; else up to the class that the setting names, a question only as restricted."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "page.md").write_text(PAGE)
    one = people.add(stack, "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))
    ingest(stack, stack.owner, folder, staff())
    seen = {}
    for word in ("", "public", "internal", "confidential", "restricted"):
        spans.clear()
        stack.settings = replace(stack.settings, trace_content=word, abstain_below=0.0)
        assert ask(stack, one, ASKED).claims
        text = "".join(json.dumps(dict(span.attributes or {})) for span in spans.get_finished_spans())
        seen[word] = (TEXT in text, QUESTION in text)
    assert seen == {
        "": (False, False),
        "public": (False, False),
        "internal": (True, False),
        "confidential": (True, False),
        "restricted": (True, True),
    }


def test_content_of_a_compartment_never_goes(stack: Stack, tmp_path: Path, spans: InMemorySpanExporter) -> None:
    folder = tmp_path / "record"
    folder.mkdir()
    (folder / "page.md").write_text(PAGE)
    one = people.add(stack, "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))
    ingest(stack, stack.owner, folder, staff(compartment="record-1"))
    change(stack, stack.owner, one.id, join=["record-1"], leave=[])
    stack.settings = replace(stack.settings, trace_content="restricted", abstain_below=0.0)
    assert ask(stack, one, f"When is the {TEXT} given?").claims
    told = [dict(span.attributes or {}) for span in spans.get_finished_spans() if span.name == "ask"][-1]
    assert genai.INPUT_MESSAGES in told
    assert genai.OUTPUT_MESSAGES not in told
