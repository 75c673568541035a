"""Ingest: bring a source up to date with its files, batch by batch, each batch one entry.

While one batch is stored and recorded, the next is embedded and the one after it parsed; no more are held.
Order of a batch: blobs (synced), rows given out, chunks and embeddings (one lake commit each), then the
act. A crash before the act leaves orphans that no reader sees and ``collect`` removes; a repeated run
finds by fingerprint what is already recorded.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.canon import canonical, new_id, plain
from avouch.config import Settings
from avouch.errors import AvouchError, Code
from avouch.ingest.chunk import chunk
from avouch.ingest.discover import Found, Options, count, discover
from avouch.ingest.metadata import merge
from avouch.lake import chunks, documents, marks, raised
from avouch.plugins import parsers
from avouch.ports import Progress
from avouch.records import Fate, IngestReport, Metadata, Principal, Problem, Vectors
from avouch.stack import classing
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.batch import Pending, Stored, embedded_texts, shape_of, store
from avouch.stack.sift import Marked, Sifter, sifter
from avouch.stack.tally import Tally

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

PARSED_BY = "1"
WITHDRAW_AT_MOST = 0.10
FLUSH_SECONDS = 20.0
SIFTED = 50
USUAL, SELDOM = gc.get_threshold(), (10_000, 10, 10)
INDEX_CHUNKS = 16_000


def place_of(tenant: str, place: str) -> str:
    """Under which name a tenant's source is known."""
    return place if tenant == "default" else f"{tenant}:{place}"


@contextmanager
def seldom() -> Iterator[None]:
    """Look for cycles seldom: texts in pieces are many small objects without any, and it took a tenth of the time."""
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*USUAL)


def silent(done: int, total: int, note: str) -> None:
    """The progress of nobody."""


class Run:
    """One run over one source."""

    def __init__(
        self, stack: Stack, principal: Principal, root: Path, options: Options, progress: Progress, upload: str = ""
    ) -> None:
        self.stack, self.principal, self.progress, self.options = stack, principal, progress, options
        self.root = root.expanduser().resolve()
        if not self.root.exists():
            raise AvouchError(Code.PATH_MISSING, f"no file or folder at {root}")
        self.additive = bool(upload)
        self.place = place = place_of(principal.tenant, f"upload:{upload}" if upload else str(self.root))
        self.source = stack.state.read(lambda tx: documents.source_id(tx, place)) or new_id("s")
        self.known = stack.state.read(lambda tx: documents.known(tx, self.source))
        self.tally = Tally(self.source, new_id("r"), time.monotonic())
        self.sifter = sifter(stack)
        self.classify = classing.wanted(stack)
        self.still: Callable[[Connection], None] = lambda tx: None
        self.batch: list[Pending] = []
        self.held = self.unindexed = 0
        self.flushed = time.monotonic()
        self.embedder, self.keeper = ThreadPoolExecutor(1, "ingest-embed"), ThreadPoolExecutor(1, "ingest-keep")
        self.sorter = ThreadPoolExecutor(1, "ingest-sift")
        self.kept: Future[None] | None = None

    def run(self, confirmed: bool) -> IngestReport:
        with self.keeper, self.embedder, self.sorter:
            self.take_all()
        if not self.additive:
            self.withdraw_gone(confirmed)
        report = self.tally.report()
        if report.snapshot:
            chunks.append_run(self.stack.tables, report, len(report.problems))
        self.stack.tables.compact()
        return report

    def take_all(self) -> None:
        """Find, parse and hand on; errors of what was handed on are raised here."""
        found_by = parsers()
        total = count(self.root)
        for found in discover(self.root, self.options, found_by):
            if isinstance(found, Problem):
                self.problem(found)
            else:
                self.take(found)
            self.progress(self.tally.done + len(self.batch), total, found.key)
            if self.full():
                self.flush()
        self.flush()
        self.settle()

    def problem(self, problem: Problem) -> None:
        self.tally.problems.append(problem)
        self.tally.seen.add(self.key_digest(problem.key))

    def key_digest(self, key: str) -> str:
        return self.stack.vault.name(self.source, key.encode("utf-8", "surrogateescape"))

    def take(self, found: Found) -> None:
        """Decide what a found document is: unchanged, erased, bad, or one for the batch."""
        key_digest = self.key_digest(found.key)
        if key_digest in self.tally.seen:
            return self.problem(problem_of(found.key, AvouchError(Code.RECORD_DUPLICATE, "the key stands twice")))
        self.tally.seen.add(key_digest)
        recipe = canonical([PARSED_BY, found.recipe, told_of(found.metadata)])
        fingerprint = self.stack.vault.name(self.source, recipe + b"\x00" + found.original)
        known = self.known.get(key_digest)
        if known is not None and known.erased:
            return self.problem(problem_of(found.key, AvouchError(Code.ERASED, "erased; it is not taken in again")))
        if known is not None and known.live and known.fingerprint == fingerprint:
            self.tally.unchanged += 1
            return None
        from avouch.adapters.cedar_schema import check_shape  # loads the policy engine

        try:
            parsed = found.parse()
            declared = merge(found.metadata, parsed.metadata)
            metadata, classed = classing.classed(self.classify, found.name, parsed, declared)
            check_shape(shape_of(metadata, self.principal.tenant))
            pieces = chunk(parsed, self.stack.settings.chunk_chars)
        except AvouchError as error:
            return self.problem(problem_of(found.key, error))
        self.batch.append(Pending(found, known, key_digest, fingerprint, parsed, metadata, pieces, classed))
        self.held += len(pieces)
        return None

    def full(self) -> bool:
        limits = self.stack.settings
        return (
            len(self.batch) >= limits.batch_documents
            or self.held >= limits.batch_chunks
            or (bool(self.batch) and time.monotonic() - self.flushed > FLUSH_SECONDS)
        )

    def flush(self) -> None:
        """Hand on the batch: sifted and embedded from now on, stored when the one before it is."""
        batch, self.batch, self.held = self.batch, [], 0
        if batch:
            vectors = self.embedder.submit(self.stack.embedder.embed, embedded_texts(batch))
            marked: Future[list[Marked]] | None = None
            if self.sifter is not None:
                marked = self.sorter.submit(self.sift, self.sifter, batch)
            self.settle()
            self.kept = self.keeper.submit(self.keep, batch, vectors, marked)
        self.flushed = time.monotonic()

    def sift(self, sifter: Sifter, batch: list[Pending]) -> list[Marked]:
        """Judge a batch while it is being stored: the model has some in doubt while words are held against the next."""
        some = range(0, len(batch), SIFTED)
        judged = [self.embedder.submit(sifter.marked, sifter.doubtful(batch[n : n + SIFTED], n)) for n in some]
        return [one for part in judged for one in part.result()]

    def settle(self) -> None:
        """Wait for the batch that is being stored."""
        if self.kept is not None:
            self.kept.result()

    def keep(self, batch: list[Pending], vectors: Future[Vectors], marked: Future[list[Marked]] | None = None) -> None:
        """Store and record a batch; index what has gathered, so that memory stays bounded."""
        act(self.stack, "ingest", self.principal, lambda: self.prepare(batch, vectors, marked))
        self.unindexed += sum(len(pending.chunks) for pending in batch)
        if self.unindexed >= INDEX_CHUNKS:
            self.stack.shelf.refresh()
            self.unindexed = 0

    def prepare(
        self, batch: list[Pending], vectors: Future[Vectors], marked: Future[list[Marked]] | None
    ) -> Commit[None]:
        stored = store(self.stack, self.principal.tenant, batch, vectors)
        found = marked.result() if marked is not None else []

        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            self.still(tx)
            documents.add_source(tx, self.source, self.place)
            self.stack.vault.keep(tx, stored.fresh)
            documents.record(tx, self.source, stored.drafts, stamp.seq, stamp.at)
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
            return None, {"run": self.tally.run, "source": self.source, "versions": recorded, **sifted}

        return commit

    def withdraw_gone(self, confirmed: bool) -> None:
        """Withdraw what is no longer in the source, unless that is suspiciously much."""
        live = {digest: known for digest, known in self.known.items() if known.live}
        unread = tuple({problem.key.partition("#")[0] for problem in self.tally.problems})
        gone = [
            known.document_id
            for digest, known in live.items()
            if digest not in self.tally.seen and not lies_in(known.key, unread)
        ]
        if not gone:
            return
        if len(gone) > WITHDRAW_AT_MOST * len(live) and not confirmed:
            self.tally.awaiting = len(gone)
            return

        def do() -> Commit[None]:
            def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
                self.still(tx)
                documents.end(tx, gone, stamp.seq, stamp.at, Fate.WITHDRAWN)
                self.tally.withdrawn, self.tally.snapshot = len(gone), stamp.seq
                return None, {"run": self.tally.run, "source": self.source, "gone": gone}

            return commit

        act(self.stack, "ingest.withdraw", self.principal, do)


