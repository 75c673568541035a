"""Where every door lets people and services in: one error for every failure, one principal for every success.

Whoever comes in is as the home knows them at this moment: a role that was taken, a key that was revoked, an
account that was disabled count from the next request on.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, update

from avouch.adapters import argon2_hash
from avouch.errors import AvouchError, Code
from avouch.lake import principals as rows
from avouch.lake.schema import api_keys, principals
from avouch.records import Classification, Principal
from avouch.stack import credentials, people, provision, sessions
from avouch.stack.act import Stamp, write
from avouch.stack.moment import instant
from avouch.stack.rights import ACTIVE, NAME

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

PURPOSE = re.compile(r"[a-z][a-z-]{0,39}|")
MINUTE = 60_000_000
ANONYMOUS = Principal("anonymous", "", frozenset(), Classification.PUBLIC, frozenset())


def by_password(stack: Stack, name: str, password: str, purpose: str = "", address: str = "") -> tuple[Principal, str]:
    """A person by name and password; the second is the session's token. UNAUTHENTICATED, RATE_LIMITED."""
    at = begin(purpose)
    if wait := stack.throttle.wait(at, name=name[:100], address=address):
        raise AvouchError(Code.RATE_LIMITED, "too many sign-ins failed", math.ceil(wait))
    known = NAME.fullmatch(name) and name.isprintable()
    row = stack.state.read(lambda tx: rows.named(tx, name)) if known else None
    good = credentials.matches(stack, row and row.password, password)
    if row is None or not good or row.status != ACTIVE:
        stack.throttle.failed(at, name=name[:100], address=address)
        why = "unknown" if row is None else "password" if not good else "disabled"
        raise refusal(stack, "password", why, row, at)
    if argon2_hash.outdated(row.password):
        fresh = argon2_hash.hashed(credentials.peppered(stack, password))
        same = (principals.c.id == row.id) & (principals.c.password == row.password)
        stack.state.write(lambda tx: tx.execute(update(principals).where(same).values(password=fresh)))
    return enter(stack, row.id, "password", purpose)


def by_key(stack: Stack, token: str, purpose: str = "") -> Principal:
    """Whoever holds an API key. UNAUTHENTICATED."""
    at = begin(purpose)

    def read(tx: Connection) -> tuple[Any, Any, str]:
        key = credentials.key_of(stack, tx, token)
        row = rows.row_if(tx, key.principal_id) if key else None
        return key, row, rows.in_force(tx, key.principal_id, instant(tx)) if key else ""

    key, row, emergency = stack.state.read(read)
    if key is None or row is None or key.revoked_at is not None or key.expires_at <= at or row.status != ACTIVE:
        raise refusal(stack, "key", refused_for(key and key.revoked_at, "revoked", row), row, at)
    if key.used_at is None or not 0 <= at - key.used_at < MINUTE:

        def used(tx: Connection) -> None:
            tx.execute(update(api_keys).where(api_keys.c.id == key.id).values(used_at=at))
            seen(tx, row.id, at)

        stack.state.write(used)
    scopes = frozenset(json.loads(key.scopes))
    return admitted(row, f"key:{key.id}", purpose, emergency, scopes)


def by_session(stack: Stack, token: str, purpose: str = "") -> tuple[Principal, str | None]:
    """Whoever signed in; the second is a token to set in this one's place, or None. UNAUTHENTICATED."""
    at = begin(purpose)

    def read(tx: Connection) -> tuple[Any, Any, str]:
        held = sessions.row_of(stack, tx, token)
        row = rows.row_if(tx, held.principal_id) if held else None
        return held, row, rows.in_force(tx, held.principal_id, instant(tx)) if held else ""

    held, row, emergency = stack.state.read(read)
    if held is None or row is None or held.ended_at is not None or held.expires_at <= at or row.status != ACTIVE:
        raise refusal(stack, "session", refused_for(held and held.ended_at, "ended", row), row, at)
    if held.rotated_at is not None and at > held.rotated_at + sessions.GRACE:
        copied(stack, rows.of_row(row), held.family)
        raise refusal(stack, "session", "reused", row, at)
    old = held.rotated_at is None and not 0 <= at - held.created_at < stack.settings.session_rotate_minutes * MINUTE
    fresh = sessions.rotate(stack, held, at) if old else None
    return admitted(row, f"session:{held.family}", purpose, emergency), fresh


def by_bearer(stack: Stack, token: str, purpose: str = "") -> Principal:
    """Whoever comes with an ``Authorization: Bearer`` token: an API key or a JWT. UNAUTHENTICATED."""
    return by_jwt(stack, token, purpose) if token.count(".") == 2 else by_key(stack, token, purpose)


