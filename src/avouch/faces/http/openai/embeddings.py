"""`/v1/embeddings`: texts to vectors, by the model that the home's documents were embedded with.

It asks for the right to ask, since it does a part of that. It is no act of the stack and leaves no entry: nothing
of the home is read, and what the caller sent is not kept.
"""

from __future__ import annotations

import base64
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from avouch.errors import AvouchError, Code
from avouch.faces.http.door import Doors, Stacked
from avouch.faces.http.openai import PREFIX
from avouch.faces.http.openai.models import EMBEDDING, named
from avouch.records import Vectors

MOST, LONGEST = 256, 20_000
doors = Doors("openai", PREFIX)


class Wanted(BaseModel):
    """Up to 256 texts. ``user`` has no effect; ``dimensions`` can only be those of the model."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(max_length=64)
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None
    user: str | None = None


class Embedding(BaseModel):
    """A unit vector: a list of numbers, or float32 bytes (little-endian) in base64."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class Usage(BaseModel):
    """Word pieces of the texts."""

    prompt_tokens: int
    total_tokens: int


class Embeddings(BaseModel):
    """Vectors in the order of the texts."""

    object: Literal["list"]
    model: str
    data: list[Embedding]
    usage: Usage


@doors("POST", "/embeddings", act="ask", checked=True, returns=Embeddings)
def create_embeddings(stack: Stacked, body: Wanted) -> dict[str, Any]:
    """The vectors of texts. What is too long for the model is refused, never cut."""
    named(body.model, (EMBEDDING,))
    texts = texts_of(body.input)
    if body.dimensions not in (None, stack.embedder.dimensions):
        raise AvouchError(Code.INPUT_INVALID, f"body.dimensions: they are {stack.embedder.dimensions}")
    pieces = [len(one) for one in stack.embedder.pieces(texts)]
    for number, count in enumerate(pieces):
        if count > limit():
            where = f"body.input.{number}"
            raise AvouchError(Code.INPUT_INVALID, f"{where}: it has {count} tokens; the model reads {limit()}")
    vectors = stack.embedder.embed(texts)
    as_text = body.encoding_format == "base64"
    data = [{"object": "embedding", "index": n, "embedding": e} for n, e in enumerate(encoded(vectors, as_text))]
    usage = {"prompt_tokens": sum(pieces), "total_tokens": sum(pieces)}
    return {"object": "list", "model": EMBEDDING, "data": data, "usage": usage}


def limit() -> int:
    """How many word pieces the model reads of a text, beside the two that it adds."""
    from avouch.adapters.onnx_embedder import MAX_TOKENS

    return MAX_TOKENS - 2


def texts_of(given: str | list[str] | list[int] | list[list[int]]) -> list[str]:
    """The texts; INPUT_INVALID for tokens, for nothing, for too many or too long ones, for what is no Unicode."""
    texts = [given] if isinstance(given, str) else [one for one in given if isinstance(one, str)]
    if not isinstance(given, str) and len(texts) != len(given):
        raise AvouchError(Code.INPUT_INVALID, "body.input: send texts, not tokens: this model has tokens of its own")
    if not 0 < len(texts) <= MOST:
        raise AvouchError(Code.INPUT_INVALID, f"body.input: 1 to {MOST} texts at once")
    for number, text in enumerate(texts):
        if not text.strip() or len(text) > LONGEST:
            raise AvouchError(Code.INPUT_INVALID, f"body.input.{number}: 1 to {LONGEST:,} characters")
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise AvouchError(Code.INPUT_INVALID, f"body.input.{number}: not Unicode text")
    return texts


def encoded(vectors: Vectors, as_text: bool) -> list[Any]:
    """Each vector as numbers, or as bytes in base64."""
    if not as_text:
        return list(vectors.tolist())
    return [base64.b64encode(one.astype("<f4").tobytes()).decode() for one in vectors]
