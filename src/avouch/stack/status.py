"""What a home holds, and whether it is whole."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from avouch import __version__
from avouch.lake import schema
from avouch.ledger import log
from avouch.stack.audit import audit

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes of the disk that the home lies on, and of the state database where it is a file there."""

    total: int
    free: int
    state: int | None


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index of this process: its generation, how many rows it has, and how many of the lake it still lacks."""

    generation: int
    rows: int
    lag: int


@dataclass(frozen=True, slots=True)
class Running:
    """How a home runs in this process. ``index`` is None until the first question; ``queue`` is of the writer."""

    index: Indexed | None
    queue: int
    disk: Disk
    shared: bool


def running(stack: Stack) -> Running:
    """The index, the queue and the disk, as they stand."""
    used = shutil.disk_usage(stack.home.root)
    file = stack.home.root / "state.db"
    disk = Disk(used.total, used.free, file.stat().st_size if file.exists() else None)
    generation = stack.shelf.generation if "shelf" in stack.__dict__ else None
    index = None
    if generation is not None:
        rows = int(stack.state.read(lambda tx: schema.fact(tx, "rows")))
        index = Indexed(generation.number, generation.rows, max(0, rows - generation.rows))
    return Running(index, stack.state.waiting, disk, bool(stack.state.shared))


def status(stack: Stack, deep: bool = False) -> dict[str, Any]:
    """Counts and places; ``deep`` checks the ledger and that every live version's bytes are there."""
    told = {"avouch": __version__, "home": str(stack.home.root), "keys": str(stack.home.keys)}
    counts = stack.state.read(count)
    if deep:
        missing = stack.state.read(lambda tx: missing_blobs(stack, tx))
        report = audit(stack, [])
        whole = {
            "ledger": report.checks[0].text,
            "missing_blobs": missing,
            "whole": report.valid and not missing,
        }
        return {**told, **counts, **whole}
    return {**told, **counts}


def count(tx: Connection) -> dict[str, Any]:
    fates = select(schema.versions.c.fate, func.count()).group_by(schema.versions.c.fate)
    tables = {"documents": schema.documents, "principals": schema.principals, "answers": schema.answers}
    sizes = {name: tx.execute(select(func.count()).select_from(table)).scalar() for name, table in tables.items()}
    chunks = select(func.sum(schema.versions.c.rows)).where(schema.versions.c.fate == "live")
    return {
        "schema": int(schema.fact(tx, "schema")),
        "entries": log.size(tx),
        **sizes,
        "versions": {row[0]: row[1] for row in tx.execute(fates)},
        "live_chunks": tx.execute(chunks).scalar() or 0,
    }


def missing_blobs(stack: Stack, tx: Connection) -> int:
    """How many versions that were not erased lack bytes in the blob store."""
    there = set(stack.store.blobs.names())
    query = select(schema.versions.c.original_blob, schema.versions.c.text_blob).where(
        schema.versions.c.fate != "erased"
    )
    return sum(not {original, text} <= there for original, text in tx.execute(query))
