"""`/v1/chat/completions`: asking, for clients of OpenAI's API.

It is the act ``ask`` and nothing else: the key decides what is visible, and the answer has its entry and voucher.
A declared model in force may be named: it is asked first, and what it writes is checked as everywhere.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from avouch.errors import AvouchError, Code
from avouch.faces.http import events
from avouch.faces.http.bodies import Body, Time
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.faces.http.openai import PREFIX
from avouch.faces.http.openai.completion import Completion, Extension, Written
from avouch.faces.http.openai.messages import Message, question_of
from avouch.faces.http.openai.models import chosen
from avouch.faces.http.openai.parameters import without_effect
from avouch.faces.vouched import vouched
from avouch.stack.ask import ask

doors = Doors("openai", PREFIX)
EVENTS = {"responses": {"200": {"content": {events.MEDIA: {"schema": {"type": "string"}}}}}}


class Streaming(Body):
    """How to stream. ``include_obfuscation`` has no effect."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class More(Body):
    """What only this service has: as of when the answer shall hold, as it was known when, in what time."""

    as_of: Time | None = None
    known_at: Time | None = None
    budget_ms: float | None = Field(None, ge=0, le=3_600_000)


class Wanted(BaseModel):
    """A chat completion. Parameters that are not named here have no effect, or are refused."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(max_length=64)
    messages: list[Message] = Field(min_length=1, max_length=2000)
    stream: bool | None = None
    stream_options: Streaming | None = None
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)
    n: int | None = None
    avouch: More | None = None

    def check(self) -> tuple[str, list[str]]:
        """The question, and what has no effect; INPUT_INVALID for what is not done here."""
        if self.n not in (None, 1):
            raise AvouchError(Code.INPUT_INVALID, "body.n: a question has one answer here")
        if self.stream_options is not None and not self.stream:
            raise AvouchError(Code.INPUT_INVALID, "body.stream_options: only with stream")
        ignored = without_effect(self.model_extra or {})
        question, beside = question_of(self.messages)
        return question, [*ignored, *beside]

    @property
    def most(self) -> int | None:
        told = [one for one in (self.max_completion_tokens, self.max_tokens) if one is not None]
        return min(told, default=None)


@doors("POST", "/chat/completions", act="ask", checked=True, returns=Completion, stream=True, extra=EVENTS)
async def create_chat_completion(request: Request, stack: Stacked, caller: Caller, body: Wanted) -> Any:
    """Answer the last message from what you may see; the field ``avouch`` has the citations and the voucher.

    With ``stream`` the chunks come once the entry is committed: an error has its status either way.
    """
    written = await to_thread.run_sync(partial(answered, stack, caller, body, request.state.begun))
    if not body.stream:
        return written.whole()
    usage = body.stream_options is not None and bool(body.stream_options.include_usage)
    return StreamingResponse(
        iter(list(written.chunks(usage))), media_type=events.MEDIA, headers={"x-accel-buffering": "no"}
    )


def answered(stack: Stacked, caller: Caller, body: Wanted, begun: float) -> Written:
    """Ask, and write it down. The time that a request waited for its turn counts."""
    first = chosen(stack, body.model)
    question, ignored = body.check()
    more = body.avouch or More.model_validate({})
    most = stack.settings.ask_budget_ms
    left = min(most if more.budget_ms is None else more.budget_ms, most) - (time.perf_counter() - begun) * 1e3
    answer = ask(stack, caller, question, more.as_of, more.known_at, budget_ms=max(0.0, left), model=first)
    extension = Extension(**vouched(answer).model_dump(), ignored=ignored)

    def count(text: str) -> int:
        return len(stack.embedder.pieces([text])[0])

    return Written.of(body.model, extension, answer.question, count, body.most)
