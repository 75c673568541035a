"""The shelf: the index brought up to date with the lake, and the catalog that masks it.

Everything on it can be made again from the lake. A generation of another model, or a damaged one, is
rebuilt beside the old one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection

from avouch.adapters.faiss_scan import FaissScan
from avouch.adapters.tantivy_text import TantivyText
from avouch.errors import AvouchError, Code
from avouch.index import current
from avouch.index.generation import Generation
from avouch.lake import chunks, documents
from avouch.ledger import log
from avouch.policy.mask import Allowed
from avouch.records import Fate, Moment, Principal, Rows, Spans, TextRow, Version
from avouch.stack import slots
from avouch.stack.follow import ERASED, erased_since, told
from avouch.stack.scope import Scope, Scopes

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

logger = logging.getLogger("avouch.shelf")
AT_ONCE, VERSIONS = 20_000, 1000


class Shelf:
    """One open generation. ``refresh`` after every act that changes what can be found."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._lock = threading.RLock()
        self._scopes = Scopes(stack.catalog)
        self._clean, self._behind = -1, False
        self._slot = slots.take(stack.home.index, stack.state) if stack.state.shared else None
        self.root = self._slot.folder if self._slot else stack.home.index
        self.generation = self._open()
        self.refresh()
        if self._slot is not None:
            stack.follower.start()

    def _text(self, folder: Path) -> TantivyText:
        return TantivyText(folder, self.stack.embedder.pieces)

    def _open(self) -> Generation:
        root = self.root
        root.mkdir(exist_ok=True)
        if self._slot is None:
            slots.sweep_slots(root)
        try:
            folder = current.serving(root)
            found = None if folder is None else Generation.open(folder, FaissScan.open, self._text)
        except AvouchError as error:
            if error.code is not Code.INDEX_STALE:
                raise
            found = None
        if found is not None and found.model == self.stack.embedder.digest:
            return found
        return self._begin(found)

    def _begin(self, old: Generation | None) -> Generation:
        """A new generation, which serves in place of the old once it has taken in the lake."""
        number, folder = current.following(self.root)
        embedder = self.stack.embedder
        made = Generation.create(folder, number, embedder.digest, embedder.dimensions, FaissScan.open, self._text)
        self.stack.state.read(lambda tx: self._take_in(tx, made, 0))
        if old is not None:
            old.close()
        current.switch(self.root, folder)
        return made

    def rebuild(self) -> int:
        """Make a new generation from the lake and switch to it; returns its number."""
        with self._lock:
            self.generation = self._begin(self.generation)
        return self.generation.number

    def refresh(self) -> None:
        """Take in what the ledger knows and the index does not."""
        with self._lock:
            try:
                clean = self.stack.state.read(self._refresh)
            except AvouchError as error:
                if error.code is not Code.INDEX_STALE:
                    raise
                self.generation = self._begin(self.generation)
                clean = self.stack.state.read(self._refresh)
            if self._slot is not None and clean > self._clean:
                slot, self._clean = self._slot, clean
                self.stack.state.write(lambda tx: slots.clean(tx, slot, clean))

    def others(self) -> int:
        """How many other processes have an index of this home."""
        slot = self._slot
        return 0 if slot is None else self.stack.state.read(lambda tx: slots.others(tx, slot))

    def settle(self, seconds: float) -> list[str]:
        """Wait until the other processes' indexes are clean too; returns those that are not."""
        if self._slot is None:
            return []
        return slots.settle(self.stack.home.index, self.stack.state, self._clean, self._slot, seconds)

    def close(self) -> None:
        self.generation.close()
        if self._slot is not None:
            self._slot.close()

    def _refresh(self, tx: Connection) -> int:
        """Returns the entry up to which everything that was erased is gone from the files here."""
        size = log.size(tx)
        if size - 1 > self.stack.catalog.seen or self._behind:
            self._behind = True
            self._take_in(tx, self.generation, size)
            self._behind = False
        erased = int(told(tx).get(ERASED, "-1")) if self._slot is not None else -1
        if erased > self._clean:
            gone = erased_since(tx, self._clean)
            self._erase(tx, [version for version, _, _ in gone], rows_of(gone))
        return erased

    def _take_in(self, tx: Connection, generation: Generation, size: int) -> None:
        """Bring catalog and generation up to date. Acts that change no version leave the files alone."""
        size = size or log.size(tx)
        self.stack.catalog.refresh(tx, size)
        if self.stack.catalog.changed_after(generation.snapshot):
            self._check_order(generation)
            self._reindex_ended(tx, generation, size)
            self._append(tx, generation)
            generation.advance(size - 1)

    def _check_order(self, generation: Generation) -> None:
        """INDEX_STALE where a version was recorded whose rows the generation has left out: it is made anew.

        Rows are recorded in the order in which they are given out, because one ingest runs at a time.
        """
        columns, known = self.stack.catalog.columns, self.stack.catalog.known
        below = known & (columns["recorded"] > generation.snapshot) & (columns["first_row"] < generation.rows)
        late = np.flatnonzero(below & (columns["rows"] > 0))
        if (generation.spans["version"][columns["first_row"][late]] != late).any():
            raise AvouchError(Code.INDEX_STALE, "rows were recorded out of order")

    def _reindex_ended(self, tx: Connection, generation: Generation, size: int) -> None:
        """Versions that ended since: the same words under new times."""
        columns, known, indexed = self.stack.catalog.columns, self.stack.catalog.known, generation.snapshot
        ended = (columns["ended"] > indexed) & (columns["ended"] < size)
        changed = np.flatnonzero(known & ended & (columns["first_row"] < generation.rows)).tolist()
        for start in range(0, len(changed), VERSIONS):
            generation.reindex(self._held(tx, generation, changed[start : start + VERSIONS]))

    def _held(self, tx: Connection, generation: Generation, ordinals: list[int]) -> Iterator[TextRow]:
        """The text rows of versions that the generation holds."""
        for version in documents.by_ordinal(tx, ordinals).values():
            rows = range(version.first_row, version.first_row + version.rows)
            yield from self._text_rows(tx, version, rows, generation.spans[rows.start : rows.stop])

    def _append(self, tx: Connection, generation: Generation) -> None:
        """Append what the lake has beyond the generation's rows, where the ledger knows its version.

        The snapshot moves on when all of it is in.
        """
        known = self.stack.catalog.known
        rows, spans, vectors = chunks.read(self.stack.tables, generation.rows)
        if not rows.size or not known.size:
            return
        keep = (spans["version"] < known.size) & known[np.minimum(spans["version"], known.size - 1)]
        rows, spans, vectors = rows[keep], spans[keep], vectors[keep]
        for part in runs_of(rows, AT_ONCE):
            texts = self._texts(tx, rows[part], spans[part])
            generation.append(int(rows[part][0]), vectors[part], spans[part], texts, generation.snapshot)

    def erase(self, ordinals: list[int], rows: list[int]) -> None:
        """Remove versions from every file of the generation, for good."""
        with self._lock:
            self.stack.state.read(lambda tx: self._erase(tx, ordinals, np.array(rows, np.int64)))
            self.refresh()

    def _erase(self, tx: Connection, ordinals: list[int], rows: Rows) -> None:
        if not self.generation.held(rows) and not self.generation.text.count(ordinals):
            return
        spans = self.generation.spans["version"]
        left = np.setdiff1d(np.unique(spans[spans >= 0]), np.array(ordinals, np.int64)).tolist()
        parts = (left[start : start + VERSIONS] for start in range(0, len(left), VERSIONS))
        remaining = (row for part in parts for row in self._held(tx, self.generation, part))
        self.generation.erase(ordinals, rows, remaining)

    def _texts(self, tx: Connection, rows: Rows, spans: Spans) -> Iterator[TextRow]:
        """Text rows of consecutive spans, version by version."""
        ordinals, first = np.unique(spans["version"], return_index=True)
        found: dict[int, Version] = documents.by_ordinal(tx, ordinals.tolist())
        borders = [*sorted(first.tolist()), len(spans)]
        for start, end in pairwise(borders):
            version = found[int(spans["version"][start])]
            yield from self._text_rows(tx, version, rows[start:end].tolist(), spans[start:end])

    def _text_rows(self, tx: Connection, version: Version, rows: Iterable[int], spans: Spans) -> Iterator[TextRow]:
        if version.fate is Fate.ERASED:
            return
        text = self.stack.store.held(tx, version.document_id, version.text_blob)
        if text is None:
            logger.error("the text of %s is lost: it is not found by its words", version.id)
            return
        same = ("class_id", "compartment", "recorded", "ended", "world_from", "valid_to", "ended_at", "title")
        values = {name: getattr(version, name) for name in same}
        for row, span in zip(rows, spans, strict=True):
            words = chunks.searchable(text, "", chunks.unpack(span))
            yield TextRow(row=row, version=version.ordinal, text=words, **values)

    def learn(self, texts: Iterable[str]) -> None:
        """Analyse texts that will be taken in, while whoever brings them waits for something else."""
        self.generation.text.learn(texts)

    def allowed(self, principal: Principal) -> Allowed:
        """The classes that a principal may see, whenever they held."""
        with self._lock:
            return self._scopes.allowed(self.stack.policy, principal)

    def scope(self, principal: Principal, moment: Moment) -> Scope:
        """What a principal may find at a moment: the classes, the mask over versions, the mask over rows."""
        with self._lock:
            rows, policy = self.generation.rows, self.stack.policy
            return self._scopes.of(self.stack.state.read, policy, principal, moment, rows)


def rows_of(gone: Iterable[tuple[int, int, int]]) -> Rows:
    """The rows of versions given as (ordinal, first row, rows)."""
    parts = [np.arange(first, first + count, dtype=np.int64) for _, first, count in gone]
    return np.concatenate([np.empty(0, np.int64), *parts])


def runs_of(rows: Rows, at_once: int) -> Iterator[slice]:
    """Slices of consecutive row numbers, each at most so long."""
    breaks = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), rows.size]
    for begin, end in pairwise(breaks):
        for start in range(begin, end, at_once):
            yield slice(start, min(start + at_once, end))
