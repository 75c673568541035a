"""The steps from one schema of the state database to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Column, Connection, insert, inspect
from sqlalchemy.schema import CreateColumn, CreateIndex

from avouch.errors import AvouchError, Code
from avouch.lake import schema

Step = Callable[[Connection], None]


def add_column(tx: Connection, column: Column[object]) -> None:
    """Add a column that the schema has and the home has not."""
    if column.name not in {found["name"] for found in inspect(tx).get_columns(column.table.name)}:
        told = CreateColumn(column).compile(dialect=tx.dialect)
        tx.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {told}")


def to_2(tx: Connection) -> None:
    """People who sign in, compartments, policies as versions.

    The classes of schema 1 are made anew: they were unique without what tells them apart now.
    """
    rows = tx.exec_driver_sql("SELECT id, tenant, labels, classification FROM classes").mappings().all()
    schema.classes.drop(tx)
    schema.metadata.create_all(tx)
    if rows:
        tx.execute(insert(schema.classes), [dict(row) for row in rows])
    add_column(tx, schema.versions.c.compartment)
    for name in ("kind", "status", "password", "issuer", "subject", "created_at", "seen_at"):
        add_column(tx, schema.principals.c[name])
    for index in schema.principals.indexes:
        tx.execute(CreateIndex(index, if_not_exists=True))
    tx.execute(insert(schema.home), {"name": "memberships", "value": schema.FACTS["memberships"]})


def to_3(tx: Connection) -> None:
    """Models and prompts as versions, trials of a release, budgets, marks on chunks that give orders, legal holds."""
    schema.metadata.create_all(tx)
    tx.execute(insert(schema.home), {"name": "marks", "value": schema.FACTS["marks"]})


def to_4(tx: Connection) -> None:
    """What models did for each answer; of which versions the class was raised, and why."""
    schema.metadata.create_all(tx)


STEPS: Sequence[Step] = (to_2, to_3, to_4)
"""``STEPS[i]`` takes a home from schema i+1 to i+2."""


def migrate(tx: Connection, steps: Sequence[Step] = STEPS) -> tuple[int, int]:
    """Take the home to the newest schema in one transaction; returns (from, to)."""
    found = int(schema.fact(tx, "schema"))
    newest = len(steps) + 1
    if found > newest:
        raise AvouchError(Code.HOME_NEWER, f"the home has schema {found}, this version reads {newest}")
    for step in steps[found - 1 :]:
        step(tx)
    schema.set_fact(tx, "schema", str(newest))
    return found, newest
