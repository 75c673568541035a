"""Requests that are repeated: the same key and request give the same answer for a day, and one run.

The row says that a request was begun; what was answered is sealed under its caller's key. A request that was
begun and never answered (the process was killed) may have been done or not: that is said, not guessed.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from avouch.canon import canonical, keyed_digest
from avouch.errors import AvouchError, Code
from avouch.lake.compartments import of_member
from avouch.lake.keyring import derived
from avouch.lake.schema import idempotency, sealed
from avouch.ledger import log
from avouch.records import Principal

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

DAY = 24 * 3600 * 1_000_000
RUNNING = 0
PREFIX = "idempotency/"


@dataclass(frozen=True, slots=True)
class Claim:
    """One request under one key of one principal; ``request`` digests all that was asked, and with which rights.

    ``since`` is how many entries there were before it.
    """

    digest: str
    principal_id: str
    request: str
    since: int

    @classmethod
    def of(cls, stack: Stack, principal: Principal, key: str, request: str) -> Claim:
        secret = derived(stack.ring, "idempotency")
        name = keyed_digest(secret, f"{principal.id}\x00{key}".encode())
        since, mine = stack.state.read(lambda tx: (log.size(tx), of_member(tx, principal.id)))
        asked = canonical({"request": request, "rights": rights(principal), "compartments": [str(n) for n in mine]})
        return cls(name, principal.id, keyed_digest(secret, asked), since)


def rights(principal: Principal) -> dict[str, Any]:
    """What decides over a request beside itself. What was told under other rights is not told again."""
    return {
        "purpose": principal.purpose,
        "emergency": principal.emergency,
        "clearance": principal.clearance.name,
        **{name: sorted(getattr(principal, name)) for name in ("scopes", "roles", "groups")},
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered."""

    status: int
    media_type: str
    body: bytes


def claim(stack: Stack, asked: Claim) -> Kept | None:
    """None: go on, it is yours. Else what was answered before.

    IDEMPOTENCY_MISMATCH for another request, or other rights; IDEMPOTENCY_UNKNOWN where the first run was cut short;
    ERASED where what it said was erased since.
    """
    now = time.time_ns() // 1000

    def begin(tx: Connection) -> tuple[int, str] | None:
        forget(tx, now, asked.digest)
        row = tx.execute(select(idempotency).where(idempotency.c.digest == asked.digest)).first()
        if row is not None:
            return row.status, row.request
        values = {"digest": asked.digest, "principal_id": asked.principal_id, "request": asked.request}
        tx.execute(insert(idempotency), {**values, "status": RUNNING, "created_at": now})
        return None

    found = stack.state.write(begin)
    if found is None:
        return None
    status, request = found
    if request != asked.request:
        raise AvouchError(Code.IDEMPOTENCY_MISMATCH, "the key was given to another request, or with other rights")
    if status == RUNNING:
        raise AvouchError(Code.IDEMPOTENCY_UNKNOWN, "the first request with this key was not finished")
    told = json.loads(stack.state.read(lambda tx: stack.vault.unseal(tx, PREFIX + asked.digest)))
    return Kept(status, told["type"], told["body"].encode())


def keep(stack: Stack, asked: Claim, kept: Kept) -> None:
    """Keep what was answered; not its text where something was erased meanwhile, which it may quote."""
    told = json.dumps({"type": kept.media_type, "body": kept.body.decode()}).encode()

    def store(tx: Connection) -> None:
        mine = idempotency.c.digest == asked.digest
        erased = select(log.entries.c.seq).where((log.entries.c.kind == "erase") & (log.entries.c.seq >= asked.since))
        there = tx.execute(update(idempotency).where(mine).values(status=kept.status)).rowcount
        if there and tx.execute(erased.limit(1)).first() is None:
            stack.vault.seal(tx, PREFIX + asked.digest, asked.principal_id, told)

    stack.state.write(store)


def release(stack: Stack, asked: Claim) -> None:
    """Nothing was done: the key is free again."""
    stack.state.write(lambda tx: tx.execute(delete(idempotency).where(idempotency.c.digest == asked.digest)))


def forget(tx: Connection, now: int, digest: str) -> None:
    """Drop what is older than a day: this one, and some others."""
    old = idempotency.c.created_at < now - DAY
    others = tx.execute(select(idempotency.c.digest).where(old).limit(100)).scalars().all()
    mine = tx.execute(select(idempotency.c.digest).where(old, idempotency.c.digest == digest)).scalars().all()
    if digests := [*others, *mine]:
        tx.execute(delete(sealed).where(sealed.c.name.in_([PREFIX + one for one in digests])))
        tx.execute(delete(idempotency).where(idempotency.c.digest.in_(digests)))


def drop_answers(tx: Connection) -> None:
    """Forget every answer: one of them may quote what is being erased. Their keys stay taken."""
    tx.execute(delete(sealed).where(sealed.c.name.startswith(PREFIX, autoescape=True)))
