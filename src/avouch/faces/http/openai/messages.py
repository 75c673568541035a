"""Messages: the last one, of the user, is the question. What was said before is no part of it.

A question stands alone, as everywhere in the stack: what is answered, recorded and replayed is this text. System
and developer messages change nothing, least of all who may see what.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from avouch.errors import AvouchError, Code

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
STANDING = ("system", "developer")


class Message(BaseModel):
    """A message; of those before the question only the role is looked at."""

    model_config = ConfigDict(extra="allow")

    role: Role
    content: str | list[dict[str, Any]] | None = Field(None)


def question_of(messages: Sequence[Message]) -> tuple[str, list[str]]:
    """The question, and which kinds of messages had no effect; INPUT_INVALID where the last turn is no user's."""
    turns = [(number, one) for number, one in enumerate(messages) if one.role not in STANDING]
    if not turns or turns[-1][1].role != "user":
        raise AvouchError(Code.INPUT_INVALID, "body.messages: the last message, of the role user, is the question")
    number, last = turns[-1]
    told = ["messages: system"] if len(turns) < len(messages) else []
    told += ["messages: earlier turns"] if len(turns) > 1 else []
    return text_of(last.content, number), told


def text_of(content: str | list[dict[str, Any]] | None, number: int) -> str:
    """The text of a message; INPUT_INVALID for parts that are none."""
    if isinstance(content, str):
        return content
    texts = []
    for place, part in enumerate(content or []):
        text = part.get("text")
        if part.get("type") != "text" or not isinstance(text, str):
            where = f"body.messages.{number}.content.{place}"
            raise AvouchError(Code.INPUT_INVALID, f"{where}: only parts of the type text can be read")
        texts.append(text)
    return "\n".join(texts)
