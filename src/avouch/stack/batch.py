"""A batch of documents on its way into the lake: numbered, stored, embedded; recorded by the act that follows."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection

from avouch.canon import new_id
from avouch.ingest.discover import Found
from avouch.lake import chunks, compartments, documents
from avouch.lake.documents import Draft, Known
from avouch.lake.raised import Classed
from avouch.records import Chunk, Classification, Metadata, Parsed, Vectors, VisibilityClass

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

STRICTEST = VisibilityClass(frozenset({"owner"}), Classification.RESTRICTED)


@dataclass(frozen=True, slots=True)
class Pending:
    """A parsed document that waits for its batch. ``classed``: how its class came about, if not as declared."""

    found: Found
    known: Known | None
    key_digest: str
    fingerprint: str
    parsed: Parsed
    metadata: Metadata
    chunks: tuple[Chunk, ...]
    classed: Classed | None = None

    @property
    def title(self) -> str:
        """The declared title; else the file's name."""
        return self.metadata.title or Path(self.found.name).stem


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in blobs and tables and waits to be recorded. ``fresh`` are documents with new keys."""

    drafts: list[Draft]
    fresh: list[str]
    chunks: int


def store(stack: Stack, tenant: str, batch: list[Pending], embedding: Future[Vectors]) -> Stored:
    """Put the content of a batch into the blob store and its chunks into the lake, durably."""
    count = sum(len(pending.chunks) for pending in batch)
    names = {pending.metadata.compartment for pending in batch} - {None, ""}

    def allocate(tx: Connection) -> tuple[tuple[int, int], dict[str, int]]:
        numbers = {name: compartments.ensure(tx, stack.vault, tenant, name) for name in sorted(filter(None, names))}
        return documents.allocate(tx, len(batch), count), numbers

    (ordinal, row), numbers = stack.state.write(allocate)
    fresh: list[str] = []
    drafts, first = [], row
    for at, pending in enumerate(batch):
        described = draft(stack, tenant, pending, ordinal + at, first, fresh)
        drafts.append(replace(described, compartment=numbers.get(pending.metadata.compartment or "", 0)))
        first += len(pending.chunks)
    stack.store.blobs.sync()
    vectors = embedding.result()
    if count:
        spans = [chunks.pack(d.ordinal, p.chunks) for d, p in zip(drafts, batch, strict=True)]
        chunks.append(stack.tables, row, np.concatenate(spans), vectors)
    return Stored(drafts, fresh, count)


def draft(stack: Stack, tenant: str, pending: Pending, ordinal: int, first_row: int, fresh: list[str]) -> Draft:
    """Store the content of one document and describe its version."""
    known, metadata = pending.known, pending.metadata
    if known is None:
        document_id = new_id("d")
        key = stack.vault.fresh_key(document_id)
        fresh.append(document_id)
    else:
        document_id = known.document_id
        key = stack.state.read(lambda tx: stack.vault.key(tx, document_id))
    text = stack.store.put_text(document_id, key, pending.parsed.text)
    same = pending.parsed.text.encode() == pending.found.original
    original = text if same else stack.store.put(document_id, key, pending.found.original)
    return Draft(
        ordinal=ordinal,
        id=new_id("v"),
        document_id=document_id,
        is_new=known is None,
        key=pending.found.key,
        key_digest=pending.key_digest,
        fingerprint=pending.fingerprint,
        title=pending.title,
        shape=shape_of(metadata, tenant),
        media_type=pending.parsed.media_type,
        content_digest=original,
        original_blob=original,
        text_blob=text,
        source_url=metadata.source_url,
        valid_from=metadata.valid_from,
        valid_to=metadata.valid_to,
        first_row=first_row,
        rows=len(pending.chunks),
    )


def shape_of(metadata: Metadata, tenant: str) -> VisibilityClass:
    """The class of a document: what is not said is the strictest."""
    labels = STRICTEST.labels if metadata.labels is None else metadata.labels
    told = metadata.classification
    classification = STRICTEST.classification if told is None else told
    kind = metadata.kind or STRICTEST.kind
    return VisibilityClass(labels, classification, tenant, kind, metadata.compartment is not None)


def embedded_texts(batch: list[Pending]) -> list[str]:
    """What is embedded of each chunk: the title, the headings above it, its text."""
    return [
        chunks.searchable(pending.parsed.text, pending.metadata.title or "", piece)
        for pending in batch
        for piece in pending.chunks
    ]
