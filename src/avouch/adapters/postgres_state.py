"""The state database on PostgreSQL: several processes, one sequencer.

Each process has one writer thread that commits groups, as on SQLite. A group's transaction begins by taking
the home's advisory lock, which lasts until its commit is visible: so one process writes at a time, sees all
that others committed, and a log never forks. Then it takes a turn, which tells whether others wrote since,
and whether a commit whose answer got lost was made. One schema holds one home.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from avouch.adapters.group_commit import GroupCommit, Job, busy, fail
from avouch.adapters.postgres_link import Link, alive, coded, held, key_of
from avouch.errors import AvouchError, Code

T = TypeVar("T")
SETTLE_SECONDS, TRIES = 20.0, 2
TURN = (
    "INSERT INTO turns (writer, turn, at) SELECT %(me)s, coalesce(max(turn), 0) + 1, now() FROM turns "
    "ON CONFLICT (writer) DO UPDATE SET turn = excluded.turn, at = excluded.at RETURNING turn"
)
SETUP = (
    "CREATE TABLE IF NOT EXISTS turns (writer text PRIMARY KEY, turn bigint NOT NULL, at timestamptz NOT NULL) "
    "WITH (fillfactor = 20)",
    "DELETE FROM turns WHERE at < now() - interval '1 day' AND turn < (SELECT max(turn) FROM turns)",
)


class PostgresState:
    """The ``State`` port on ``postgresql://…``. STATE_UNAVAILABLE: nothing was done, try again.

    STATE_UNKNOWN: the connection broke at a commit, and the server could not be asked in time whether it
    was made. ``follow`` is called at the start of each transaction, to let go of what others erased.
    """

    shared: Literal[True] = True

    def __init__(self, url: str, schema: str = "avouch") -> None:
        self.follow: Callable[[Connection], None] = lambda tx: None
        self._link = Link(url, schema)
        self._key = key_of(schema, "log")
        self._me = secrets.token_hex(8)
        self._last: int | None = None
        self._epochs = itertools.count(1)
        self._epoch = 0
        self._connection: Connection | None = None
        self._link.prepare(SETUP, self._key)
        self._writer = GroupCommit(self._commit, coded)

    def write(self, act: Callable[[Connection], T], undo: Callable[[], None] = lambda: None) -> T:
        """Run ``act`` in the writer's transaction; return when its commit is durable."""
        return self._writer.write(act, undo)

    @property
    def waiting(self) -> int:
        """How many acts wait for the writer, about."""
        return self._writer.waiting

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` on one committed state (REPEATABLE READ, READ ONLY)."""
        try:
            with self._link.reader() as tx:
                self.follow(tx)
                return query(tx)
        except DBAPIError as error:
            raise coded(error) from error

    def close(self) -> None:
        self._writer.close()
        if self._connection is not None:
            self._connection.close()
        self._link.close()

    @contextmanager
    def alone(self, name: str, seconds: float) -> Iterator[Callable[[Connection], None]]:
        """Hold a lock of the whole home, which ends with this process; INGEST_BUSY after so many seconds.

        Yields what an act calls in its transaction to be sure that the lock is still held.
        """
        key = key_of(self._link.schema, name)
        with self._link.session() as session:
            try:
                session.exec_driver_sql(f"SET lock_timeout = {max(1, int(seconds * 1e3))}")
                session.exec_driver_sql("SELECT pg_advisory_lock(%(key)s)", {"key": key})
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) == "55P03":
                    raise busy(name, seconds) from None
                raise coded(error) from error
            pid = session.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()

            def still(tx: Connection) -> None:
                if not held(tx, key, pid):
                    raise AvouchError(Code.STATE_UNAVAILABLE, f"the lock on {name} was lost with its connection")

            yield still

    def flush(self) -> None:
        """Write the table of keys anew: deleted ones are in its file no more, and what lies under them is noise."""
        self._link.rewrite({"data_keys": "(FULL)", "sealed": ""})

    def occurrences(self, needle: bytes) -> int:
        """In how many rows some bytes stand; while a deleted row may still lie in a file, one more."""
        return self._link.count_bytes(needle) + (not self._link.rewritten)

    def _commit(self, jobs: list[Job[Any]]) -> None:
        group: Job[None] = Job(lambda tx: None, lambda: None, coded)
        with group:
            tx, turn = self._begin()
            try:
                for job in jobs:
                    job.run(tx, alive)
                self._end(tx, turn)
            except BaseException:
                self._last = None
                self._let_go()
                raise
        if group.error is not None:
            fail(jobs, group.error)

    def _begin(self) -> tuple[Connection, int]:
        """Begin a transaction, alone and with a turn. A connection that broke while it lay idle is replaced."""
        for left in reversed(range(TRIES)):
            try:
                if self._connection is None:
                    self._connection = self._link.writer()
                tx = self._connection
                tx.begin()
                turn = self._turn(tx)
                break
            except DBAPIError as error:
                self._let_go()
                if not left or not error.connection_invalidated:
                    raise
        if self._last is None or turn != self._last + 1:
            self._epoch = next(self._epochs)
        tx.info["epoch"] = self._epoch
        try:
            self.follow(tx)
        except BaseException:
            self._last = None
            self._let_go()
            raise
        return tx, turn

    def _turn(self, tx: Connection) -> int:
        tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%(key)s)", {"key": self._key})
        return int(tx.exec_driver_sql(TURN, {"me": self._me}).scalar_one())

    def _end(self, tx: Connection, turn: int) -> None:
        """Commit. Where the connection breaks, ask the server whether it was done."""
        try:
            tx.commit()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self._let_go()
            if not self._committed(turn):
                raise
            self._last = None
        else:
            self._last = turn

    def _committed(self, turn: int) -> bool:
        """Whether a commit was made: once the lock is free its transaction has ended, one way or the other."""
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            try:
                with self._link.session() as session:
                    session.exec_driver_sql("SELECT pg_advisory_lock(%(key)s)", {"key": self._key})
                    query = "SELECT turn FROM turns WHERE writer = %(me)s"
                    return session.exec_driver_sql(query, {"me": self._me}).scalar() == turn
            except DBAPIError:
                time.sleep(0.2)
        raise AvouchError(Code.STATE_UNKNOWN, "the connection broke at a commit and could not be made again")

    def _let_go(self) -> None:
        """Give up the writer's connection: what was not committed is rolled back with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
