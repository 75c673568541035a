"""Withdraw or revoke a document: no longer served from now on; still there for as-of and replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from avouch.errors import AvouchError, Code
from avouch.lake import documents
from avouch.lake.schema import citations
from avouch.records import Fate, Principal
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.passages import resource_of

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was withdrawn, at which entry, and which answers had cited it."""

    document_id: str
    fate: Fate
    snapshot: int
    relied_on_by: tuple[str, ...]


def withdraw(stack: Stack, principal: Principal, document_id: str, wrong: bool, reason: str = "") -> Withdrawal:
    """End the live version of a document. ``wrong`` revokes it. NOT_FOUND; INPUT_INVALID if nothing is live."""
    fate = Fate.REVOKED if wrong else Fate.WITHDRAWN

    def do() -> Commit[Withdrawal]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[Withdrawal, dict[str, Any]]:
            if documents.document(tx, document_id).current.fate is not Fate.LIVE:
                raise AvouchError(Code.INPUT_INVALID, f"{document_id} is not live")
            documents.end(tx, [document_id], stamp.seq, stamp.at, fate)
            relied = relying(tx, document_id)
            done = Withdrawal(document_id, fate, stamp.seq, relied)
            return done, {
                "document": document_id,
                "fate": fate.value,
                "reason": reason,
                "relied_on_by": list(relied),
            }

        return commit

    on = stack.state.read(lambda tx: documents.document(tx, document_id).current)
    done = act(stack, "withdraw", principal, do, [resource_of(on)])
    stack.shelf.refresh()
    return done


def relying(tx: Connection, document_id: str) -> tuple[str, ...]:
    """The answers that cite any version of a document."""
    ids = [version.id for version in documents.versions_of(tx, document_id)]
    query = select(citations.c.answer_id).where(citations.c.version_id.in_(ids)).distinct()
    return tuple(sorted(tx.execute(query).scalars()))
