"""Bring an old home to this version's schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from avouch import config
from avouch.errors import AvouchError, Code
from avouch.lake.migrate import migrate as migrate_lake
from avouch.ledger import log
from avouch.stack.engines import open_state
from avouch.stack.home import Home, lock


def migrate(root: Path) -> tuple[int, int]:
    """Run the missing steps in one transaction; returns (from, to). HOME_MISSING, HOME_NEWER."""
    settings = config.load(root)
    home = Home(root, settings)
    if not home.exists:
        raise AvouchError(Code.HOME_MISSING, f"no home in {root}")
    held = lock(root, settings.lock_seconds)
    state = open_state(home)

    def steps(tx: Connection) -> tuple[int, int]:
        log.upgrade(tx)
        return migrate_lake(tx)

    try:
        return state.write(steps)
    finally:
        state.close()
        held.close()
