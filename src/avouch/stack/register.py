"""The register of vouchers: a line for each, with what its reader may know of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from avouch.canon import from_micros
from avouch.errors import AvouchError, Code
from avouch.lake.schema import answers
from avouch.ledger import log
from avouch.records import Principal
from avouch.stack.reading import may, mine_to_read, wide

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as a line: its id, its ledger entry and time, whose question it was and how it came out.

    ``question`` is null where it is not the reader's to read, or was erased.
    """

    voucher_id: str
    seq: int
    time: str
    principal_id: str
    question: str | None
    abstained: bool
    claims: int
    withheld: int
    documents: int
    purpose: str | None
    emergency: bool


def vouchers(stack: Stack, principal: Principal, before: int, limit: int, mine: bool = False) -> list[Voucher]:
    """A page of vouchers, newest first: one's own, or for who audits or reviews, those of the tenant.

    ``mine``: one's own also for who reads more.
    """
    e = log.entries
    query = select(answers.c.id, answers.c.seq, answers.c.principal_id, e.c.time, e.c.body)
    query = query.join(e, e.c.seq == answers.c.seq).where(answers.c.seq < before)
    if wide(stack, principal) and not mine:
        query = query.where(mine_to_read(principal))
    else:
        query = query.where(answers.c.principal_id == principal.id)
    reviews = may(stack, principal, "review")

    def read(tx: Connection) -> list[Voucher]:
        rows = tx.execute(query.order_by(answers.c.seq.desc()).limit(limit)).all()
        return [line(stack, tx, row, reviews or row.principal_id == principal.id) for row in rows]

    return stack.state.read(read)


def line(stack: Stack, tx: Connection, row: Any, readable: bool) -> Voucher:
    """One line out of its entry's body."""
    body = json.loads(row.body) if row.body is not None else {}
    cited = {cited["document"] for claim in body.get("claims", []) for cited in claim["citations"]}
    return Voucher(
        voucher_id=row.id,
        seq=row.seq,
        time=from_micros(row.time),
        principal_id=row.principal_id,
        question=question(stack, tx, row.id) if readable else None,
        abstained=bool(body.get("abstained", True)),
        claims=len(body.get("claims", [])),
        withheld=len(body.get("withheld", [])),
        documents=len(cited),
        purpose=body.get("purpose"),
        emergency=bool(body.get("emergency")),
    )


def question(stack: Stack, tx: Connection, voucher_id: str) -> str | None:
    """The question as it was sealed; None where it was erased."""
    try:
        return stack.vault.unseal(tx, voucher_id).decode("utf-8", "replace")
    except AvouchError as error:
        if error.code is not Code.ERASED:
            raise
        return None


def standing(stack: Stack, body: dict[str, Any]) -> list[str]:
    """What of that which an answer was made by is what it was: ``policy``, ``embedder``, ``index``."""
    now = {
        "policy": stack.policy.version == body["policy"]["version"],
        "embedder": stack.embedder.digest == body["model"]["digest"],
        "index": stack.shelf.generation.number == body["index"]["generation"],
    }
    return sorted(name for name, same in now.items() if same)
