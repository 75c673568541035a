"""The access review: who has more than they need, what nobody uses, what several seem to share.

Findings are evidence for a person to judge; nothing is changed. Its run is an entry.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, select

from avouch.lake.schema import api_keys, classes, emergencies, members, principals, sessions, versions
from avouch.ledger.log import entries
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.findings import RULES, Evidence, Finding
from avouch.stack.moment import instant
from avouch.stack.rights import over

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

DAY = 24 * 3600 * 1_000_000
LOOKED_BACK, MOST_ENTRIES = 30 * DAY, 100_000
"""How far the review reads the ledger: µs and entries, whichever is less."""


@dataclass(frozen=True, slots=True)
class Review:
    """``seq`` is the entry of its run; ``principals`` is how many were looked at."""

    seq: int
    principals: int
    findings: tuple[Finding, ...]


def review(stack: Stack, actor: Principal) -> Review:
    """Look at every principal of the actor's tenant, or of all for an owner. FORBIDDEN."""
    tenant = actor.tenant if over(actor, actor.tenant) else ""

    def do() -> Commit[Review]:
        found = stack.state.read(lambda tx: gather(tx, tenant, instant(tx)))
        findings = tuple(finding for rule in RULES for finding in rule(found))

        def commit(tx: Connection, stamp: Stamp) -> tuple[Review, dict[str, Any]]:
            told = {"principals": len(found.people), "findings": dict(Counter(one.code for one in findings))}
            return Review(stamp.seq, len(found.people), findings), told

        return commit

    return act(stack, "access.review", actor, do)


def gather(tx: Connection, tenant: str, at: int) -> Evidence:
    """What the rules look at: rows of one tenant, or of all; times in µs."""
    within = [principals.c.tenant == tenant] if tenant else []
    people = {row.id: row for row in tx.execute(select(principals).where(*within).order_by(principals.c.name))}
    known = set(tx.execute(select(principals.c.id)).scalars())

    def theirs(query: Select[Any]) -> list[Any]:
        """Rows of these people; without a tenant also of people who are not there any more."""
        rows = tx.execute(query).all()
        return [row for row in rows if row.principal_id in people or (not tenant and row.principal_id not in known)]

    live = api_keys.c.revoked_at.is_(None) & (api_keys.c.expires_at > at)
    open_ = sessions.c.ended_at.is_(None) & (sessions.c.expires_at > at)
    families = select(sessions.c.principal_id, sessions.c.family).where(open_).distinct()
    belongs = select(members.c.principal_id, func.count().label("count")).group_by(members.c.principal_id)
    return Evidence(
        at,
        people,
        theirs(select(api_keys).where(live).order_by(api_keys.c.id)),
        Counter(row.principal_id for row in theirs(families)),
        {row.principal_id: row.count for row in theirs(belongs)},
        theirs(select(emergencies).where(emergencies.c.verdict.is_(None)).order_by(emergencies.c.from_at)),
        labels(tx, tenant),
        busiest(tx, at),
    )


def labels(tx: Connection, tenant: str) -> set[tuple[str, str]]:
    """The labels that documents in force carry, with their tenants."""
    used = select(versions.c.class_id).where(versions.c.fate == "live").distinct()
    query = select(classes.c.tenant, classes.c.labels).where(classes.c.id.in_(used))
    if tenant:
        query = query.where(classes.c.tenant == tenant)
    return {(row.tenant, label) for row in tx.execute(query) for label in json.loads(row.labels)}


def busiest(tx: Connection, at: int) -> dict[str, int]:
    """By actor: in how many hours of their busiest day (UTC) they acted, of the latest entries."""
    query = select(entries.c.time, entries.c.leaf).where(entries.c.time > at - LOOKED_BACK)
    hours: dict[tuple[str, int], set[int]] = defaultdict(set)
    for moment, leaf in tx.execute(query.order_by(entries.c.seq.desc()).limit(MOST_ENTRIES)):
        hours[json.loads(leaf)["actor"], moment // DAY].add(moment % DAY // (DAY // 24))
    most: dict[str, int] = {}
    for (actor, _), seen in hours.items():
        most[actor] = max(most.get(actor, 0), len(seen))
    return most
