"""What a stack tells of its acts while it runs: metrics and spans. It never changes what an act does.

``acted`` and ``entered`` stand around the governed loop (``stack/act.py``). One ``Watch`` per stack.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from sqlalchemy import Connection

from avouch import __version__
from avouch.adapters import prometheus_meter
from avouch.errors import AvouchError, Code
from avouch.lake import schema
from avouch.ledger import log
from avouch.observe import genai
from avouch.observe.metric import Measured, Metrics
from avouch.observe.series import Series
from avouch.observe.span import Act, Spans, Tracer
from avouch.records import Answer, Classification, Principal
from avouch.stack import capture

if TYPE_CHECKING:
    from avouch.stack.act import Commit, Stamp
    from avouch.stack.stack import Stack

P = ParamSpec("P")
R = TypeVar("R")
W = TypeVar("W", bound=Callable[..., Any])
logger = logging.getLogger("avouch.watch")
MEDIA = prometheus_meter.MEDIA
MAKING = threading.Lock()
MASK = "alarm.mask"
UNDONE = frozenset({"access.refused", MASK})
"""Entries that tell that something was not done."""
INSIDE: ContextVar[bool] = ContextVar("avouch_inside_act", default=False)
DONE: ContextVar[list[str] | None] = ContextVar("avouch_done", default=None)


class Watch:
    """The metrics and spans of one stack."""

    def __init__(self, stack: Stack) -> None:
        self.metrics = Metrics(prometheus_meter.PrometheusMeter())
        self.metrics.look_at(lambda: figures(stack))
        self.series = Series(self.metrics.samples)
        self.spans = Spans(tracer(stack))

    def close(self) -> None:
        """Send the spans that have not gone yet."""
        self.spans.close()


def of(stack: Stack) -> Watch:
    """The watch of a stack, made at the first call."""
    made = stack.__dict__.get("watch")
    if made is None:
        with MAKING:
            made = stack.__dict__.get("watch") or stack.__dict__.setdefault("watch", Watch(stack))
    assert isinstance(made, Watch)  # noqa: S101
    return made


def tracer(stack: Stack) -> Tracer | None:
    """Where the settings send spans; None: nowhere. CONFIG_INVALID."""
    settings = stack.settings
    if settings.trace_content and settings.trace_content.upper() not in Classification.__members__:
        raise AvouchError(Code.CONFIG_INVALID, "`trace_content` is a classification, or empty")
    if not 0 <= settings.trace_ratio <= 1:
        raise AvouchError(Code.CONFIG_INVALID, "`trace_ratio` is from 0 to 1")
    if not settings.traces:
        return None
    from avouch.adapters.otel_spans import open_tracer

    return open_tracer(settings.traces, stack.id, __version__, settings.trace_ratio)


def under(traceparent: str) -> AbstractContextManager[None]:
    """Acts inside belong to the trace that a caller names by the W3C header ``traceparent``; empty: to none."""
    if not traceparent:
        return nullcontext()
    from avouch.adapters import otel_spans

    return otel_spans.under(traceparent)


def exposition(stack: Stack) -> bytes:
    """The metrics in the Prometheus text format (``MEDIA``)."""
    return of(stack).metrics.text()


def figures(stack: Stack) -> Iterator[Measured]:
    """What is looked up at each scrape. STATE_UNAVAILABLE and the like leave out what they concern."""
    yield Measured("avouch_up", "1: the state database answers.", 0.0 if (held := rows(stack)) is None else 1.0)
    yield Measured("avouch_writer_queue", "Acts that wait for the writer.", stack.state.waiting)
    if held is not None:
        yield Measured("avouch_ledger_entries", "Entries in the ledger.", held[0])
        yield Measured("avouch_lake_rows", "Chunks ever given a row.", held[1])
        for sink, behind in held[2].items():
            text = "Entries that a sink has not taken yet."
            yield Measured("avouch_siem_behind_entries", text, behind, (("sink", sink),))
    if "shelf" in stack.__dict__ and (generation := stack.shelf.generation) is not None:
        yield Measured("avouch_index_rows", "Rows in the index.", generation.rows)
        yield Measured("avouch_index_generation", "The number of the index generation.", generation.number)
        if held is not None:
            yield Measured("avouch_index_lag_rows", "Rows not yet in the index.", max(0, held[1] - generation.rows))


def rows(stack: Stack) -> tuple[int, int, dict[str, int]] | None:
    """Ledger entries, lake rows, entries that sinks lack by their kind; None where the database does not answer."""
    from avouch.stack.siem import behind

    def read(tx: Connection) -> tuple[int, int, dict[str, int]]:
        return log.size(tx), int(schema.fact(tx, "rows")), behind(tx)

    try:
        return stack.state.read(read)
    except AvouchError:
        return None


def acted(run: Callable[P, R]) -> Callable[P, R]:
    """Around ``act(stack, kind, principal, …)``: one span, and the metrics."""

    @functools.wraps(run)
    def watched(*args: P.args, **named: P.kwargs) -> R:
        stack: Stack = args[0]  # type: ignore[assignment]
        kind, principal = args[1], args[2]
        assert isinstance(kind, str) and isinstance(principal, Principal)  # noqa: S101
        with around(stack, kind, principal) as told:
            try:
                result = run(*args, **named)
            except AvouchError as error:
                if error.code is Code.MASK_MISMATCH:
                    alarm(stack, kind, principal)
                raise
            end(stack, told, result)
            return result

    return watched


def alarm(stack: Stack, kind: str, principal: Principal) -> None:
    """Mask and policy disagree: an entry, which the stream of security events turns into a finding."""
    from avouch.stack.act import write

    logger.critical("mask mismatch kind=%s principal=%s", kind, principal.id)
    try:
        write(stack, MASK, principal, lambda tx, stamp: (None, {"act": kind}))
    except AvouchError as error:
        logger.critical("mask mismatch: no entry code=%s", error.code.name)


@contextmanager
def around(stack: Stack, kind: str, principal: Principal) -> Iterator[Act]:
    """Count and trace what runs inside as one act; an act inside another is part of it for neither."""
    watch, told, begun = of(stack), Act(kind, principal.id), time.perf_counter()
    token = INSIDE.set(True)
    try:
        with watch.spans.act(told):
            try:
                yield told
            except BaseException as error:
                told.outcome = error.code.name if isinstance(error, AvouchError) else Code.INTERNAL.name
                raise
    finally:
        INSIDE.reset(token)
        watch.metrics.acted(kind, told.outcome, time.perf_counter() - begun, told.steps)


def end(stack: Stack, told: Act, result: Any) -> None:
    """Take up what the result says of itself: its steps, and of an answer how it came out."""
    took = getattr(result, "timings", None)
    if isinstance(took, dict):
        told.steps = dict(took)
    if isinstance(result, Answer) and of(stack).spans.on:
        told.facts |= {
            genai.RESPONSE_ID: result.voucher_id,
            genai.ACT_SNAPSHOT: result.snapshot,
            genai.ACT_ABSTAINED: result.abstained,
            genai.ACT_PASSAGES: len(result.passages),
            genai.ACT_CLAIMS: len(result.claims),
            **({genai.ACT_DEGRADED: result.degraded} if result.degraded else {}),
            **captured(stack, result),
        }


def captured(stack: Stack, answer: Answer) -> dict[str, str]:
    """Content, where the rules let it out and can be read: the act is over, and nothing may undo that."""
    try:
        return capture.content(stack, answer)
    except AvouchError as error:
        logger.warning("trace content code=%s", error.code.name)
        return {}


@contextmanager
def doing() -> Iterator[list[str]]:
    """The kinds of what is done inside, each once its entry is committed."""
    kinds: list[str] = []
    token = DONE.set(kinds)
    try:
        yield kinds
    finally:
        DONE.reset(token)


def entered(run: W) -> W:
    """Around ``write``: count the entry once it is committed. An entry without an act is an act by itself."""

    @functools.wraps(run)
    def watched(stack: Stack, kind: str, principal: Principal, commit: Commit[Any]) -> tuple[Any, int]:
        written: dict[str, Any] = {}
        done: tuple[Any, int]

        def told(tx: Connection, stamp: Stamp) -> tuple[Any, dict[str, Any]]:
            result, body = commit(tx, stamp)
            written.update(body)
            return result, body

        if INSIDE.get() or kind == "access.refused":
            done = run(stack, kind, principal, told)
        else:
            with around(stack, kind, principal):
                done = run(stack, kind, principal, told)
        if (kinds := DONE.get()) is not None and kind not in UNDONE:
            kinds.append(kind)
        of(stack).metrics.entered(kind, written)
        return done

    return cast(W, watched)
