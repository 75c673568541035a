"""The shelf: the index brought up to date with the lake, and the catalog that masks it.

Everything on it can be made again from the lake. A generation of another model, or a damaged one, is
rebuilt beside the old one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection

from avouch.adapters.faiss_scan import FaissScan
from avouch.adapters.tantivy_text import TantivyText
from avouch.index.current import Current
from avouch.index.generation import Generation
from avouch.lake import chunks, documents
from avouch.lake.chunks import Spans
from avouch.ledger import log
from avouch.policy.mask import visible_classes
from avouch.records import Chunk, Fate, Mask, Moment, Principal, Rows, TextRow, TextScope, Version
from avouch.retrieve.visible import Visible

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

AT_ONCE, VERSIONS = 20_000, 1000


class Shelf:
    """One open generation. ``refresh`` after every act that changes what can be found."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._lock = threading.Lock()
        self.current = Current(stack.home.index, chunks.SPAN, FaissScan, TantivyText)
        self.generation = self._open()
        self.refresh()

    def _open(self) -> Generation:
        embedder = self.stack.embedder
        found = self.current.open()
        if found is not None and found.model == embedder.digest:
            return found
        return self.current.begin(embedder.digest, embedder.dimensions)

    def rebuild(self) -> int:
        """Make a new generation from the lake and switch to it; returns its number."""
        with self._lock:
            embedder = self.stack.embedder
            self.generation = self.current.begin(embedder.digest, embedder.dimensions)
        self.refresh()
        return self.generation.number

    def refresh(self) -> None:
        """Take in what the ledger knows and the index does not."""
        with self._lock:
            self.stack.state.read(self._refresh)

    def _refresh(self, tx: Connection) -> None:
        size = log.size(tx)
        indexed = self.generation.snapshot
        self.stack.catalog.refresh(tx, size)
        if size - 1 == indexed:
            return
        self._reindex_ended(tx, indexed, size)
        self._append(tx, size - 1)
        self.generation.advance(size - 1)

    def _reindex_ended(self, tx: Connection, indexed: int, size: int) -> None:
        """Versions that ended since: the same words under new times."""
        columns, known = self.stack.catalog.columns, self.stack.catalog.known
        ended = (columns["ended"] > indexed) & (columns["ended"] < size) & (columns["recorded"] <= indexed)
        changed = np.flatnonzero(known & ended & (columns["first_row"] < self.generation.rows)).tolist()
        for start in range(0, len(changed), VERSIONS):
            found = documents.by_ordinal(tx, changed[start : start + VERSIONS])
            rows: list[TextRow] = []
            for version in found.values():
                span = slice(version.first_row, version.first_row + version.rows)
                rows += self._text_rows(tx, version, range(span.start, span.stop), self.generation.spans[span])
            self.generation.reindex(rows)

    def _append(self, tx: Connection, snapshot: int) -> None:
        """Append what the lake has beyond the generation's rows, where the ledger knows its version."""
        rows, spans, vectors = chunks.read(self.stack.tables, self.generation.rows)
        known = self.stack.catalog.known
        if not rows.size:
            return
        keep = (spans["version"] < known.size) & known[np.minimum(spans["version"], known.size - 1)]
        rows, spans, vectors = rows[keep], spans[keep], vectors[keep]
        for start in range(0, len(rows), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            texts = list(self._texts(tx, rows[part], spans[part]))
            self.generation.append(rows[part], vectors[part], spans[part], texts, snapshot)

    def _texts(self, tx: Connection, rows: Rows, spans: Spans) -> Iterator[TextRow]:
        """Text rows of consecutive spans, version by version."""
        ordinals, first = np.unique(spans["version"], return_index=True)
        found = documents.by_ordinal(tx, ordinals.tolist())
        borders = [*sorted(first.tolist()), len(spans)]
        for start, end in zip(borders, borders[1:], strict=False):
            version = found[int(spans["version"][start])]
            yield from self._text_rows(tx, version, rows[start:end].tolist(), spans[start:end])

    def _text_rows(self, tx: Connection, version: Version, rows: Iterable[int], spans: Spans) -> Iterator[TextRow]:
        if version.fate is Fate.ERASED:
            return
        text = self.stack.store.text(tx, version.document_id, version.text_blob)
        same = ("class_id", "recorded", "ended", "world_from", "valid_to", "ended_at", "title")
        values = {name: getattr(version, name) for name in same}
        for row, span in zip(rows, spans, strict=True):
            piece = Chunk(int(span["start"]), int(span["end"]), int(span["page"]), chunks.headings_of(span))
            yield TextRow(row=row, version=version.ordinal, text=chunks.searchable(text, "", piece), **values)

    def scope(self, principal: Principal, moment: Moment) -> Scope:
        """What a principal may find at a moment: the classes, the mask over versions, the mask over rows."""
        with self._lock:
            catalog = self.stack.catalog
            classes = visible_classes(self.stack.policy, principal, catalog.classes)
            versions = catalog.visible(classes, moment)
            rows = catalog.rows(versions, self.generation.rows)
            return Scope(TextScope(classes, moment), versions, Visible(rows))


@dataclass(frozen=True, slots=True)
class Scope:
    text: TextScope
    versions: Mask
    rows: Visible
