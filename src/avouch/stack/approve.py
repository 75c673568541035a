"""Separation of duties: what is put in force was proposed by one and is approved by another.

These hold beside the policy, so that no policy can give them away.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from avouch.errors import AvouchError, Code
from avouch.lake.schema import principals
from avouch.records import Principal, Resource
from avouch.stack.act import write
from avouch.stack.rights import ACTIVE, OWNER

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

APPROVERS = frozenset({"admin", OWNER})


def on_home(stack: Stack) -> tuple[Resource, ...]:
    """Policies are the home's: who administers another tenant has no say in them."""
    return (Resource(stack.owner.tenant, tenant=stack.owner.tenant),)


def may_approve(stack: Stack, actor: Principal, author: str, alone: bool = True) -> bool:
    """Whether somebody may approve what ``author`` proposed; ``alone``: an owner counts who has nobody else."""

    def others(tx: Connection) -> bool:
        query = select(principals.c.roles).where(principals.c.status == ACTIVE, principals.c.id != actor.id)
        here = query.where(principals.c.tenant == stack.owner.tenant, principals.c.kind == "person")
        return any(APPROVERS & set(json.loads(roles)) for roles in tx.execute(here).scalars())

    if not APPROVERS & actor.roles:
        return False
    return author != actor.id or (alone and OWNER in actor.roles and not stack.state.read(others))


def separate(stack: Stack, actor: Principal, author: str, kind: str, what: str, alone: bool) -> None:
    """SEPARATION_OF_DUTIES unless somebody else proposed it; FORBIDDEN unless an admin or owner approves.

    ``alone`` lets an owner approve what they proposed where nobody else could. A refusal is an entry.
    """

    if may_approve(stack, actor, author, alone):
        return
    may = bool(APPROVERS & actor.roles)
    write(stack, "access.refused", actor, lambda tx, stamp: (None, {"act": kind, "scoped": False}))
    if not may:
        raise AvouchError(Code.FORBIDDEN, f"{what} is approved by an admin or an owner")
    why = "and there is somebody else who can" if alone else "--alone is for an owner who has nobody else"
    raise AvouchError(Code.SEPARATION_OF_DUTIES, f"who proposed {what} does not approve it; {why}")
