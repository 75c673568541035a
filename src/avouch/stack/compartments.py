"""Who belongs to which compartment: a patient's record, a client's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.lake import compartments
from avouch.records import Principal
from avouch.stack import people
from avouch.stack.act import Commit, Stamp, act

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Membership:
    """A principal and the names of their compartments, in the order in which these were made."""

    principal_id: str
    compartments: tuple[str, ...]


def change(
    stack: Stack, actor: Principal, principal_id: str, join: Sequence[str] = (), leave: Sequence[str] = ()
) -> Membership:
    """Make somebody a member of some compartments and of others no more. Unknown ones are made, or NOT_FOUND to leave.

    PRINCIPAL_UNKNOWN, INPUT_INVALID, FORBIDDEN. The entry holds numbers, no names.
    """
    if not 0 < len(join) + len(leave) <= MOST:
        raise AvouchError(Code.INPUT_INVALID, f"name 1 to {MOST} compartments at once")
    person = people.by_id(stack, principal_id)
    if person.tenant != actor.tenant:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, f"no principal {principal_id}")

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            vault, tenant = stack.vault, person.tenant
            joined = [compartments.ensure(tx, vault, tenant, name) for name in sorted(set(join))]
            left = [compartments.find(tx, vault, tenant, name) for name in sorted(set(leave))]
            compartments.change(tx, person.id, joined, left, stamp.seq)
            return None, {"principal": person.id, "joined": joined, "left": left}

        return commit

    act(stack, "compartment.change", actor, do)
    return memberships(stack, person.id)


def memberships(stack: Stack, principal_id: str) -> Membership:
    """The compartments of a principal."""

    def query(tx: Connection) -> tuple[str, ...]:
        numbers = compartments.of_member(tx, principal_id)
        return tuple(compartments.name_of(tx, stack.vault, number) for number in numbers)

    return Membership(principal_id, stack.state.read(query))
