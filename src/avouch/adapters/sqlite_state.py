"""The state database on SQLite: one writer thread, a savepoint per act, group commit.

WAL with ``synchronous=FULL``: a commit that returned survives a power cut. ``secure_delete`` overwrites
what is deleted; ``flush`` empties the WAL, on a connection of its own: SQLite keeps commits out meanwhile.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from avouch.adapters.group_commit import GroupCommit, Job, busy, fail
from avouch.errors import AvouchError, Code

T = TypeVar("T")
BLOCK = 1 << 20
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "busy_timeout=10000",
)


def coded(error: DBAPIError) -> AvouchError:
    """The coded form of what SQLite reports about its file."""
    said = str(error.orig)
    if "full" in said:
        return AvouchError(Code.DISK_FULL, "the state database cannot grow")
    if "malformed" in said or "not a database" in said:
        return AvouchError(Code.HOME_DAMAGED, "the state database is damaged")
    return AvouchError(Code.HOME_DAMAGED, f"the state database failed ({type(error.orig).__name__})")


class SqliteState:
    """The ``State`` port. ``close`` ends the writer after what is queued."""

    shared: Literal[False] = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = open_engine(path)
        self._quota = 0
        self._alone: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._connection = self._engine.connect()
        self._connection.info["writer"] = True
        self._writer = GroupCommit(self._commit, coded)

    def write(self, act: Callable[[Connection], T], undo: Callable[[], None] = lambda: None) -> T:
        """Run ``act`` in the writer's transaction; return when its commit is durable."""
        return self._writer.write(act, undo)

    @property
    def waiting(self) -> int:
        """How many acts wait for the writer, about."""
        return self._writer.waiting

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` on one committed state."""
        try:
            with self._engine.connect() as connection, connection.begin():
                return query(connection)
        except DBAPIError as error:
            raise coded(error) from error

    def flush(self) -> None:
        """Move the WAL into the file and empty it: what was overwritten is then gone from both.

        While somebody reads an older state for longer than ``busy_timeout``, it stays until the next time.
        """
        with self._engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    def copy(self, to: Path) -> None:
        """A consistent copy of the database, while others read and write."""
        to.unlink(missing_ok=True)
        with self._engine.connect() as connection, sqlite3.connect(to) as target:
            connection.connection.dbapi_connection.backup(target)  # type: ignore[union-attr]
        target.close()

    def limit_pages(self, pages: int) -> None:
        """Let the file grow no further than so many pages of 4 kB: a quota, and how a full disk is tried out."""
        self._quota = pages

    def pages(self) -> int:
        """How many pages the file has."""
        with self._engine.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    def occurrences(self, needle: bytes) -> int:
        """How often some bytes stand in the database file and its WAL, free pages included."""
        count = 0
        for path in self._path.parent.glob(self._path.name + "*"):
            with path.open("rb") as stream:
                tail = b""
                while block := stream.read(BLOCK):
                    window = tail + block
                    count += window.count(needle)
                    tail = window[-(len(needle) - 1) :]
        return count

    @contextmanager
    def alone(self, name: str, seconds: float) -> Iterator[Callable[[Connection], None]]:
        """Hold one of the locks of the home's only process; yields what an act calls to be sure of it still."""
        if not self._alone[name].acquire(timeout=seconds):
            raise busy(name, seconds)
        try:
            yield lambda tx: None
        finally:
            self._alone[name].release()

    def close(self) -> None:
        self._writer.close()
        self._connection.close()
        self._engine.dispose()

    def _commit(self, jobs: list[Job[Any]]) -> None:
        connection = self._connection
        if self._quota:
            connection.connection.dbapi_connection.execute(f"PRAGMA max_page_count={self._quota}")  # type: ignore[union-attr]
        group: Job[None] = Job(lambda tx: None, lambda: None, coded)
        with group, connection.begin() as transaction:
            for job in jobs:
                job.run(connection, in_transaction)
            transaction.commit()
        if group.error is not None:
            fail(jobs, group.error)


def in_transaction(tx: Connection) -> bool:
    """Whether SQLite, which rolls back by itself where the disk is full, has left the transaction open."""
    return bool(tx.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def open_engine(path: Path) -> Engine:
    """An engine whose connections carry the pragmas and begin their transactions themselves."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False}, pool_size=32)

    @event.listens_for(engine, "connect")
    def connect(raw: Any, _: Any) -> None:
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writer") else "BEGIN")

    return engine
