"""People as their identity provider says: who is added, and what their claims bring them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, update

from avouch.canon import new_id
from avouch.errors import AvouchError, Code
from avouch.issuers import Issuer, is_subject
from avouch.lake import principals as rows
from avouch.lake.schema import principals
from avouch.policy.roles import ACTS
from avouch.records import Classification, Principal
from avouch.stack.act import Stamp, write
from avouch.stack.rights import ACTIVE, NAME, OWNER

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


def arrive(stack: Stack, claims: Mapping[str, Any], issuer: str) -> tuple[Any, str]:
    """The row of whoever the claims are about, brought up to date, and why they are refused (empty: not)."""
    trusted = next((one for one in stack.settings.issuers if one.issuer == issuer and one.client_id), None)
    subject = claims.get("sub")
    if trusted is None or not isinstance(subject, str) or not is_subject(subject):
        return None, "issuer" if trusted is None else "subject"
    row = stack.state.read(lambda tx: rows.linked(tx, issuer, subject))
    if row is not None and row.status != ACTIVE:
        return row, "disabled"
    told, tenants = granted(trusted, claims)
    if len(tenants) > 1 or (row is not None and trusted.claim and row.tenant not in tenants):
        return row, "tenant"
    if row is None and not trusted.provision:
        return None, "unlinked"
    if row is None:
        row = add(stack, trusted, subject, claims, told, tenants.pop())
    elif trusted.claim and OWNER not in json.loads(row.roles):
        bring_up(stack, rows.of_row(row), told)
    return row, ""


def granted(trusted: Issuer, claims: Mapping[str, Any]) -> tuple[rows.Change, set[str]]:
    """What the values of the claim bring together, and the tenants that they name. What is not mapped is nothing."""
    found = [trusted.values[name] for name in values(claims, trusted.claim) if name in trusted.values]
    groups: frozenset[str] = frozenset().union(*(one.groups for one in found))
    roles: frozenset[str] = frozenset().union(*(one.roles for one in found)) & ACTS.keys()
    clearance = max((one.clearance for one in found), default=Classification.PUBLIC)
    tenants = {one.tenant for one in found if one.tenant} or {trusted.tenant}
    return rows.Change(groups, roles - {OWNER}, clearance), tenants


def values(claims: Mapping[str, Any], claim: str) -> list[str]:
    """The texts of a claim, by its name or, where there is none such, by a path with dots."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, str)]


def add(stack: Stack, trusted: Issuer, subject: str, claims: Mapping[str, Any], told: rows.Change, tenant: str) -> Any:
    """Add the person, with the name that the provider uses where it is free."""
    blank = Principal(new_id("p"), "", frozenset(), Classification.PUBLIC, frozenset(), tenant)
    person = rows.changed(blank, told)
    wanted = claims.get("preferred_username")

    def commit(tx: Connection, stamp: Stamp) -> tuple[Any, dict[str, Any]]:
        if (there := rows.linked(tx, trusted.issuer, subject)) is not None:
            raise AvouchError(Code.PRINCIPAL_EXISTS, f"{there.id} was added meanwhile")
        name = str(wanted)
        fits = isinstance(wanted, str) and NAME.fullmatch(name) and name.isprintable()
        name = name if fits and rows.named(tx, name) is None else person.id
        rows.add(tx, replace(person, name=name), stamp.at)
        where = principals.c.id == person.id
        tx.execute(update(principals).where(where).values(issuer=trusted.issuer, subject=subject))
        told = {"principal": person.id, "kind": "person", "by": "oidc", "issuer": trusted.issuer}
        return rows.row_of(tx, person.id), {**told, "roles": sorted(person.roles), "groups": len(person.groups)}

    try:
        return write(stack, "principal.add", person, commit)[0]
    except AvouchError:
        row = stack.state.read(lambda tx: rows.linked(tx, trusted.issuer, subject))
        if row is None:
            raise
        return row


def bring_up(stack: Stack, held: Principal, told: rows.Change) -> None:
    """Give the person what their claims bring, no more and no less; an entry only where that is something else."""
    if rows.changed(held, told) == held:
        return

    def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
        return None, {**rows.alter(tx, held.id, told)[1], "by": "oidc"}

    write(stack, "principal.change", held, commit)
