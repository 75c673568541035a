"""One leaf of the ledger: canonical bytes that say when, what kind, who, and commit to a body.

The body itself lies beside the leaf, with the salt of its commitment, where it can be erased.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from avouch.canon import canonical, commit
from avouch.errors import AvouchError, Code

VERSION = 1
FIELDS = {"v", "seq", "time", "kind", "actor", "commitment"}


@dataclass(frozen=True, slots=True)
class Entry:
    """``seq`` counts from 0; ``time`` is RFC 3339 UTC; ``actor`` is a pseudonym; ``commitment`` is salted."""

    seq: int
    time: str
    kind: str
    actor: str
    commitment: str

    @property
    def leaf(self) -> bytes:
        """RFC 8785 bytes: what the tree hashes."""
        return canonical(
            {
                "v": VERSION,
                "seq": self.seq,
                "time": self.time,
                "kind": self.kind,
                "actor": self.actor,
                "commitment": self.commitment,
            }
        )

    def commits_to(self, salt: str, body: Any) -> bool:
        """Whether this entry was made over ``body``."""
        return self.commitment == commit(salt, body)


def read(leaf: bytes) -> Entry:
    """The entry in a leaf; PROOF_INVALID unless the bytes are exactly its canonical form."""
    try:
        fields = json.loads(leaf)
    except ValueError as error:
        raise AvouchError(Code.PROOF_INVALID, "the entry is not JSON") from error
    return of(fields, leaf)


def of(fields: Any, leaf: bytes | None = None) -> Entry:
    """The entry with these fields; PROOF_INVALID where they are not those of an entry."""
    if not isinstance(fields, dict) or set(fields) != FIELDS or fields["v"] != VERSION:
        raise AvouchError(Code.PROOF_INVALID, "the entry has other fields than an entry has")
    texts = [fields[name] for name in ("time", "kind", "actor", "commitment")]
    if type(fields["seq"]) is not int or not all(isinstance(text, str) for text in texts):
        raise AvouchError(Code.PROOF_INVALID, "the entry has fields of a wrong type")
    entry = Entry(fields["seq"], *texts)
    if leaf is not None and entry.leaf != leaf:
        raise AvouchError(Code.PROOF_INVALID, "the entry is not in canonical form")
    return entry
