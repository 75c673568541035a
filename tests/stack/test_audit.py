"""The check of a home's own ledger."""

from __future__ import annotations

from sqlalchemy import delete

from avouch.ledger.log import nodes
from avouch.stack.act import write
from avouch.stack.audit import audit
from avouch.stack.stack import Stack


def test_a_tree_that_lacks_a_node_is_not_valid(stack: Stack) -> None:
    """Its entries are whole, and no head of it can be signed any more."""
    for _ in range(9):
        write(stack, "test", stack.owner, lambda tx, stamp: (None, {"n": 1}))
    assert audit(stack, []).valid
    stack.state.write(lambda tx: tx.execute(delete(nodes).where(nodes.c.level == 3)) and None)
    report = audit(stack, [])
    assert not report.valid
    assert report.checks[0].text.startswith("No signed checkpoint covers entries 0 to ")
