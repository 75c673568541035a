"""Pages: a cursor says behind which item the next page begins; what is added meanwhile moves nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from avouch.errors import AvouchError, Code

T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=1000, description="The most items on the page.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before.")]


class Page(BaseModel, Generic[T]):
    """Some items in order, and the cursor of the next ones, if there are any."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Slice:
    """A page before it goes out."""

    items: list[Any]
    next: str | None


def place(cursor: str | None) -> str:
    """Behind what the page begins, an empty text for the first; INPUT_INVALID."""
    if not cursor:
        return ""
    try:
        padding = "=" * (-len(cursor) % 4)
        return base64.b64decode((cursor + padding).encode("ascii"), b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise AvouchError(Code.INPUT_INVALID, "query.cursor: not a cursor of this service") from error


def number(cursor: str | None, first: int) -> int:
    """The same for places that are numbers."""
    text = place(cursor)
    if not text:
        return first
    if not (text.isascii() and text.lstrip("-").isdigit() and len(text) < 16):
        raise AvouchError(Code.INPUT_INVALID, "query.cursor: not a cursor of this service")
    return int(text)


def page(found: Sequence[T], limit: int, of: Callable[[T], str | int], shape: Callable[[T], Any]) -> Slice:
    """The page of ``found``, which was asked for one more than ``limit`` to see whether there are more."""
    shown = list(found[:limit])
    more = cursor(of(shown[-1])) if len(found) > limit else None
    return Slice([shape(one) for one in shown], more)


def cursor(at: str | int) -> str:
    return base64.urlsafe_b64encode(str(at).encode()).decode().rstrip("=")
