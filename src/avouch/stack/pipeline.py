"""The pipeline of an ingest: batches are sifted and embedded, stored, recorded, and indexed as they gather.

While one batch is stored and recorded, the next is embedded and the one after it parsed; no more are held.
Order of a batch: blobs (synced), rows given out, chunks and embeddings (one lake commit each), then the
act. A crash before the act leaves orphans that no reader sees and ``collect`` removes; a repeated run
finds by fingerprint what is already recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.lake import documents, marks, raised
from avouch.records import Principal, Vectors
from avouch.stack import classing
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.batch import Pending, Stored, embedded_texts, store
from avouch.stack.sift import Marked, sifter
from avouch.stack.tally import Tally

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

FLUSH_SECONDS = 20.0
SIFTED = 250
"""Chunks that are sifted at a time: a model has some in doubt while words are held against the next."""
INDEX_CHUNKS = 16_000
Sifting = Sequence[Future[Future[list[Marked]]]]


class Pipeline:
    """Takes the documents of one run; what goes wrong behind it is raised at the next batch, or at the end."""

    def __init__(
        self, stack: Stack, principal: Principal, place: str, tally: Tally, still: Callable[[Connection], None]
    ) -> None:
        """``place`` is the source's name; ``still`` is called in each transaction, to be sure of the lock."""
        self.stack, self.principal, self.place, self.tally, self.still = stack, principal, place, tally, still
        self.sifter = sifter(stack)
        self.batch: list[Pending] = []
        self.held = self.unindexed = 0
        self.flushed = time.monotonic()
        self.embedder, self.keeper = ThreadPoolExecutor(1, "ingest-embed"), ThreadPoolExecutor(1, "ingest-keep")
        self.sorter, self.judge = ThreadPoolExecutor(1, "ingest-sift"), ThreadPoolExecutor(1, "ingest-judge")
        self.sifting: list[Future[Future[list[Marked]]]] = []
        self.sifted = self.unsifted = 0
        self.kept: Future[None] | None = None

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for pool in (self.sorter, self.judge, self.embedder, self.keeper):
            pool.shutdown()

    def add(self, pending: Pending) -> None:
        """Hold a document for the batch, which goes on when it is full. What it says is judged from now on."""
        self.batch.append(pending)
        self.held += len(pending.chunks)
        self.unsifted += len(pending.chunks)
        if self.unsifted >= SIFTED:
            self.sift()

    def full(self) -> bool:
        limits = self.stack.settings
        return (
            len(self.batch) >= limits.batch_documents
            or self.held >= limits.batch_chunks
            or (bool(self.batch) and time.monotonic() - self.flushed > FLUSH_SECONDS)
        )

    def flush(self) -> None:
        """Hand on the batch: sifted and embedded from now on, stored when the one before it is."""
        self.sift()
        batch, sifting = self.batch, self.sifting
        self.batch, self.sifting, self.held, self.sifted = [], [], 0, 0
        if batch:
            vectors = self.embedder.submit(self.stack.embedder.embed, embedded_texts(batch))
            self.settle()
            self.kept = self.keeper.submit(self.keep, batch, vectors, sifting)
        self.flushed = time.monotonic()

    def sift(self) -> None:
        """Have judged what came to the batch since it was last called."""
        first, some = self.sifted, self.batch[self.sifted :]
        self.sifted, self.unsifted = len(self.batch), 0
        sifter = self.sifter
        if sifter is not None and some:
            judged = lambda: self.judge.submit(sifter.marked, sifter.doubtful(some, first))  # noqa: E731
            self.sifting.append(self.sorter.submit(judged))

    def settle(self) -> None:
        """Wait for the batch that is being stored."""
        if self.kept is not None:
            self.kept.result()

    def keep(self, batch: list[Pending], vectors: Future[Vectors], sifting: Sifting) -> None:
        """Store and record a batch; index what has gathered, so that memory stays bounded."""
        act(self.stack, "ingest", self.principal, lambda: self.prepare(batch, vectors, sifting))
        self.unindexed += sum(len(pending.chunks) for pending in batch)
        if self.unindexed >= INDEX_CHUNKS:
            self.stack.shelf.refresh()
            self.unindexed = 0

    def prepare(self, batch: list[Pending], vectors: Future[Vectors], sifting: Sifting) -> Commit[None]:
        stored = store(self.stack, self.principal.tenant, batch, vectors)
        self.stack.shelf.learn(embedded_texts(batch))
        found = [one for part in sifting for one in part.result().result()]

        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            self.still(tx)
            documents.add_source(tx, self.tally.source, self.place)
            self.stack.vault.keep(tx, stored.fresh)
            documents.record(tx, self.tally.source, stored.drafts, stamp.seq, stamp.at)
            added = sum(draft.is_new for draft in stored.drafts)
            self.tally.added += added
            self.tally.changed += len(stored.drafts) - added
            marks.add(tx, rows_of(stored, found), stamp.seq)
            self.tally.quarantined += len(found)
            pairs = zip(stored.drafts, batch, strict=True)
            classes = {draft.ordinal: one.classed for draft, one in pairs if one.classed}
            raised.add(tx, classes)
            self.tally.class_of(classes.values())
            self.tally.chunks += stored.chunks
            self.tally.snapshot = stamp.seq
            recorded = [
                {"version": draft.id, "document": draft.document_id, "content": draft.content_digest}
                | classing.told(draft.shape.classification, classes.get(draft.ordinal))
                for draft in stored.drafts
            ]
            sifted = {} if self.sifter is None else {"quarantined": len(found), "detector": self.sifter.digest}
            return None, {"run": self.tally.run, "source": self.tally.source, "versions": recorded, **sifted}

        return commit


def rows_of(stored: Stored, found: list[Marked]) -> list[tuple[int, int, int, tuple[str, ...]]]:
    """Marked chunks of a batch as rows of their versions, with what was found."""
    drafts = [(one, stored.drafts[one.place[0]]) for one in found]
    return [(d.first_row + one.place[1], d.ordinal, one.permille, one.reasons) for one, d in drafts]
