"""What lets somebody in: passwords and API keys. Stored are hashes only, made with a secret of the keyring.

A copy of the state database alone opens nothing: passwords are argon2id over an HMAC, keys are an HMAC.
"""

from __future__ import annotations

import hmac
import json
import math
import re
import secrets
import time
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from avouch.adapters import argon2_hash
from avouch.canon import keyed_digest
from avouch.errors import AvouchError, Code
from avouch.lake import principals as rows
from avouch.lake.keyring import derived
from avouch.lake.schema import api_keys, principals
from avouch.policy.roles import ACTS
from avouch.records import Principal
from avouch.stack import people
from avouch.stack.act import Stamp, authorise, write
from avouch.stack.rights import ACTIVE, OWNER, may_give, oneself, over
from avouch.stack.sessions import close_all

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

TOKEN = re.compile(r"avk_([0-9a-f]{20})_([A-Za-z0-9_-]{43})")
SHORTEST, LONGEST, VARIETY = 12, 1000, 5
DAY = 24 * 3600 * 1_000_000
DAYS, MOST_DAYS = 90, 365


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret. ``scopes``: the acts that it is limited to (none: not limited). Times in µs."""

    id: str
    principal_id: str
    label: str
    scopes: frozenset[str]
    created_at: int
    expires_at: int
    used_at: int | None
    revoked_at: int | None


def peppered(stack: Stack, password: str) -> bytes:
    """What is hashed of a password: however a keyboard composes its characters, it is the same."""
    text = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hmac.digest(derived(stack.ring, "passwords"), text, "sha256")


@cache
def nobody() -> str:
    """A hash that no password has: checking it takes as long as checking somebody's."""
    return argon2_hash.hashed(secrets.token_bytes(32))


def matches(stack: Stack, encoded: str | None, password: str) -> bool:
    """Whether it is the password; in the same time where there is none."""
    none = nobody()
    good = argon2_hash.matches(encoded or none, peppered(stack, password[:LONGEST]))
    return good and encoded is not None and len(password) <= LONGEST


def set_password(stack: Stack, actor: Principal, principal_id: str, password: str, old: str | None = None) -> None:
    """Give a person a password; their sessions end. Whoever changes their own gives the old one.

    INPUT_INVALID, UNAUTHENTICATED where the old one is wrong, FORBIDDEN.
    """
    row = stack.state.read(lambda tx: rows.row_of(tx, principal_id))
    person = rows.of_row(row)
    if person.kind != "person":
        raise AvouchError(Code.INPUT_INVALID, "a service has keys, not a password")
    strong(row.name, password)
    if not oneself(actor, principal_id):
        manage(stack, actor, person, "access.password")
    else:
        prove(stack, row, old or "")
    encoded = argon2_hash.hashed(peppered(stack, password))

    def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
        tx.execute(update(principals).where(principals.c.id == principal_id).values(password=encoded))
        return None, {"principal": principal_id, "sessions": close_all(tx, principal_id, stamp.at)}

    write(stack, "access.password", actor, commit)


def prove(stack: Stack, row: Any, old: str) -> None:
    """UNAUTHENTICATED unless it is the password in force; RATE_LIMITED after too many that were not."""
    at = time.time_ns() // 1000
    if wait := stack.throttle.wait(at, name=row.name):
        raise AvouchError(Code.RATE_LIMITED, "too many sign-ins failed", math.ceil(wait))
    if matches(stack, row.password, old):
        return
    stack.throttle.failed(at, name=row.name)
    if stack.throttle.tell(at, row.id):
        body = {"by": "password", "reason": "old", "count": 1}
        write(stack, "access.refused", rows.of_row(row), lambda tx, stamp: (None, body))
    raise AvouchError(Code.UNAUTHENTICATED, "the sign-in failed")


