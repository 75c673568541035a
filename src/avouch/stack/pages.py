"""Pages of a document as they look: a picture of one, and where on it some of the version's text stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avouch.adapters.pdf_viewer import PdfViewer
from avouch.errors import AvouchError, Code
from avouch.records import PageBoxes, Principal, Span, Version
from avouch.stack.reading import version

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

PICTURED = "application/pdf"
VIEWER = PdfViewer()


def original(stack: Stack, principal: Principal, document_id: str, version_id: str | None) -> tuple[Version, bytes]:
    """A version that the principal may see, and its bytes as they came in. NOT_FOUND, ERASED."""
    wanted = version(stack, principal, document_id, version_id)
    return wanted, stack.state.read(lambda tx: stack.store.get(tx, document_id, wanted.original_blob))


def paged(stack: Stack, principal: Principal, document_id: str, version_id: str | None) -> tuple[Version, bytes]:
    """The same for what has pages; NOT_FOUND for what has none."""
    if version(stack, principal, document_id, version_id).media_type != PICTURED:
        raise AvouchError(Code.NOT_FOUND, f"{document_id} has no pages: it is no PDF")
    return original(stack, principal, document_id, version_id)


def count(stack: Stack, principal: Principal, document_id: str, version_id: str | None = None) -> int:
    """How many pages a version has; 0 for what is no PDF. NOT_FOUND, ERASED, PARSE_FAILED."""
    if version(stack, principal, document_id, version_id).media_type != PICTURED:
        return 0
    return VIEWER.count(original(stack, principal, document_id, version_id)[1])


def picture(stack: Stack, principal: Principal, document_id: str, number: int, version_id: str | None = None) -> bytes:
    """One page (from 1) as a PNG. NOT_FOUND, ERASED, PARSE_FAILED."""
    return VIEWER.picture(paged(stack, principal, document_id, version_id)[1], number)


def boxes(
    stack: Stack, principal: Principal, document_id: str, number: int, span: Span | None, version_id: str | None = None
) -> PageBoxes:
    """Where a span of the version's text stands on one page; without a span the page's shape alone. Errors as above."""
    wanted, data = paged(stack, principal, document_id, version_id)
    text = stack.state.read(lambda tx: stack.store.text(tx, document_id, wanted.text_blob))
    return VIEWER.boxes(data, number, text, span)
