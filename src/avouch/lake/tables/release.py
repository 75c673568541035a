"""What answers are made with: policies and parts as versions, their trials, what models may cost and did."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from avouch.lake.tables.metadata import metadata

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
turns = Table(
    "model_turns",  # on PostgreSQL ``turns`` is a table of the adapter's
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("model", String, primary_key=True),
    Column("day", String, nullable=False),
    Column("place", Integer, nullable=False),
    Column("outcome", String, nullable=False),
    Column("first_ms", Integer, nullable=False),
    Column("whole_ms", Integer, nullable=False),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("withheld", Integer, nullable=False),
    Index("turns_day", "day", "model"),
)
