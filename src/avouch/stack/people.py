"""Principals: add, change, disable, link, find, list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from avouch.canon import new_id
from avouch.errors import AvouchError, Code
from avouch.issuers import is_subject, secure
from avouch.lake import principals as rows
from avouch.lake.schema import principals
from avouch.records import Classification, Principal
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.moment import instant
from avouch.stack.rights import ACTIVE, OWNER, checked, keep_the_owner, may_give, not_oneself, over

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Account:
    """A principal as those who administer them see it; times in µs, ``seen_at`` None: never signed in."""

    principal: Principal
    status: str
    password: bool
    issuer: str | None
    created_at: int
    seen_at: int | None


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
            told = {"principal": rows.add(tx, person, stamp.at), "kind": kind, "roles": sorted(roles)}
            return person, {**told, "clearance": clearance.name.lower(), "groups": len(groups)}

        return commit

    return act(stack, "principal.add", by, do, over(by, tenant))


def change(stack: Stack, actor: Principal, principal_id: str, told: rows.Change) -> Principal:
    """Give a principal other groups, roles or clearance. PRINCIPAL_UNKNOWN, INPUT_INVALID, FORBIDDEN."""
    before = by_id(stack, principal_id)
    checked(rows.changed(before, told))
    not_oneself(stack, actor, before)
    roles = before.roles if told.roles is None else told.roles
    may_give(stack, actor, before, before.roles ^ roles)
    keep_the_owner(stack, before, roles)

    def do() -> Commit[Principal]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Principal, dict[str, Any]]:
            return rows.alter(tx, principal_id, told)

        return commit

    return act(stack, "principal.change", actor, do, over(actor, before.tenant))


def disable(stack: Stack, actor: Principal, principal_id: str) -> None:
    """Let somebody in no more, at once: sessions end, keys are revoked, an emergency is over. Memberships stay."""
    person = by_id(stack, principal_id)
    not_oneself(stack, actor, person)
    may_give(stack, actor, person, person.roles & {OWNER})
    keep_the_owner(stack, person)

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            tx.execute(update(principals).where(principals.c.id == principal_id).values(status="disabled"))
            return None, {"principal": principal_id, **rows.cut_off(tx, principal_id, stamp.at)}

        return commit

    act(stack, "principal.disable", actor, do, over(actor, person.tenant))


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
            if rows.linked(tx, issuer, subject) is not None:
                raise AvouchError(Code.PRINCIPAL_EXISTS, "that subject belongs to a principal already")
            where = principals.c.id == principal_id
            tx.execute(update(principals).where(where).values(issuer=issuer, subject=subject))
            return None, {"principal": principal_id, "issuer": issuer}

        return commit

    act(stack, "principal.link", actor, do, over(actor, person.tenant))


def find(stack: Stack, name: str) -> Principal:
    """A principal by name; PRINCIPAL_UNKNOWN, FORBIDDEN. Who only gave a name is asserted, not authenticated."""

    def read(tx: Connection) -> Principal:
        row = rows.named(tx, name)
        if row is None:
            raise AvouchError(Code.PRINCIPAL_UNKNOWN, "no principal of that name")
        if row.status != ACTIVE:
            raise AvouchError(Code.FORBIDDEN, f"{row.id} is disabled")
        return rows.present(tx, row, instant(tx))

    return stack.state.read(read)


def id_of(stack: Stack, name: str) -> str:
    """The id of a principal by name, disabled ones too; PRINCIPAL_UNKNOWN."""
    row = stack.state.read(lambda tx: rows.named(tx, name))
    if row is None:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, "no principal of that name")
    return str(row.id)


def by_id(stack: Stack, principal_id: str) -> Principal:
    """A principal by id, disabled ones too; PRINCIPAL_UNKNOWN."""
    return rows.of_row(stack.state.read(lambda tx: rows.row_of(tx, principal_id)))


def accounts(stack: Stack, actor: Principal, after: str = "", limit: int = 100, named: str = "") -> list[Account]:
    """A page of accounts behind a name, in order: of the actor's tenant, or of all for an owner. FORBIDDEN.

    ``named``: only those with this in their names, in whatever case.
    """
    authorise(stack, "principal.list", actor)
    query = select(principals).where(principals.c.name > after).order_by(principals.c.name).limit(limit)
    if named:
        query = query.where(principals.c.name.icontains(named, autoescape=True))
    if OWNER not in actor.roles:
        query = query.where(principals.c.tenant == actor.tenant)
    return [account_of(row) for row in stack.state.read(lambda tx: tx.execute(query).all())]


def account_of(row: Any) -> Account:
    return Account(rows.of_row(row), row.status, row.password is not None, row.issuer, row.created_at, row.seen_at)


def owner() -> Principal:
    """The one who may do everything with a new home; sees what carries the label ``owner``."""
    whole = Principal(new_id("p"), OWNER, frozenset({OWNER}), Classification.RESTRICTED, frozenset({OWNER}))
    return replace(whole, asserted=True)
