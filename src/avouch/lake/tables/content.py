"""Sources, their documents and versions; what is sealed, and with which keys; what was found in them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from avouch.lake.tables.metadata import metadata

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
raised = Table(
    "raised",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("declared", Integer, nullable=False),
    Column("reviewed", Integer, nullable=False),
    Column("reasons", String, nullable=False),
)
