"""Vouchers as they lie in the home: find, export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from avouch.errors import AvouchError, Code
from avouch.lake.schema import answers
from avouch.ledger import log, prove, voucher
from avouch.stack.evidence import Gone, Reader

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


def seq_of(tx: Connection, voucher_id: str) -> int:
    """The ledger entry of an answer; NOT_FOUND."""
    seq = tx.execute(select(answers.c.seq).where(answers.c.id == voucher_id)).scalar()
    if seq is None:
        raise AvouchError(Code.NOT_FOUND, f"no voucher {voucher_id}")
    return int(seq)


def export(stack: Stack, voucher_id: str) -> tuple[dict[str, Any], list[Gone]]:
    """The portable voucher with its quotes filled in, and what could not be (erased)."""

    def query(tx: Connection) -> tuple[dict[str, Any], list[Gone]]:
        seq = seq_of(tx, voucher_id)
        salt, body = prove.body(tx, seq)
        reader = Reader(stack, tx, body)
        disclosures = reader.disclosures()
        proof = prove.proof(tx, stack.signer, seq)
        return voucher.envelope(body, salt, disclosures, log.entry_at(tx, seq), proof), reader.gone

    return stack.state.read(query)


def listing(stack: Stack, limit: int) -> list[tuple[str, int, str]]:
    """The newest vouchers: (id, ledger sequence number, principal id)."""
    query = select(answers.c.id, answers.c.seq, answers.c.principal_id).order_by(answers.c.seq.desc()).limit(limit)
    return [(row.id, row.seq, row.principal_id) for row in stack.state.read(lambda tx: tx.execute(query).all())]
