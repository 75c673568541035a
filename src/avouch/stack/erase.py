"""Erase a document: its content and all that derives from it leave every declared store, for good.

The scan that certifies it looks into each store in that store's own terms, before and after: what it did
not find before proves nothing after. The entry stays, and so does every proof.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, select

from avouch import durable
from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.lake import documents, marks
from avouch.lake.schema import fact, given, sealed, set_fact
from avouch.records import Fate, Principal, Version
from avouch.stack import uploads
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.follow import ERASED, say
from avouch.stack.idempotent import drop_answers
from avouch.stack.passages import resource_of
from avouch.stack.scan import Canary, scan

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

PENDING = "erasing"
OTHERS_SECONDS = 15.0
VOUCHER = len(new_id("a"))


@dataclass(frozen=True, slots=True)
class Seen:
    """How often one store held something of the document, before and after."""

    store: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was erased, at which entry, and what the scan found. ``proven``: seen before, gone after, in each.

    ``unseen`` names what no scan of this process can look into.
    """

    document_id: str
    snapshot: int
    versions: tuple[str, ...]
    stores: tuple[Seen, ...]
    proven: bool
    unseen: tuple[str, ...] = ()


def unseen(stack: Stack, left: list[str]) -> tuple[str, ...]:
    """What the scan cannot look into, in words: for a person to see to."""
    told = [f"the index at {name.partition(' ')[2]}: it lets go of it when its process runs again" for name in left]
    if stack.state.shared:
        told.append("the memory of other processes: each lets go of it with its next request, or within a second")
        told.append("PostgreSQL's write-ahead log, standbys and base backups: a rotated master key ends what they hold")
    if stack.settings.storage:
        told.append("object versions and replicas that the bucket keeps")
    return tuple(told)


def erase(stack: Stack, principal: Principal, document_id: str, reason: str = "") -> Certificate:
    """Erase a document. NOT_FOUND; ERASED where it already was."""
    found = stack.state.read(lambda tx: documents.versions_of(tx, document_id))
    if not found:
        raise AvouchError(Code.NOT_FOUND, f"no document {document_id}")
    if found[-1].fate is Fate.ERASED:
        raise AvouchError(Code.ERASED, f"{document_id} was erased")
    canary = stack.state.read(lambda tx: Canary.of(stack, tx, found))
    before, others = scan(stack, canary), stack.shelf.others()
    at = act(stack, "erase", principal, lambda: forget(stack, found, reason), [resource_of(found[-1])])
    finish(stack, found)
    after = scan(stack, canary)
    seen = tuple(Seen(store, count, after[store]) for store, count in before.items())
    left = stack.shelf.settle(OTHERS_SECONDS)
    if others or left:
        seen = (*seen, Seen("indexes of other processes", max(others, len(left)), len(left)))
    proven = all(one.before > 0 and one.after == 0 for one in seen)
    return Certificate(document_id, at, tuple(version.id for version in found), seen, proven, unseen(stack, left))


def forget(stack: Stack, found: list[Version], reason: str) -> Commit[int]:
    """The part in the state database: rows blanked, keys and sealed content deleted, the entry appended."""
    document_id = found[0].document_id

    def commit(tx: Connection, stamp: Stamp) -> tuple[int, dict[str, Any]]:
        if documents.versions_of(tx, document_id)[-1].fate is Fate.ERASED:
            raise AvouchError(Code.ERASED, f"{document_id} was erased")
        remember(stack, document_id, from_micros(stamp.at))
        unsay(tx, [version.id for version in found])
        documents.blank(tx, document_id, stamp.seq)
        marks.forget(tx, [version.ordinal for version in found], stamp.seq)
        stack.vault.forget(tx, document_id)
        say(tx, ERASED, str(stamp.seq))
        drop_answers(tx)
        set_fact(tx, PENDING, json.dumps([*json.loads(fact(tx, PENDING)), document_id]))
        told = {"document": document_id, "versions": [version.id for version in found], "reason": reason}
        return stamp.seq, told

    return commit


def unsay(tx: Connection, version_ids: list[str]) -> None:
    """Delete what models wrote when they were given these versions: any word of it may be theirs."""
    said = select(given.c.answer_id).where(given.c.version_id.in_(version_ids))
    theirs = func.substr(sealed.c.name, 1, VOUCHER).in_(said)
    words = sealed.c.name.like("%/claims/%") | sealed.c.name.like("%/withheld/%")
    tx.execute(delete(sealed).where(theirs, words))


def remember(stack: Stack, document_id: str, at: str) -> None:
    """Write the erasure beside the keys, where no restored backup can take it back."""
    path = stack.home.erasures
    with path.open("a") as stream:
        stream.write(json.dumps({"document": document_id, "at": at}) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    durable.sync_folder(path.parent)


def remembered(stack: Stack) -> list[str]:
    """The documents erased under these keys, in order."""
    path = stack.home.erasures
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line)["document"] for line in lines if line.strip()]


def finish(stack: Stack, found: list[Version]) -> None:
    """The part in the other stores; runs again at the next opening where a crash cut it short."""
    document_id, ordinals = found[0].document_id, [version.ordinal for version in found]
    stack.recent.clear()
    stack.answered.erase(version.id for version in found)
    stack.store.drop(sorted({name for version in found for name in (version.original_blob, version.text_blob)}))
    for table in stack.tables.names():
        stack.tables.delete(table, ordinals)
    rows = [row for version in found for row in range(version.first_row, version.first_row + version.rows)]
    stack.shelf.erase(ordinals, rows)
    uploads.sweep(stack.home)

    def done(tx: Connection) -> None:
        left = [one for one in json.loads(fact(tx, PENDING)) if one != document_id]
        set_fact(tx, PENDING, json.dumps(left))

    stack.state.write(done)
    stack.state.flush()


def versions_of(stack: Stack, document_id: str) -> list[Version]:
    return stack.state.read(lambda tx: documents.versions_of(tx, document_id))


def resume(stack: Stack) -> None:
    """Finish the erasures that a crash cut short."""
    for document_id in json.loads(stack.state.read(lambda tx: fact(tx, PENDING))):
        finish(stack, versions_of(stack, document_id))
