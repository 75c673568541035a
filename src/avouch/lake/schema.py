"""The tables of the state database, beside those of the ledger; the facts of a home, its schema among them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from avouch.errors import AvouchError, Code
from avouch.lake.tables.answers import answers, citations, given, holds
from avouch.lake.tables.content import classes, data_keys, documents, marks, raised, sealed, sources, versions
from avouch.lake.tables.home import cursors, home, idempotency
from avouch.lake.tables.metadata import metadata
from avouch.lake.tables.people import api_keys, compartments, emergencies, members, principals, sessions
from avouch.lake.tables.release import limits, parts, policies, spent, trials, turns

__all__ = [
    "FACTS",
    "SCHEMA",
    "answers",
    "api_keys",
    "check",
    "citations",
    "classes",
    "compartments",
    "create",
    "cursors",
    "data_keys",
    "documents",
    "emergencies",
    "fact",
    "facts",
    "given",
    "holds",
    "home",
    "idempotency",
    "limits",
    "marks",
    "members",
    "metadata",
    "parts",
    "policies",
    "principals",
    "raised",
    "sealed",
    "sessions",
    "set_fact",
    "sources",
    "spent",
    "trials",
    "turns",
    "versions",
]

SCHEMA = 4
FACTS = {"rows": "0", "versions": "0", "model": "", "erasing": "[]", "memberships": "-1", "marks": "-1"}


def create(tx: Connection, facts: dict[str, str]) -> None:
    """Make the tables of a new home and write its facts."""
    metadata.create_all(tx)
    rows = {**facts, **FACTS, "schema": str(SCHEMA)}
    tx.execute(insert(home), [{"name": name, "value": value} for name, value in rows.items()])


def fact(tx: Connection, name: str) -> str:
    """One fact of the home; HOME_DAMAGED where it is missing."""
    value = tx.execute(select(home.c.value).where(home.c.name == name)).scalar()
    if value is None:
        raise AvouchError(Code.HOME_DAMAGED, f"the home's {name!r} is missing")
    return str(value)


def facts(tx: Connection, *names: str) -> tuple[str, ...]:
    """Several facts of the home; HOME_DAMAGED where one is missing."""
    rows = tx.execute(select(home.c.name, home.c.value).where(home.c.name.in_(names)))
    found = {row.name: row.value for row in rows}
    if len(found) < len(names):
        raise AvouchError(Code.HOME_DAMAGED, f"the home's {(set(names) - found.keys()).pop()!r} is missing")
    return tuple(found[name] for name in names)


def set_fact(tx: Connection, name: str, value: str) -> None:
    tx.execute(update(home).where(home.c.name == name).values(value=value))


def check(tx: Connection, current: int = SCHEMA) -> None:
    """Refuse a home of another schema, saying what to run."""
    found = int(fact(tx, "schema"))
    if found > current:
        raise AvouchError(Code.HOME_NEWER, f"the home has schema {found}, this version reads {current}")
    if found < current:
        raise AvouchError(Code.HOME_OLDER, f"the home has schema {found}, this version reads {current}")
