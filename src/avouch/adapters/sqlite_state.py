"""The state database on SQLite: one writer thread, a savepoint per act, group commit.

WAL with ``synchronous=FULL``: a commit that returned survives a power cut. ``secure_delete`` overwrites
what is deleted; ``scrub`` empties the WAL. Only the writer checkpoints.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from avouch.errors import AvouchError, Code

T = TypeVar("T")
GROUP = 256
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "busy_timeout=10000",
)


def coded(error: DatabaseError) -> AvouchError:
    """The coded form of what SQLite reports about its file."""
    said = str(error.orig)
    if "full" in said:
        return AvouchError(Code.DISK_FULL, "the state database cannot grow")
    if "malformed" in said or "not a database" in said:
        return AvouchError(Code.HOME_DAMAGED, "the state database is damaged")
    return AvouchError(Code.HOME_DAMAGED, f"the state database failed ({type(error.orig).__name__})")


class Job(Generic[T]):
    """One act that waits for the writer. As a context it keeps the act's error for the caller."""

    def __init__(self, act: Callable[[Connection], T], undo: Callable[[], None]) -> None:
        self.act, self.undo = act, undo
        self.future: Future[T] = Future()
        self.error: BaseException | None = None
        self.result: T

    def __enter__(self) -> Job[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> bool:
        self.error = coded(error) if isinstance(error, DatabaseError) else error
        return True

    def run(self, tx: Connection) -> None:
        """Run the act in a savepoint; an error undoes this act only."""
        tx.exec_driver_sql("SAVEPOINT act")
        with self:
            self.result = self.act(tx)
        if self.error is not None:
            self.undo()
            if not tx.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                raise self.error
            tx.exec_driver_sql("ROLLBACK TO act")
        tx.exec_driver_sql("RELEASE act")

    def settle(self) -> None:
        """Hand the outcome to the caller."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class SqliteState:
    """The ``State`` port. ``close`` ends the writer after what is queued."""

    def __init__(self, path: Path) -> None:
        self._engine = open_engine(path)
        self._jobs: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._quota = 0
        self._writer = threading.Thread(target=self._work, name="avouch-writer", daemon=True)
        self._writer.start()

    def write(self, act: Callable[[Connection], T], undo: Callable[[], None] = lambda: None) -> T:
        """Run ``act`` in the writer's transaction; return when its commit is durable."""
        job = Job(act, undo)
        self._jobs.put(job)
        return job.future.result()

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` on one committed state."""
        with self._engine.connect() as connection, connection.begin():
            return query(connection)

    def flush(self) -> None:
        """Move the WAL into the file and empty it: what was overwritten is then gone from both."""
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

    def close(self) -> None:
        self._jobs.put(None)
        self._writer.join()
        self._engine.dispose()

    def _work(self) -> None:
        with self._engine.connect() as connection:
            connection.info["writer"] = True
            while (first := self._jobs.get()) is not None:
                jobs, last = self._gather(first)
                if self._quota:
                    connection.connection.dbapi_connection.execute(f"PRAGMA max_page_count={self._quota}")  # type: ignore[union-attr]
                self._commit(connection, jobs)
                for job in jobs:
                    job.settle()
                if last:
                    return

    def _gather(self, first: Job[Any]) -> tuple[list[Job[Any]], bool]:
        jobs = [first]
        while len(jobs) < GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _commit(self, connection: Connection, jobs: list[Job[Any]]) -> None:
        group: Job[None] = Job(lambda tx: None, lambda: None)
        with group, connection.begin() as transaction:
            for job in jobs:
                job.run(connection)
            transaction.commit()
        if group.error is not None:
            for job in jobs:
                job.undo()
                job.error = job.error or group.error


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
