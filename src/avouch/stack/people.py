"""Principals: add, change, disable, link, find, list."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from avouch.canon import new_id
from avouch.errors import AvouchError, Code
from avouch.issuers import is_subject, secure
from avouch.lake.schema import api_keys, emergencies, principals, sessions
from avouch.records import Classification, Principal
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.rights import ACTIVE, OWNER, checked, keep_the_owner, may_give, not_oneself, over

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

DISABLED = "disabled"
EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Account:
    """A principal as those who administer them see it; times in µs, ``seen_at`` None: never signed in."""

    principal: Principal
    status: str
    password: bool
    issuer: str | None
    created_at: int
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different; None leaves it."""

    groups: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    clearance: Classification | None = None


def add(
    stack: Stack,
    name: str,
    groups: frozenset[str],
    clearance: Classification,
    roles: frozenset[str],
    actor: Principal | None = None,
    tenant: str = "default",
    kind: str = "person",
) -> Principal:
    """Add a person or a service, as ``actor`` (the owner). PRINCIPAL_EXISTS, INPUT_INVALID, FORBIDDEN."""
    by = actor or stack.owner
    person = checked(Principal(new_id("p"), name, groups, clearance, roles, tenant, kind=kind))
    may_give(stack, by, person, roles)

    def do() -> Commit[Principal]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Principal, dict[str, Any]]:
            told = {"principal": insert_principal(tx, person, stamp.at), "kind": kind, "roles": sorted(roles)}
            return person, {**told, "clearance": clearance.name.lower(), "groups": len(groups)}

        return commit

    return act(stack, "principal.add", by, do, over(by, tenant))


def change(stack: Stack, actor: Principal, principal_id: str, told: Change) -> Principal:
    """Give a principal other groups, roles or clearance. PRINCIPAL_UNKNOWN, INPUT_INVALID, FORBIDDEN."""
    before = by_id(stack, principal_id)
    checked(changed(before, told))
    not_oneself(stack, actor, before)
    roles = before.roles if told.roles is None else told.roles
    may_give(stack, actor, before, before.roles ^ roles)
    keep_the_owner(stack, before, roles)

    def do() -> Commit[Principal]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Principal, dict[str, Any]]:
            return alter(tx, principal_id, told)

        return commit

    return act(stack, "principal.change", actor, do, over(actor, before.tenant))


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


def disable(stack: Stack, actor: Principal, principal_id: str) -> None:
    """Let somebody in no more, at once: sessions end, keys are revoked, an emergency is over. Memberships stay."""
    person = by_id(stack, principal_id)
    not_oneself(stack, actor, person)
    may_give(stack, actor, person, person.roles & {OWNER})
    keep_the_owner(stack, person)

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            tx.execute(update(principals).where(principals.c.id == principal_id).values(status=DISABLED))
            return None, {"principal": principal_id, **cut_off(tx, principal_id, stamp.at)}

        return commit

    act(stack, "principal.disable", actor, do, over(actor, person.tenant))


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


def enable(stack: Stack, actor: Principal, principal_id: str) -> None:
    """Let somebody in again; what was ended and revoked stays so."""
    person = by_id(stack, principal_id)
    may_give(stack, actor, person, person.roles & {OWNER})

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            tx.execute(update(principals).where(principals.c.id == principal_id).values(status=ACTIVE))
            return None, {"principal": principal_id}

        return commit

    act(stack, "principal.enable", actor, do, over(actor, person.tenant))


def link(stack: Stack, actor: Principal, principal_id: str, issuer: str, subject: str) -> None:
    """Say under which (issuer, subject) an identity provider knows a principal. PRINCIPAL_EXISTS."""
    person = by_id(stack, principal_id)
    not_oneself(stack, actor, person)
    may_give(stack, actor, person, person.roles & {OWNER})
    if not secure(issuer) or not is_subject(subject):
        raise AvouchError(
            Code.INPUT_INVALID, "an issuer's address and a subject of 1 to 255 ASCII characters are needed"
        )

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            if linked(tx, issuer, subject) is not None:
                raise AvouchError(Code.PRINCIPAL_EXISTS, "that subject belongs to a principal already")
            where = principals.c.id == principal_id
            tx.execute(update(principals).where(where).values(issuer=issuer, subject=subject))
            return None, {"principal": principal_id, "issuer": issuer}

        return commit

    act(stack, "principal.link", actor, do, over(actor, person.tenant))


def insert_principal(tx: Connection, person: Principal, at: int) -> str:
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


def in_force(tx: Connection, principal_id: str, at: int) -> str:
    """The id of a principal's emergency at a time (µs), or an empty text."""
    mine = emergencies.c.principal_id == principal_id
    during = (emergencies.c.from_at <= at) & (emergencies.c.until_at > at)
    return tx.execute(select(emergencies.c.id).where(mine & during).limit(1)).scalar() or ""


def present(tx: Connection, row: Any) -> Principal:
    """The principal of a row as they are now: in an emergency where one is in force."""
    person = of_row(row)
    emergency = in_force(tx, person.id, time.time_ns() // 1000)
    return replace(person, emergency=emergency, purpose=EMERGENCY if emergency else "")


def find(stack: Stack, name: str) -> Principal:
    """A principal by name; PRINCIPAL_UNKNOWN, FORBIDDEN. Who only gave a name is asserted, not authenticated."""

    def read(tx: Connection) -> Principal:
        row = named(tx, name)
        if row is None:
            raise AvouchError(Code.PRINCIPAL_UNKNOWN, "no principal of that name")
        if row.status != ACTIVE:
            raise AvouchError(Code.FORBIDDEN, f"{row.id} is disabled")
        return present(tx, row)

    return stack.state.read(read)


def id_of(stack: Stack, name: str) -> str:
    """The id of a principal by name, disabled ones too; PRINCIPAL_UNKNOWN."""
    row = stack.state.read(lambda tx: named(tx, name))
    if row is None:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, "no principal of that name")
    return str(row.id)


def by_id(stack: Stack, principal_id: str) -> Principal:
    """A principal by id, disabled ones too; PRINCIPAL_UNKNOWN."""
    return of_row(stack.state.read(lambda tx: row_of(tx, principal_id)))


def listing(stack: Stack) -> list[Principal]:
    rows = stack.state.read(lambda tx: tx.execute(select(principals).order_by(principals.c.name)).all())
    return [of_row(row) for row in rows]


def accounts(stack: Stack, actor: Principal, after: str = "", limit: int = 100) -> list[Account]:
    """A page of accounts behind a name, in order: of the actor's tenant, or of all for an owner. FORBIDDEN."""
    authorise(stack, "principal.list", actor)
    query = select(principals).where(principals.c.name > after).order_by(principals.c.name).limit(limit)
    if OWNER not in actor.roles:
        query = query.where(principals.c.tenant == actor.tenant)
    return [account_of(row) for row in stack.state.read(lambda tx: tx.execute(query).all())]


def account_of(row: Any) -> Account:
    return Account(of_row(row), row.status, row.password is not None, row.issuer, row.created_at, row.seen_at)


def owner() -> Principal:
    """The one who may do everything with a new home; sees what carries the label ``owner``."""
    whole = Principal(new_id("p"), OWNER, frozenset({OWNER}), Classification.RESTRICTED, frozenset({OWNER}))
    return replace(whole, asserted=True)
