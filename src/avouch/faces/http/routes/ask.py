"""`/ask` and `/search`."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import Request
from pydantic import Field

from avouch.faces.http import events
from avouch.faces.http.bodies import Body, ModelName, Time
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.records import Answer, Finding
from avouch.stack import find
from avouch.stack.act import authorise
from avouch.stack.ask import ask as run
from avouch.stack.ask import question_of

doors = Doors("ask")
EVENTS = {"responses": {"200": {"content": {events.MEDIA: {"schema": {"type": "string"}}}}}}


class Question(Body):
    """A question; as of when it shall hold, as it was known when. Later than ``budget_ms``, no claims come.

    ``model`` is asked first, of those in force; without it they are asked in their order.
    """

    question: str = Field(max_length=20_000)
    as_of: Time | None = None
    known_at: Time | None = None
    budget_ms: float | None = Field(None, ge=0, le=3_600_000)
    model: ModelName | None = None


class Search(Body):
    """What to look for; ``limit`` is how many passages at most."""

    question: str = Field(max_length=20_000)
    as_of: Time | None = None
    known_at: Time | None = None
    limit: int = Field(10, ge=1, le=100)


@doors("POST", "/ask", act="ask", returns=Answer, stream=True, extra=EVENTS)
async def ask(request: Request, stack: Stacked, caller: Caller, body: Question) -> Any:
    """Answer a question from what you may see; every sentence is cited, or there is none.

    ``model`` wrote the claims; empty where they are quoted. ``withheld`` are sentences that the checks did not let
    through, each with its verdict and the checks; their words are for whoever may review.

    With ``Accept: text/event-stream`` the answer comes as the events ``passages``, ``claim`` and ``answer``, the
    first of them when the entry is committed.
    """
    most = min(body.budget_ms or stack.settings.ask_budget_ms, stack.settings.ask_budget_ms)
    if body.budget_ms == 0:
        most = 0.0
    deadline = request.state.begun + most / 1e3
    work = partial(answered, stack, caller, body, deadline)
    if events.MEDIA not in request.headers.get("accept", ""):
        return await to_thread.run_sync(work)
    question_of(body.question)
    await to_thread.run_sync(authorise, stack, "ask", caller)
    task = asyncio.ensure_future(to_thread.run_sync(work))
    request.app.state.unheard.add(task)
    task.add_done_callback(request.app.state.unheard.discard)
    return events.streamed(events.following(task, request.state.request_id, told))


def answered(stack: Stacked, caller: Caller, body: Question, deadline: float) -> Answer:
    """The time that a request waited for its turn counts."""
    left = (deadline - time.perf_counter()) * 1e3
    when = body.as_of, body.known_at
    return run(stack, caller, body.question, *when, budget_ms=max(0.0, left), model=body.model or "")


def told(answer: Answer) -> list[bytes]:
    claims = [events.event("claim", claim) for claim in answer.claims]
    return [events.event("passages", answer.passages), *claims, events.event("answer", answer)]


@doors("POST", "/search", act="search", returns=Finding)
def search(stack: Stacked, caller: Caller, body: Search) -> Finding:
    """Find passages without an answer. What is shown is recorded, as in asking."""
    return find.find(stack, caller, body.question, body.as_of, body.known_at, body.limit)
