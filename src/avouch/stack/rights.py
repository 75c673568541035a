"""Who may give which rights to whom: the rules beside the policy, so that no policy can be talked around."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from avouch.errors import AvouchError, Code
from avouch.policy.roles import ACTS
from avouch.records import Principal, Resource
from avouch.stack.act import write

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

OWNER, ACTIVE = "owner", "active"
KINDS = ("person", "service")
NAME = re.compile(r"[^\s\x00-\x1f]{1,100}")
TENANT = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


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
        refuse(stack, "principal.owner", actor)


def not_oneself(stack: Stack, actor: Principal, person: Principal) -> None:
    """Nobody changes their own rights; the owner's are whole already."""
    if actor.id == person.id and OWNER not in actor.roles:
        refuse(stack, "principal.oneself", actor)


def oneself(actor: Principal, principal_id: str) -> bool:
    """Whether it is the principal themselves, signed in: no key stands for its holder in their own affairs."""
    return actor.id == principal_id and not actor.asserted and actor.via.startswith("session:")


def refuse(stack: Stack, kind: str, actor: Principal) -> NoReturn:
    """FORBIDDEN, as an entry too."""
    write(stack, "access.refused", actor, lambda tx, stamp: (None, {"act": kind, "scoped": False}))
    raise AvouchError(Code.FORBIDDEN, f"{actor.id} may not {kind}")


def keep_the_owner(stack: Stack, person: Principal, roles: frozenset[str] = frozenset()) -> None:
    """INPUT_INVALID where the home would lose the owner that it was made with: the command line acts as them."""
    if person.id == stack.owner.id and OWNER not in roles:
        raise AvouchError(Code.INPUT_INVALID, "the owner that the home was made with stays its owner")
