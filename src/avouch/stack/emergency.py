"""Break-glass: in an emergency somebody goes beyond the policy, for a stated reason and a set time.

The owner sees it at once, and another person reviews it afterwards. What may be exceeded is the policy's to
say: it decides on a principal with ``emergency`` set and the purpose ``emergency``.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.lake import principals as rows
from avouch.lake.schema import emergencies
from avouch.ledger.entry import read as entry_in
from avouch.ledger.log import entries
from avouch.records import Principal, Resource
from avouch.stack.act import Commit, Stamp, act, authorise, write
from avouch.stack.rights import oneself, over, refuse

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MINUTE = 60_000_000
SHORTEST, LONGEST = 10, 2000
VERDICTS = ("justified", "not-justified")
KIND = "access.emergency."
logger = logging.getLogger("avouch.emergency")


@dataclass(frozen=True, slots=True)
class Emergency:
    """One grant; times in µs. ``verdict`` is None until somebody else has reviewed it."""

    id: str
    principal_id: str
    tenant: str
    from_at: int
    until_at: int
    reviewed_by: str | None
    reviewed_at: int | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """One act, as the ledger has it."""

    seq: int
    time: str
    kind: str


def begin(stack: Stack, principal: Principal, reason: str, minutes: int | None = None) -> Emergency:
    """Begin an emergency; one that is in force ends. INPUT_INVALID, FORBIDDEN."""
    lasting = stack.settings.emergency_minutes if minutes is None else minutes
    if not 1 <= lasting <= stack.settings.emergency_max_minutes:
        raise AvouchError(Code.INPUT_INVALID, f"an emergency lasts 1 to {stack.settings.emergency_max_minutes} minutes")
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise AvouchError(Code.INPUT_INVALID, f"the reason has {SHORTEST} to {LONGEST:,} characters")
    if principal.kind != "person":
        raise AvouchError(Code.INPUT_INVALID, "only a person can break the glass")
    authorise(stack, "emergency.begin", principal)
    made = new_id("e")

    def commit(tx: Connection, stamp: Stamp) -> tuple[Emergency, dict[str, Any]]:
        replaced = rows.in_force(tx, principal.id, stamp.at)
        close(tx, replaced, stamp.at)
        until = stamp.at + lasting * MINUTE
        row = {"id": made, "principal_id": principal.id, "tenant": principal.tenant}
        tx.execute(insert(emergencies), {**row, "from_at": stamp.at, "until_at": until})
        text = reason.strip().encode("utf-8", "replace")
        stack.vault.seal(tx, sealed(made), principal.id, text)
        told = {"emergency": made, "minutes": lasting, "until": from_micros(until), "asserted": principal.asserted}
        return of_id(tx, made), {**told, "replaced": replaced}

    grant, seq = write(stack, KIND + "begin", principal, commit)
    logger.warning("emergency begun id=%s principal=%s minutes=%d seq=%d", made, principal.id, lasting, seq)
    return grant


def sealed(emergency_id: str) -> str:
    """Under which name the reason lies in the vault."""
    return f"emergency/{emergency_id}"


def close(tx: Connection, emergency_id: str, at: int) -> None:
    """End it now, where it has not ended (writer only)."""
    live = (emergencies.c.id == emergency_id) & (emergencies.c.until_at > at)
    tx.execute(update(emergencies).where(live).values(until_at=at))


def end(stack: Stack, actor: Principal, emergency_id: str) -> Emergency:
    """End an emergency: one's own, or that of somebody whom one administers. NOT_FOUND, FORBIDDEN."""
    grant = one(stack, emergency_id)
    if actor.id != grant.principal_id:
        authorise(stack, KIND + "end", actor, over(actor, grant.tenant))

    def commit(tx: Connection, stamp: Stamp) -> tuple[Emergency, dict[str, Any]]:
        close(tx, emergency_id, stamp.at)
        return of_id(tx, emergency_id), {"emergency": emergency_id}

    return write(stack, KIND + "end", actor, commit)[0]


def review(stack: Stack, reviewer: Principal, emergency_id: str, verdict: str) -> Emergency:
    """Judge an emergency, as another person; one that is in force ends. INPUT_INVALID, NOT_FOUND, FORBIDDEN."""
    grant = one(stack, emergency_id)
    if verdict not in VERDICTS:
        raise AvouchError(Code.INPUT_INVALID, f"a verdict is {' or '.join(VERDICTS)}")
    if reviewer.id == grant.principal_id or reviewer.kind != "person":
        refuse(stack, KIND + "review", reviewer)

    def do() -> Commit[Emergency]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Emergency, dict[str, Any]]:
            close(tx, emergency_id, stamp.at)
            fresh = (emergencies.c.id == emergency_id) & emergencies.c.verdict.is_(None)
            told = {"reviewed_by": reviewer.id, "reviewed_at": stamp.at, "verdict": verdict}
            if not tx.execute(update(emergencies).where(fresh).values(told)).rowcount:
                raise AvouchError(Code.INPUT_INVALID, "it was reviewed already; a verdict stays")
            body = {"emergency": emergency_id, "principal": grant.principal_id, "verdict": verdict}
            return of_id(tx, emergency_id), body

        return commit

    return act(stack, KIND + "review", reviewer, do, over(reviewer, grant.tenant))