def strong(name: str, password: str) -> None:
    """INPUT_INVALID for a password that is short, monotonous, or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AvouchError(Code.INPUT_INVALID, f"a password has {SHORTEST} to {LONGEST:,} characters")
    if len(set(password)) < VARIETY or (name.casefold() in password.casefold() and len(name) * 2 > len(password)):
        raise AvouchError(Code.INPUT_INVALID, "a password has 5 different characters and is not the name")


def manage(stack: Stack, actor: Principal, person: Principal, kind: str) -> None:
    """FORBIDDEN unless the actor may hand out what lets this person in."""
    may_give(stack, actor, person, person.roles & {OWNER})
    authorise(stack, kind, actor, over(actor, person.tenant))


def create_key(
    stack: Stack,
    actor: Principal,
    principal_id: str,
    label: str,
    scopes: frozenset[str] = frozenset(),
    days: int = DAYS,
) -> tuple[ApiKey, str]:
    """Make a key for one principal; the second is the token, told once. INPUT_INVALID, FORBIDDEN."""
    row = stack.state.read(lambda tx: rows.row_of(tx, principal_id))
    if row.status != ACTIVE:
        raise AvouchError(Code.FORBIDDEN, f"{principal_id} is disabled")
    if not 1 <= days <= MOST_DAYS:
        raise AvouchError(Code.INPUT_INVALID, f"a key is good for 1 to {MOST_DAYS} days")
    if not 0 < len(label) <= 100 or not label.isprintable():
        raise AvouchError(Code.INPUT_INVALID, "a label has 1 to 100 printable characters")
    if unknown := sorted(scopes - frozenset().union(*ACTS.values())):
        raise AvouchError(Code.INPUT_INVALID, f"no act is called {unknown[0][:40]!r}")
    if not oneself(actor, principal_id):
        manage(stack, actor, rows.of_row(row), "access.key.create")
    number, secret = secrets.token_hex(10), secrets.token_urlsafe(32)
    token = f"avk_{number}_{secret}"

    def commit(tx: Connection, stamp: Stamp) -> tuple[ApiKey, dict[str, Any]]:
        until = stamp.at + days * DAY
        key = ApiKey(f"k_{number}", principal_id, label, scopes, stamp.at, until, None, None)
        row = {
            "id": key.id,
            "principal_id": principal_id,
            "digest": digest(stack, token),
            "label": label,
            "scopes": json.dumps(sorted(scopes)),
            "created_at": stamp.at,
            "expires_at": until,
        }
        tx.execute(insert(api_keys), row)
        return key, {"principal": principal_id, "key": key.id, "scopes": sorted(scopes), "days": days}

    return write(stack, "access.key.create", actor, commit)[0], token


def digest(stack: Stack, token: str) -> str:
    """What is stored of a key's token."""
    return keyed_digest(derived(stack.ring, "keys"), token.encode())


def key_of(stack: Stack, tx: Connection, token: str) -> Any:
    """The row of the key with this token, whether in force or not; None where there is none."""
    found = TOKEN.fullmatch(token)
    if found is None:
        return None
    row = tx.execute(select(api_keys).where(api_keys.c.id == f"k_{found[1]}")).first()
    return row if row is not None and hmac.compare_digest(row.digest, digest(stack, token)) else None


def revoke_key(stack: Stack, actor: Principal, key_id: str) -> None:
    """Put a key out of force for good; one that already is stays so. NOT_FOUND, FORBIDDEN."""
    key = of_row(stack.state.read(lambda tx: tx.execute(select(api_keys).where(api_keys.c.id == key_id)).first()))
    if not oneself(actor, key.principal_id):
        authorise(stack, "access.key.revoke", actor, over(actor, people.by_id(stack, key.principal_id).tenant))

    def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
        live = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
        tx.execute(update(api_keys).where(live).values(revoked_at=stamp.at))
        return None, {"principal": key.principal_id, "key": key_id}

    write(stack, "access.key.revoke", actor, commit)


def of_row(row: Any) -> ApiKey:
    """The key of a row; NOT_FOUND where there is none."""
    if row is None:
        raise AvouchError(Code.NOT_FOUND, "no such key")
    scopes = frozenset(json.loads(row.scopes))
    times = (row.created_at, row.expires_at, row.used_at, row.revoked_at)
    return ApiKey(row.id, row.principal_id, row.label, scopes, *times)


def keys(stack: Stack, actor: Principal, principal_id: str = "", after: str = "", limit: int = 100) -> list[ApiKey]:
    """A page of keys behind an id, in order: one's own, somebody's, or those of all whom one administers."""
    if not principal_id or not oneself(actor, principal_id):
        authorise(stack, "access.key.list", actor)
    query = select(api_keys).join(principals, principals.c.id == api_keys.c.principal_id)
    query = query.where(api_keys.c.id > after).order_by(api_keys.c.id).limit(limit)
    if principal_id:
        query = query.where(api_keys.c.principal_id == principal_id)
    if OWNER not in actor.roles:
        query = query.where(principals.c.tenant == actor.tenant)
    return [of_row(row) for row in stack.state.read(lambda tx: tx.execute(query).all())]
