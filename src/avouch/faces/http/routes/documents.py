"""`/documents`: what the lake holds, as far as the caller may see it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from avouch.errors import AvouchError, Code
from avouch.faces.http import shapes
from avouch.faces.http.bodies import Body, Id, Long
from avouch.faces.http.door import Caller, Doors, Stacked, schema
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, page, place
from avouch.faces.http.passage import unchanged
from avouch.faces.http.shapes import DocumentShape, VersionShape
from avouch.records import Document
from avouch.stack import erase as erasing
from avouch.stack import reading
from avouch.stack import withdraw as withdrawing

doors = Doors("documents")


class Withdraw(Body):
    """``wrong``: it was wrong, so that what rested on it is affected."""

    wrong: bool = False
    reason: Long = ""


class Erase(Body):
    """``confirm`` must be true: there is no way back."""

    confirm: bool
    reason: Long = ""


class TextShape(Body):
    """What was read from a version."""

    document_id: str
    text: str


def shape(found: Document) -> DocumentShape:
    return DocumentShape(found.id, found.source, found.key, shapes.version(found.current))


@doors("GET", "/documents", act="search", returns=Page[schema(DocumentShape)])  # type: ignore[misc]
def listing(stack: Stacked, caller: Caller, cursor: Cursor = None, limit: Limit = 100) -> Slice:
    """The documents whose newest version you may see, in the order of their ids."""
    found = reading.library(stack, caller, place(cursor), limit + 1)
    return page(found, limit, lambda one: one.id, shape)


@doors("GET", "/documents/{document_id}", act="search", returns=DocumentShape)
def one(stack: Stacked, caller: Caller, document_id: Id) -> DocumentShape:
    """One document. What you may not see is not found."""
    return shape(reading.document(stack, caller, document_id)[0])


@doors("GET", "/documents/{document_id}/versions", act="search", returns=list[VersionShape])
def versions(stack: Stacked, caller: Caller, document_id: Id) -> list[VersionShape]:
    """The versions of a document that you may see, oldest first."""
    return [shapes.version(version) for version in reading.document(stack, caller, document_id)[1]]


@doors("GET", "/documents/{document_id}/text", act="search", returns=TextShape)
def text(
    stack: Stacked,
    caller: Caller,
    document_id: Id,
    version: Annotated[str | None, Query(max_length=64, description="A version's id; else the newest.")] = None,
) -> dict[str, str]:
    """What was read from a document."""
    return {"document_id": document_id, "text": reading.text(stack, caller, document_id, version)}


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
