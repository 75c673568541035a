"""The scan for what is left of a document, store by store, each read in its own terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from avouch import segment
from avouch.errors import AvouchError, Code
from avouch.lake.chunks import CHUNKS, EMBEDDINGS
from avouch.lake.schema import data_keys
from avouch.records import Version

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Canary:
    """What to look for: ids and rows, blob names with a piece of their content, the wrapped data key."""

    ordinals: tuple[int, ...]
    rows: tuple[int, ...]
    blobs: tuple[str, ...]
    key: bytes
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, stack: Stack, tx: Connection, found: list[Version]) -> Canary:
        document_id = found[0].document_id
        texts = [stack.store.text(tx, document_id, version.text_blob) for version in found]
        spans = [(text, span) for text in texts for span in segment.sentences(text, 0, len(text))]
        sentences = tuple(text[span.start : span.end] for text, span in spans)
        stack.recent.embed(sentences[:1])  # so that every cache, too, holds what is looked for
        query = select(data_keys.c.wrapped).where(data_keys.c.subject == document_id)
        return cls(
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


def blob_exists(stack: Stack, name: str) -> int:
    try:
        stack.store.blobs.get(name)
    except KeyError:
        return 0
    return 1


def occurrences(stack: Stack, needle: bytes) -> int:
    """How often some bytes stand in the state database."""
    if not needle:
        raise AvouchError(Code.ERASED, "the document has no key")
    return stack.state.occurrences(needle)
