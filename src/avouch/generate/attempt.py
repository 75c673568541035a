"""What one model did for a question, and what that took."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from avouch.errors import AvouchError, Code
from avouch.generate.tokens import estimate, of_messages
from avouch.records import Piece, Request, Usage


@dataclass(slots=True)
class Attempt:
    """What one model did for a question. ``code`` is empty where it answered; times in seconds, ``first`` to the
    first token."""

    model: str
    code: str = ""
    why: str = ""
    tries: int = 0
    seconds: float = 0.0
    first: float = 0.0
    usage: Usage = field(default_factory=Usage)


class Meter:
    """The tokens of one try on top of those of earlier ones: as the server says, until then by estimate."""

    def __init__(self, request: Request, before: Usage) -> None:
        self._read, self._before, self.written = of_messages(request.messages), before, 0

    def count(self, piece: Piece) -> Usage:
        self.written += estimate(piece.text)
        now = piece.usage or Usage(self._read, self.written, True)
        estimated = now.estimated or self._before.estimated
        return Usage(self._before.input + now.input, self._before.output + now.output, estimated)


def charged(before: Usage, now: Usage, request: Request, error: AvouchError) -> Usage:
    """What a failed try is taken to have cost: one that was late may have been read to the end."""
    if now is before and error.code is Code.MODEL_TIMEOUT:
        return replace(before, input=before.input + of_messages(request.messages), estimated=True)
    return now
