"""Ingest: bring a source up to date with its files: what is new, changed, unchanged, bad, or gone."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
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
from avouch.lake import chunks, documents
from avouch.plugins import parsers
from avouch.ports import Progress
from avouch.records import Fate, IngestReport, Metadata, Principal, Problem
from avouch.stack import classing
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.batch import Pending, shape_of
from avouch.stack.pipeline import Pipeline
from avouch.stack.tally import Tally

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

PARSED_BY = "1"
WITHDRAW_AT_MOST = 0.10
USUAL, SELDOM = gc.get_threshold(), (10_000, 10, 10)


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
        self,
        stack: Stack,
        principal: Principal,
        root: Path,
        options: Options,
        progress: Progress,
        still: Callable[[Connection], None],
        upload: str = "",
    ) -> None:
        """``still`` is called in each transaction, to be sure of the lock; ``upload`` as for ``ingest``."""
        self.stack, self.principal, self.progress, self.options = stack, principal, progress, options
        self.root = root.expanduser().resolve()
        if not self.root.exists():
            raise AvouchError(Code.PATH_MISSING, f"no file or folder at {root}")
        self.additive = bool(upload)
        place = place_of(principal.tenant, f"upload:{upload}" if upload else str(self.root))
        self.source = stack.state.read(lambda tx: documents.source_id(tx, place)) or new_id("s")
        self.known = stack.state.read(lambda tx: documents.known(tx, self.source))
        self.tally = Tally(self.source, new_id("r"), time.monotonic())
        self.classify = classing.wanted(stack)
        self.still = still
        self.pipeline = Pipeline(stack, principal, place, self.tally, still)

    def run(self, confirmed: bool) -> IngestReport:
        with self.pipeline:
            self.take_all()
        if not self.additive:
            self.withdraw_gone(confirmed)
        return self.index(self.tally.report())

    def index(self, report: IngestReport) -> IngestReport:
        """Make findable what came, while the line about the run is written."""
        with ThreadPoolExecutor(1, "ingest-note") as beside:
            noted = beside.submit(chunks.append_run, self.stack.tables, report) if report.snapshot else None
            self.stack.shelf.refresh()
            if noted is not None:
                noted.result()
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
            self.progress(self.tally.done + len(self.pipeline.batch), total, found.key)
            if self.pipeline.full():
                self.pipeline.flush()
        self.pipeline.flush()
        self.pipeline.settle()

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
        known = self.known.get(key_digest)
        from avouch.adapters.cedar_schema import check_shape  # loads the policy engine

        try:
            fingerprint = self.fingerprint(found)
            if known is not None and self.same(known, found, fingerprint):
                self.tally.unchanged += 1
                return None
            parsed = found.parse()
            declared = merge(found.metadata, parsed.metadata)
            metadata, classed = classing.classed(self.classify, found.name, parsed, declared)
            check_shape(shape_of(metadata, self.principal.tenant))
            pieces = chunk(parsed, self.stack.settings.chunk_chars)
        except AvouchError as error:
            return self.problem(problem_of(found.key, error))
        self.pipeline.add(Pending(found, known, key_digest, fingerprint, parsed, metadata, pieces, classed))
        return None

    def fingerprint(self, found: Found) -> str:
        """A name for a document's bytes, what is declared of it, and how it is read. METADATA_INVALID."""
        try:
            recipe = canonical([PARSED_BY, found.recipe, told_of(found.metadata)])
        except AvouchError as error:
            raise AvouchError(Code.METADATA_INVALID, "what is declared of it cannot be written down") from error
        return self.stack.vault.name(self.source, recipe + b"\x00" + found.original)

    def same(self, known: documents.Known, found: Found, fingerprint: str) -> bool:
        """Whether nothing of a document changed. ERASED, REVOKED for what is not taken in again."""
        if known.erased:
            raise AvouchError(Code.ERASED, "erased; it is not taken in again")
        if known.revoked and known.revoked == self.stack.vault.name(known.document_id, found.original):
            raise AvouchError(Code.REVOKED, "it was withdrawn as wrong, and is the same as it was")
        return known.live and known.fingerprint == fingerprint

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
    with seldom(), stack.alone("ingest") as still:
        return Run(stack, principal, root, options, progress, still, upload).run(confirmed)
