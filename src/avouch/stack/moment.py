"""Which moment a question is about: known until which entry, true at which time."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from avouch.canon import from_micros, to_micros
from avouch.errors import AvouchError, Code
from avouch.ledger import log
from avouch.records import Moment

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


DATE = re.compile(r"\s*\d{4}-?\d\d-?\d\d\s*")
DAY = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Asof:
    """A moment, and a note where it reaches back before the home began."""

    moment: Moment
    note: str = ""


def instant(tx: Connection) -> int:
    """The time (µs) that an act would have now: the clock's, but never before the last entry's.

    So a clock that is behind does not bring back what has ended.
    """
    return max(log.last_time(tx), time.time_ns() // 1000)


def as_of(stack: Stack, text: str | None, known_at: str | None = None) -> Asof:
    """The moment of a question.

    Nothing said: now. ``text``: what held at that time, as it was known then; before the home's first
    entry, as it is known now. ``known_at``: known at another time (or ``now``). A day that is named counts to
    its end; today until now. TIME_INVALID, for a time that has not come too.
    """
    size, now = stack.state.read(lambda tx: (log.size(tx), instant(tx)))
    at = now if text is None else ending(text, now)
    if known_at is not None:
        until = now if known_at == "now" else ending(known_at, now)
        known = size - 1 if known_at == "now" else stack.state.read(lambda tx: log.seq_at(tx, until))
        if known is None:
            raise AvouchError(Code.TIME_INVALID, "the home knew nothing at that time")
        return Asof(Moment(known, at))
    known = size - 1 if text is None else stack.state.read(lambda tx: log.seq_at(tx, at))
    if known is not None:
        return Asof(Moment(known, at))
    note = f"This home knew nothing yet at {from_micros(at)[:10]}: shown is what held then, as it is known today."
    return Asof(Moment(size - 1, at), note)


def ending(text: str, now: int) -> int:
    """The time (µs) that a text names; of a day its end, or ``now`` if that is before. TIME_INVALID in the future."""
    at = to_micros(text)
    if at > now:
        raise AvouchError(Code.TIME_INVALID, "that time has not come yet")
    return min(at + DAY - 1, now) if DATE.fullmatch(text) else at
