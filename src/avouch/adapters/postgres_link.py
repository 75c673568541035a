"""Connections to one schema of a PostgreSQL database, and what its errors mean."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumper
from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from avouch.errors import AvouchError, Code

logger = logging.getLogger("avouch.state")
READERS, REWRITE_SECONDS = 32, 10.0
SESSION = (
    "-c search_path={schema} -c timezone=UTC -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s "
    "-c statement_timeout=0"
)
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
AWAY = ("08", "57", "55", "40", "53", "25")  # classes of SQLSTATE that pass: connection, shutdown, locks, resources


def coded(error: DBAPIError) -> AvouchError:
    """The coded form of what PostgreSQL reports; never its words, which may quote a row."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "53100":
        return AvouchError(Code.DISK_FULL, "the state database cannot grow")
    if state.startswith(("28", "3D", "42501")):
        return AvouchError(Code.CONFIG_INVALID, f"PostgreSQL refuses the user or the database of `state` ({state})")
    if error.connection_invalidated or not state or state.startswith(AWAY):
        return AvouchError(Code.STATE_UNAVAILABLE, f"PostgreSQL cannot be reached or asked to wait ({state or 'lost'})")
    return AvouchError(Code.HOME_DAMAGED, f"the state database failed ({type(error.orig).__name__}, {state})")


def key_of(schema: str, name: str) -> int:
    """The advisory lock of one purpose in one schema: 63 bits."""
    return int.from_bytes(hashlib.sha256(f"avouch/{schema}/{name}".encode()).digest()[:8], "big") >> 1


def held(tx: Connection, key: int, pid: int) -> bool:
    """Whether a server process holds an advisory lock now."""
    query = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = %(pid)s "
        "AND classid::bigint = %(high)s AND objid::bigint = %(low)s AND objsubid = 1"
    )
    told = {"pid": pid, "high": key >> 32, "low": key & 0xFFFFFFFF}
    return bool(tx.exec_driver_sql(query, told).scalar_one())


def alive(tx: Connection) -> bool:
    """Whether the transaction can go on, or be rolled back to a savepoint."""
    if tx.closed or tx.invalidated:
        return False
    raw: Any = tx.connection.dbapi_connection
    return not raw.closed and raw.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)


def has_table(url: str, schema: str, table: str) -> bool:
    """Whether a table is there; changes nothing."""
    link = Link(url, schema)
    try:
        with link.session() as session:
            query = "SELECT to_regclass(%(name)s)"
            return session.exec_driver_sql(query, {"name": f"{schema}.{table}"}).scalar() is not None
    except DBAPIError as error:
        raise coded(error) from error
    finally:
        link.close()


