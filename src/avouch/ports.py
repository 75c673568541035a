"""Every extension point, on one page. Implementations live in ``adapters/`` or in other packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import numpy as np

from avouch.records import (
    Decision,
    Health,
    Mask,
    Parsed,
    Piece,
    Principal,
    Request,
    Resource,
    Rows,
    TextRow,
    TextScope,
    Vectors,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")
Column = np.ndarray[Any, Any]


class State(Protocol):
    """Transactional rows. One writer at a time; readers see only what was committed."""

    def write(self, act: Callable[[Connection], T], undo: Callable[[], None] = ...) -> T:
        """Run ``act`` in a transaction and return its result once that is durable. All or nothing.

        ``undo`` is called where the act was rolled back, before its error reaches the caller.
        """

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` on one consistent, committed state. What the engine reports is coded."""

    def close(self) -> None:
        """End after what is queued. A write from then on is refused (STOPPING)."""


class Blobs(Protocol):
    """Bytes by name. Names are keyed digests; bytes are already encrypted."""

    def put(self, name: str, data: bytes) -> None: ...
    def get(self, name: str) -> bytes:
        """The bytes; ``KeyError`` where there are none."""

    def delete(self, name: str) -> None: ...
    def names(self) -> Iterator[str]: ...
    def sync(self) -> None:
        """Return when everything put so far will survive a power cut."""


class Tables(Protocol):
    """Append-only columnar tables. Columns are numpy arrays of equal length (or 2-d float32)."""

    def append(self, table: str, columns: Mapping[str, Column]) -> None:
        """Add rows in one atomic commit."""

    def read(self, table: str, columns: Sequence[str], first_row: int = 0) -> dict[str, Column]:
        """Columns of the rows whose ``row`` is at least ``first_row``, ordered by ``row``."""

    def delete(self, table: str, version_ordinals: Sequence[int]) -> None:
        """Remove rows for good, old files included."""

    def count(self, table: str, version_ordinals: Sequence[int]) -> int:
        """Rows of these versions in every data file on disk, those that no reader sees included."""

    def names(self) -> list[str]: ...
    def compact(self) -> None: ...


class Embedder(Protocol):
    """Texts to unit vectors. ``digest`` names the weights, ``engine`` and ``precision`` how they ran."""

    digest: str
    engine: str
    precision: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), dimensions), L2 norm 1, in the order given."""

    def pieces(self, texts: Sequence[str]) -> list[list[str]]:
        """The word pieces of whole texts; those that go on a word begin with ``##``."""


class Part(NamedTuple):
    """Visible rows of one part of a scan with their approximate scores, best first.

    ``floor``: no visible row that was left out has a better approximate score; -inf where none was.
    ``bound``: no row of the part has an approximate score that is off by more, for this query.
    """

    number: int
    rows: Rows
    scores: Vectors
    floor: float
    bound: float


class VectorScan(Protocol):
    """Approximate inner products over rows 0..n-1, with a bound on their error.

    A scan may be in parts, so that more can be asked of one of them: where near-duplicates lie, or rows
    that it approximates badly.
    """

    def __len__(self) -> int: ...
    def add(self, vectors: Vectors) -> None:
        """Append rows, float32 (m, dimensions)."""

    def search(self, query: Vectors, mask: Mask | None, k: int, parts: Sequence[int] | None = None) -> list[Part]:
        """About the k best visible rows of each part; of ``parts`` by number, exactly the k best.

        ``query`` is (dimensions,). A mask does not change while it lives, and may be shorter than the
        scan: rows beyond it are not visible. Without a mask all rows are. Parts in which nothing is
        visible may be left out.
        """

    def erase(self, rows: Rows) -> None:
        """Zero the codes in place; rows keep their numbers. On file after the next ``save``."""

    def save(self, folder: Path) -> None:
        """Bring the files to this state, durably. A crash leaves what ``open`` can cut back."""

    def held(self, folder: Path, rows: Rows) -> Rows:
        """Those of the rows of which the files still keep anything."""


