"""Proofs and checkpoints out of the stored log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from avouch.errors import AvouchError, Code
from avouch.ledger import log, merkle, note, voucher
from avouch.ledger.formats import EXPORT

ANCHORS = 16


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's origin and the key that signs its checkpoints (a 32-byte Ed25519 seed)."""

    origin: str
    seed: bytes
    public: bytes

    @classmethod
    def of(cls, origin: str, seed: bytes) -> Signer:
        return cls(origin, seed, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())

    @property
    def key(self) -> note.VerifierKey:
        return note.VerifierKey(self.origin, self.public)


def checkpoint(tx: Connection, signer: Signer) -> tuple[int, str]:
    """The size of the log and its signed tree head."""
    size = log.size(tx)
    head = note.Checkpoint(signer.origin, size, merkle.root(log.node_reader(tx), size))
    return size, note.sign(head, signer.origin, signer.seed)


def keep(tx: Connection, size: int, text: str) -> None:
    """Remember an anchored checkpoint, so that later vouchers carry a proof from it."""
    known = tx.execute(select(log.checkpoints.c.size).where(log.checkpoints.c.size == size)).scalar()
    if known is None:
        tx.execute(insert(log.checkpoints), {"size": size, "note": text})


def notes(tx: Connection) -> list[str]:
    return list(tx.execute(select(log.checkpoints.c.note).order_by(log.checkpoints.c.size)).scalars())


def proof(tx: Connection, signer: Signer, seq: int) -> dict[str, Any]:
    """What a voucher needs to show that entry ``seq`` is in the log, and that the log extends its anchors."""
    node = log.node_reader(tx)
    size, text = checkpoint(tx, signer)
    query = select(log.checkpoints.c.size).order_by(log.checkpoints.c.size.desc()).limit(ANCHORS)
    anchors = {old: merkle.consistency(node, old, size) for old in tx.execute(query).scalars() if 0 < old <= size}
    return voucher.proof(size, merkle.inclusion(node, seq, size), text, str(signer.key), anchors)


def body(tx: Connection, seq: int) -> tuple[str, dict[str, Any]]:
    """Salt and body of an entry; ERASED where the body is gone."""
    found = log.body_of(tx, seq)
    if found is None:
        raise AvouchError(Code.ERASED, f"the body of entry {seq} was erased")
    return found[0], json.loads(found[1])


def export(tx: Connection, signer: Signer, keys: list[str]) -> Iterator[str]:
    """The log as lines: facts and checkpoints first, then an entry a line (format ``avouch/ledger/1``)."""
    _, text = checkpoint(tx, signer)
    head = {"format": EXPORT, "keys": keys, "checkpoints": [*notes(tx), text]}
    yield json.dumps(head, separators=(",", ":"))
    for row in log.scan(tx):
        found = None if row.body is None else json.loads(row.body)
        line = {"leaf": bytes(row.leaf).decode(), "salt": row.salt, "body": found}
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=False)
