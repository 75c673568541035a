"""`/vouchers`: the evidence of answers.

Whoever asked has it; who audits or reviews sees it without the content that they may not see.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from avouch.faces.http.bodies import Body, Id, Long
from avouch.faces.http.door import Caller, Doors, Stacked, schema
from avouch.faces.http.paging import Cursor, Limit, Page, Slice, number, page
from avouch.ledger.report import Report
from avouch.ledger.verify import verify as check
from avouch.stack import reading
from avouch.stack import replay as replaying

doors = Doors("vouchers")
READ = ("export", "audit", "review")
NEWEST = 2**53


class VoucherShape(BaseModel):
    """The portable voucher, and the places whose content is not shown: erased, or not yours to see."""

    voucher: dict[str, Any]
    withheld: list[str]


class Verify(Body):
    """A voucher; the verifier key that you trust; a checkpoint that you kept."""

    voucher: dict[str, Any]
    key: Long | None = None
    anchor: Long | None = None


@doors("GET", "/vouchers", act=READ, returns=Page[schema(reading.Voucher)])  # type: ignore[misc]
def listing(stack: Stacked, caller: Caller, cursor: Cursor = None, limit: Limit = 20) -> Slice:
    """Vouchers, newest first: your own; for who audits or reviews, those of the tenant."""
    found = reading.vouchers(stack, caller, number(cursor, NEWEST), limit + 1)
    return page(found, limit, lambda one: one.seq, lambda one: one)


@doors("GET", "/vouchers/{voucher_id}", act=READ, returns=VoucherShape)
def one(stack: Stacked, caller: Caller, voucher_id: Id) -> dict[str, Any]:
    """One voucher, its quotes filled in as far as you may see their documents now. It verifies either way."""
    told, withheld = reading.voucher(stack, caller, voucher_id)
    return {"voucher": told, "withheld": withheld}


@doors("POST", "/vouchers/{voucher_id}/replay", act="replay", returns=replaying.Replay)
def replay(stack: Stacked, caller: Caller, voucher_id: Id) -> replaying.Replay:
    """Make an answer again from what was recorded: same, differs (where), or erased (what)."""
    reading.voucher(stack, caller, voucher_id)
    return replaying.replay(stack, caller, voucher_id)


@doors("POST", "/vouchers/verify", act="verify", checked=True, returns=Report)
def verify(body: Verify) -> Report:
    """Check a voucher, wherever it comes from. `avouch verify` does it without trusting this server."""
    return check(json.dumps(body.voucher).encode(), body.key, body.anchor)
