"""The ledger's entries as their auditor reads and searches them.

An entry is bytes: who acted stands in its leaf, which documents in its body. No index knows them, so a search looks
through the entries, newest or oldest first, and through no more than ``LOOKED`` of them at a time, for no longer than
``SECONDS``: what it hands back says from where to go on.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Integer, LargeBinary, Select, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from avouch.errors import AvouchError, Code
from avouch.lake import principals as people
from avouch.ledger import log
from avouch.ledger.entry import read as read_leaf
from avouch.records import Principal
from avouch.stack.reading import mine_to_read

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

LOOKED, WINDOW, SECONDS = 50_000, 2_000, 0.5
"""How many entries one search looks through, how many at once, and for how long before it hands back where it is."""
NAMED = re.compile(r"[a-z]{1,4}_[0-9a-z]{1,64}")


class Within(FunctionElement[int]):
    """Where some bytes begin in others, from 1; 0 where they are not."""

    type = Integer()
    inherit_cache = True


@compiles(Within)
def instr(within: Within, compiler: SQLCompiler, **more: Any) -> str:
    needle, hay = (compiler.process(one, **more) for one in within.clauses)
    return f"instr({hay}, {needle})"


@compiles(Within, "postgresql")
def position(within: Within, compiler: SQLCompiler, **more: Any) -> str:
    needle, hay = (compiler.process(one, **more) for one in within.clauses)
    return f"position({needle} IN {hay})"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An entry as its auditor reads it. ``body`` is None where it was erased."""

    seq: int
    time: str
    kind: str
    actor: str
    tenant: str
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class WholeEntry:
    """An entry with its very bytes: ``leaf`` is what the tree hashes, ``said`` the body that it commits to.

    Both are canonical JSON (RFC 8785). ``said`` and ``salt`` are None where the body was erased.
    """

    entry: LedgerEntry
    commitment: str
    leaf: str
    said: str | None
    salt: str | None


@dataclass(frozen=True, slots=True)
class Sought:
    """What an entry must be. ``kind`` is a kind or what begins with it; ``actor`` an id or a name; ``about`` an id that
    the body names: of a document, a voucher, a person; ``since`` and ``until`` are times in µs, the latter not
    included."""

    kind: str = ""
    actor: str = ""
    about: str = ""
    since: int | None = None
    until: int | None = None
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Entries in the order asked for. ``next`` is behind which entry to go on; None: there are no more."""

    items: list[LedgerEntry]
    next: int | None


def look(stack: Stack, principal: Principal, sought: Sought, behind: int | None, limit: int) -> Found:
    """A page of the entries of one's tenant, or of all for an owner. INPUT_INVALID.

    It may hold less than ``limit``, or nothing, and still have a ``next``: so far was looked.
    """
    if sought.about and not NAMED.fullmatch(sought.about):
        raise AvouchError(Code.INPUT_INVALID, "query.about: an id, like d_0a1b or p_0a1b")

    def query(tx: Connection) -> Found:
        who = replace(sought, actor=acting(tx, sought.actor))
        if sought.actor and not who.actor:
            return Found([], None)
        found: list[LedgerEntry] = []
        low, high = extent(tx, sought, behind)
        at = high if sought.newest else low - 1
        until = time.monotonic() + SECONDS
        for first, last in windows(low, high, sought.newest):
            for row in tx.execute(page(principal, who, first, last).limit(limit + 1 - len(found))):
                if len(found) == limit:
                    return Found(found, found[-1].seq)
                found.append(entry_of(row))
            at = first if sought.newest else last - 1
            if time.monotonic() > until:
                break
        return Found(found, at if (at > low if sought.newest else at + 1 < high) else None)

    return stack.state.read(query)


def acting(tx: Connection, told: str) -> str:
    """The id of whoever has this id or name; empty where nobody can. Nothing says whether there is such a person."""
    if not told.isprintable():
        return ""
    if told and people.row_if(tx, told) is None and (row := people.named(tx, told)) is not None:
        return str(row.id)
    return told if NAMED.fullmatch(told) else ""


def extent(tx: Connection, sought: Sought, behind: int | None) -> tuple[int, int]:
    """From which entry to before which one to look: times are in order, so they are numbers as well."""
    low, high = 0, log.size(tx)
    if sought.since is not None:
        before = log.seq_at(tx, sought.since - 1)
        low = 0 if before is None else before + 1
    if sought.until is not None:
        before = log.seq_at(tx, sought.until - 1)
        high = 0 if before is None else before + 1
    if behind is not None and sought.newest:
        high = min(high, behind)
    elif behind is not None:
        low = max(low, behind + 1)
    return low, high


def windows(low: int, high: int, newest: bool) -> Iterator[tuple[int, int]]:
    """Pieces of a range, in the order in which they are looked through."""
    pieces = [(at, min(at + WINDOW, high)) for at in range(low, high, WINDOW)]
    if newest:
        pieces = [(max(low, at - WINDOW), at) for at in range(high, low, -WINDOW)]
    yield from pieces[: LOOKED // WINDOW]


def page(principal: Principal, sought: Sought, first: int, last: int) -> Select[Any]:
    """The entries of one window that are what is sought."""
    e = log.entries
    query = select(e.c.leaf, e.c.tenant, e.c.body).where(e.c.seq >= first, e.c.seq < last, mine_to_read(principal))
    if sought.kind:
        query = query.where(or_(e.c.kind == sought.kind, e.c.kind.startswith(sought.kind + ".", autoescape=True)))
    if sought.actor:
        query = query.where(begins(f'{{"actor":"{sought.actor}",'.encode()))
    if sought.about:
        query = query.where(Within(literal(f'"{sought.about}"'.encode(), LargeBinary), e.c.body) > 0)
    return query.order_by(e.c.seq.desc() if sought.newest else e.c.seq)


def begins(head: bytes) -> ColumnElement[bool]:
    """A leaf's bytes are canonical: its fields are in alphabetical order, the actor first."""
    after = head[:-1] + bytes([head[-1] + 1])
    return (log.entries.c.leaf >= head) & (log.entries.c.leaf < after)


def entry_of(row: Any) -> LedgerEntry:
    leaf = read_leaf(bytes(row.leaf))
    body = None if row.body is None else json.loads(row.body)
    return LedgerEntry(leaf.seq, leaf.time, leaf.kind, leaf.actor, row.tenant, body)


def one(stack: Stack, principal: Principal, seq: int) -> WholeEntry:
    """One entry of one's tenant, or of any for an owner. NOT_FOUND."""
    e = log.entries
    query = select(e.c.leaf, e.c.tenant, e.c.body, e.c.salt).where(e.c.seq == seq, mine_to_read(principal))
    row = stack.state.read(lambda tx: tx.execute(query).first())
    if row is None:
        raise AvouchError(Code.NOT_FOUND, f"no ledger entry {seq}")
    leaf = read_leaf(bytes(row.leaf))
    said = None if row.body is None else bytes(row.body).decode()
    return WholeEntry(entry_of(row), leaf.commitment, leaf.leaf.decode(), said, None if said is None else row.salt)
