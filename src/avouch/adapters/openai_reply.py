"""What an OpenAI-compatible server says, read strictly: chunks of a stream, or one whole reply."""

from __future__ import annotations

import json
import re
from typing import Any

from avouch.records import Piece, Usage

MOST = 2**40
SURROGATE = re.compile("[\ud800-\udfff]")
FINISH = re.compile(r"[a-z_]{1,32}")
ENDS = {name: name for name in ("stop", "length", "content_filter", "tool_calls")} | dict.fromkeys(
    ("eos_token", "stop_sequence", "end_turn"), "stop"
)
"""How replies end, as servers say it. What else they say is theirs, and goes into no record."""


class Malformed(ValueError):  # noqa: N818
    """Not what the protocol says. The message names the place, never the content."""


class Failed(Exception):  # noqa: N818
    """The server says, within a stream, that it failed."""


class Joiner:
    """Makes pieces of text whole characters: a surrogate pair may be cut in two, a lone half is U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def take(self, text: str, last: bool = False) -> str:
        text, self._half = self._half + text, ""
        if not last and text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        if not SURROGATE.search(text):
            return text
        return SURROGATE.sub("\ufffd", text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"))


def chunk(data: str) -> Piece:
    """One event of a stream. Choices other than the first were not asked for and are left out. Malformed; Failed."""
    told = loaded(data)
    found = choice(told)
    delta = found.get("delta") or {}
    if not isinstance(delta, dict):
        raise Malformed("delta")
    return Piece(content(delta), usage(told.get("usage")), finish(found))


def whole(data: bytes) -> Piece:
    """A reply that came in one, where a stream was asked for: some servers cannot stream. Malformed; Failed."""
    told = loaded(data.decode("utf-8", "replace"))
    found = choice(told)
    message = found.get("message")
    if not isinstance(message, dict) or not isinstance(message.get("content"), str):
        raise Malformed("message")
    text = Joiner().take(content(message), last=True)
    return Piece(text, usage(told.get("usage")), finish(found) or "stop")


def loaded(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("JSON") from error
    if not isinstance(told, dict):
        raise Malformed("object")
    if told.get("error"):
        raise Failed
    return told


def choice(told: dict[str, Any]) -> dict[str, Any]:
    choices = told.get("choices")
    if choices is None and "usage" in told:
        return {}
    if not isinstance(choices, list) or not all(isinstance(one, dict) for one in choices):
        raise Malformed("choices")
    return next((one for one in choices if one.get("index", 0) == 0), {})


def content(said: dict[str, Any]) -> str:
    text = said.get("content")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Malformed("content")
    return text


def finish(said: dict[str, Any]) -> str:
    reason = said.get("finish_reason")
    if reason is None:
        return ""
    if not isinstance(reason, str) or not FINISH.fullmatch(reason):
        raise Malformed("finish_reason")
    return ENDS.get(reason, "other")


def usage(told: Any) -> Usage | None:
    """The tokens that the server counted; None where it says nothing that can be so."""
    if not isinstance(told, dict):
        return None
    read, written = told.get("prompt_tokens"), told.get("completion_tokens")
    if type(read) is not int or type(written) is not int or not (0 <= read < MOST and 0 <= written < MOST):
        return None
    return Usage(read, written)