def by_jwt(stack: Stack, token: str, purpose: str = "") -> Principal:
    """A service by a token of an issuer that the settings name for services. UNAUTHENTICATED."""
    at = begin(purpose)
    found = stack.bearer.check(token, at // 1_000_000)
    if isinstance(found, str):
        raise refusal(stack, "jwt", found, None, at)
    row = stack.state.read(lambda tx: rows.linked(tx, found.issuer, found.subject))
    if row is None or row.status != ACTIVE:
        raise refusal(stack, "jwt", "unlinked" if row is None else "disabled", row, at)
    if row.seen_at is None or not 0 <= at - row.seen_at < MINUTE:
        stack.state.write(lambda tx: seen(tx, row.id, at))
    emergency = stack.state.read(lambda tx: rows.in_force(tx, row.id, instant(tx)))
    return admitted(row, f"jwt:{found.issuer}", purpose, emergency, found.scopes)


def by_oidc(stack: Stack, claims: Mapping[str, Any], issuer: str, purpose: str = "") -> tuple[Principal, str]:
    """A person whom an identity provider vouches for, by claims that were verified. UNAUTHENTICATED."""
    at = begin(purpose)
    row, why = provision.arrive(stack, claims, issuer)
    if why:
        raise refusal(stack, "oidc", why, row, at)
    return enter(stack, row.id, "oidc", purpose)


def sign_out(stack: Stack, token: str) -> None:
    """End the session of a token; one that is none, or ended, is let go."""
    held = stack.state.read(lambda tx: sessions.row_of(stack, tx, token))
    if held is None or held.ended_at is not None:
        return
    person = people.by_id(stack, held.principal_id)

    def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
        return None, {"session": held.family, "tokens": sessions.close(tx, held.family, stamp.at)}

    write(stack, "access.signout", person, commit)


def begin(purpose: str) -> int:
    """The time (µs) of an attempt; INPUT_INVALID for a purpose that cannot be one."""
    if not PURPOSE.fullmatch(purpose):
        raise AvouchError(Code.INPUT_INVALID, "a purpose is a word of small letters and dashes")
    return time.time_ns() // 1000


def enter(stack: Stack, principal_id: str, by: str, purpose: str) -> tuple[Principal, str]:
    """Begin a session: its row and the entry in one transaction."""

    def commit(tx: Connection, stamp: Stamp) -> tuple[tuple[Any, str, str, str], dict[str, Any]]:
        row = rows.row_of(tx, principal_id)
        if row.status != ACTIVE:
            raise AvouchError(Code.UNAUTHENTICATED, "the sign-in failed")
        family, token = sessions.begin(stack, tx, principal_id, stamp.at)
        seen(tx, principal_id, stamp.at)
        return (row, family, token, rows.in_force(tx, principal_id, stamp.at)), {"by": by, "session": family}

    person = people.by_id(stack, principal_id)
    (row, family, token, emergency), _ = write(stack, "access.signin", person, commit)
    return admitted(row, f"session:{family}", purpose, emergency), token


def refused_for(over: int | None, how: str, row: Any) -> str:
    """Why a credential does not let in, in a word: of nobody, ``how`` it was ended, of somebody disabled, or old."""
    if row is None:
        return "unknown"
    return how if over is not None else "disabled" if row.status != ACTIVE else "expired"


def seen(tx: Connection, principal_id: str, at: int) -> None:
    tx.execute(update(principals).where(principals.c.id == principal_id).values(seen_at=at))


def admitted(row: Any, via: str, purpose: str, emergency: str, scopes: frozenset[str] = frozenset()) -> Principal:
    """The principal of one request. FORBIDDEN for the purpose of an emergency where none is in force."""
    if purpose == rows.EMERGENCY and not emergency:
        raise AvouchError(Code.FORBIDDEN, f"{row.id} has no emergency in force")
    told = rows.EMERGENCY if emergency else purpose
    return replace(rows.of_row(row), asserted=False, scopes=scopes, via=via, purpose=told, emergency=emergency)


def claimed(person: Principal, purpose: str) -> Principal:
    """Somebody who is only said to ask, for a purpose: never that of an emergency. INPUT_INVALID, FORBIDDEN."""
    begin(purpose)
    if purpose == rows.EMERGENCY:
        raise AvouchError(Code.FORBIDDEN, "an emergency is begun, and asked in, by whoever signed in")
    return replace(person, purpose=purpose or person.purpose)


def copied(stack: Stack, person: Principal, family: str) -> None:
    """A token came back after its time: whoever has it now, nobody goes on with this session."""

    def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
        return None, {"session": family, "tokens": sessions.close(tx, family, stamp.at)}

    write(stack, "access.session.reuse", person, commit)


def refusal(stack: Stack, by: str, why: str, row: Any, at: int) -> AvouchError:
    """The one error of every failure. Why it failed is for the ledger, a few times a minute, then as a count."""
    person = rows.of_row(row) if row is not None else ANONYMOUS
    tell(stack, at)
    if stack.throttle.tell(at, person.id):
        refused(stack, person, {"by": by, "reason": why, "count": 1})
    return AvouchError(Code.UNAUTHENTICATED, "the sign-in failed")


def tell(stack: Stack, at: int, whole: bool = False) -> None:
    """Write the failures that were only counted: of minutes that are over, or at the end (``whole``) all."""
    for actor, count in stack.throttle.untold(at, whole).items():
        person = ANONYMOUS if actor == ANONYMOUS.id else people.by_id(stack, actor)
        refused(stack, person, {"reason": "repeated", "count": count})


def refused(stack: Stack, person: Principal, body: dict[str, Any]) -> None:
    write(stack, "access.refused", person, lambda tx, stamp: (None, body))
