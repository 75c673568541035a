"""Compartments (one patient's record, one client's file) and who belongs to them.

Their names are personal: the table has keyed digests, the names lie sealed.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from avouch.errors import AvouchError, Code
from avouch.lake.schema import compartments, members, set_fact
from avouch.lake.vault import Vault


def subject(compartment: int) -> str:
    """Under whose key the name of a compartment lies."""
    return f"compartment/{compartment}"


def find(tx: Connection, vault: Vault, tenant: str, name: str) -> int:
    """The number of a compartment; NOT_FOUND."""
    where = (compartments.c.tenant == tenant) & (compartments.c.digest == vault.name(tenant, name.encode()))
    found = tx.execute(select(compartments.c.id).where(where)).scalar()
    if found is None:
        raise AvouchError(Code.NOT_FOUND, "no compartment of that name")
    return int(found)


def ensure(tx: Connection, vault: Vault, tenant: str, name: str) -> int:
    """The number of a compartment, made where it is new (writer only)."""
    try:
        return find(tx, vault, tenant, name)
    except AvouchError:
        row = {"tenant": tenant, "digest": vault.name(tenant, name.encode())}
        tx.execute(insert(compartments), row)
    made = find(tx, vault, tenant, name)
    vault.seal(tx, subject(made), subject(made), name.encode())
    return made


def name_of(tx: Connection, vault: Vault, compartment: int) -> str:
    """The name of a compartment; ERASED."""
    return vault.unseal(tx, subject(compartment)).decode()


def of_member(tx: Connection, principal_id: str) -> list[int]:
    """The compartments that a principal belongs to, in order."""
    query = select(members.c.compartment_id).where(members.c.principal_id == principal_id)
    return list(tx.execute(query.order_by(members.c.compartment_id)).scalars())


def members_of(tx: Connection, compartment: int) -> list[str]:
    """The ids of a compartment's members, in order."""
    query = select(members.c.principal_id).where(members.c.compartment_id == compartment)
    return list(tx.execute(query.order_by(members.c.principal_id)).scalars())


def change(tx: Connection, principal_id: str, join: Iterable[int], leave: Iterable[int], seq: int) -> None:
    """Make a principal a member of some compartments and of others no more, by ledger entry ``seq``."""
    held = set(of_member(tx, principal_id))
    fresh = [{"principal_id": principal_id, "compartment_id": number} for number in sorted(set(join) - held)]
    if fresh:
        tx.execute(insert(members), fresh)
    for number in sorted(set(leave) & held):
        where = (members.c.principal_id == principal_id) & (members.c.compartment_id == number)
        tx.execute(delete(members).where(where))
    set_fact(tx, "memberships", str(seq))
