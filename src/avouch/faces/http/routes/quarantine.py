"""`/quarantine`: chunks that give orders to a machine, and what a curator decides of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field

from avouch.errors import AvouchError, Code
from avouch.faces.http.bodies import Body, Long
from avouch.faces.http.door import Caller, Doors, Stacked, schema
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, number, page
from avouch.lake.marks import Standing
from avouch.stack import quarantine
from avouch.stack.quarantine import Decided, Held

doors = Doors("quarantine")
LARGEST = 2**53 - 1
Row = Annotated[int, Path(ge=0, le=LARGEST, description="The chunk's row, as the list names it.")]
Asked = Annotated[Literal["quarantined", "released", "confirmed", "all"], Query(description="What stands of them.")]


class Decide(Body):
    """Which chunks: all in quarantine of a document, or some by row. The reason stands in the ledger."""

    document_id: str = Field("", max_length=64, pattern=r"^([a-z]+_[0-9a-z]+)?$")
    rows: list[Annotated[int, Field(ge=0, le=LARGEST)]] = Field(default_factory=list, max_length=quarantine.MOST)
    reason: Long = ""

    def chosen(self) -> tuple[str, list[int], str]:
        """INPUT_INVALID unless it names one or the other."""
        if bool(self.document_id) == bool(self.rows):
            raise AvouchError(Code.INPUT_INVALID, "body: name a document_id, or rows")
        return self.document_id, self.rows, self.reason


@doors("GET", "/quarantine", act="quarantine", returns=Page[schema(Held)])  # type: ignore[misc]
def listing(
    stack: Stacked, caller: Caller, cursor: Cursor = None, limit: Limit = 100, standing: Asked = "quarantined"
) -> Slice:
    """The marked chunks of documents that you may see, without their texts, in the order of their rows."""
    wanted = None if standing == "all" else Standing(standing)
    found = quarantine.listing(stack, caller, wanted, number(cursor, -1), limit + 1)
    return page(found, limit, lambda one: one.row, lambda one: one)


@doors("GET", "/quarantine/{row}", act="quarantine", returns=Held)
def show(stack: Stacked, caller: Caller, row: Row) -> Held:
    """One marked chunk with its text. It gives orders: show it to people, never to a model."""
    return quarantine.show(stack, caller, row)


@doors("POST", "/quarantine/release", act="quarantine", checked=True, returns=Decided)
def release(stack: Stacked, caller: Caller, body: Decide) -> Decided:
    """Let chunks be found from now on."""
    return quarantine.release(stack, caller, *body.chosen())


@doors("POST", "/quarantine/confirm", act="quarantine", checked=True, returns=Decided)
def confirm(stack: Stacked, caller: Caller, body: Decide) -> Decided:
    """Keep chunks out for good."""
    return quarantine.confirm(stack, caller, *body.chosen())
