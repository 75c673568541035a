"""An answer in the shapes of a chat completion, whole and in chunks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from avouch.faces.vouched import Vouched, parts

Count = Callable[[str], int]


class Extension(Vouched):
    """What the shape of a chat completion has no place for. ``ignored``: what was sent and had no effect."""

    ignored: list[str]


class Spoken(BaseModel):
    """The message of the answer."""

    role: Literal["assistant"]
    content: str
    refusal: None


class Choice(BaseModel):
    """The one choice. ``length``: whole claims were left out of the text, since they were too long for it."""

    index: int
    message: Spoken
    finish_reason: Literal["stop", "length"]
    logprobs: None


class Usage(BaseModel):
    """Word pieces, as the embedding model counts them: of the question, and of the text of the answer."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    """A chat completion with the evidence of its answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    avouch: Extension


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it is written: its pieces of text and how many tokens they have."""

    model: str
    created: int
    extension: Extension
    pieces: list[str]
    cut: bool
    usage: Usage

    @classmethod
    def of(cls, model: str, extension: Extension, question: str, count: Count, most: int | None) -> Written:
        """As many whole claims as ``most`` tokens hold, with their sources; all of them where it is None."""
        kept, whole = extension, parts(extension)
        pieces = whole
        while most is not None and pieces and count("".join(pieces)) > most:
            kept = kept.model_copy(update={"claims": kept.claims[:-1]})
            pieces = parts(kept) if kept.claims else []
        asked, told = count(question), count("".join(pieces))
        usage = Usage(prompt_tokens=asked, completion_tokens=told, total_tokens=asked + told)
        return cls(model, int(time.time()), extension, pieces, pieces != whole, usage)

    @property
    def finish(self) -> Literal["stop", "length"]:
        return "length" if self.cut else "stop"

    @property
    def id(self) -> str:
        return f"chatcmpl-{self.extension.voucher_id}"

    def whole(self) -> dict[str, Any]:
        """The completion as one record."""
        spoken = Spoken(role="assistant", content="".join(self.pieces), refusal=None)
        return Completion(
            id=self.id,
            object="chat.completion",
            created=self.created,
            model=self.model,
            choices=[Choice(index=0, message=spoken, finish_reason=self.finish, logprobs=None)],
            usage=self.usage,
            avouch=self.extension,
        ).model_dump()

    def chunks(self, include_usage: bool) -> Iterator[bytes]:
        """The role, a chunk for each claim, one for the sources, the end with the evidence, the usage if wanted."""
        more: dict[str, Any] = {"usage": None} if include_usage else {}
        yield self.chunk(choice({"role": "assistant", "content": ""}), **more)
        for piece in self.pieces:
            yield self.chunk(choice({"content": piece}), **more)
        yield self.chunk(choice({}, self.finish), avouch=self.extension.model_dump(), **more)
        if include_usage:
            yield self.chunk([], usage=self.usage.model_dump())
        yield b"data: [DONE]\n\n"

    def chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        told = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        line = json.dumps({**told, "choices": choices, **more}, separators=(",", ":"))
        return f"data: {line}\n\n".encode()


def choice(delta: dict[str, Any], finish: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
