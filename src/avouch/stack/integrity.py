"""How the ledger stands: its length, its kept checkpoints, what the last check found, how far one under way is."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from avouch.canon import from_micros
from avouch.errors import AvouchError, Code
from avouch.ledger import log
from avouch.stack.audit import LAST, Verified, audit

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

UNDER_WAY, SHOWN = "auditing", 20
BEGINNING = threading.Lock()
logger = logging.getLogger("avouch.audit")


@dataclass(slots=True)
class Checking:
    """A check under way: since when, so many entries of how many."""

    begun: str
    done: int
    size: int

    def step(self) -> None:
        self.done += 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint that was signed and kept: over so many entries, and when; None where no entry says it."""

    size: int
    time: str | None


@dataclass(frozen=True, slots=True)
class Integrity:
    """How the log stands. ``verified`` is the last check in this process; None: there was none since it began."""

    size: int
    time: str | None
    key: str
    checkpoints: tuple[Kept, ...]
    verified: Verified | None
    checking: Checking | None


def begin(stack: Stack) -> Checking:
    """Check everything on a thread of its own, one at a time; what is found is remembered as that of any check."""
    with BEGINNING:
        under_way: Checking | None = stack.__dict__.get(UNDER_WAY)
        if under_way is not None:
            return under_way
        told = Checking(from_micros(time.time_ns() // 1000), 0, stack.state.read(log.size))
        stack.__dict__[UNDER_WAY] = told

    def run() -> None:
        try:
            audit(stack, [], told.step)
        except (AvouchError, SQLAlchemyError) as error:
            logger.warning("check error=%s", type(error).__name__)
        finally:
            stack.__dict__[UNDER_WAY] = None

    threading.Thread(target=run, name="avouch-check", daemon=True).start()
    return told


def integrity(stack: Stack) -> Integrity:
    """How the log stands, with the newest of its checkpoints first."""

    def query(tx: Connection) -> Integrity:
        size, last = log.extent(tx)
        e, c = log.entries.c, log.checkpoints.c
        signed = log.checkpoints.join(log.entries, (e.seq == c.size) & (e.kind == "checkpoint"), isouter=True)
        found = select(c.size, e.time).select_from(signed).order_by(c.size.desc()).limit(SHOWN)
        notes = tuple(Kept(row.size, row.time and from_micros(row.time)) for row in tx.execute(found))
        held, last_time = stack.__dict__, from_micros(last) if size else None
        return Integrity(size, last_time, str(stack.signer.key), notes, held.get(LAST), held.get(UNDER_WAY))

    return stack.state.read(query)


def kept(stack: Stack, size: int) -> str:
    """The signed note of a kept checkpoint. NOT_FOUND."""
    query = select(log.checkpoints.c.note).where(log.checkpoints.c.size == size)
    note = stack.state.read(lambda tx: tx.execute(query).scalar())
    if note is None:
        raise AvouchError(Code.NOT_FOUND, f"no checkpoint over {size} entries was kept")
    return str(note)
