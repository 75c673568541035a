"""Envelope encryption: each subject has a data key, wrapped by the keyring's master key.

A subject is a document or a principal. Erasing it deletes its data key and all that lies under it.
Source: NIST SP 800-38D (AES-GCM), 12-byte random nonces, the name as associated data.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, insert, select, update

from avouch.canon import keyed_digest
from avouch.errors import AvouchError, Code
from avouch.lake.keyring import Keyring
from avouch.lake.schema import data_keys, sealed

NONCE = 12
CACHED, IN = 50_000, 500


def encrypt(key: bytes, name: str, data: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, name.encode())


def decrypt(key: bytes, name: str, data: bytes) -> bytes:
    """The plain bytes; KEY_WRONG where key, name or bytes do not fit together."""
    try:
        return AESGCM(key).decrypt(data[:NONCE], data[NONCE:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise AvouchError(Code.KEY_WRONG, f"{name} does not open with its key") from error


class Vault:
    """Data keys by subject, and the sealed side store. Unwrapped keys are cached in memory."""

    def __init__(self, ring: Keyring) -> None:
        self.ring = ring
        self._keys: dict[str, bytes] = {}
        self._fresh: dict[str, bytes] = {}
        self._gone: set[str] = set()
        self._lock = threading.Lock()

    def name(self, subject: str, content: bytes) -> str:
        """The keyed name of some content of a subject: 64 hex digits."""
        return keyed_digest(self.ring.digest.bytes, subject.encode() + b"\x00" + content)

    def fresh_key(self, subject: str) -> bytes:
        """A new data key for a subject that has none; ``keep`` makes it durable."""
        key = AESGCM.generate_key(256)
        with self._lock:
            self._fresh[subject] = key
        return key

    def keep(self, tx: Connection, subjects: Sequence[str]) -> None:
        """Store the fresh keys of these subjects, wrapped."""
        master = self.ring.master[-1]
        with self._lock:
            keys = {name: self._fresh.pop(name) for name in subjects}
            self._keys.update(keys)
        rows = [
            {"subject": name, "master": master.id, "wrapped": encrypt(master.bytes, name, key)}
            for name, key in keys.items()
        ]
        if rows:
            tx.execute(insert(data_keys), rows)

    def key(self, tx: Connection, subject: str) -> bytes:
        """The data key of a subject; ERASED where there is none."""
        found = self._keys.get(subject)
        if found is None:
            row = tx.execute(select(data_keys).where(data_keys.c.subject == subject)).first()
            if row is None:
                raise AvouchError(Code.ERASED, f"{subject} has no key any more")
            found = self._unwrap(row)
        return found

    def load(self, tx: Connection, subjects: Iterable[str]) -> None:
        """Read the keys of several subjects at once, for ``key`` to find; those that have none are left out."""
        missing = [subject for subject in set(subjects) if subject not in self._keys]
        for start in range(0, len(missing), IN):
            query = select(data_keys).where(data_keys.c.subject.in_(missing[start : start + IN]))
            for row in tx.execute(query):
                self._unwrap(row)

    def _unwrap(self, row: Any) -> bytes:
        found = decrypt(self.ring.master_key(row.master).bytes, row.subject, row.wrapped)
        with self._lock:
            if len(self._keys) >= CACHED:
                self._keys.clear()
            if row.subject not in self._gone:
                self._keys[row.subject] = found
        return found

    def ensure(self, tx: Connection, subject: str) -> bytes:
        """The data key of a subject, made and stored where there is none (writer only)."""
        try:
            return self.key(tx, subject)
        except AvouchError as error:
            if error.code is not Code.ERASED:
                raise
        key = AESGCM.generate_key(256)
        master = self.ring.master[-1]
        wrapped = encrypt(master.bytes, subject, key)
        tx.execute(insert(data_keys), {"subject": subject, "master": master.id, "wrapped": wrapped})
        return key

    def seal(self, tx: Connection, name: str, subject: str, data: bytes) -> None:
        """Put personal content beside the ledger, under its subject's key."""
        row = {"name": name, "subject": subject, "data": encrypt(self.ensure(tx, subject), name, data)}
        tx.execute(insert(sealed), row)

    def unseal(self, tx: Connection, name: str) -> bytes:
        """Sealed content by name; ERASED where it is gone."""
        row = tx.execute(select(sealed).where(sealed.c.name == name)).first()
        if row is None:
            raise AvouchError(Code.ERASED, f"{name} was erased")
        return decrypt(self.key(tx, row.subject), name, row.data)

    def forget(self, tx: Connection, subject: str) -> None:
        """Delete a subject's key and everything sealed under it."""
        tx.execute(delete(sealed).where(sealed.c.subject == subject))
        tx.execute(delete(data_keys).where(data_keys.c.subject == subject))
        self.let_go((subject,))

    def let_go(self, subjects: Iterable[str]) -> None:
        """Forget unwrapped keys for good: a reader who still sees the time before does not bring them back."""
        with self._lock:
            for subject in subjects:
                self._gone.add(subject)
                self._keys.pop(subject, None)

    def rewrap(self, tx: Connection, ring: Keyring) -> int:
        """Wrap every data key with the newest master of ``ring``; returns how many."""
        master = ring.master[-1]
        rows = tx.execute(select(data_keys).where(data_keys.c.master != master.id)).all()
        for row in rows:
            key = decrypt(ring.master_key(row.master).bytes, row.subject, row.wrapped)
            wrapped = encrypt(master.bytes, row.subject, key)
            where = data_keys.c.subject == row.subject
            tx.execute(update(data_keys).where(where).values(master=master.id, wrapped=wrapped))
        return len(rows)
