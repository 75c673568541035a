"""The ledger as its auditor sees it: check, anchor, export."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.ledger import log, prove
from avouch.ledger.report import Report
from avouch.ledger.verify_log import Row, verify_log
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


def audit(stack: Stack, anchors: list[str]) -> Report:
    """Check every entry, the stored tree, the kept checkpoints and the given anchors."""

    def query(tx: Connection) -> Report:
        notes = [*prove.notes(tx), prove.checkpoint(tx, stack.signer)[1]] if log.size(tx) else []

        return verify_log(rows(tx), notes, [str(key) for key in stack.verifier_keys], anchors)

    try:
        return stack.state.read(query)
    except AvouchError as error:
        if error.code is not Code.LEDGER_BROKEN:
            raise
        return stack.state.read(lambda tx: verify_log(rows(tx), [], [str(k) for k in stack.verifier_keys], anchors))


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
