"""`/documents`: what the lake holds, as far as the caller may see it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Path, Query, Request
from starlette.responses import Response

from avouch.errors import AvouchError, Code
from avouch.faces.http import shapes
from avouch.faces.http.bodies import Body, Id, Long
from avouch.faces.http.door import Caller, Doors, Stacked, schema
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, number, page, place
from avouch.faces.http.passage import unchanged
from avouch.faces.http.shapes import DocumentShape, VersionShape
from avouch.lake.raised import Classed
from avouch.records import Document, Fate, PageBoxes, Span
from avouch.stack import erase as erasing
from avouch.stack import library, pages, reading
from avouch.stack import withdraw as withdrawing

doors = Doors("documents")
NEWEST = 2**53
LONGEST = 2**31 - 1
One = Annotated[str | None, Query(max_length=64, description="A version's id; else the newest.")]
Number = Annotated[int, Path(ge=1, le=100_000, description="A page, from 1.")]
Place = Annotated[int | None, Query(ge=0, le=LONGEST, description="Characters of the version's text.")]
Ended = Literal["live", "superseded", "withdrawn", "revoked", "erased"]
ATTACHED = "application/octet-stream"
SAFE = {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}
BYTES = {"type": "string", "format": "binary"}


def content(media: str) -> dict[str, Any]:
    """The description of an answer that is no JSON."""
    return {"responses": {"200": {"description": "As it is.", "content": {media: {"schema": BYTES}}}}}


class Withdraw(Body):
    """``wrong``: it was wrong, so that what rested on it is affected."""

    wrong: bool = False
    reason: Long = ""


class Erase(Body):
    """``confirm`` must be true: there is no way back."""

    confirm: bool
    reason: Long = ""


class HeadingShape(Body):
    """Where a heading stands in a text; level 1 is the outermost."""

    start: int
    end: int
    level: int


class TextShape(Body):
    """What was read from a version, and where its headings are."""

    document_id: str
    text: str
    headings: list[HeadingShape]


class PagesShape(Body):
    """How many pages a version has; 0 for what is no PDF."""

    document_id: str
    pages: int


def shape(found: Document, classed: dict[int, Classed]) -> DocumentShape:
    current = found.current
    return DocumentShape(found.id, found.source, found.key, shapes.version(current, classed.get(current.ordinal)))


@doors("GET", "/documents", act="search", returns=Page[schema(DocumentShape)])  # type: ignore[misc]
def listing(
    stack: Stacked,
    caller: Caller,
    cursor: Cursor = None,
    limit: Limit = 100,
    title: Annotated[str, Query(max_length=200, description="Words of the title or key, each of which it has.")] = "",
    fate: Annotated[Ended | None, Query(description="What has become of the newest version.")] = None,
    sort: Annotated[Literal["id", "title", "changed"], Query(description="changed: the newest first.")] = "id",
) -> Slice:
    """The documents whose newest version you may see, by their ids, their titles, or as they changed."""
    wanted = library.Wanted(title, Fate(fate) if fate else None, library.Order(sort))
    found = library.listing(stack, caller, place(cursor), limit + 1, wanted)
    classed = reading.classed(stack, [one.current for one in found])
    return page(found, limit, lambda one: library.place(wanted, one), lambda one: shape(one, classed))


@doors("GET", "/documents/{document_id}", act="search", returns=DocumentShape)
def one(stack: Stacked, caller: Caller, document_id: Id) -> DocumentShape:
    """One document. What you may not see is not found."""
    found, _ = reading.document(stack, caller, document_id)
    return shape(found, reading.classed(stack, [found.current]))


@doors("GET", "/documents/{document_id}/versions", act="search", returns=list[VersionShape])
def versions(stack: Stacked, caller: Caller, document_id: Id) -> list[VersionShape]:
    """The versions of a document that you may see, oldest first."""
    found = reading.document(stack, caller, document_id)[1]
    classed = reading.classed(stack, found)
    return [shapes.version(version, classed.get(version.ordinal)) for version in found]


@doors("GET", "/documents/{document_id}/text", act="search", returns=TextShape)
def text(stack: Stacked, caller: Caller, document_id: Id, version: One = None) -> dict[str, Any]:
    """What was read from a document, and its headings."""
    told = reading.text(stack, caller, document_id, version)
    found = library.headings(stack, reading.version(stack, caller, document_id, version))
    return {"document_id": document_id, "text": told, "headings": found}


@doors("GET", "/documents/{document_id}/original", act="search", extra=content(ATTACHED))
def original(stack: Stacked, caller: Caller, document_id: Id, version: One = None) -> Response:
    """The bytes of a version as they came in, to be kept as a file; never to be shown as a page of this service."""
    found, data = pages.original(stack, caller, document_id, version)
    name = quote(PurePosixPath(found.key).name or document_id, safe="")
    return Response(
        data, headers={**SAFE, "content-disposition": f"attachment; filename*=UTF-8''{name}"}, media_type=ATTACHED
    )


@doors("GET", "/documents/{document_id}/pages", act="search", returns=PagesShape)
def count(stack: Stacked, caller: Caller, document_id: Id, version: One = None) -> dict[str, Any]:
    """How many pages can be looked at as they are."""
    return {"document_id": document_id, "pages": pages.count(stack, caller, document_id, version)}


@doors("GET", "/documents/{document_id}/pages/{page_number}", act="search", extra=content("image/png"))
def picture(stack: Stacked, caller: Caller, document_id: Id, page_number: Number, version: One = None) -> Response:
    """A page of a PDF as a picture (PNG, 1,200 pixels across)."""
    told = pages.picture(stack, caller, document_id, page_number, version)
    return Response(told, headers={**SAFE, "content-disposition": "inline"}, media_type="image/png")


@doors("GET", "/documents/{document_id}/pages/{page_number}/boxes", act="search", returns=PageBoxes)
def boxes(
    stack: Stacked,
    caller: Caller,
    document_id: Id,
    page_number: Number,
    version: One = None,
    start: Place = None,
    end: Place = None,
) -> PageBoxes:
    """Where some characters of the text stand on a page, line by line, in units of the page's width."""
    if (start is None) != (end is None):
        raise AvouchError(Code.INPUT_INVALID, "query: start and end go together")
    span = None if start is None or end is None else Span(start, end)
    return pages.boxes(stack, caller, document_id, page_number, span, version)


