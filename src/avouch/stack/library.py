"""The library as its readers go through it: by the words of a title, in some order; and what rested on what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, String, func, literal, or_, select, tuple_

from avouch.canon import from_micros
from avouch.lake import chunks, documents
from avouch.lake.schema import answers, citations, versions
from avouch.lake.schema import documents as rows_of_documents
from avouch.ledger import log
from avouch.records import Document, Fate, Principal, Version
from avouch.stack import reading

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

WORDS = 20
"""Words of a title that are looked for; the rest is left out."""
SORTED = 60
"""Characters by which titles are sorted: a cursor holds no more."""
TITLE = func.lower(func.substr(func.coalesce(versions.c.title, ""), 1, SORTED))


class Order(Enum):
    """In which order documents are listed: by id, by title, or the one that changed last first."""

    ID = "id"
    TITLE = "title"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents, and in which order: every word of ``title`` stands in the title or the key of each."""

    title: str = ""
    fate: Fate | None = None
    order: Order = Order.ID


EVERY = Wanted()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text, in characters. ``level`` is 1 for the outermost."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class Relied:
    """An answer that cited a document: its voucher and ledger entry, when, who asked, which versions it cited."""

    voucher_id: str
    seq: int
    time: str
    principal_id: str
    versions: tuple[str, ...]


def place(wanted: Wanted, one: Document) -> str:
    """Where a document stands in the order: what the next page begins behind."""
    if wanted.order is Order.TITLE:
        return f"{one.id} {one.current.title[:SORTED]}"
    return str(one.current.ordinal) if wanted.order is Order.CHANGED else one.id


def listing(stack: Stack, principal: Principal, after: str, limit: int, wanted: Wanted = EVERY) -> list[Document]:
    """A page of the documents whose newest version the principal may see, behind a place of the order.

    Titles compare in small letters (of ASCII, on SQLite), by code point or as the database collates.
    """
    stack.shelf.refresh()
    allowed = stack.shelf.allowed(principal)

    def query(tx: Connection) -> list[Document]:
        d = rows_of_documents
        newest = d.join(versions, d.c.current == versions.c.ordinal)
        asked = select(d.c.id, d.c.source_id, d.c.key, d.c.current).select_from(newest)
        asked = asked.where(*chosen(wanted), *behind(wanted, after), reading.inside(principal, allowed))
        rows = tx.execute(asked.order_by(*ordered(wanted)).limit(limit)).all()
        found = documents.by_ordinal(tx, [row.current for row in rows])
        seen = {version.ordinal for version in reading.sees(stack, tx, principal, list(found.values()))}
        return [Document(r.id, r.source_id, r.key or "", found[r.current]) for r in rows if r.current in seen]

    return stack.state.read(query)


def chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions on what is listed."""
    key, title = rows_of_documents.c.key, versions.c.title
    said = [
        or_(title.icontains(word, autoescape=True), key.icontains(word, autoescape=True))
        for word in wanted.title.replace("\x00", "").split()[:WORDS]
    ]
    return said + ([] if wanted.fate is None else [versions.c.fate == wanted.fate.value])


def behind(wanted: Wanted, after: str) -> list[ColumnElement[bool]]:
    """The condition that makes the page begin behind a place."""
    d = rows_of_documents
    if not after:
        return []
    if wanted.order is Order.CHANGED:
        return [versions.c.ordinal < (int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0)]
    if wanted.order is Order.TITLE:
        told, _, title = after.partition(" ")
        named = func.lower(literal(title, String))
        return [tuple_(TITLE, d.c.id) > tuple_(named, literal(told))]
    return [d.c.id > after]


def ordered(wanted: Wanted) -> list[Any]:
    d = rows_of_documents
    orders: dict[Order, list[Any]] = {
        Order.ID: [d.c.id],
        Order.TITLE: [TITLE, d.c.id],
        Order.CHANGED: [versions.c.ordinal.desc()],
    }
    return orders[wanted.order]


def headings(stack: Stack, version: Version) -> list[Heading]:
    """The headings of a version that anything stands under, in order; none where the index does not hold it."""
    spans = stack.shelf.generation.spans[version.first_row : version.first_row + version.rows]
    found = {
        (piece.start, piece.end): level
        for span in spans[spans["version"] == version.ordinal]
        for level, piece in enumerate(chunks.unpack(span).headings, 1)
    }
    return [Heading(start, end, level) for (start, end), level in sorted(found.items())]


def answered_from(stack: Stack, principal: Principal, document_id: str, before: int, limit: int) -> list[Relied]:
    """A page of the answers that cite any version of a document, newest first; NOT_FOUND.

    One's own; for who audits or reviews, those of the tenant.
    """
    reading.document(stack, principal, document_id)
    wide = reading.wide(stack, principal)
    theirs = reading.mine_to_read(principal) if wide else answers.c.principal_id == principal.id

    def query(tx: Connection) -> list[Relied]:
        ids = [version.id for version in documents.versions_of(tx, document_id)]
        cited = select(citations.c.answer_id).where(citations.c.version_id.in_(ids))
        asked = select(answers.c.id, answers.c.seq, answers.c.principal_id, log.entries.c.time)
        asked = asked.join(log.entries, log.entries.c.seq == answers.c.seq)
        asked = asked.where(answers.c.id.in_(cited), answers.c.seq < before, theirs)
        rows = tx.execute(asked.order_by(answers.c.seq.desc()).limit(limit)).all()
        told = select(citations.c.answer_id, citations.c.version_id).where(
            citations.c.version_id.in_(ids), citations.c.answer_id.in_([row.id for row in rows])
        )
        which: dict[str, list[str]] = {}
        for row in tx.execute(told):
            which.setdefault(row.answer_id, []).append(row.version_id)
        return [
            Relied(row.id, row.seq, from_micros(row.time), row.principal_id, tuple(sorted(which[row.id])))
            for row in rows
        ]

    return stack.state.read(query)
