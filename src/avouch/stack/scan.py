"""The scan for what is left of a document, store by store, each read in its own terms."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, func, select

from avouch import segment
from avouch.canon import new_id
from avouch.lake.chunks import CHUNKS, EMBEDDINGS
from avouch.lake.schema import data_keys, given, idempotency, sealed
from avouch.records import Version
from avouch.stack.idempotent import PREFIX

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


VOUCHER = len(new_id("a"))


@dataclass(frozen=True, slots=True)
class Canary:
    """What to look for: ids and rows, blob names with a piece of their content, the wrapped data key; since when."""

    at: int
    versions: tuple[str, ...]
    ordinals: tuple[int, ...]
    rows: tuple[int, ...]
    blobs: tuple[str, ...]
    key: bytes
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, stack: Stack, tx: Connection, found: list[Version]) -> Canary:
        document_id = found[0].document_id
        texts = [text for version in found if (text := stack.store.held(tx, document_id, version.text_blob))]
        spans = [(text, span) for text in texts for span in segment.sentences(text, 0, len(text))]
        sentences = tuple(text[span.start : span.end] for text, span in spans)
        stack.recent.embed(sentences[:1])  # so that every cache, too, holds what is looked for
        query = select(data_keys.c.wrapped).where(data_keys.c.subject == document_id)
        return cls(
            time.time_ns() // 1000,
            tuple(version.id for version in found),
            tuple(version.ordinal for version in found),
            tuple(row for v in found for row in range(v.first_row, v.first_row + v.rows)),
            tuple(sorted({name for v in found for name in (v.original_blob, v.text_blob)})),
            bytes(tx.execute(query).scalar() or b""),
            sentences,
        )


def scan(stack: Stack, canary: Canary) -> dict[str, int]:
    """How many traces each declared store holds: files, rows or occurrences."""
    if not stack.state.shared:
        stack.state.flush()
    return {
        "blobs": sum(blob_exists(stack, name) for name in canary.blobs),
        "chunks table": stack.tables.count(CHUNKS, canary.ordinals),
        "embeddings table": stack.tables.count(EMBEDDINGS, canary.ordinals),
        "vector index": stack.shelf.generation.held(canary.rows),
        "text index": stack.shelf.generation.text.count(canary.ordinals),
        "state database": occurrences(stack, canary.key),
        "text cache": stack.store.cached(canary.blobs),
        "sentence cache": stack.recent.held(canary.sentences),
    }


def traces(stack: Stack, canary: Canary) -> dict[str, int]:
    """The same for stores that hold something of a document only where somebody asked about it."""
    count = select(func.count()).select_from(sealed)
    earlier = select(PREFIX + idempotency.c.digest).where(idempotency.c.created_at <= canary.at)

    def of(where: ColumnElement[bool]) -> int:
        return stack.state.read(lambda tx: int(tx.execute(count.where(where)).scalar_one()))

    return {
        "words of models": of(written_from(canary.versions)),
        "answers to repeated requests": of(sealed.c.name.in_(earlier)),
        "answers remembered": stack.answered.find(canary.versions),
    }


def written_from(version_ids: Sequence[str]) -> ColumnElement[bool]:
    """What lies sealed of answers that models wrote when they were given these versions."""
    said = select(given.c.answer_id).where(given.c.version_id.in_(version_ids))
    theirs = func.substr(sealed.c.name, 1, VOUCHER).in_(said)
    return theirs & (sealed.c.name.like("%/claims/%") | sealed.c.name.like("%/withheld/%"))


def blob_exists(stack: Stack, name: str) -> int:
    try:
        stack.store.blobs.get(name)
    except KeyError:
        return 0
    return 1


def occurrences(stack: Stack, needle: bytes) -> int:
    """How often some bytes stand in the state database."""
    return stack.state.occurrences(needle) if needle else 0
