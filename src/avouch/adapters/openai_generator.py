"""A language model behind an OpenAI-compatible server: vLLM, llama.cpp, Ollama, a vendor.

Source: the chat completions protocol, streamed, with ``stream_options.include_usage``. One attempt: trying again,
falling back and breaking the circuit are the gateway's, for any kind of model.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpcore2

from avouch.adapters.openai_events import Events, TooLarge
from avouch.adapters.openai_key import Key
from avouch.adapters.openai_link import Clock, Link
from avouch.adapters.openai_reply import Failed, Joiner, Malformed, chunk, whole
from avouch.adapters.openai_response import BELOW, BROKEN, bounded, drain, header, names, retry_after, why
from avouch.errors import AvouchError, Code
from avouch.records import Dialect, Grammar, Health, Model, Piece, Request

CONNECTIONS, HEALTH, DRAIN = 256, 5.0, 0.25
LATER = frozenset({408, 425, 429})
DONE = "[DONE]"


class OpenAIGenerator:
    """The ``Generator`` port over one declared model. ``secrets`` is the folder of keys declared as ``file:``."""

    punctual = True

    def __init__(self, model: Model, secrets: Path | None = None, connections: int = CONNECTIONS) -> None:
        self.name, self.digest = model.name, model.version
        self._model, self._key, self._link = model, Key(model.key, secrets), Link(model, connections)

    def __repr__(self) -> str:
        return f"OpenAIGenerator({self.name})"

    def stream(self, request: Request, deadline: float) -> Iterator[Piece]:
        """The reply in pieces. MODEL_TIMEOUT, MODEL_UNAVAILABLE, MODEL_REFUSED, MODEL_BROKEN, SECRET_MISSING."""
        clock = Clock(deadline, time.monotonic() + self._model.timeout)
        body, again = self.body(request), True
        while again:
            again, clock.stale = False, True
            try:
                with self._asked("POST", "/chat/completions", clock, body) as response:
                    clock.stale = False
                    self._accepted(response)
                    yield from self._pieces(response, clock)
            except (*BELOW, Malformed, TooLarge, Failed) as error:
                again = clock.stale and isinstance(error, BROKEN)
                if not again:
                    raise self._blamed(error, clock) from error

    def _blamed(self, error: Exception, clock: Clock) -> AvouchError:
        """What went wrong, as whoever asked may know it. What was begun and breaks off is broken."""
        if isinstance(error, httpcore2.TimeoutException) and time.monotonic() >= clock.deadline:
            return self._error(Code.MODEL_TIMEOUT, "gave no whole reply within the time for the question")
        if isinstance(error, httpcore2.ReadTimeout | httpcore2.WriteTimeout):
            return self._error(Code.MODEL_TIMEOUT, f"gave no {'more' if clock.begun else 'reply'} in its time")
        if isinstance(error, Malformed | TooLarge):
            return self._error(Code.MODEL_BROKEN, f"sent what is no reply ({str(error) or 'too large'})")
        if isinstance(error, Failed):
            return self._error(Code.MODEL_BROKEN if clock.begun else Code.MODEL_UNAVAILABLE, "said that it failed")
        if clock.begun:
            return self._error(Code.MODEL_BROKEN, f"the connection broke ({type(error).__name__})")
        return self._error(Code.MODEL_UNAVAILABLE, f"could not be reached ({why(error)})")

    def body(self, request: Request) -> bytes:
        """The request as JSON."""
        told: dict[str, Any] = {
            "model": self._model.remote or self.name,
            "messages": [{"role": one.role, "content": one.content} for one in request.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._model.dialect is Dialect.OPENAI:
            told["max_completion_tokens"] = request.max_tokens
        else:
            told |= {"max_tokens": request.max_tokens, "temperature": request.temperature, "seed": request.seed}
        if request.schema and self._model.grammar is Grammar.JSON_SCHEMA:
            schema = {"name": "reply", "strict": True, "schema": json.loads(request.schema)}
            told["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif request.schema and self._model.grammar is Grammar.JSON_OBJECT:
            told["response_format"] = {"type": "json_object"}
        return json.dumps(told).encode()

    def _asked(self, method: str, path: str, clock: Clock, body: bytes | None = None) -> Any:
        headers = [("accept", "text/event-stream, application/json"), ("accept-encoding", "identity")]
        headers.append(("user-agent", "avouch"))
        if key := self._key.reveal():
            headers.append(("authorization", f"Bearer {key}"))
        if body is not None:
            headers += [("content-type", "application/json"), ("content-length", str(len(body)))]
        told = {"timeout": clock.limits()}
        return self._link.pool.stream(method, self._link.base + path, headers=headers, content=body, extensions=told)

    def _accepted(self, response: httpcore2.Response) -> None:
        """Return where the status is that of a reply."""
        status = response.status
        if status == 200:
            return
        if status in LATER or status >= 500:
            wait = retry_after(header(response, b"retry-after"))
            raise self._error(Code.MODEL_UNAVAILABLE, f"answered {status}", wait)
        refused = 300 <= status < 500
        raise self._error(Code.MODEL_REFUSED if refused else Code.MODEL_BROKEN, f"answered {status}")

    def _pieces(self, response: httpcore2.Response, clock: Clock) -> Iterator[Piece]:
        media = header(response, b"content-type").partition(";")[0].strip().lower()
        if header(response, b"content-encoding").lower() not in ("", "identity"):
            raise Malformed("content-encoding")
        if media == "application/json":
            yield whole(b"".join(bounded(response)))
        elif media == "text/event-stream":
            yield from self._streamed(response, clock)
        else:
            raise Malformed("content-type")

    def _streamed(self, response: httpcore2.Response, clock: Clock) -> Iterator[Piece]:
        """Texts as they come. The usage comes after the finish, so both are handed out at the end."""
        events, joiner, finish, usage = Events(), Joiner(), "", None
        parts = bounded(response)
        for part in parts:
            for data in events.feed(part):
                if data == DONE:
                    yield Piece(joiner.take("", last=True), usage, finish or "stop")
                    clock.next(DRAIN)
                    drain(parts)
                    return
                piece = chunk(data)
                finish, usage = piece.finish or finish, piece.usage or usage
                if piece.text and (text := joiner.take(piece.text)):
                    yield Piece(text)
                    clock.next(self._model.pause)
        raise Malformed("ended without [DONE]")

    def health(self) -> Health:
        """Ask for the list of models, and whether this one is on it."""
        began = time.monotonic()
        clock, why_not, again = Clock(began + HEALTH, began + HEALTH), "", True
        while again:
            again, clock.stale = False, True
            try:
                why_not = self._unlisted(clock)
            except BELOW as error:
                again, why_not = clock.stale and isinstance(error, BROKEN), f"could not be reached ({why(error)})"
            except (Malformed, Failed, TooLarge):
                why_not = "answered with what is no list of models"
            except AvouchError as error:
                why_not = error.message
        return Health(not why_not, why_not, round((time.monotonic() - began) * 1e3, 3))

    def _unlisted(self, clock: Clock) -> str:
        """Why the server does not serve this model; empty where it does."""
        with self._asked("GET", "/models", clock) as response:
            clock.stale = False
            if response.status != 200:
                return f"answered {response.status}"
            listed = names(b"".join(bounded(response)))
        return "" if (self._model.remote or self.name) in listed else "does not list the model"

    def close(self) -> None:
        """Close what is idle; what is under way ends with an error."""
        self._link.pool.close()

    def _error(self, code: Code, message: str, retry_after: float | None = None) -> AvouchError:
        return AvouchError(code, f"{self.name}: {message}", retry_after)
