"""The log: appends entries inside the caller's transaction, and proves them.

The tree's complete subtrees are rows, so that a proof reads a few of them. The right edge is kept in
memory by the writer; whoever rolls a transaction back calls ``forget``, and it is read anew. So it is where
another process may have written: a state that is shared says so by another ``epoch`` of the connection.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    inspect,
    select,
)
from sqlalchemy import insert as insert_into

from avouch.canon import canonical, commit_bytes, from_micros, new_salt
from avouch.errors import AvouchError, Code
from avouch.ledger import merkle
from avouch.ledger.entry import Entry, read

WIDE = BigInteger().with_variant(Integer, "sqlite")
metadata = MetaData()
entries = Table(
    "entries",
    metadata,
    Column("seq", WIDE, primary_key=True, autoincrement=False),
    Column("time", WIDE, nullable=False),
    Column("kind", String, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("salt", String),
    Column("body", LargeBinary),
    Column("tenant", String, nullable=False, server_default="default"),
    Index("entries_time", "time"),
)
LAST = select(entries.c.seq, entries.c.time).order_by(entries.c.seq.desc()).limit(1)
nodes = Table(
    "nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", WIDE, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", WIDE, primary_key=True, autoincrement=False),
    Column("note", String, nullable=False),
)
ADD_ENTRY, ADD_NODE = insert_into(entries), insert_into(nodes)


class Log:
    """Appends and proves. One instance writes at a time (``State`` sees to it)."""

    def __init__(self) -> None:
        self._edge: dict[int, bytes] | None = None
        self._epoch: object = None
        self._size = 0
        self._time = 0

    def forget(self) -> None:
        """A transaction was rolled back: read the tree's edge from the rows at the next append."""
        self._edge = None

    def next_seq(self, tx: Connection) -> int:
        """The sequence number that the next entry will have."""
        self._load(tx)
        return self._size

    def now(self, tx: Connection) -> int:
        """The time of the next entry: the clock's, but never before the last entry's."""
        self._load(tx)
        return max(self._time, clock.time_ns() // 1000)

    def append(self, tx: Connection, kind: str, actor: str, body: Any, at: int, tenant: str = "default") -> Entry:
        """Append one entry; it exists if and only if ``tx`` commits. ``at`` comes from ``now``.

        ``tenant`` says who may read it here; it is not in the leaf.
        """
        edge = self._load(tx)
        salt, said = new_salt(), canonical(body)
        entry = Entry(self._size, from_micros(at), kind, actor, commit_bytes(salt, said))
        leaf = entry.leaf
        row = {
            "seq": entry.seq,
            "time": at,
            "kind": kind,
            "leaf": leaf,
            "salt": salt,
            "body": said,
            "tenant": tenant,
        }
        tx.execute(ADD_ENTRY, row)
        added = []
        level, position, here = 0, entry.seq, merkle.leaf_hash(leaf)
        while True:
            added.append({"level": level, "position": position, "hash": here})
            if not position & 1:
                break
            here = merkle.node_hash(edge[level], here)
            level, position = level + 1, position >> 1
        tx.execute(ADD_NODE, added)
        edge[level] = here
        self._size, self._time = self._size + 1, at
        return entry

    def _load(self, tx: Connection) -> dict[int, bytes]:
        epoch = tx.info.get("epoch")
        if self._edge is None or epoch != self._epoch:
            self._edge, self._epoch = None, epoch
            self._size, self._time = size(tx), last_time(tx)
            self._edge = {
                level: node_reader(tx)(level, (self._size >> level) - 1)
                for level in range(self._size.bit_length())
                if self._size >> level & 1
            }
        return self._edge


def upgrade(tx: Connection) -> None:
    """Bring the tables of an older log to this form; what is there stays."""
    if "tenant" not in {column["name"] for column in inspect(tx).get_columns("entries")}:
        tx.exec_driver_sql("ALTER TABLE entries ADD COLUMN tenant VARCHAR NOT NULL DEFAULT 'default'")


def size(tx: Connection) -> int:
    """How many entries there are."""
    return extent(tx)[0]


def last_time(tx: Connection) -> int:
    """The time of the last entry in microseconds; 0 where there is none."""
    return extent(tx)[1]


def extent(tx: Connection) -> tuple[int, int]:
    """How many entries there are, and the time of the last one in microseconds."""
    last = tx.execute(LAST).first()
    return (0, 0) if last is None else (last.seq + 1, last.time)


def seq_at(tx: Connection, micros: int) -> int | None:
    """The last entry made at or before a time, or None where the log begins later."""
    query = select(entries.c.seq).where(entries.c.time <= micros).order_by(entries.c.time.desc(), entries.c.seq.desc())
    return tx.execute(query.limit(1)).scalar()


def node_reader(tx: Connection) -> merkle.NodeAt:
    """Stored subtree hashes by (level, position); LEDGER_BROKEN where one is missing."""

    def node(level: int, position: int) -> bytes:
        query = select(nodes.c.hash).where(nodes.c.level == level, nodes.c.position == position)
        found = tx.execute(query).scalar()
        if found is None:
            raise AvouchError(Code.LEDGER_BROKEN, f"tree node {level}/{position} is missing")
        return bytes(found)

    return node


def entry_at(tx: Connection, seq: int) -> Entry:
    """One entry; NOT_FOUND where there is none."""
    leaf = tx.execute(select(entries.c.leaf).where(entries.c.seq == seq)).scalar()
    if leaf is None:
        raise AvouchError(Code.NOT_FOUND, f"no ledger entry {seq}")
    return read(leaf)


def body_of(tx: Connection, seq: int) -> tuple[str, bytes] | None:
    """Salt and canonical body of an entry, or None where it was erased or never was."""
    row = tx.execute(select(entries.c.salt, entries.c.body).where(entries.c.seq == seq)).first()
    return None if row is None or row.body is None else (row.salt, row.body)


def scan(tx: Connection, start: int = 0) -> Iterator[Any]:
    """Rows (seq, leaf, salt, body, hash) in order, streamed; ``hash`` is what the tree keeps for the leaf."""
    kept = (nodes.c.level == 0) & (nodes.c.position == entries.c.seq)
    query = select(entries.c.seq, entries.c.leaf, entries.c.salt, entries.c.body, nodes.c.hash)
    query = query.join_from(entries, nodes, kept, isouter=True).where(entries.c.seq >= start)
    yield from tx.execution_options(yield_per=1000).execute(query.order_by(entries.c.seq))
