"""Which engines a home stands on: local files and SQLite, or PostgreSQL and an object store, by URL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeAlias

from avouch.adapters.delta_tables import DeltaTables
from avouch.adapters.file_blobs import FileBlobs
from avouch.adapters.sqlite_state import SqliteState
from avouch.errors import AvouchError, Code
from avouch.ports import Blobs
from avouch.stack.home import Home

if TYPE_CHECKING:
    from avouch.adapters.postgres_state import PostgresState

    HomeState: TypeAlias = SqliteState | PostgresState
    """The ``State`` port and what a home asks of it besides: locks, a flush for erasure, a scan."""

TABLES_SECONDS = 120.0


def open_state(home: Home) -> HomeState:
    """The state database that the settings name. CONFIG_INVALID, STATE_UNAVAILABLE."""
    if not home.shared:
        return SqliteState(home.state)
    try:
        from avouch.adapters.postgres_state import PostgresState
    except ImportError as error:
        raise AvouchError(Code.CONFIG_INVALID, "`state` names PostgreSQL: install avouch[scale]") from error
    return PostgresState(home.settings.state, home.settings.state_schema)


def exists(home: Home) -> bool:
    """Whether there is a home: its database file, or its tables."""
    if not home.shared:
        return home.state.exists()
    try:
        from avouch.adapters.postgres_link import has_table
    except ImportError as error:
        raise AvouchError(Code.CONFIG_INVALID, "`state` names PostgreSQL: install avouch[scale]") from error
    return has_table(home.settings.state, home.settings.state_schema, "home")


def open_blobs(home: Home) -> Blobs:
    """Where original bytes and texts lie."""
    if not home.settings.storage:
        return FileBlobs(home.blobs)
    try:
        from avouch.adapters.object_blobs import ObjectBlobs
    except ImportError as error:
        raise AvouchError(Code.CONFIG_INVALID, "`storage` names a bucket: install avouch[scale]") from error
    settings = home.settings
    return ObjectBlobs(f"{settings.storage}/blobs", settings.storage_endpoint, settings.storage_region)


def open_tables(home: Home, state: HomeState) -> DeltaTables:
    """Where chunks and embeddings lie. Changes of the tables take turns, across processes too."""

    def turns() -> AbstractContextManager[Any]:
        return state.alone("tables", TABLES_SECONDS)

    settings = home.settings
    if not settings.storage:
        return DeltaTables(home.tables, turns=turns)
    return DeltaTables.in_bucket(
        f"{settings.storage}/tables", settings.storage_endpoint, settings.storage_region, turns
    )
