"""Sessions: random tokens that change as they are used, ended one by one or all at once.

A family is one sign-in; its tokens follow one another. A token that comes back long after its successor
was given out has been copied: the family ends. Only keyed digests of tokens are stored.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update

from avouch.canon import keyed_digest, new_id
from avouch.errors import AvouchError, Code
from avouch.lake.keyring import derived
from avouch.lake.schema import sessions
from avouch.records import Principal
from avouch.stack import people
from avouch.stack.act import Stamp, authorise, write
from avouch.stack.rights import oneself, over

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

TOKEN = re.compile(r"avs_[A-Za-z0-9_-]{43}")
MINUTE = 60_000_000
GRACE = 30_000_000
"""How long (µs) a token still serves after its successor was given out: requests run side by side."""
REMEMBERED = 7 * 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in in force; ``until`` is when it ends if it is not used again. Times in µs."""

    id: str
    principal_id: str
    began_at: int
    until: int


def digest(stack: Stack, token: str) -> str:
    """What is stored of a token."""
    return keyed_digest(derived(stack.ring, "sessions"), token.encode())


def begin(stack: Stack, tx: Connection, principal_id: str, at: int) -> tuple[str, str]:
    """A new family, written; returns its id and the first token."""
    tx.execute(delete(sessions).where(sessions.c.expires_at < at - REMEMBERED))
    family = new_id("s")
    return family, add(stack, tx, principal_id, family, at, at)


def add(stack: Stack, tx: Connection, principal_id: str, family: str, began: int, at: int) -> str:
    """The family's next token. It serves until it was not used for the idle time, or the family is too old."""
    token = "avs_" + secrets.token_urlsafe(32)
    idle = at + int(stack.settings.session_idle_minutes * MINUTE)
    whole = began + int(stack.settings.session_hours * 60 * MINUTE)
    row = {
        "id": new_id("t"),
        "principal_id": principal_id,
        "digest": digest(stack, token),
        "family": family,
        "created_at": at,
        "expires_at": min(idle, whole),
    }
    tx.execute(insert(sessions), row)
    return token


def row_of(stack: Stack, tx: Connection, token: str) -> Any:
    """The row of a token, or None."""
    if not TOKEN.fullmatch(token):
        return None
    return tx.execute(select(sessions).where(sessions.c.digest == digest(stack, token))).first()


def rotate(stack: Stack, row: Any, at: int) -> str | None:
    """The token that takes a token's place, or None where another request was first."""

    def replaced(tx: Connection) -> str | None:
        mine = (sessions.c.id == row.id) & sessions.c.rotated_at.is_(None) & sessions.c.ended_at.is_(None)
        if not tx.execute(update(sessions).where(mine).values(rotated_at=at)).rowcount:
            return None
        query = select(func.min(sessions.c.created_at)).where(sessions.c.family == row.family)
        return add(stack, tx, row.principal_id, row.family, tx.execute(query).scalar_one(), at)

    return stack.state.write(replaced)


def close(tx: Connection, family: str, at: int) -> int:
    """End a family (writer only); returns how many tokens were in force."""
    live = (sessions.c.family == family) & sessions.c.ended_at.is_(None)
    return tx.execute(update(sessions).where(live).values(ended_at=at)).rowcount


def listing(stack: Stack, actor: Principal, principal_id: str, at: int) -> list[Session]:
    """The sessions of a principal that are in force: one's own, or those of whom one administers. FORBIDDEN."""
    may(stack, actor, principal_id, "access.session.list")
    live = (sessions.c.principal_id == principal_id) & sessions.c.ended_at.is_(None)
    query = select(sessions.c.family, func.min(sessions.c.created_at), func.max(sessions.c.expires_at)).where(live)
    rows = stack.state.read(lambda tx: tx.execute(query.group_by(sessions.c.family)).all())
    return [Session(row[0], principal_id, row[1], row[2]) for row in rows if row[2] > at]


def end(stack: Stack, actor: Principal, session_id: str) -> None:
    """End one session: one's own, or that of whom one administers. NOT_FOUND, FORBIDDEN."""
    query = select(sessions.c.principal_id).where(sessions.c.family == session_id).limit(1)
    owner = stack.state.read(lambda tx: tx.execute(query).scalar())
    if owner is None:
        raise AvouchError(Code.NOT_FOUND, f"no session {session_id[:40]!r}")
    may(stack, actor, owner, "access.session.end")

    def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
        return None, {"principal": owner, "session": session_id, "tokens": close(tx, session_id, stamp.at)}

    write(stack, "access.session.end", actor, commit)


def end_all(stack: Stack, actor: Principal, principal_id: str) -> int:
    """End every session of a principal; returns how many tokens were in force. FORBIDDEN."""
    may(stack, actor, principal_id, "access.session.end")

    def commit(tx: Connection, stamp: Stamp) -> tuple[int, dict[str, Any]]:
        count = close_all(tx, principal_id, stamp.at)
        return count, {"principal": principal_id, "tokens": count}

    return write(stack, "access.session.end", actor, commit)[0]


def close_all(tx: Connection, principal_id: str, at: int) -> int:
    """End every session of a principal (writer only); returns how many tokens were in force."""
    live = (sessions.c.principal_id == principal_id) & sessions.c.ended_at.is_(None)
    return tx.execute(update(sessions).where(live).values(ended_at=at)).rowcount


def may(stack: Stack, actor: Principal, principal_id: str, kind: str) -> None:
    """FORBIDDEN unless it is about the actor themselves, proven, or about somebody whom they administer."""
    if not oneself(actor, principal_id):
        authorise(stack, kind, actor, over(actor, people.by_id(stack, principal_id).tenant))
