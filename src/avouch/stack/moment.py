"""Which moment a question is about: known until which entry, true at which time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from avouch.canon import from_micros, to_micros
from avouch.errors import AvouchError, Code
from avouch.ledger import log
from avouch.records import Moment

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Asof:
    """A moment, and a note where it reaches back before the home began."""

    moment: Moment
    note: str = ""


def as_of(stack: Stack, text: str | None, known_at: str | None = None) -> Asof:
    """The moment of a question.

    Nothing said: now. ``text``: what held at that time, as it was known then; before the home's first
    entry, as it is known now. ``known_at``: known at another time (or ``now``). TIME_INVALID.
    """
    size, last = stack.state.read(log.extent)
    now = max(last, time.time_ns() // 1000)  # a clock that is behind does not bring back what has ended
    at = now if text is None else to_micros(text)
    if at > now:
        raise AvouchError(Code.TIME_INVALID, "that time has not come yet")
    if known_at is not None:
        known = size - 1 if known_at == "now" else stack.state.read(lambda tx: log.seq_at(tx, to_micros(known_at)))
        if known is None:
            raise AvouchError(Code.TIME_INVALID, "the home knew nothing at that time")
        return Asof(Moment(known, at))
    known = size - 1 if text is None else stack.state.read(lambda tx: log.seq_at(tx, at))
    if known is not None:
        return Asof(Moment(known, at))
    note = f"This home knew nothing yet at {from_micros(at)[:10]}: shown is what held then, as it is known today."
    return Asof(Moment(size - 1, at), note)
