"""Principals: add, find, list."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from avouch.canon import new_id
from avouch.errors import AvouchError, Code
from avouch.lake.schema import principals
from avouch.records import Classification, Principal
from avouch.stack.act import Commit, Stamp, act

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

OWNER = "owner"
NAME = re.compile(r"[^\s\x00-\x1f]{1,100}")


def add(stack: Stack, name: str, groups: frozenset[str], clearance: Classification, roles: frozenset[str]) -> Principal:
    """Add a person or a service. PRINCIPAL_EXISTS, INPUT_INVALID."""
    if not NAME.fullmatch(name):
        raise AvouchError(Code.INPUT_INVALID, "a name has 1 to 100 characters and no white space")
    person = Principal(new_id("p"), name, groups, clearance, roles)

    def do() -> Commit[Principal]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Principal, dict[str, Any]]:
            return person, {"principal": insert_principal(tx, person)}

        return commit

    return act(stack, "principal.add", stack.owner, do)


def insert_principal(tx: Connection, person: Principal) -> str:
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
    }
    tx.execute(insert(principals), row)
    return person.id


def of_row(row: Any) -> Principal:
    groups, roles = frozenset(json.loads(row.groups)), frozenset(json.loads(row.roles))
    return Principal(row.id, row.name, groups, Classification(row.clearance), roles, row.tenant)


def find(stack: Stack, name: str) -> Principal:
    """A principal by name; PRINCIPAL_UNKNOWN. Who only gave a name is asserted, not authenticated."""
    row = stack.state.read(lambda tx: tx.execute(select(principals).where(principals.c.name == name)).first())
    if row is None:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, "no principal of that name")
    return of_row(row)


def by_id(stack: Stack, principal_id: str) -> Principal:
    """A principal by id; PRINCIPAL_UNKNOWN."""
    row = stack.state.read(lambda tx: tx.execute(select(principals).where(principals.c.id == principal_id)).first())
    if row is None:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, f"no principal {principal_id}")
    return of_row(row)


def listing(stack: Stack) -> list[Principal]:
    rows = stack.state.read(lambda tx: tx.execute(select(principals).order_by(principals.c.name)).all())
    return [of_row(row) for row in rows]


def owner() -> Principal:
    """The one who may do everything with a new home; sees what carries the label ``owner``."""
    whole = Principal(new_id("p"), OWNER, frozenset({OWNER}), Classification.RESTRICTED, frozenset({OWNER}))
    return replace(whole, asserted=True)
