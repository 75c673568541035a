"""Password hashes: argon2id (RFC 9106, its second recommended option: 64 MiB, 3 passes, 4 lanes)."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

ATONCE = 4
HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_turns = threading.BoundedSemaphore(ATONCE)


def hashed(secret: bytes) -> str:
    """The encoded hash of a secret, with a fresh salt."""
    with _turns:
        return HASHER.hash(secret)


def matches(encoded: str, secret: bytes) -> bool:
    """Whether ``encoded`` was made of this secret; at most four at once, so that guessing cannot fill the memory."""
    with _turns:
        try:
            return HASHER.verify(encoded, secret)
        except (VerificationError, InvalidHashError):
            return False


def outdated(encoded: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(encoded)
