"""`/principals`: people and services, and which compartments they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import AfterValidator, Field

from avouch.faces.http.bodies import Body, Id, Level, Line, without_nul
from avouch.faces.http.door import SELF, Caller, Doors, Stacked, schema
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, page, place
from avouch.faces.http.passage import unchanged
from avouch.faces.http.shapes import when
from avouch.lake import principals as rows
from avouch.policy.roles import ACTS
from avouch.records import Classification, Principal
from avouch.stack import compartments, people, reading

doors = Doors("principals")
Part = Annotated[
    str,
    Query(max_length=100, description="Only those with this in their names, in whatever case."),
    AfterValidator(without_nul),
]


@dataclass(frozen=True, slots=True)
class PrincipalShape:
    """A principal; ``seen_at`` is null where they never came, ``password`` whether they have one."""

    id: str
    name: str
    kind: str
    tenant: str
    groups: list[str]
    roles: list[str]
    clearance: str
    status: str
    password: bool
    issuer: str | None
    created_at: str
    seen_at: str | None


@dataclass(frozen=True, slots=True)
class RoleShape:
    """A role, and what it is for."""

    role: str
    acts: list[str]


class Add(Body):
    """A person or a service, in the caller's tenant unless told otherwise."""

    name: Line
    groups: list[Line] = Field(default_factory=list)
    roles: list[Line] = Field(default_factory=lambda: ["reader"])
    clearance: Level = "public"
    tenant: Line | None = None
    kind: Literal["person", "service"] = "person"


class Change(Body):
    """What shall be different; what is left out stays."""

    groups: list[Line] | None = None
    roles: list[Line] | None = None
    clearance: Level | None = None


class Link(Body):
    """Under which subject an identity provider knows a principal."""

    issuer: Line
    subject: Line


class Memberships(Body):
    """Compartments to join and to leave, by their names."""

    join: list[Line] = Field(default_factory=list)
    leave: list[Line] = Field(default_factory=list)


def shape(found: people.Account) -> PrincipalShape:
    who = found.principal
    return PrincipalShape(
        who.id,
        who.name,
        who.kind,
        who.tenant,
        sorted(who.groups),
        sorted(who.roles),
        who.clearance.name.lower(),
        found.status,
        found.password,
        found.issuer,
        when(found.created_at) or "",
        when(found.seen_at),
    )


def level(name: Level) -> Classification:
    return Classification[name.upper()]


@doors("GET", "/me", act=SELF, returns=Principal)
def me(caller: Caller) -> Principal:
    """Who you are to this service, as this request came in."""
    return caller


@doors("GET", "/me/acts", act=SELF, returns=list[str])
def acts(stack: Stacked, caller: Caller) -> list[str]:
    """The acts that you may do in your tenant, as the policy in force has it."""
    return reading.acts(stack, caller)


@doors("GET", "/roles", act=SELF, returns=list[RoleShape])
def roles() -> list[RoleShape]:
    """The roles that one may be given, and the acts that the policy that comes with Avouch gives to each."""
    return [RoleShape(role, sorted(acts)) for role, acts in ACTS.items()]


@doors("GET", "/principals", act="principal", returns=Page[schema(PrincipalShape)])  # type: ignore[misc]
def listing(stack: Stacked, caller: Caller, name: Part = "", cursor: Cursor = None, limit: Limit = 100) -> Slice:
    """The principals of your tenant by name; for an owner, of all."""
    found = people.accounts(stack, caller, place(cursor), limit + 1, name)
    return page(found, limit, lambda one: one.principal.name, shape)


@doors("POST", "/principals", act="principal", status=201, returns=PrincipalShape)
def add(stack: Stacked, caller: Caller, body: Add) -> PrincipalShape:
    """Add a person or a service."""
    groups, roles = frozenset(body.groups), frozenset(body.roles)
    tenant = body.tenant or caller.tenant
    made = people.add(stack, body.name, groups, level(body.clearance), roles, caller, tenant, body.kind)
    return shape(reading.account(stack, caller, made.id))


@doors("GET", "/principals/{principal_id}", act=SELF, returns=PrincipalShape)
def one(stack: Stacked, caller: Caller, principal_id: Id) -> PrincipalShape:
    """One principal: yourself, or one that you administer."""
    return shape(reading.account(stack, caller, principal_id))


@doors("PATCH", "/principals/{principal_id}", act="principal", conditional=True, returns=PrincipalShape)
def change(request: Request, stack: Stacked, caller: Caller, principal_id: Id, body: Change) -> PrincipalShape:
    """Give a principal other groups, roles or clearance."""
    told = rows.Change(
        None if body.groups is None else frozenset(body.groups),
        None if body.roles is None else frozenset(body.roles),
        None if body.clearance is None else level(body.clearance),
    )
    with unchanged(request, lambda: one(stack, caller, principal_id)):
        people.change(stack, caller, principal_id, told)
    return one(stack, caller, principal_id)


@doors("POST", "/principals/{principal_id}/disable", act="principal", status=204)
def disable(stack: Stacked, caller: Caller, principal_id: Id) -> None:
    """Let somebody in no more, at once: sessions end, keys are revoked, an emergency is over."""
    people.disable(stack, caller, principal_id)


@doors("POST", "/principals/{principal_id}/enable", act="principal", status=204)
def enable(stack: Stacked, caller: Caller, principal_id: Id) -> None:
    """Let somebody in again; what was ended and revoked stays so."""
    people.enable(stack, caller, principal_id)


@doors("POST", "/principals/{principal_id}/link", act="principal", status=204)
def link(stack: Stacked, caller: Caller, principal_id: Id, body: Link) -> None:
    """Say under which subject an identity provider knows a principal."""
    people.link(stack, caller, principal_id, body.issuer, body.subject)


@doors("GET", "/principals/{principal_id}/compartments", act="compartment", returns=compartments.Membership)
def members(stack: Stacked, caller: Caller, principal_id: Id) -> compartments.Membership:
    """The compartments that a principal is a member of."""
    reading.in_tenant(stack, caller, principal_id)
    return compartments.memberships(stack, principal_id)


@doors("POST", "/principals/{principal_id}/compartments", act="compartment", returns=compartments.Membership)
def membership(stack: Stacked, caller: Caller, principal_id: Id, body: Memberships) -> compartments.Membership:
    """Make a principal a member of some compartments and of others no more."""
    return compartments.change(stack, caller, principal_id, body.join, body.leave)
