"""Who comes in, with what, and to which compartments they belong."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, UniqueConstraint

from avouch.lake.tables.metadata import metadata

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
