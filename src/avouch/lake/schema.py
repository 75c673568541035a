"""The tables of the state database, beside those of the ledger."""

from __future__ import annotations

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

SCHEMA = 3
FACTS = {"rows": "0", "versions": "0", "model": "", "erasing": "[]", "memberships": "-1", "marks": "-1"}
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
    Column("kind", String, nullable=False, server_default="document"),
    Column("compartmented", Integer, nullable=False, server_default="0"),
    Index("classes_shape", "tenant", "labels", "classification", "kind", "compartmented", unique=True),
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
    Column("compartment", Integer, nullable=False, server_default="0"),
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
    Column("kind", String, nullable=False, server_default="person"),
    Column("status", String, nullable=False, server_default="active"),
    Column("password", String),
    Column("issuer", String),
    Column("subject", String),
    Column("created_at", BigInteger, nullable=False, server_default="0"),
    Column("seen_at", BigInteger),
    Index("principals_subject", "issuer", "subject", unique=True),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("principal_id", String, nullable=False),
    Column("digest", String, nullable=False, unique=True),
    Column("label", String, nullable=False),
    Column("scopes", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("api_keys_principal", "principal_id"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("principal_id", String, nullable=False),
    Column("digest", String, nullable=False, unique=True),
    Column("family", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("rotated_at", BigInteger),
    Column("ended_at", BigInteger),
    Index("sessions_principal", "principal_id"),
    Index("sessions_family", "family"),
)
emergencies = Table(
    "emergencies",
    metadata,
    Column("id", String, primary_key=True),
    Column("principal_id", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("reviewed_by", String),
    Column("reviewed_at", BigInteger),
    Column("verdict", String),
    Index("emergencies_principal", "principal_id"),
)
compartments = Table(
    "compartments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("digest", String, nullable=False),
    UniqueConstraint("tenant", "digest"),
)
members = Table(
    "members",
    metadata,
    Column("principal_id", String, primary_key=True),
    Column("compartment_id", Integer, primary_key=True, autoincrement=False),
    Index("members_compartment", "compartment_id"),
)
policies = Table(
    "policies",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("digest", String, nullable=False),
    Column("text", String, nullable=False),
    Column("author", String, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("proposed_seq", BigInteger, nullable=False),
    Column("approver", String),
    Column("activated_at", BigInteger),
    Column("activated_seq", BigInteger),
)
given = Table(
    "given",
    metadata,
    Column("answer_id", String, primary_key=True),
    Column("version_id", String, primary_key=True),
    Index("given_version", "version_id"),
)
parts = Table(
    "parts",
    metadata,
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("text", String, nullable=False),
    Column("signature", String, nullable=False),
    Column("author", String, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("proposed_seq", BigInteger, nullable=False),
    Column("approver", String),
    Column("activated_at", BigInteger),
    Column("activated_seq", BigInteger),
    Column("retired_seq", BigInteger),
)
trials = Table(
    "trials",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("release", String, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("report", String, nullable=False),
    Column("signature", String, nullable=False),
)
limits = Table(
    "limits",
    metadata,
    Column("scope", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("tokens", BigInteger),
    Column("micros", BigInteger),
    Column("currency", String, nullable=False),
    Column("milliseconds", BigInteger),
    Column("over", String, nullable=False),
)
spent = Table(
    "spent",
    metadata,
    Column("id", String, primary_key=True),
    Column("day", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("principal_id", String, nullable=False),
    Column("model", String, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("micros", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("settled", Integer, nullable=False),
    Index("spent_tenant", "day", "tenant"),
    Index("spent_principal", "day", "principal_id"),
)
marks = Table(
    "marks",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("permille", Integer, nullable=False),
    Column("reasons", String, nullable=False),
    Column("state", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("decided_by", String),
    Index("marks_version", "version"),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("digest", String, primary_key=True),
    Column("principal_id", String, nullable=False),
    Column("request", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
cursors = Table(
    "cursors",
    metadata,
    Column("name", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
answers = Table(
    "answers",
    metadata,
    Column("id", String, primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("principal_id", String, nullable=False),
)
holds = Table(
    "holds",
    metadata,
    Column("answer_id", String, primary_key=True),
    Column("held_by", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
citations = Table(
    "citations",
    metadata,
    Column("answer_id", String, primary_key=True),
    Column("version_id", String, primary_key=True),
    Index("citations_version", "version_id"),
)


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
