"""What requests may hold: bounded texts and closed records, so that a slip is told and nothing is guessed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from avouch.canon import to_micros
from avouch.records import Classification, Metadata


class Body(BaseModel):
    """A request's body: no fields but those that are named."""

    model_config = ConfigDict(extra="forbid", str_max_length=10_000)


def without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a text holds no NUL")
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(without_nul)]
Optional = Annotated[str, StringConstraints(max_length=200), AfterValidator(without_nul)]
Long = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(without_nul)]
Time = Annotated[str, StringConstraints(max_length=40), AfterValidator(without_nul)]
Level = Literal["public", "internal", "confidential", "restricted"]
ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Why = Annotated[str, StringConstraints(max_length=500), AfterValidator(without_nul)]
Id = Annotated[str, Path(max_length=64, pattern=r"^[a-z]+_[0-9a-z]+$")]


class Activate(Body):
    """Which version of a model or template; the newest where it is left out.

    ``alone``: an owner who is the only one who could approve does it on their own proposal. ``override`` says why it
    goes live although no attack on this release was withstood.
    """

    number: Version | None = None
    alone: bool = False
    override: Why = ""


class Declared(Body):
    """What is declared of documents that do not say it themselves. Without labels only the owner sees them.

    ``class_reviewed``: whoever set the classification has looked, so nothing that is found raises it.
    """

    labels: list[Line] = Field(default_factory=list)
    classification: Level | None = None
    class_reviewed: bool = False
    valid_from: Time | None = None
    valid_to: Time | None = None
    columns: dict[Line, Optional] = Field(default_factory=dict)

    def metadata(self) -> Metadata:
        return Metadata(
            labels=frozenset(self.labels) or None,
            classification=Classification[self.classification.upper()] if self.classification else None,
            valid_from=to_micros(self.valid_from) if self.valid_from else None,
            valid_to=to_micros(self.valid_to) if self.valid_to else None,
            class_reviewed=self.class_reviewed or None,
        )
