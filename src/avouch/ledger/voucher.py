"""The voucher: a body, to which a ledger entry commits, in an envelope that adds entry, proof, checkpoint.

The body holds references and salted digests. What was asked and quoted travels as *disclosures* (salt and
value by JSON pointer), filled in on export; an erased one is simply absent and the rest still verifies.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from avouch.ledger.entry import Entry
from avouch.ledger.formats import ENVELOPE


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def envelope(
    body: Mapping[str, Any],
    salt: str,
    disclosures: Mapping[str, Any],
    entry: Entry,
    proof: Mapping[str, Any],
) -> dict[str, Any]:
    """The portable file. ``proof`` comes from ``prove.proof``; ``disclosures`` map pointers to salt and value."""
    return {
        "format": ENVELOPE,
        "body": dict(body),
        "salt": salt,
        "disclosures": dict(disclosures),
        "entry": fields(entry),
        **proof,
    }


def fields(entry: Entry) -> dict[str, Any]:
    """The entry's fields, as its leaf has them."""
    return {
        "v": 1,
        "seq": entry.seq,
        "time": entry.time,
        "kind": entry.kind,
        "actor": entry.actor,
        "commitment": entry.commitment,
    }


def proof(
    size: int,
    path: Sequence[bytes],
    checkpoint: str,
    key: str,
    anchors: Mapping[int, Sequence[bytes]],
) -> dict[str, Any]:
    """Inclusion in the tree of ``size``, its signed note, and consistency with earlier anchored sizes."""
    return {
        "inclusion": {"size": size, "path": [b64(node) for node in path]},
        "checkpoint": checkpoint,
        "key": key,
        "anchors": {str(old): [b64(node) for node in nodes] for old, nodes in anchors.items()},
    }
