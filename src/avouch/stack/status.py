"""What a home holds, and whether it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from avouch import __version__
from avouch.lake import schema
from avouch.ledger import log
from avouch.stack.audit import audit

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


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
