"""What one model did for a question, and what that took."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from avouch.errors import AvouchError, Code
from avouch.generate.tokens import estimate, of_messages
from avouch.records import Piece, Request, Usage

APART = 3
"""How many times as many tokens one tokeniser makes of a text as our estimate, or as few."""


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
    """The tokens of one try on top of those of earlier ones: as the server says, until then by estimate.

    A server is believed as far as tokenisers are apart: one that says less, or more, does not decide what is left of a
    budget.
    """

    def __init__(self, request: Request, before: Usage) -> None:
        self._read, self._before, self.written = of_messages(request.messages), before, 0
        self._most = request.max_tokens

    def count(self, piece: Piece) -> Usage:
        self.written += estimate(piece.text)
        now = self._within(piece.usage) if piece.usage else Usage(self._read, self.written, True)
        estimated = now.estimated or self._before.estimated
        return Usage(self._before.input + now.input, self._before.output + now.output, estimated)

    def _within(self, said: Usage) -> Usage:
        read = min(max(said.input, self._read // APART), self._read * APART)
        written = min(max(said.output, self.written // APART), max(self._most, self.written))
        return Usage(read, written, said.estimated or (read, written) != (said.input, said.output))


def charged(before: Usage, now: Usage, request: Request, error: AvouchError) -> Usage:
    """What a failed try is taken to have cost: one that was late may have been read to the end."""
    if now is before and error.code is Code.MODEL_TIMEOUT:
        return replace(before, input=before.input + of_messages(request.messages), estimated=True)
    return now
