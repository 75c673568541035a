"""Carry a home between engines: its rows from one state database to another, its files to and from a bucket.

A backup is the same whatever the home stands on: one SQLite file and the files of blobs and tables. So it can be
restored onto other engines, which is also how a home moves from one process to several.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Integer, func, insert, inspect, select

from avouch.adapters.sqlite_state import SqliteState
from avouch.errors import AvouchError, Code
from avouch.lake import schema
from avouch.ledger import log
from avouch.stack import engines
from avouch.stack.home import Home

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

AT_ONCE = 1000
ENGINES = ("state", "state_schema", "storage", "storage_endpoint", "storage_region")
TABLES = (*schema.metadata.sorted_tables, *log.metadata.sorted_tables)


def carry(source: Connection, target: Connection) -> None:
    """Make the tables in ``target`` and put every row of ``source`` into them."""
    schema.metadata.create_all(target)
    log.metadata.create_all(target)
    for table in TABLES:
        found = source.execution_options(yield_per=AT_ONCE).execute(select(table)).mappings()
        for rows in found.partitions(AT_ONCE):
            target.execute(insert(table), [dict(row) for row in rows])
        if target.dialect.name == "postgresql":
            go_on_counting(target, table.name)


def go_on_counting(tx: Connection, name: str) -> None:
    """PostgreSQL gives out numbers from a sequence, which must begin after those that came with the rows."""
    table = schema.metadata.tables.get(name)
    column = None if table is None else table.autoincrement_column
    if column is not None and isinstance(column.type, Integer):
        last = tx.execute(select(func.max(column))).scalar()
        if last is not None:
            sequence = func.pg_get_serial_sequence(name, column.name)
            tx.execute(select(func.setval(sequence, last)))


def copy_state(stack: Stack, to: Path) -> None:
    """The state database as one SQLite file, as of one moment."""
    if not stack.state.shared:
        stack.state.copy(to)
        return
    to.unlink(missing_ok=True)
    copy = SqliteState(to)
    try:
        stack.state.read(lambda source: copy.write(lambda target: carry(source, target)))
        copy.flush()
    finally:
        copy.close()


def fill_state(home: Home, source: Path) -> None:
    """Put the rows of an SQLite file into the database that the home's settings name. HOME_EXISTS, HOME_OLDER."""
    copy, state = SqliteState(source), engines.open_state(home)

    def fill(target: Connection) -> None:
        if inspect(target).has_table(schema.home.name):
            raise AvouchError(Code.HOME_EXISTS, "there is a home in that schema of the database")
        copy.read(schema.check)
        copy.read(lambda tx: carry(tx, target))

    try:
        state.write(fill)
    finally:
        state.close()
        copy.close()


def bucket_files(home: Home) -> Iterator[tuple[str, bytes]]:
    """The objects of a home as (name in a backup, bytes)."""
    from avouch.adapters.object_files import ObjectFiles

    settings = home.settings
    for folder in ("blobs", "tables"):
        files = ObjectFiles(f"{settings.storage}/{folder}", settings.storage_endpoint, settings.storage_region)
        for name in sorted(files.names("")):
            yield f"{folder}/{name}", files.get(name)


def fill_bucket(home: Home, part: Path) -> None:
    """Put the files of an unpacked backup into the bucket. HOME_EXISTS where something lies there."""
    from avouch.adapters.object_files import ObjectFiles

    settings = home.settings
    for folder in ("blobs", "tables"):
        files = ObjectFiles(f"{settings.storage}/{folder}", settings.storage_endpoint, settings.storage_region)
        if next(files.names(""), None) is not None:
            raise AvouchError(Code.HOME_EXISTS, "there are objects at `storage` already")
        for path in sorted((part / folder).rglob("*")):
            if path.is_file():
                files.put(path.relative_to(part / folder).as_posix(), path.read_bytes())


def plain_settings(path: Path) -> str:
    """The settings without the engines: whoever restores a backup says anew where to, and never into the old home."""
    lines = path.read_text().splitlines(keepends=True)
    kept = "".join(line for line in lines if line.partition("=")[0].strip() not in ENGINES)
    if set(tomllib.loads(kept)) & set(ENGINES):
        raise AvouchError(Code.CONFIG_INVALID, "write each of `state` and `storage` on one line of avouch.toml")
    return kept
