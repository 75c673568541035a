"""Make a home: its tables, its first entry and its keys, all or nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from avouch import config, durable
from avouch.adapters.sqlite_state import SqliteState
from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.lake import keyring, schema
from avouch.lake import principals as rows
from avouch.ledger import log
from avouch.stack import engines, people
from avouch.stack.home import Home, lock

STARTED = "state.new"
"""Lies in the folder while a home is being made: what a crash left may be made over."""


def create(root: Path) -> None:
    """Make a home in a new or empty folder, or by its URL; HOME_EXISTS, also where another home's keys lie there."""
    settings = config.load(root)
    home = Home(root, settings)
    root.mkdir(parents=True, exist_ok=True)
    with lock(root, settings.lock_seconds):
        part = root / STARTED
        if home.exists:
            raise AvouchError(Code.HOME_EXISTS, "there is a home in that folder" if not home.shared else "it is there")
        if (home.keys / keyring.FILE).exists() and not part.exists():
            raise AvouchError(Code.HOME_EXISTS, f"the keys of a home lie in {home.keys}")
        part.unlink(missing_ok=True)
        state = engines.open_state(home) if home.shared else SqliteState(part)
        part.touch()
        try:
            state.write(lambda tx: begin(tx, home))
        finally:
            state.close()
            if home.shared and not (home.keys / keyring.FILE).exists():
                part.unlink()
        if home.shared:
            part.unlink()
        else:
            part.rename(home.state)
        durable.sync_folder(root)


def begin(tx: Connection, home: Home) -> None:
    """The first transaction. Who comes second, in another process, finds the tables there."""
    if inspect(tx).has_table(schema.home.name):
        raise AvouchError(Code.HOME_EXISTS, "there is a home in that schema of the database")
    genesis, first, home_id = log.Log(), people.owner(), new_id("h")
    log.metadata.create_all(tx)
    at = genesis.now(tx)
    keyring.save(keyring.new_keyring(home_id, from_micros(at)), home.keys)
    schema.create(tx, {"id": home_id, "created": from_micros(at)})
    rows.add(tx, first, at)
    genesis.append(tx, "home.create", first.id, {"home": home_id, "schema": schema.SCHEMA}, at)
