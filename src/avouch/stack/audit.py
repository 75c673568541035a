"""The ledger as its auditor sees it: check, anchor, export."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from avouch.canon import from_micros
from avouch.errors import AvouchError, Code
from avouch.ledger import log, prove
from avouch.ledger.report import Report
from avouch.ledger.verify_log import Row, verify_log
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

LAST, SHOWN = "audited", 20


@dataclass(frozen=True, slots=True)
class Verified:
    """A check of the whole log: when it ended, how long it took, over how many entries, and what it found."""

    at: str
    milliseconds: int
    size: int
    report: Report


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


def audit(stack: Stack, anchors: list[str]) -> Report:
    """Check every entry, the stored tree, the kept checkpoints and the given anchors; remember what was found."""
    begun = time.perf_counter()

    def query(tx: Connection) -> Report:
        notes = [*prove.notes(tx), prove.checkpoint(tx, stack.signer)[1]] if log.size(tx) else []

        return verify_log(rows(tx), notes, [str(key) for key in stack.verifier_keys], anchors)

    try:
        report = stack.state.read(query)
    except AvouchError as error:
        if error.code is not Code.LEDGER_BROKEN:
            raise
        report = stack.state.read(lambda tx: verify_log(rows(tx), [], [str(k) for k in stack.verifier_keys], anchors))
    took, size = round((time.perf_counter() - begun) * 1e3), stack.state.read(log.size)
    stack.__dict__[LAST] = Verified(from_micros(time.time_ns() // 1000), took, size, report)
    return report


def integrity(stack: Stack) -> Integrity:
    """How the log stands, with the newest of its checkpoints first."""

    def query(tx: Connection) -> Integrity:
        size, last = log.extent(tx)
        e, c = log.entries.c, log.checkpoints.c
        signed = log.checkpoints.join(log.entries, (e.seq == c.size) & (e.kind == "checkpoint"), isouter=True)
        found = select(c.size, e.time).select_from(signed).order_by(c.size.desc()).limit(SHOWN)
        notes = tuple(Kept(row.size, row.time and from_micros(row.time)) for row in tx.execute(found))
        return Integrity(
            size, from_micros(last) if size else None, str(stack.signer.key), notes, stack.__dict__.get(LAST)
        )

    return stack.state.read(query)


def kept(stack: Stack, size: int) -> str:
    """The signed note of a kept checkpoint. NOT_FOUND."""
    query = select(log.checkpoints.c.note).where(log.checkpoints.c.size == size)
    note = stack.state.read(lambda tx: tx.execute(query).scalar())
    if note is None:
        raise AvouchError(Code.NOT_FOUND, f"no checkpoint over {size} entries was kept")
    return str(note)


def rows(tx: Connection) -> Iterator[Row]:
    for row in log.scan(tx):
        yield row.leaf, row.salt, row.body, row.hash or b"missing"


def anchor(stack: Stack, principal: Principal) -> str:
    """Sign the head and remember it, so that later vouchers carry a proof that they extend it."""

    def do() -> Commit[str]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[str, dict[str, Any]]:
            size, note = prove.checkpoint(tx, stack.signer)
            prove.keep(tx, size, note)
            return note, {"size": size}

        return commit

    return act(stack, "checkpoint", principal, do)


def print_log(stack: Stack, write: Callable[[str], object]) -> None:
    """Hand the log, line by line, to ``write``."""

    def query(tx: Connection) -> None:
        for line in prove.export(tx, stack.signer, [str(key) for key in stack.verifier_keys]):
            write(line + "\n")

    stack.state.read(query)


def export(stack: Stack, to: Path) -> int:
    """Write the log to a file that the verifier reads, whole or not at all; returns how many entries."""
    part = to.with_name(to.name + ".part")
    with part.open("w", encoding="utf-8") as stream:
        print_log(stack, stream.write)
        stream.flush()
        os.fsync(stream.fileno())
    part.rename(to)
    return stack.state.read(log.size)
