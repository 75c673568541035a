"""Rows of principals: who they are, and what ends with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from avouch.errors import AvouchError, Code
from avouch.lake.schema import api_keys, emergencies, principals, sessions
from avouch.records import Classification, Principal

EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different; None leaves it."""

    groups: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    clearance: Classification | None = None


def of_row(row: Any) -> Principal:
    groups, roles = frozenset(json.loads(row.groups)), frozenset(json.loads(row.roles))
    return Principal(row.id, row.name, groups, Classification(row.clearance), roles, row.tenant, kind=row.kind)


def row_if(tx: Connection, principal_id: str) -> Any:
    """The row of a principal, or None."""
    return tx.execute(select(principals).where(principals.c.id == principal_id)).first()


def row_of(tx: Connection, principal_id: str) -> Any:
    """The row of a principal; PRINCIPAL_UNKNOWN."""
    row = row_if(tx, principal_id)
    if row is None:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, f"no principal {principal_id[:40]!r}")
    return row


def named(tx: Connection, name: str) -> Any:
    """The row of a principal by name, or None. What no name can be is not put to the database."""
    if not name.isprintable():
        return None
    return tx.execute(select(principals).where(principals.c.name == name)).first()


def linked(tx: Connection, issuer: str, subject: str) -> Any:
    """The row of the principal whom an identity provider knows as ``subject``, or None."""
    where = (principals.c.issuer == issuer) & (principals.c.subject == subject)
    return tx.execute(select(principals).where(where)).first()


def add(tx: Connection, person: Principal, at: int) -> str:
    """Write the row; the entry's body names the id only: who it is lies here, where it can be erased."""
    if tx.execute(select(principals.c.id).where(principals.c.name == person.name)).scalar():
        raise AvouchError(Code.PRINCIPAL_EXISTS, "there is a principal of that name")
    row = {
        "id": person.id,
        "name": person.name,
        "groups": json.dumps(sorted(person.groups)),
        "clearance": int(person.clearance),
        "roles": json.dumps(sorted(person.roles)),
        "tenant": person.tenant,
        "kind": person.kind,
        "created_at": at,
    }
    tx.execute(insert(principals), row)
    return person.id


def alter(tx: Connection, principal_id: str, told: Change) -> tuple[Principal, dict[str, Any]]:
    """Write a change; returns the principal and what an entry says of it: counts, roles and clearance."""
    held = of_row(row_of(tx, principal_id))
    now = changed(held, told)
    values = {
        "groups": json.dumps(sorted(now.groups)),
        "roles": json.dumps(sorted(now.roles)),
        "clearance": int(now.clearance),
    }
    tx.execute(update(principals).where(principals.c.id == principal_id).values(values))
    return now, {
        "principal": principal_id,
        "roles_added": sorted(now.roles - held.roles),
        "roles_removed": sorted(held.roles - now.roles),
        "groups_added": len(now.groups - held.groups),
        "groups_removed": len(held.groups - now.groups),
        "clearance": now.clearance.name.lower(),
    }


def changed(principal: Principal, told: Change) -> Principal:
    parts = {name: getattr(told, name) for name in ("groups", "roles", "clearance")}
    return replace(principal, **{name: value for name, value in parts.items() if value is not None})


def cut_off(tx: Connection, principal_id: str, at: int) -> dict[str, int]:
    """End all that lets a principal in; returns how many of each."""
    live = (sessions.c.principal_id == principal_id) & sessions.c.ended_at.is_(None)
    keys = (api_keys.c.principal_id == principal_id) & api_keys.c.revoked_at.is_(None)
    broken = (emergencies.c.principal_id == principal_id) & (emergencies.c.until_at > at)
    return {
        "sessions": tx.execute(update(sessions).where(live).values(ended_at=at)).rowcount,
        "keys": tx.execute(update(api_keys).where(keys).values(revoked_at=at)).rowcount,
        "emergencies": tx.execute(update(emergencies).where(broken).values(until_at=at)).rowcount,
    }


def in_force(tx: Connection, principal_id: str, at: int) -> str:
    """The id of a principal's emergency at a time (µs) of the ledger, or an empty text. What was reviewed is over."""
    mine = emergencies.c.principal_id == principal_id
    during = (emergencies.c.from_at <= at) & (emergencies.c.until_at > at) & emergencies.c.verdict.is_(None)
    return tx.execute(select(emergencies.c.id).where(mine & during).limit(1)).scalar() or ""


def present(tx: Connection, row: Any, at: int) -> Principal:
    """The principal of a row as they are at a time (µs): in an emergency where one is in force."""
    person = of_row(row)
    emergency = in_force(tx, person.id, at)
    return replace(person, emergency=emergency, purpose=EMERGENCY if emergency else "")