class TextIndex(Protocol):
    """BM25 over chunk texts, filtered inside the search. What must be gone is gone with the folder."""

    def __len__(self) -> int: ...
    def add(self, rows: Iterable[TextRow]) -> None: ...
    def drop(self, version_ordinals: Sequence[int]) -> None:
        """Take out the chunks of these versions added before; ``add`` may bring them back changed."""

    def drop_rows_from(self, row: int) -> None:
        """Take out, and commit, all from this row on and all uncommitted: what a broken append left."""

    def commit(self) -> None:
        """Make all since the last commit durable and visible, in one step."""

    def learn(self, texts: Iterable[str]) -> None:
        """Analyse texts that are about to be added; any thread may do it beforehand."""

    def words(self, text: str) -> list[str]:
        """The terms of a text, in order, as they are compared."""

    def analyse(self, question: str) -> tuple[str, ...]:
        """The distinct terms that a question is searched by."""

    def weights(self, question: str) -> dict[str, float]:
        """The inverse document frequency of each term of a question."""

    def search(self, terms: Sequence[str], scope: TextScope, k: int) -> tuple[Rows, Vectors]:
        """The k best rows inside ``scope`` and their BM25 scores, best first, ties by row."""

    def score(self, terms: Sequence[str], rows: Sequence[int]) -> tuple[Rows, Vectors]:
        """The same scores for given rows, ascending; rows without any of the terms are left out."""

    def self_score(self, terms: Sequence[str]) -> float:
        """A score that no text exceeds for these terms: what scores are measured against."""

    def count(self, version_ordinals: Sequence[int]) -> int:
        """How many chunks of these versions the files still know, taken out ones included."""

    def close(self) -> None: ...


class Parser(Protocol):
    """Bytes of one media type to text and structure."""

    media_types: frozenset[str]

    def parse(self, data: bytes, name: str) -> Parsed:
        """Raises AvouchError with a coded reason where the bytes cannot be read."""


class Policy(Protocol):
    """Who may see and do what. Every doubt is a no.

    A decision rests on the attributes of principal and resource alone, and never on which compartment it is:
    only so is one decision per class and relation the decision on each document.
    """

    version: str

    def decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        """One decision for each resource. ``action`` is ``see`` for content, else the first word of an act."""


class Generator(Protocol):
    """A language model. ``name`` is the declared one; ``digest`` names its weights or the vendor's version.

    One attempt and no more: whether to try again, and where, is the gateway's to say. Safe to share between
    threads. One that also has ``punctual = True`` keeps the deadline in every wait; any other is run in a thread
    that whoever waits can leave.
    """

    name: str
    digest: str

    def stream(self, request: Request, deadline: float) -> Iterator[Piece]:
        """The reply in pieces, in order; the last one has ``finish``. ``deadline`` is in ``time.monotonic()``.

        Texts joined are the reply. Closing the iterator ends the work. MODEL_TIMEOUT, also where the deadline
        has passed; MODEL_UNAVAILABLE; MODEL_REFUSED; MODEL_BROKEN where what came was not a whole reply: what
        was handed out before counts for nothing.
        """

    def health(self) -> Health:
        """Whether it can be asked now, within a few seconds and without a reply being written."""

    def close(self) -> None: ...


class Notice(NamedTuple):
    """One security event on its way out: ``data`` is UTF-8 JSON without a line break, ``at`` is in µs.

    ``severity`` is from 1 (informational) to 5 (critical); ``uid`` is the same whenever the event is sent again.
    """

    uid: str
    at: int
    severity: int
    data: bytes


class Sink(Protocol):
    """Where security events go. ``name`` says what and where to, without a secret; ``kind`` is its first word."""

    kind: str
    name: str

    def send(self, notices: Sequence[Notice]) -> None:
        """Hand over a batch, in order; return when the other side has it, or it is durable.

        SINK_UNAVAILABLE and SINK_REFUSED where that is not sure: any of them may have arrived, and all will be
        sent again.
        """

    def close(self) -> None: ...


class Progress(Protocol):
    """Told about long work. ``total`` may grow while the work is being found."""

    def __call__(self, done: int, total: int, note: str) -> None: ...
