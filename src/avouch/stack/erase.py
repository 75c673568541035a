"""Erase a document: its content and all that derives from it leave every declared store, for good.

No ingest and no backup runs meanwhile: what they hold of the document would come back. The scan that certifies
it looks into each store in that store's own terms, before and after: what it did not find before proves nothing
after. The entry stays, and so does every proof.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete

from avouch import durable
from avouch.canon import from_micros
from avouch.errors import AvouchError, Code
from avouch.lake import documents, marks
from avouch.lake.schema import fact, sealed, set_fact
from avouch.records import Fate, Principal, Version
from avouch.stack import uploads
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.follow import ERASED, say
from avouch.stack.idempotent import drop_answers
from avouch.stack.passages import resource_of
from avouch.stack.scan import Canary, scan, traces, written_from

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

logger = logging.getLogger("avouch.erase")
PENDING = "erasing"
OTHERS_SECONDS = 15.0


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
    """Erase a document. NOT_FOUND, FORBIDDEN; INGEST_BUSY; ERASED where it already was, and wholly.

    What could not be finished before is finished; the certificate is then not proven: nobody looked before.
    """
    with stack.alone("ingest") as still:
        found = versions_of(stack, document_id)
        if not found:
            raise AvouchError(Code.NOT_FOUND, f"no document {document_id}")
        authorise(stack, "erase", principal, [resource_of(found[-1])])
        if found[-1].fate is Fate.ERASED and document_id not in pending(stack):
            raise AvouchError(Code.ERASED, f"{document_id} was erased")
        canary = stack.state.read(lambda tx: Canary.of(stack, tx, found))
        before, others = scan(stack, canary), stack.shelf.others()
        now_and_then = traces(stack, canary)
        at = begun(stack, principal, found, reason, still)
        finish(stack, found)
        after = scan(stack, canary) | traces(stack, canary)
    before |= {store: count for store, count in now_and_then.items() if count or after[store]}
    seen = tuple(Seen(store, count, after[store]) for store, count in before.items())
    left = stack.shelf.settle(OTHERS_SECONDS)
    if others or left:
        seen = (*seen, Seen("indexes of other processes", max(others, len(left)), len(left)))
    proven = all(one.before > 0 and one.after == 0 for one in seen)
    return Certificate(document_id, at, tuple(version.id for version in found), seen, proven, unseen(stack, left))


def begun(
    stack: Stack, principal: Principal, found: list[Version], reason: str, still: Callable[[Connection], None]
) -> int:
    """The entry of the erasure, which is made now where there is none yet."""
    if found[-1].fate is Fate.ERASED:
        document_id = found[0].document_id
        return stack.state.read(lambda tx: documents.erased_at(tx, document_id))
    try:
        return act(stack, "erase", principal, lambda: forget(stack, found, reason, still), [resource_of(found[-1])])
    except AvouchError:
        with suppress(AvouchError, OSError):
            unremember(stack, found[0].document_id)
        raise


def forget(stack: Stack, found: list[Version], reason: str, still: Callable[[Connection], None]) -> Commit[int]:
    """The part in the state database: rows blanked, keys and sealed content deleted, the entry appended."""
    document_id = found[0].document_id

    def commit(tx: Connection, stamp: Stamp) -> tuple[int, dict[str, Any]]:
        still(tx)
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
    tx.execute(delete(sealed).where(written_from(version_ids)))


def remember(stack: Stack, document_id: str, at: str) -> None:
    """Write the erasure beside the keys, where no restored backup can take it back."""
    note(stack, {"document": document_id, "at": at})


def unremember(stack: Stack, document_id: str) -> None:
    """Take that back: the erasure did not come about."""
    if document_id in remembered(stack) and versions_of(stack, document_id)[-1].fate is not Fate.ERASED:
        note(stack, {"document": document_id, "kept": True})


def note(stack: Stack, told: dict[str, Any]) -> None:
    path = stack.home.erasures
    with path.open("a") as stream:
        stream.write(json.dumps(told) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    durable.sync_folder(path.parent)


def remembered(stack: Stack) -> list[str]:
    """The documents erased under these keys, in order."""
    path = stack.home.erasures
    lines = path.read_text().splitlines() if path.exists() else []
    found: dict[str, None] = {}
    for line in lines:
        if line.strip():
            told = json.loads(line)
            found.pop(told["document"], None)
            found |= {} if told.get("kept") else {told["document"]: None}
    return list(found)


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


def pending(stack: Stack) -> list[str]:
    """The documents of which something may be left outside of the state database."""
    return list(json.loads(stack.state.read(lambda tx: fact(tx, PENDING))))


def resume(stack: Stack) -> None:
    """Finish the erasures that a crash cut short. What fails is tried again at the next opening."""
    for document_id in pending(stack):
        try:
            finish(stack, versions_of(stack, document_id))
        except AvouchError as error:
            logger.warning("erasure of %s is not finished code=%s", document_id, error.code.name)


def replay(stack: Stack) -> tuple[str, ...]:
    """Erase again what these keys know to be erased and the rows do not: they are of a backup, or of a crash."""
    again = [one for one in remembered(stack) if (of := versions_of(stack, one)) and of[-1].fate is not Fate.ERASED]
    for document_id in again:
        erase(stack, stack.owner, document_id, "replayed")
    return tuple(again)
