"""Ledger entries as notices for a sink: read in order, checked on the way, told in the words of OCSF."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from avouch import __version__
from avouch.canon import canonical
from avouch.errors import AvouchError
from avouch.lake.schema import principals
from avouch.ledger import log, merkle
from avouch.ledger.entry import Entry, read
from avouch.ledger.log import entries, nodes
from avouch.observe.ocsf import Origin, Told
from avouch.observe.ocsf_findings import LEDGER, SHORT
from avouch.observe.ocsf_kinds import events
from avouch.ports import Notice

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MINUTE = 60_000_000
REFUSED = "access.refused"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Batch:
    """The next notices of a sink, and the entry up to which they go."""

    until: int
    entries: int
    notices: tuple[Notice, ...]


def batch(stack: Stack, tx: Connection, after: int, limit: int) -> Batch:
    """What comes behind an entry. A ledger that ends before it is told of, and gone on with from its end."""
    size = log.size(tx)
    if after >= size:
        short = Told(size, log.last_time(tx), SHORT, UNKNOWN, stack.owner.tenant, {"entries": size, "seen": after + 1})
        return Batch(size - 1, 1, tuple(notices(stack, short, "short")))
    kept = (nodes.c.level == 0) & (nodes.c.position == entries.c.seq)
    query = select(entries, nodes.c.hash).join_from(entries, nodes, kept, isouter=True).where(entries.c.seq > after)
    rows = tx.execute(query.order_by(entries.c.seq).limit(limit)).all()
    bursts, known = refusals(stack, tx, rows), names(stack, tx, rows)
    made: list[Notice] = []
    before = after
    for row in rows:
        entry, body = opened(row)
        actor = entry.actor if entry else UNKNOWN
        made += notices(
            stack, Told(row.seq, row.time, row.kind, actor, row.tenant, body, known, bursts.get(row.seq, 0))
        )
        if check := amiss(row, entry, before):
            made += notices(stack, Told(row.seq, row.time, LEDGER, UNKNOWN, row.tenant, {"check": check}), "broken")
        before = row.seq
    return Batch(before, len(rows), tuple(made))


def opened(row: Any) -> tuple[Entry | None, dict[str, Any]]:
    """The entry of a row and its body; None and nothing where they cannot be read, or were erased."""
    try:
        entry = read(bytes(row.leaf))
        body = json.loads(row.body) if row.body is not None else {}
    except (AvouchError, ValueError):
        return None, {}
    return entry, body if isinstance(body, dict) else {}


def amiss(row: Any, entry: Entry | None, before: int) -> str:
    """What does not hold of an entry on its way out; empty where all does."""
    if entry is None or entry.seq != row.seq or entry.kind != row.kind:
        return "entry"
    if row.seq != before + 1:
        return "gap"
    if row.hash is None or bytes(row.hash) != merkle.leaf_hash(bytes(row.leaf)):
        return "leaf"
    if row.body is not None and not entry.commits_to(row.salt or "", json.loads(row.body)):
        return "body"
    return ""


def broken(stack: Stack, seq: int, at: int, checks: Sequence[str]) -> list[Notice]:
    """The finding of an audit that failed, as of an entry."""
    told = Told(seq, at, LEDGER, UNKNOWN, stack.owner.tenant, {"check": list(checks)})
    return notices(stack, told, "audit")


def notices(stack: Stack, told: Told, apart: str = "") -> list[Notice]:
    """The events of an entry; those that are ``apart`` from what it says itself have uids of their own."""
    made = []
    for event in events(Origin(stack.id, __version__), told):
        if apart:
            event["metadata"]["uid"] = f"{stack.id}/{told.seq}/{apart}"
        made.append(Notice(event["metadata"]["uid"], told.at, event["severity_id"], canonical(event)))
    return made


def refusals(stack: Stack, tx: Connection, rows: Sequence[Any]) -> dict[int, int]:
    """By entry: the refused sign-ins of its actor lately, for the entries that make them too many."""
    limit, window = stack.settings.siem_signins, stack.settings.siem_minutes * MINUTE
    refused = [row for row in rows if row.kind == REFUSED]
    if not refused or limit < 1:
        return {}
    since = (entries.c.time > refused[0].time - window) & (entries.c.seq <= refused[-1].seq)
    query = select(entries).where(since, entries.c.kind == REFUSED).order_by(entries.c.seq)
    lately: dict[str, list[tuple[int, int]]] = defaultdict(list)
    found = {}
    for row in tx.execute(query):
        entry, body = opened(row)
        if entry is None or "act" in body:
            continue
        mine = lately[entry.actor] = [one for one in lately[entry.actor] if one[0] > row.time - window]
        before = sum(count for _, count in mine)
        told = body.get("count")
        mine.append((row.time, told if isinstance(told, int) and told > 0 else 1))
        if before < limit <= before + mine[-1][1]:
            found[row.seq] = before + mine[-1][1]
    return found


def names(stack: Stack, tx: Connection, rows: Sequence[Any]) -> dict[str, str]:
    """The names of the principals that a batch speaks of, where the settings let them go along."""
    if stack.settings.siem_names != "yes":
        return {}
    ids: set[str] = set()
    for row in rows:
        entry, body = opened(row)
        ids |= {one for one in (entry.actor if entry else "", body.get("principal")) if isinstance(one, str)}
    query = select(principals.c.id, principals.c.name).where(principals.c.id.in_(ids))
    return {row.id: row.name for row in tx.execute(query)}
