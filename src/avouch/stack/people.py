"""Principals: add, change, disable, link, find, list."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from avouch.canon import new_id
from avouch.errors import AvouchError, Code
from avouch.lake.schema import api_keys, emergencies, principals, sessions
from avouch.policy.roles import ACTS
from avouch.records import Classification, Principal, Resource
from avouch.stack.act import Commit, Stamp, act, authorise

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

OWNER = "owner"
ACTIVE, DISABLED = "active", "disabled"
KINDS = ("person", "service")
NAME = re.compile(r"[^\s\x00-\x1f]{1,100}")
TENANT = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


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
    may_give(stack, actor, before, before.roles ^ (before.roles if told.roles is None else told.roles))

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
    keep_an_owner(tx)
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

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            tx.execute(update(principals).where(principals.c.id == principal_id).values(status=DISABLED))
            keep_an_owner(tx)
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
    if not issuer or not 0 < len(subject) <= 255:
        raise AvouchError(Code.INPUT_INVALID, "an issuer and a subject of at most 255 characters are needed")

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            if linked(tx, issuer, subject) is not None:
                raise AvouchError(Code.PRINCIPAL_EXISTS, "that subject belongs to a principal already")
            where = principals.c.id == principal_id
            tx.execute(update(principals).where(where).values(issuer=issuer, subject=subject))
            return None, {"principal": principal_id, "issuer": issuer}

        return commit

    act(stack, "principal.link", actor, do, over(actor, person.tenant))


# TODO split
def checked(person: Principal) -> Principal:
    """The principal, if its attributes can be; INPUT_INVALID."""
    if not NAME.fullmatch(person.name):
        raise AvouchError(Code.INPUT_INVALID, "a name has 1 to 100 characters and no white space")
    if not TENANT.fullmatch(person.tenant):
        raise AvouchError(Code.INPUT_INVALID, "a tenant is named by up to 63 small letters, digits and . _ -")
    if person.kind not in KINDS:
        raise AvouchError(Code.INPUT_INVALID, "a principal is a person or a service")
    if unknown := sorted(person.roles - ACTS.keys()):
        raise AvouchError(Code.INPUT_INVALID, f"no role is called {unknown[0][:40]!r}")
    if any(not group or len(group) > 200 or not group.isprintable() for group in person.groups):
        raise AvouchError(Code.INPUT_INVALID, "a group has 1 to 200 printable characters")
    return person


def over(actor: Principal, tenant: str) -> tuple[Resource, ...]:
    """What administering a tenant is about: owners of the home do it for every tenant as for their own."""
    return () if OWNER in actor.roles else (Resource(tenant, tenant=tenant),)


def may_give(stack: Stack, actor: Principal, person: Principal, roles: Iterable[str]) -> None:
    """Only owners make, change and cut off owners, and only in the tenant of the home."""
    if OWNER not in roles:
        return
    if OWNER not in actor.roles or person.tenant != stack.owner.tenant:
        authorise(stack, "principal.owner", replace(actor, roles=frozenset()))


def not_oneself(stack: Stack, actor: Principal, person: Principal) -> None:
    """Nobody changes their own rights; the owner's are whole already."""
    if actor.id == person.id and OWNER not in actor.roles:
        authorise(stack, "principal.oneself", replace(actor, roles=frozenset()))


def keep_an_owner(tx: Connection) -> None:
    """INPUT_INVALID where nobody would be left who may do everything."""
    query = select(principals.c.roles).where(principals.c.status == ACTIVE)
    if not any(OWNER in json.loads(roles) for roles in tx.execute(query).scalars()):
        raise AvouchError(Code.INPUT_INVALID, "the home needs an owner: make somebody else one first")


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