def of_id(tx: Connection, emergency_id: str) -> Emergency:
    """One emergency; NOT_FOUND."""
    row = tx.execute(select(emergencies).where(emergencies.c.id == emergency_id)).first()
    if row is None:
        raise AvouchError(Code.NOT_FOUND, f"no emergency {emergency_id[:40]!r}")
    return Emergency(*(getattr(row, name) for name in Emergency.__slots__))


def one(stack: Stack, emergency_id: str) -> Emergency:
    return stack.state.read(lambda tx: of_id(tx, emergency_id))


def show(stack: Stack, actor: Principal, emergency_id: str) -> Emergency:
    """One emergency: one's own, or of a tenant that one administers. NOT_FOUND, FORBIDDEN."""
    grant = one(stack, emergency_id)
    if actor.id != grant.principal_id:
        authorise(stack, KIND + "show", actor, over(actor, grant.tenant))
    return grant


def listing(
    stack: Stack, actor: Principal, pending: bool = False, limit: int = 100, before: int = 0
) -> list[Emergency]:
    """Emergencies, the latest first, those begun before a time (µs) where one is given; ``pending``: not reviewed.

    Who may not administer sees their own.
    """
    query = select(emergencies.c.id).order_by(emergencies.c.from_at.desc(), emergencies.c.id).limit(limit)
    everybodys = administers(stack, actor)
    if not everybodys:
        query = query.where(emergencies.c.principal_id == actor.id)
    elif over(actor, actor.tenant):
        query = query.where(emergencies.c.tenant == actor.tenant)
    if pending:
        query = query.where(emergencies.c.verdict.is_(None))
    if before:
        query = query.where(emergencies.c.from_at < before)
    return stack.state.read(lambda tx: [of_id(tx, found) for found in tx.execute(query).scalars().all()])


def administers(stack: Stack, actor: Principal) -> bool:
    """Whether the actor may look after access, without an entry where not."""
    on = (Resource(actor.tenant, tenant=actor.tenant),)
    scoped = not actor.scopes or "access" in actor.scopes
    return scoped and all(one.allowed and not one.errors for one in stack.policy.decide(actor, "access", on))


def reason(stack: Stack, actor: Principal, emergency_id: str) -> str:
    """Why the glass was broken: for the person themselves and for those who review. ERASED, FORBIDDEN."""
    grant = one(stack, emergency_id)
    if not oneself(actor, grant.principal_id):
        authorise(stack, KIND + "reason", actor, over(actor, grant.tenant))
    return stack.state.read(lambda tx: stack.vault.unseal(tx, sealed(emergency_id))).decode()


def acts(stack: Stack, actor: Principal, emergency_id: str) -> list[Done]:
    """What the person did while the emergency was in force, in order. FORBIDDEN."""
    grant = one(stack, emergency_id)
    authorise(stack, KIND + "acts", actor, over(actor, grant.tenant))
    during = (entries.c.time >= grant.from_at) & (entries.c.time <= grant.until_at)
    query = select(entries.c.leaf).where(during).order_by(entries.c.seq)
    found = [entry_in(leaf) for leaf in stack.state.read(lambda tx: tx.execute(query).scalars().all())]
    return [Done(entry.seq, entry.time, entry.kind) for entry in found if entry.actor == grant.principal_id]


def notices(stack: Stack, actor: Principal, after: int = -1, limit: int = 100) -> list[dict[str, Any]]:
    """What happened to emergencies after a ledger entry, in order: what the owner is shown at once. FORBIDDEN.

    Each has seq, time, kind, actor and the entry's body; go on behind the last ``seq``. It holds across servers.
    """
    authorise(stack, "access.notices", actor)
    query = select(entries.c.leaf, entries.c.body).where(entries.c.seq > after, entries.c.kind.startswith(KIND))
    if over(actor, actor.tenant):
        query = query.where(entries.c.tenant == actor.tenant)
    found = stack.state.read(lambda tx: tx.execute(query.order_by(entries.c.seq).limit(limit)).all())
    told = []
    for row in found:
        entry = entry_in(row.leaf)
        told.append({"seq": entry.seq, "time": entry.time, "kind": entry.kind, "actor": entry.actor})
        told[-1]["body"] = json.loads(row.body) if row.body else None
    return told
