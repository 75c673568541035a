"""The tables of the state database that the lake keeps, and the steps from one schema to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from avouch.errors import AvouchError, Code

SCHEMA = 1
metadata = MetaData()

home = Table("home", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))

sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("root", String, nullable=False, unique=True),
)
classes = Table(
    "classes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("labels", String, nullable=False),
    Column("classification", Integer, nullable=False),
    UniqueConstraint("tenant", "labels", "classification"),
)
documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("source_id", String, nullable=False),
    Column("key", String),
    Column("key_digest", String, nullable=False),
    Column("current", Integer, nullable=False),
    Column("fingerprint", String),
    UniqueConstraint("source_id", "key_digest"),
)
versions = Table(
    "versions",
    metadata,
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("document_id", String, nullable=False),
    Column("title", String),
    Column("class_id", Integer, nullable=False),
    Column("media_type", String, nullable=False),
    Column("content_digest", String, nullable=False),
    Column("original_blob", String, nullable=False),
    Column("text_blob", String, nullable=False),
    Column("source_url", String),
    Column("world_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),
    Column("recorded", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("erased", BigInteger, nullable=False),
    Column("fate", String, nullable=False),
    Column("first_row", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Index("versions_document", "document_id"),
    Index("versions_recorded", "recorded"),
    Index("versions_ended", "ended"),
    Index("versions_erased", "erased"),
)
data_keys = Table(
    "data_keys",
    metadata,
    Column("subject", String, primary_key=True),
    Column("master", String, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
sealed = Table(
    "sealed",
    metadata,
    Column("name", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("sealed_subject", "subject"),
)
principals = Table(
    "principals",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("groups", String, nullable=False),
    Column("clearance", Integer, nullable=False),
    Column("roles", String, nullable=False),
    Column("tenant", String, nullable=False),
)
answers = Table(
    "answers",
    metadata,
    Column("id", String, primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("principal_id", String, nullable=False),
)
citations = Table(
    "citations",
    metadata,
    Column("answer_id", String, primary_key=True),
    Column("version_id", String, primary_key=True),
    Index("citations_version", "version_id"),
)

Step = Callable[[Connection], None]
STEPS: Sequence[Step] = ()
"""``STEPS[i]`` takes a home from schema i+1 to i+2."""


def create(tx: Connection, facts: dict[str, str]) -> None:
    """Make the tables of a new home and write its facts."""
    metadata.create_all(tx)
    rows = {**facts, "schema": str(SCHEMA), "rows": "0", "versions": "0", "model": "", "erasing": "[]"}
    tx.execute(insert(home), [{"name": name, "value": value} for name, value in rows.items()])


def fact(tx: Connection, name: str) -> str:
    """One fact of the home; HOME_DAMAGED where it is missing."""
    value = tx.execute(select(home.c.value).where(home.c.name == name)).scalar()
    if value is None:
        raise AvouchError(Code.HOME_DAMAGED, f"the home's {name!r} is missing")
    return str(value)


def set_fact(tx: Connection, name: str, value: str) -> None:
    tx.execute(update(home).where(home.c.name == name).values(value=value))


def check(tx: Connection, current: int = SCHEMA) -> None:
    """Refuse a home of another schema, saying what to run."""
    found = int(fact(tx, "schema"))
    if found > current:
        raise AvouchError(Code.HOME_NEWER, f"the home has schema {found}, this version reads {current}")
    if found < current:
        raise AvouchError(Code.HOME_OLDER, f"the home has schema {found}, this version reads {current}")


def migrate(tx: Connection, steps: Sequence[Step] = STEPS) -> tuple[int, int]:
    """Take the home to the newest schema in one transaction; returns (from, to)."""
    found = int(fact(tx, "schema"))
    newest = len(steps) + 1
    if found > newest:
        raise AvouchError(Code.HOME_NEWER, f"the home has schema {found}, this version reads {newest}")
    for step in steps[found - 1 :]:
        step(tx)
    set_fact(tx, "schema", str(newest))
    return found, newest
