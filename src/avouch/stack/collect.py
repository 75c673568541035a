"""Collect what crashed runs left behind: blobs and table rows that no recorded version owns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, select

from avouch.lake.chunks import CHUNKS, EMBEDDINGS
from avouch.lake.schema import versions
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Collected:
    blobs: int
    versions: int


def collect(stack: Stack, principal: Principal) -> Collected:
    """Remove orphans; nothing that the ledger knows is touched."""

    def do() -> Commit[Collected]:
        done = sweep(stack)

        def commit(tx: Connection, stamp: Stamp) -> tuple[Collected, dict[str, Any]]:
            return done, {"blobs": done.blobs, "versions": done.versions}

        return commit

    with stack.alone("ingest"):
        return act(stack, "collect", principal, do)


def sweep(stack: Stack) -> Collected:
    columns = (versions.c.ordinal, versions.c.original_blob, versions.c.text_blob)
    rows = stack.state.read(lambda tx: tx.execute(select(*columns)).all())
    owned = {name for row in rows for name in (row.original_blob, row.text_blob)}
    orphans = [name for name in stack.store.blobs.names() if name not in owned]
    stack.store.drop(orphans)
    known = np.array([row.ordinal for row in rows], np.int64)
    lost: set[int] = set()
    for table in (CHUNKS, EMBEDDINGS):
        found = stack.tables.read(table, ("version",))
        if found:
            strays = np.setdiff1d(found["version"], known)
            stack.tables.delete(table, strays.tolist())
            lost |= set(strays.tolist())
    return Collected(len(orphans), len(lost))