@doors("GET", "/documents/{document_id}/answers", act="search", returns=Page[schema(library.Relied)])  # type: ignore[misc]
def answers(stack: Stacked, caller: Caller, document_id: Id, cursor: Cursor = None, limit: Limit = 50) -> Slice:
    """The answers that cite a document, newest first: your own; for who audits or reviews, those of the tenant."""
    found = library.answered_from(stack, caller, document_id, number(cursor, NEWEST), limit + 1)
    return page(found, limit, lambda one: one.seq, lambda one: one)


@doors("POST", "/documents/{document_id}/withdraw", act="withdraw", conditional=True, returns=withdrawing.Withdrawal)
def withdraw(
    request: Request, stack: Stacked, caller: Caller, document_id: Id, body: Withdraw
) -> withdrawing.Withdrawal:
    """Serve a document no longer; says which answers rested on it. It stays for as-of and replay."""
    with unchanged(request, lambda: one(stack, caller, document_id)):
        return withdrawing.withdraw(stack, caller, document_id, body.wrong, body.reason)


@doors("POST", "/documents/{document_id}/erase", act="erase", conditional=True, returns=erasing.Certificate)
def erase(request: Request, stack: Stacked, caller: Caller, document_id: Id, body: Erase) -> erasing.Certificate:
    """Remove a document's content and all that derives from it, for good; the certificate says from where."""
    if not body.confirm:
        raise AvouchError(Code.INPUT_INVALID, "body.confirm: must be true")
    with unchanged(request, lambda: one(stack, caller, document_id)):
        return erasing.erase(stack, caller, document_id, body.reason)
