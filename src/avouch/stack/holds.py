"""Legal holds: answers whose words stay, whatever the rules of retention say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select

from avouch.errors import AvouchError, Code
from avouch.lake.schema import holds
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.approve import on_home
from avouch.stack.vouchers import seq_of

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Hold:
    """A voucher that is kept: by whom (a principal's id), since which entry."""

    voucher_id: str
    held_by: str
    seq: int


def hold(stack: Stack, actor: Principal, voucher_id: str, reason: str = "") -> Hold:
    """Keep the words of an answer until the hold ends. NOT_FOUND; INPUT_INVALID where it is held; FORBIDDEN."""

    def do() -> Commit[Hold]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Hold, dict[str, Any]]:
            seq_of(tx, voucher_id)
            if held(tx, voucher_id):
                raise AvouchError(Code.INPUT_INVALID, f"{voucher_id} is under a hold already")
            tx.execute(insert(holds), {"answer_id": voucher_id, "held_by": actor.id, "seq": stamp.seq})
            return Hold(voucher_id, actor.id, stamp.seq), {"voucher": voucher_id, "reason": reason}

        return commit

    return act(stack, "retention.hold", actor, do, on_home(stack))


def unhold(stack: Stack, actor: Principal, voucher_id: str, reason: str = "") -> int:
    """End a hold: the rules count again from the next run; returns the entry. NOT_FOUND, FORBIDDEN."""

    def do() -> Commit[int]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[int, dict[str, Any]]:
            if not held(tx, voucher_id):
                raise AvouchError(Code.NOT_FOUND, f"{voucher_id} is under no hold")
            tx.execute(delete(holds).where(holds.c.answer_id == voucher_id))
            return stamp.seq, {"voucher": voucher_id, "reason": reason}

        return commit

    return act(stack, "retention.unhold", actor, do, on_home(stack))


def listing(stack: Stack, actor: Principal) -> list[Hold]:
    """Every hold, in the order in which they were set. FORBIDDEN."""
    authorise(stack, "retention.holds", actor, on_home(stack))
    query = select(holds).order_by(holds.c.seq)
    rows = stack.state.read(lambda tx: tx.execute(query).all())
    return [Hold(row.answer_id, row.held_by, row.seq) for row in rows]


def held(tx: Connection, voucher_id: str) -> bool:
    return tx.execute(select(holds.c.seq).where(holds.c.answer_id == voucher_id)).first() is not None
