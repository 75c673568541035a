"""Marks on chunks that give orders: which are kept out of every search, until a curator lets them in.

A mark is by row. What it says are a score and code words, never content.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from avouch.lake.schema import marks, set_fact

FACT = "marks"
IN = 500


class Standing(Enum):
    """What was decided of a marked chunk. Only what is released is found."""

    QUARANTINED = "quarantined"
    RELEASED = "released"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Mark:
    """One chunk by ``row``, of the version with an ordinal. ``permille`` is its risk; ``seq`` the entry of the last
    decision, ``decided_by`` a principal's id, or None where nobody has decided yet."""

    row: int
    version: int
    permille: int
    reasons: tuple[str, ...]
    standing: Standing
    seq: int
    decided_by: str | None


def add(tx: Connection, found: Sequence[tuple[int, int, int, Sequence[str]]], seq: int) -> None:
    """Quarantine chunks, given as (row, version ordinal, permille, reasons), by ledger entry ``seq``."""
    if found:
        state = {"state": Standing.QUARANTINED.value, "seq": seq, "decided_by": None}
        rows = [
            {"row": row, "version": version, "permille": permille, "reasons": json.dumps(list(reasons)), **state}
            for row, version, permille, reasons in found
        ]
        tx.execute(insert(marks), rows)
        set_fact(tx, FACT, str(seq))


def hidden(tx: Connection) -> list[tuple[int, int]]:
    """(row, version ordinal) of every chunk that no search may find, in the order of rows."""
    out = marks.c.state != Standing.RELEASED.value
    return [
        (row.row, row.version) for row in tx.execute(select(marks.c.row, marks.c.version).where(out).order_by("row"))
    ]


def decide(tx: Connection, rows: Sequence[int], standing: Standing, by: str, seq: int) -> None:
    """What a curator decided of some marked chunks."""
    values = {"state": standing.value, "decided_by": by, "seq": seq}
    for start in range(0, len(rows), IN):
        tx.execute(update(marks).where(marks.c.row.in_(rows[start : start + IN])).values(**values))
    set_fact(tx, FACT, str(seq))


def forget(tx: Connection, ordinals: Iterable[int], seq: int) -> None:
    """Remove the marks of versions whose content is being erased."""
    gone = sorted(ordinals)
    counts = [
        tx.execute(delete(marks).where(marks.c.version.in_(gone[at : at + IN]))).rowcount
        for at in range(0, len(gone), IN)
    ]
    if any(counts):
        set_fact(tx, FACT, str(seq))


def listing(tx: Connection, standing: Standing | None, after: int, limit: int) -> list[Mark]:
    """A page of marks behind a row, in the order of rows."""
    query = select(marks).where(marks.c.row > after).order_by(marks.c.row).limit(limit)
    if standing is not None:
        query = query.where(marks.c.state == standing.value)
    return [mark_of(row) for row in tx.execute(query)]


def of_rows(tx: Connection, rows: Sequence[int]) -> list[Mark]:
    """The marks of some rows, as far as there are any."""
    found = []
    for start in range(0, len(rows), IN):
        some = marks.c.row.in_(rows[start : start + IN])
        found += [mark_of(row) for row in tx.execute(select(marks).where(some).order_by(marks.c.row))]
    return found


def of_versions(tx: Connection, ordinals: Sequence[int]) -> list[Mark]:
    """The marks of some versions, in the order of rows."""
    query = select(marks).where(marks.c.version.in_(ordinals)).order_by(marks.c.row)
    return [mark_of(row) for row in tx.execute(query)]


def mark_of(row: Any) -> Mark:
    state = Standing(row.state)
    return Mark(row.row, row.version, row.permille, tuple(json.loads(row.reasons)), state, row.seq, row.decided_by)
