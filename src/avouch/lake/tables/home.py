"""The facts of a home; how far readers of its ledger have come; requests that were made before."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from avouch.lake.tables.metadata import metadata

home = Table("home", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))
cursors = Table(
    "cursors",
    metadata,
    Column("name", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
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
