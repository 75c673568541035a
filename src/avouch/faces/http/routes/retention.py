"""`/retention`: what leaves when its time is over, and what is held. It concerns all tenants."""

from __future__ import annotations

from avouch.faces.http.bodies import Body, Id, Long
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.stack import holds, retention
from avouch.stack.holds import Hold
from avouch.stack.retention import Swept

doors = Doors("retention")


class Run(Body):
    """``dry_run``: only say what would go."""

    dry_run: bool = False


class Reason(Body):
    """Why; it stands in the ledger."""

    reason: Long = ""


@doors("POST", "/retention/run", act="retention", home=True, returns=Swept)
def run(stack: Stacked, caller: Caller, body: Run) -> Swept:
    """Remove the words whose time is over, by the setting `retention`; an entry says what went."""
    return retention.run(stack, caller, body.dry_run)


@doors("GET", "/retention/holds", act="retention", home=True, returns=list[Hold])
def listing(stack: Stacked, caller: Caller) -> list[Hold]:
    """The answers under a legal hold."""
    return holds.listing(stack, caller)


@doors("PUT", "/retention/holds/{voucher_id}", act="retention", home=True, returns=Hold)
def hold(stack: Stacked, caller: Caller, voucher_id: Id, body: Reason) -> Hold:
    """Keep an answer's words whatever the rules say."""
    return holds.hold(stack, caller, voucher_id, body.reason)


@doors("DELETE", "/retention/holds/{voucher_id}", act="retention", home=True, status=204)
def unhold(stack: Stacked, caller: Caller, voucher_id: Id) -> None:
    """End a legal hold."""
    holds.unhold(stack, caller, voucher_id)
