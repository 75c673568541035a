"""What the tools take. The descriptions are read by models."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Question = Annotated[
    str, Field(max_length=20_000, description="The question, in full: it is answered by itself, without the talk.")
]
AsOf = Annotated[
    str | None,
    Field(max_length=40, description="As of which date or RFC 3339 time it shall hold, e.g. 2025-06-01. Default: now."),
]
KnownAt = Annotated[
    str | None,
    Field(max_length=40, description="As it was known at which date or RFC 3339 time. Default: now."),
]
Id = Annotated[str, Field(max_length=64, pattern=r"^[a-z]+_[0-9a-z]+$")]


class Arguments(BaseModel):
    """A tool's arguments: no others than those that are named."""

    model_config = ConfigDict(extra="forbid")


class SearchArguments(Arguments):
    question: Question
    limit: int = Field(10, ge=1, le=50, description="How many passages at most.")
    as_of: AsOf = None
    known_at: KnownAt = None


class AskArguments(Arguments):
    question: Question
    as_of: AsOf = None
    known_at: KnownAt = None


class DocumentArguments(Arguments):
    document_id: Id = Field(description="The id that a passage or citation names, e.g. d_3f9c…")
    version_id: Id | None = Field(None, description="The version that a citation names. Default: the newest.")
    start: int = Field(0, ge=0, le=2**53, description="From which character of the text.")
    length: int = Field(8000, ge=1, le=40_000, description="How many characters at most.")


class VerifyArguments(Arguments):
    voucher: dict[str, Any] = Field(description="The voucher, whole, as it was exported.")
    key: str | None = Field(None, max_length=10_000, description="The verifier key that you trust, if you have one.")
    anchor: str | None = Field(None, max_length=10_000, description="A signed checkpoint kept from before, if any.")
