"""Quarantine: chunks that give orders to a machine, kept out of every search until a curator decides.

They are found when they are taken in (``stack/sift.py``). Nobody retrieves one, at no moment, by vectors or by
words; the document itself stays readable by id for whoever may see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.errors import AvouchError, Code
from avouch.lake import chunks, documents, marks
from avouch.lake.marks import Mark, Standing
from avouch.records import Principal, Version
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.passages import resource_of
from avouch.stack.reading import sees

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MOST, AT_ONCE = 1000, 500
ACTS = {Standing.RELEASED: "quarantine.release", Standing.CONFIRMED: "quarantine.confirm"}


@dataclass(frozen=True, slots=True)
class Held:
    """A marked chunk. ``score`` is its risk, ``reasons`` name cues; ``start``/``end`` are characters of the version's
    text, which stands in ``text`` only where one chunk is shown. ``decided_by`` is a principal's id."""

    row: int
    document_id: str
    version_id: str
    document_key: str
    title: str
    fate: str
    page: int
    start: int
    end: int
    score: float
    reasons: tuple[str, ...]
    standing: str
    seq: int
    decided_by: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was released, or stays out for good, by which entry."""

    standing: str
    rows: tuple[int, ...]
    documents: tuple[str, ...]
    seq: int


def listing(
    stack: Stack, actor: Principal, standing: Standing | None = Standing.QUARANTINED, after: int = -1, limit: int = 100
) -> list[Held]:
    """A page of marked chunks behind a row, of documents that the actor may see. FORBIDDEN."""
    authorise(stack, "quarantine.list", actor)
    stack.shelf.refresh()

    def query(tx: Connection) -> list[Held]:
        found: list[Held] = []
        place = after
        while len(found) < limit:
            some = marks.listing(tx, standing, place, AT_ONCE)
            found += shown(stack, tx, actor, some)
            if len(some) < AT_ONCE:
                break
            place = some[-1].row
        return found[:limit]

    return stack.state.read(query)


def show(stack: Stack, actor: Principal, row: int) -> Held:
    """One marked chunk with its text. NOT_FOUND where there is none that the actor may see; ERASED, FORBIDDEN."""
    authorise(stack, "quarantine.show", actor)
    stack.shelf.refresh()

    def query(tx: Connection) -> Held:
        found = shown(stack, tx, actor, marks.of_rows(tx, [row]), whole=True)
        if not found:
            raise AvouchError(Code.NOT_FOUND, f"no marked chunk {row}")
        return found[0]

    return stack.state.read(query)


def shown(stack: Stack, tx: Connection, actor: Principal, found: Sequence[Mark], whole: bool = False) -> list[Held]:
    """Marks as their curator sees them, of the versions that the policy shows the actor."""
    versions = documents.by_ordinal(tx, {mark.version for mark in found})
    seen = {version.ordinal: version for version in sees(stack, tx, actor, list(versions.values()))}
    return [held(stack, tx, mark, seen[mark.version], whole) for mark in found if mark.version in seen]


def held(stack: Stack, tx: Connection, mark: Mark, version: Version, whole: bool) -> Held:
    spans = stack.shelf.generation.spans
    there = mark.row < len(spans) and int(spans[mark.row]["version"]) == mark.version
    piece = chunks.unpack(spans[mark.row]) if there else None
    text = ""
    if whole and piece is not None:
        text = stack.store.text(tx, version.document_id, version.text_blob)[piece.start : piece.end]
    page, start, end = (piece.page, piece.start, piece.end) if piece is not None else (0, 0, 0)
    return Held(
        row=mark.row,
        document_id=version.document_id,
        version_id=version.id,
        document_key=version.key,
        title=version.title,
        fate=version.fate.value,
        page=page,
        start=start,
        end=end,
        score=mark.permille / 1000,
        reasons=mark.reasons,
        standing=mark.standing.value,
        seq=mark.seq,
        decided_by=mark.decided_by,
        text=text,
    )


def release(
    stack: Stack, actor: Principal, document_id: str = "", rows: Sequence[int] = (), reason: str = ""
) -> Decided:
    """Let chunks be found: all that are quarantined of a document, or some by row.

    NOT_FOUND; INPUT_INVALID where one was decided before; FORBIDDEN.
    """
    return decide(stack, actor, Standing.RELEASED, document_id, rows, reason)


def confirm(
    stack: Stack, actor: Principal, document_id: str = "", rows: Sequence[int] = (), reason: str = ""
) -> Decided:
    """Keep chunks out for good, those that were released before included; the errors are those of ``release``."""
    return decide(stack, actor, Standing.CONFIRMED, document_id, rows, reason)


def decide(stack: Stack, actor: Principal, to: Standing, document_id: str, rows: Sequence[int], reason: str) -> Decided:
    """Change what stands of some marked chunks; the entry says of which documents and rows, and why."""
    if bool(document_id) == bool(rows) or len(rows) > MOST:
        raise AvouchError(Code.INPUT_INVALID, f"name a document, or 1 to {MOST} rows")
    authorise(stack, ACTS[to], actor)
    stack.shelf.refresh()
    found = stack.state.read(lambda tx: wanted(stack, tx, actor, document_id, rows))
    numbers = sorted(found)
    versions = {version.ordinal: version for version in found.values()}

    def do() -> Commit[Decided]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Decided, dict[str, Any]]:
            check(tx, numbers, to)
            marks.decide(tx, numbers, to, actor.id, stamp.seq)
            ids = tuple(sorted({version.document_id for version in versions.values()}))
            told = {"documents": list(ids), "versions": sorted(version.id for version in versions.values())}
            return Decided(to.value, tuple(numbers), ids, stamp.seq), {**told, "rows": numbers, "reason": reason}

        return commit

    done = act(stack, ACTS[to], actor, do, [resource_of(version) for version in versions.values()])
    stack.shelf.refresh()
    return done


def wanted(stack: Stack, tx: Connection, actor: Principal, document_id: str, rows: Sequence[int]) -> dict[int, Version]:
    """The version of each row to decide on, as far as the actor may see it; NOT_FOUND."""
    if document_id:
        ordinals = [version.ordinal for version in documents.versions_of(tx, document_id)]
        found = [mark for mark in marks.of_versions(tx, ordinals) if mark.standing is Standing.QUARANTINED]
    else:
        found = marks.of_rows(tx, sorted(set(rows)))
    versions = list(documents.by_ordinal(tx, {mark.version for mark in found}).values())
    seen = {version.ordinal: version for version in sees(stack, tx, actor, versions)}
    known = {mark.row: seen[mark.version] for mark in found if mark.version in seen}
    missing = sorted(set(rows) - known.keys())
    if missing:
        raise AvouchError(Code.NOT_FOUND, f"no marked chunk {missing[0]}")
    if not known:
        raise AvouchError(Code.NOT_FOUND, f"nothing of {document_id} is in quarantine")
    return known


def check(tx: Connection, rows: Sequence[int], to: Standing) -> None:
    """Whether all may be decided so, as things stand now: another may have decided, or the document was erased."""
    now = {mark.row: mark.standing for mark in marks.of_rows(tx, rows)}
    for row in rows:
        if row not in now:
            raise AvouchError(Code.NOT_FOUND, f"no marked chunk {row}")
        if now[row] is to or now[row] is Standing.CONFIRMED:
            raise AvouchError(Code.INPUT_INVALID, f"chunk {row} is {now[row].value} already")
