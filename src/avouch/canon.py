"""Canonical bytes and digests: the one way from a value to the bytes that are hashed.

Sources: RFC 8785 (JSON canonicalisation), FIPS 180-4 (SHA-256), RFC 2104 (HMAC).
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

import rfc8785

from avouch.errors import AvouchError, Code

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
SALT_BYTES = 16


def plain(value: Any) -> Any:
    """Turn records, enums, sets and times into JSON values. Sets are sorted; times are RFC 3339 UTC."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(v) for v in value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, datetime):
        return iso(value)
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Integers from 2^53 on and NaN have none: INPUT_INVALID."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise AvouchError(Code.INPUT_INVALID, f"no canonical form: {type(error).__name__}") from error


def digest(data: bytes) -> str:
    """``sha256:`` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def keyed_digest(key: bytes, data: bytes) -> str:
    """HMAC-SHA256 as 64 hex digits: names content without letting a guess be checked by strangers."""
    return hmac.digest(key, data, "sha256").hex()


def new_salt() -> str:
    """16 random bytes as hex."""
    return secrets.token_hex(SALT_BYTES)


def commit(salt: str, value: Any) -> str:
    """A salted commitment to a JSON value: SHA-256 over the salt's bytes, then the canonical bytes."""
    return commit_bytes(salt, canonical(value))


def commit_bytes(salt: str, data: bytes) -> str:
    """The same, of canonical bytes."""
    return digest(bytes.fromhex(salt) + data)


def new_id(prefix: str) -> str:
    """An opaque id such as ``d_3f9c…`` (80 random bits): it says nothing about its content."""
    return f"{prefix}_{secrets.token_hex(10)}"


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds and ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_micros(micros: int) -> str:
    """RFC 3339 of microseconds since 1970."""
    return iso(datetime.fromtimestamp(micros / 1e6, UTC))


def to_micros(text: str) -> int:
    """Microseconds since 1970 of a date (midnight UTC) or an RFC 3339 time. TIME_INVALID otherwise."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise AvouchError(Code.TIME_INVALID, f"not a date or time: {text[:40]!r}") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return round(moment.timestamp() * 1e6)
    except (OverflowError, ValueError) as error:
        raise AvouchError(Code.TIME_INVALID, f"out of range: {text[:40]!r}") from error
