"""`/vouchers`: the evidence of answers.

Whoever asked has it; who audits or reviews sees it without the content that they may not see.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from avouch.errors import AvouchError, Code
from avouch.faces.http.bodies import Body, Id, Long
from avouch.faces.http.door import Caller, Doors, Stacked, schema
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, number, page
from avouch.ledger.report import Report
from avouch.ledger.verify import verify as check
from avouch.stack import reading, register
from avouch.stack import replay as replaying

doors = Doors("vouchers")
READ = ("export", "audit", "review")
NEWEST = 2**53
MOST = 5_000_000
"""Characters of a voucher's file; the limit on bodies comes first, unless it was raised."""


class VoucherShape(BaseModel):
    """The portable voucher, and the places whose content is not shown: erased, or not yours to see.

    ``standing``: what of ``policy``, ``embedder`` and ``index`` is today what it was then.
    """

    voucher: dict[str, Any]
    withheld: list[str]
    standing: list[str]


class Verify(Body):
    """A voucher, or the very text of its file; the verifier key that you trust; a checkpoint that you kept.

    The text says more than what was read from it: a name that stands twice is found.
    """

    voucher: dict[str, Any] | None = None
    file: Annotated[str, StringConstraints(max_length=MOST)] | None = None
    key: Long | None = None
    anchor: Long | None = None


@doors("GET", "/vouchers", act=READ, returns=Page[schema(register.Voucher)])  # type: ignore[misc]
def listing(
    stack: Stacked,
    caller: Caller,
    cursor: Cursor = None,
    limit: Limit = 20,
    mine: Annotated[bool, Query(description="Only your own, also where you may read more.")] = False,
) -> Slice:
    """Vouchers, newest first: your own; for who audits or reviews, those of the tenant."""
    found = register.vouchers(stack, caller, number(cursor, NEWEST), limit + 1, mine)
    return page(found, limit, lambda one: one.seq, lambda one: one)


@doors("GET", "/vouchers/{voucher_id}", act=READ, returns=VoucherShape)
def one(stack: Stacked, caller: Caller, voucher_id: Id) -> dict[str, Any]:
    """One voucher, its quotes filled in as far as you may see their documents now. It verifies either way."""
    told, withheld = reading.voucher(stack, caller, voucher_id)
    return {"voucher": told, "withheld": withheld, "standing": register.standing(stack, told["body"])}


@doors("GET", "/vouchers/{voucher_id}/file", act=READ, returns=dict[str, Any])
def file(stack: Stacked, caller: Caller, voucher_id: Id) -> Response:
    """The portable voucher as a file: what `avouch verify` checks, without this server."""
    told, _ = reading.voucher(stack, caller, voucher_id)
    named = {"content-disposition": f'attachment; filename="{voucher_id}.json"'}
    return Response(json.dumps(told, ensure_ascii=False, indent=1), media_type="application/json", headers=named)


@doors("POST", "/vouchers/{voucher_id}/replay", act="replay", returns=replaying.Replay)
def replay(stack: Stacked, caller: Caller, voucher_id: Id) -> replaying.Replay:
    """Make an answer again from what was recorded: same, differs (where), or erased (what)."""
    reading.voucher(stack, caller, voucher_id)
    return replaying.replay(stack, caller, voucher_id)


@doors("POST", "/vouchers/verify", act="verify", checked=True, returns=Report)
def verify(body: Verify) -> Report:
    """Check a voucher, wherever it comes from. `avouch verify` does it without trusting this server."""
    if (body.voucher is None) == (body.file is None):
        raise AvouchError(Code.INPUT_INVALID, "body: `voucher` or `file`, and not both")
    data = json.dumps(body.voucher) if body.file is None else body.file
    return check(data.encode("utf-8", "replace"), body.key or None, body.anchor or None)
