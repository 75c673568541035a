"""The ledger as its auditor sees it: check, anchor, export."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.canon import from_micros
from avouch.errors import AvouchError, Code
from avouch.ledger import log, prove
from avouch.ledger.report import Report
from avouch.ledger.verify_log import Row, verify_log
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

LAST = "audited"
"""Where a stack remembers its last check."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A check of the whole log: when it ended, how long it took, over how many entries, and what it found."""

    at: str
    milliseconds: int
    size: int
    report: Report


def audit(stack: Stack, anchors: list[str], step: Callable[[], None] = lambda: None) -> Report:
    """Check every entry, the stored tree, the kept checkpoints and the given anchors; remember what was found.

    ``step`` is called with each entry that is looked at.
    """
    begun, looked = time.perf_counter(), 0

    def counted(tx: Connection) -> Iterator[Row]:
        nonlocal looked
        looked = 0
        for row in rows(tx):
            looked += 1
            step()
            yield row

    keys = [str(key) for key in stack.verifier_keys]

    def query(tx: Connection) -> Report:
        notes = [*prove.notes(tx), prove.checkpoint(tx, stack.signer)[1]] if log.size(tx) else []
        return verify_log(counted(tx), notes, keys, anchors)

    try:
        report = stack.state.read(query)
    except AvouchError as error:
        if error.code is not Code.LEDGER_BROKEN:
            raise
        report = stack.state.read(lambda tx: verify_log(counted(tx), [], keys, anchors))
    took = round((time.perf_counter() - begun) * 1e3)
    stack.__dict__[LAST] = Verified(from_micros(time.time_ns() // 1000), took, looked, report)
    return report


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
