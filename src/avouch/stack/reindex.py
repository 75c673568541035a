"""Rebuild the index from the lake. Nothing in the lake changes; that somebody did it is an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The generation in use now, and its rows."""

    generation: int
    rows: int


def reindex(stack: Stack, principal: Principal) -> Rebuilt:
    """Make a new generation of this process's index and switch to it."""

    def do() -> Commit[Rebuilt]:
        made = Rebuilt(stack.shelf.rebuild(), stack.shelf.generation.rows)

        def commit(tx: Connection, stamp: Stamp) -> tuple[Rebuilt, dict[str, Any]]:
            return made, {"generation": made.generation, "rows": made.rows}

        return commit

    return act(stack, "index.rebuild", principal, do)
