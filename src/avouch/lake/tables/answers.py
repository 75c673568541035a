"""Answers and what they rest on; whom a search gave what; which are held."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table

from avouch.lake.tables.metadata import metadata

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
given = Table(
    "given",
    metadata,
    Column("answer_id", String, primary_key=True),
    Column("version_id", String, primary_key=True),
    Index("given_version", "version_id"),
)
holds = Table(
    "holds",
    metadata,
    Column("answer_id", String, primary_key=True),
    Column("held_by", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