def rows_of(stored: Stored, found: list[Marked]) -> list[tuple[int, int, int, tuple[str, ...]]]:
    """Marked chunks of a batch as rows of their versions, with what was found."""
    drafts = [(one, stored.drafts[one.place[0]]) for one in found]
    return [(d.first_row + one.place[1], d.ordinal, one.permille, one.reasons) for one, d in drafts]


def told_of(metadata: Metadata) -> Any:
    """What is declared, for the fingerprint: what came to be declarable later counts only where it is said, so that
    no document counts as changed because of it."""
    told = plain(metadata)
    if metadata.class_reviewed is None:
        del told["class_reviewed"]
    return told


def lies_in(key: str, places: tuple[str, ...]) -> bool:
    """Whether a document lies in a folder or container that could not be read whole: it is not gone."""
    return any(key == place or key.startswith((f"{place}/", f"{place}#")) for place in places)


def problem_of(key: str, error: AvouchError) -> Problem:
    return Problem(key, error.code.name, error.message, error.todo)


def options_of(settings: Settings, metadata: Metadata, columns: Mapping[str, str]) -> Options:
    """The options of a run, with the limits that the home sets."""
    return Options(metadata, columns, settings.max_file_bytes, settings.max_line_chars)


def ingest(
    stack: Stack,
    principal: Principal,
    root: Path,
    options: Options,
    progress: Progress = silent,
    confirmed: bool = False,
    upload: str = "",
) -> IngestReport:
    """Bring the source at ``root`` up to date. PATH_MISSING, FORBIDDEN, INGEST_BUSY; bad files are lines of the report.

    With ``upload`` the files are some more of the source of that name, wherever they lie now: what is not
    among them stays.
    """
    authorise(stack, "ingest", principal)
    with seldom():
        with stack.alone("ingest") as still:
            run = Run(stack, principal, root, options, progress, upload)
            run.still = still
            report = run.run(confirmed)
        stack.shelf.refresh()
    return report