class WithoutNul(StrDumper):
    """PostgreSQL refuses the character NUL, which a file's title may hold: another mark stands for it."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\x00", "\ufffd"))


class Link:
    """The engines of one home. ``url`` may leave out the password: libpq finds PGPASSFILE."""

    def __init__(self, url: str, schema: str) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
            raise AvouchError(Code.CONFIG_INVALID, "state_schema is not a plain lower-case name")
        self.schema = schema
        self.rewritten = True
        try:
            told: URL = make_url(url)
        except (ArgumentError, ValueError):
            raise AvouchError(Code.CONFIG_INVALID, "`state` is not a URL") from None
        if told.get_backend_name() != "postgresql":
            raise AvouchError(Code.CONFIG_INVALID, "`state` is not a PostgreSQL URL: postgresql://…")
        self._url = told.set(drivername="postgresql+psycopg").update_query_dict({"application_name": "avouch"})
        self._readers = self._engine("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", pool_size=READERS)
        self._writers = self._engine("BEGIN ISOLATION LEVEL READ COMMITTED", poolclass=NullPool)
        self._sessions = self._engine("", poolclass=NullPool)

    def _engine(self, begin: str, **options: Any) -> Engine:
        arguments = {"options": SESSION.format(schema=self.schema), "connect_timeout": 5, **ALIVE}
        engine = create_engine(self._url, connect_args=arguments, hide_parameters=True, **options)

        @event.listens_for(engine, "connect")
        def connected(raw: Any, _: Any) -> None:
            raw.autocommit = True
            raw.adapters.register_dumper(str, WithoutNul)

        @event.listens_for(engine, "begin")
        def begun(connection: Connection) -> None:
            if begin:
                connection.exec_driver_sql(begin)

        return engine

    def prepare(self, statements: Sequence[str], key: int) -> None:
        """Make the schema where it is not there, and run statements in it; CONFIG_INVALID where it cannot serve."""
        try:
            with self._writers.begin() as tx:
                encoding = tx.exec_driver_sql("SHOW server_encoding").scalar_one()
                if encoding != "UTF8":
                    raise AvouchError(Code.CONFIG_INVALID, f"the database is encoded in {encoding}, not in UTF8")
                tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%(key)s)", {"key": key})
                there = tx.exec_driver_sql("SELECT to_regnamespace(%(name)s)", {"name": self.schema}).scalar()
                if there is None:
                    tx.exec_driver_sql(f"CREATE SCHEMA {self.schema}")
                for statement in statements:
                    tx.exec_driver_sql(statement)
        except DBAPIError as error:
            raise coded(error) from error

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """One read transaction. A pooled connection that broke while it lay idle is replaced."""
        for left in (True, False):
            connection = self._readers.connect()
            try:
                connection.begin()
                break
            except DBAPIError as error:
                connection.close()
                if not left or not error.connection_invalidated:
                    raise
        with connection:
            yield connection

    def writer(self) -> Connection:
        """A connection for the writer. Its commits wait for the disk, whatever the server's default is."""
        connection = self._writers.connect()
        if connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "off":
            connection.exec_driver_sql("SET synchronous_commit = on")
            connection.commit()
        connection.rollback()
        return connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of its own, each statement of which commits by itself."""
        with self._sessions.connect() as connection:
            yield connection

    def rewrite(self, tables: Mapping[str, str]) -> None:
        """Vacuum tables, each as told (``(FULL)``: written anew). ``rewritten``: whether deleted rows are gone.

        A row that an open transaction may still see stays: so this waits a while until none older is open.
        """
        older = (
            "SELECT count(*) FROM (SELECT backend_xmin AS x FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "UNION ALL SELECT transaction FROM pg_prepared_xacts UNION ALL SELECT xmin FROM pg_replication_slots) o "
            "WHERE x IS NOT NULL AND age(x) > 0 AND age(x) >= age(%(now)s::text::xid)"
        )
        until = time.monotonic() + REWRITE_SECONDS
        try:
            with self.session() as session:
                session.exec_driver_sql(f"SET lock_timeout = '{REWRITE_SECONDS:.0f}s'")
                now = session.exec_driver_sql("SELECT pg_current_xact_id()::xid::text").scalar_one()
                while session.exec_driver_sql(older, {"now": now}).scalar_one() and time.monotonic() < until:
                    time.sleep(0.05)
                self.rewritten = time.monotonic() < until
                for table, how in tables.items():
                    if session.exec_driver_sql("SELECT to_regclass(%(name)s)", {"name": table}).scalar():
                        session.exec_driver_sql(f"VACUUM {how} {table}")
        except DBAPIError as error:
            self.rewritten = False
            logger.warning("flush: tables not rewritten (%s)", coded(error).code.name)

    def count_bytes(self, needle: bytes) -> int:
        """In how many rows of the schema's binary columns some bytes stand."""
        query = (
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = %(schema)s AND data_type = 'bytea'"
        )
        with self.reader() as tx:
            return sum(
                int(
                    tx.exec_driver_sql(
                        f"SELECT count(*) FROM {table} WHERE position(%(needle)s::bytea IN {column}) > 0",  # noqa: S608
                        {"needle": needle},
                    ).scalar_one()
                )
                for table, column in tx.exec_driver_sql(query, {"schema": self.schema}).all()
            )

    def close(self) -> None:
        for engine in (self._readers, self._writers, self._sessions):
            engine.dispose()
