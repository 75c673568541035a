"""`/ledger`: the log of every act, for its auditor."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from avouch.canon import to_micros
from avouch.errors import AvouchError, Code
from avouch.faces.http.bodies import Body, Long
from avouch.faces.http.door import Caller, Doors, Stacked, schema
from avouch.faces.http.envelope import Fence
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, number
from avouch.faces.http.paging import cursor as at
from avouch.ledger.report import Report
from avouch.stack import audit, entries
from avouch.stack import integrity as standing
from avouch.stack.stack import Stack

doors = Doors("ledger")
LINES = "application/x-ndjson"
PIECE, AHEAD = 64_000, 16
NOWHERE = -(2**40)
"""Behind what the first page begins, in either order."""
Number = Annotated[int, Path(ge=0, le=2**53)]
NOTED = {"responses": {"200": {"content": {"text/plain": {"schema": {"type": "string"}}}}}}
EXPORTED = {"responses": {"200": {"content": {LINES: {"schema": {"type": "string"}}}}}}


async def search(
    kind: Annotated[str, Query(max_length=60, description="Only of this kind, and what is below it.")] = "",
    actor: Annotated[str, Query(max_length=80, description="Only by whom: a principal's id or name.")] = "",
    about: Annotated[str, Query(max_length=80, description="Only what names a document, a voucher … by id.")] = "",
    since: Annotated[str, Query(max_length=40, description="Only from this time on.")] = "",
    until: Annotated[str, Query(max_length=40, description="Only before this time.")] = "",
    newest: Annotated[bool, Query(description="The newest first.")] = False,
) -> entries.Sought:
    """What is looked for. TIME_INVALID."""
    first, last = (to_micros(told) if told else None for told in (since, until))
    return entries.Sought(kind, actor, about, first, last, newest)


Sought = Annotated[entries.Sought, Depends(search)]


class Anchors(Body):
    """Checkpoints that were kept elsewhere."""

    anchors: list[Long] = Field(default_factory=list)


class Note(BaseModel):
    """A signed tree head (C2SP checkpoint)."""

    checkpoint: str


class Verifier(BaseModel):
    """The public key that this home's checkpoints are signed with, and those of before."""

    key: str
    keys: list[str]


@doors("GET", "/ledger", act="audit", returns=standing.Integrity)
def integrity(stack: Stacked) -> standing.Integrity:
    """How long the log is, its kept checkpoints, and what the last check in this process found."""
    return standing.integrity(stack)


@doors("GET", "/ledger/entries", act="audit", returns=Page[schema(entries.LedgerEntry)])  # type: ignore[misc]
def listing(stack: Stacked, caller: Caller, sought: Sought, cursor: Cursor = None, limit: Limit = 100) -> Slice:
    """The entries of your tenant that are what is sought. A search looks through up to 50,000 entries at a time.

    So a page may hold little or nothing and still have a `next`: there is more to look through.
    """
    behind = number(cursor, NOWHERE)
    found = entries.look(stack, caller, sought, None if behind == NOWHERE else behind, limit)
    return Slice(list(found.items), None if found.next is None else at(found.next))


@doors("GET", "/ledger/entries/{seq}", act="audit", returns=entries.WholeEntry)
def one(stack: Stacked, caller: Caller, seq: Number) -> entries.WholeEntry:
    """One entry of your tenant, with the very bytes that the tree hashes and that it commits to."""
    return entries.one(stack, caller, seq)


@doors("POST", "/ledger/verify", act="audit", checked=True, returns=Report)
def verify(stack: Stacked, body: Anchors) -> Report:
    """Check every entry, the tree, the kept checkpoints and the given anchors; names the first broken entry."""
    return audit.audit(stack, list(body.anchors))


@doors("POST", "/ledger/checks", act="audit", checked=True, status=202, returns=standing.Checking)
def check(stack: Stacked) -> standing.Checking:
    """Begin the same check in the background, or join the one under way; `GET /ledger` says how far it is."""
    return standing.begin(stack)


@doors("POST", "/ledger/checkpoint", act="checkpoint", returns=Note)
def checkpoint(stack: Stacked, caller: Caller) -> dict[str, str]:
    """Sign the log's head and remember it. Keep it where whoever holds this home cannot change it."""
    return {"checkpoint": audit.anchor(stack, caller)}


@doors("GET", "/ledger/checkpoints/{size}", act="audit", extra=NOTED)
def kept(stack: Stacked, size: Number) -> Response:
    """A kept checkpoint as the file that `avouch verify --anchor` takes."""
    named = {"content-disposition": f'attachment; filename="checkpoint-{size}.txt"'}
    return Response(standing.kept(stack, size), media_type="text/plain; charset=utf-8", headers=named)


@doors("GET", "/ledger/key", act=("audit", "verify"), returns=Verifier)
def key(stack: Stacked) -> dict[str, object]:
    """The verifier keys: give them to whoever checks your vouchers."""
    return {"key": str(stack.signer.key), "keys": [str(one) for one in stack.verifier_keys]}


@doors("GET", "/ledger/export", act="audit", home=True, stream=True, extra=EXPORTED)
def export(stack: Stacked) -> StreamingResponse:
    """The whole log as lines that `avouch verify` checks offline."""
    return StreamingResponse(lines(stack), media_type=LINES)


def lines(stack: Stack) -> Generator[bytes, None, None]:
    """The export in pieces, read on a thread of its own: one transaction from the first line to the last."""
    pieces: queue.Queue[bytes | None] = queue.Queue(AHEAD)
    gone = threading.Event()
    fence = Fence("export")
    reader = threading.Thread(target=read, args=(stack, pieces, gone, fence), name="export", daemon=True)
    reader.start()
    try:
        while (piece := pieces.get()) is not None:
            yield piece
    finally:
        gone.set()
    if fence.error is not None:
        raise fence.error


def read(stack: Stack, pieces: queue.Queue[bytes | None], gone: threading.Event, fence: Fence) -> None:
    held = bytearray()

    def put(piece: bytes | None) -> None:
        while not gone.is_set():
            try:
                return pieces.put(piece, timeout=0.5)
            except queue.Full:
                continue
        raise AvouchError(Code.REQUEST_TIMEOUT, "nobody reads the export any more")

    def write(line: str) -> None:
        held.extend(line.encode())
        if len(held) >= PIECE:
            put(bytes(held))
            held.clear()

    with fence:
        audit.print_log(stack, write)
        put(bytes(held))
    with Fence("export"):
        put(None)
