"""What a release is made of besides its policy: models and prompts, as versions.

Proposed by one, activated by another, each an entry; to roll back, an older version is activated. Texts are
signed with the home's key, so that what is in force is what was proposed.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, func, insert, select, update

from avouch.canon import canonical, digest
from avouch.errors import AvouchError, Code
from avouch.lake.schema import parts
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.approve import on_home, separate

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

MODEL, PROMPT = "model", "prompt"
FIELDS = ("kind", "name", "number", "digest", "text", "author", "proposed_at", "approver", "activated_seq")

Clear = Callable[[Connection], str]


@dataclass(frozen=True, slots=True)
class Part:
    """One version of a model or prompt; times in µs. ``activated_seq`` is the entry that put it in force last;
    ``in_force``: answers may be made with it now."""

    kind: str
    name: str
    number: int
    digest: str
    text: str
    author: str
    proposed_at: int
    approver: str | None
    activated_seq: int | None
    in_force: bool

    @property
    def label(self) -> str:
        return f"{self.kind} {self.name} {self.number}"


def propose(stack: Stack, actor: Principal, kind: str, name: str, text: str) -> int:
    """Store a version for somebody else to activate; returns its number. FORBIDDEN."""
    told = digest(text.encode())

    def do() -> Commit[int]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[int, dict[str, Any]]:
            here = (parts.c.kind == kind) & (parts.c.name == name)
            number = 1 + (tx.execute(select(func.max(parts.c.number)).where(here)).scalar() or 0)
            row = {"kind": kind, "name": name, "number": number, "digest": told, "text": text, "author": actor.id}
            signature = sign(stack, row)
            when = {"proposed_at": stamp.at, "proposed_seq": stamp.seq}
            tx.execute(insert(parts), {**row, **when, "signature": signature})
            return number, {kind: name, "number": number, "digest": told}

        return commit

    return act(stack, f"{kind}.propose", actor, do, on_home(stack))


def activate(stack: Stack, actor: Principal, part: Part, alone: bool, clear: Clear) -> int:
    """Put a version in force in place of the one before; returns the entry.

    ``clear`` says by which trial of the release, or why without one (``stack/gate.py`` decides that): asked in the
    very transaction, so that nothing else goes live meanwhile.
    SEPARATION_OF_DUTIES where the actor proposed it, unless an owner has nobody else (``alone``).
    """
    kind = f"{part.kind}.activate"
    authorise(stack, kind, actor, on_home(stack))
    separate(stack, actor, part.author, kind, part.label, alone)

    def do() -> Commit[int]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[int, dict[str, Any]]:
            cleared = clear(tx)
            values = {"approver": actor.id, "activated_at": stamp.at, "activated_seq": stamp.seq, "retired_seq": None}
            if not tx.execute(update(parts).where(at(part)).values(values)).rowcount:
                raise AvouchError(Code.NOT_FOUND, f"no {part.label}")
            told = {part.kind: part.name, "number": part.number, "digest": part.digest, "author": part.author}
            return stamp.seq, {**told, "approver": actor.id, "alone": part.author == actor.id, "cleared": cleared}

        return commit

    try:
        return act(stack, kind, actor, do, on_home(stack))
    finally:
        stack.releases.forget()


def retire(stack: Stack, actor: Principal, kind: str, name: str, clear: Clear = lambda tx: "less") -> None:
    """Let nothing be made with it from now on. NOT_FOUND, FORBIDDEN. ``clear`` as for ``activate``."""

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            there = (parts.c.kind == kind) & (parts.c.name == name) & parts.c.activated_seq.is_not(None)
            if not tx.execute(update(parts).where(there).values(retired_seq=stamp.seq)).rowcount:
                raise AvouchError(Code.NOT_FOUND, f"no {kind} {name!r} was ever in force")
            return None, {kind: name, "cleared": clear(tx)}

        return commit

    try:
        act(stack, f"{kind}.retire", actor, do, on_home(stack))
    finally:
        stack.releases.forget()


def listing(tx: Connection, kind: str) -> list[Part]:
    """Every version of a kind, by name and number."""
    query = select(parts).where(parts.c.kind == kind).order_by(parts.c.name, parts.c.number)
    rows = tx.execute(query).all()
    newest = {row.name: row.activated_seq for row in sorted(rows, key=lambda row: row.activated_seq or -1)}
    return [part_of(row, row.activated_seq is not None and newest[row.name] == row.activated_seq) for row in rows]


def in_force(tx: Connection, kind: str) -> dict[str, Part]:
    """What answers may be made with, by name."""
    return {part.name: part for part in listing(tx, kind) if part.in_force}


def waiting(tx: Connection, kind: str, name: str) -> Part:
    """The version that somebody means who says no number: the newest, if none but it waits. INPUT_INVALID."""
    newest = one(tx, kind, name)
    never = [part for part in listing(tx, kind) if part.name == name and part.activated_seq is None]
    if len(never) > 1:
        raise AvouchError(Code.INPUT_INVALID, f"{len(never)} versions of {name[:60]!r} wait: say which, by its number")
    return newest


def one(tx: Connection, kind: str, name: str, number: int | None = None) -> Part:
    """A version by number, or the newest. NOT_FOUND."""
    found = [part for part in listing(tx, kind) if part.name == name and number in (None, part.number)]
    if not found:
        raise AvouchError(Code.NOT_FOUND, f"no {kind} {name[:60]!r}" + (f" {number}" if number else ""))
    return found[-1]


def at(part: Part) -> Any:
    return (parts.c.kind == part.kind) & (parts.c.name == part.name) & (parts.c.number == part.number)


def part_of(row: Any, newest: bool) -> Part:
    live = newest and (row.retired_seq is None or row.retired_seq < row.activated_seq)
    return Part(**{name: getattr(row, name) for name in FIELDS}, in_force=live)


def signed(row: Any) -> bytes:
    """What the signature of a version is over."""
    return canonical({name: row[name] for name in ("kind", "name", "number", "digest", "author")})


def sign(stack: Stack, row: dict[str, Any]) -> str:
    key = Ed25519PrivateKey.from_private_bytes(stack.signer.seed)
    return base64.b64encode(key.sign(signed(row))).decode()


def check(stack: Stack, tx: Connection, part: Part) -> Part:
    """The same, if it is what was proposed; PART_FORGED."""
    row = tx.execute(select(parts).where(at(part))).mappings().one()
    if digest(part.text.encode()) == part.digest and ours(stack, signed(row), row["signature"]):
        return part
    raise AvouchError(Code.PART_FORGED, f"{part.label} is not what was proposed")


def ours(stack: Stack, data: bytes, signature: str) -> bool:
    """Whether a key of this home, today's or an earlier one, signed this (base64)."""
    return any(holds(Ed25519PublicKey.from_public_bytes(key.public), data, signature) for key in stack.verifier_keys)


def holds(key: Ed25519PublicKey, data: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
