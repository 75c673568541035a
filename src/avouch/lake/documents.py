"""Documents and versions as rows: allocate, record, end, read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from avouch.errors import AvouchError, Code
from avouch.lake.schema import classes, documents, fact, raised, set_fact, sources, versions
from avouch.records import FOREVER, Classification, Document, Fate, Version, VisibilityClass

IN = 500
SHAPE = ("labels", "classification", "tenant", "kind", "compartmented")


@dataclass(frozen=True, slots=True)
class Draft:
    """A version as it will be recorded. ``document_id`` may be new. ``rows`` may be 0."""

    ordinal: int
    id: str
    document_id: str
    is_new: bool
    key: str
    key_digest: str
    fingerprint: str
    title: str
    shape: VisibilityClass
    media_type: str
    content_digest: str
    original_blob: str
    text_blob: str
    source_url: str | None
    valid_from: int | None
    valid_to: int | None
    first_row: int
    rows: int
    compartment: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What a source knows of one document. ``revoked`` names the content that was withdrawn as wrong, if it was."""

    document_id: str
    key: str
    fingerprint: str | None
    live: bool
    erased: bool
    revoked: str = ""


def source_id(tx: Connection, root: str) -> str | None:
    return tx.execute(select(sources.c.id).where(sources.c.root == root)).scalar()


def add_source(tx: Connection, new: str, root: str) -> str:
    """The id of a source, which is added where it is not known."""
    found = source_id(tx, root)
    if found is None:
        tx.execute(insert(sources), {"id": new, "root": root})
    return found or new


def allocate(tx: Connection, version_count: int, row_count: int) -> tuple[int, int]:
    """The first of so many new version ordinals and of so many new rows; neither is ever given twice."""
    ordinal, row = int(fact(tx, "versions")), int(fact(tx, "rows"))
    set_fact(tx, "versions", str(ordinal + version_count))
    set_fact(tx, "rows", str(row + row_count))
    return ordinal, row


def known(tx: Connection, source: str) -> dict[str, Known]:
    """What a source holds, by key digest."""
    columns = documents.c.key_digest, documents.c.id, documents.c.key, documents.c.fingerprint
    query = (
        select(*columns, versions.c.fate, versions.c.content_digest)
        .join_from(documents, versions, documents.c.current == versions.c.ordinal)
        .where(documents.c.source_id == source)
    )
    return {
        row.key_digest: Known(
            row.id,
            row.key or "",
            row.fingerprint,
            row.fate == Fate.LIVE.value,
            row.fate == Fate.ERASED.value,
            row.content_digest if row.fate == Fate.REVOKED.value else "",
        )
        for row in tx.execute(query)
    }


def class_of(tx: Connection, shape: VisibilityClass) -> int:
    """The id of a visibility class, made where it is new."""
    values = {
        "tenant": shape.tenant,
        "labels": json.dumps(sorted(shape.labels)),
        "classification": int(shape.classification),
        "kind": shape.kind,
        "compartmented": int(shape.compartmented),
    }
    where = [getattr(classes.c, name) == value for name, value in values.items()]
    found = tx.execute(select(classes.c.id).where(*where)).scalar()
    if found is None:
        tx.execute(insert(classes).values(**values))
        return class_of(tx, shape)
    return int(found)


def all_classes(tx: Connection, held: Mapping[int, VisibilityClass]) -> dict[int, VisibilityClass]:
    """All visibility classes by their ids. Those held already are not read again: a class never changes."""
    fresh = [number for number in tx.execute(select(classes.c.id)).scalars() if number not in held]
    parts = (fresh[start : start + IN] for start in range(0, len(fresh), IN))
    found = (row for part in parts for row in tx.execute(select(classes).where(classes.c.id.in_(part))))
    return {**held, **{row.id: shape_of(row) for row in found}}


def shape_of(row: Any) -> VisibilityClass:
    labels, held = frozenset(json.loads(row.labels)), Classification(row.classification)
    return VisibilityClass(labels, held, row.tenant, row.kind, bool(row.compartmented))


def record(tx: Connection, source: str, drafts: Sequence[Draft], seq: int, at: int) -> None:
    """Record versions under ledger entry ``seq``; the ones that they replace end as superseded."""
    shapes = {shape: class_of(tx, shape) for shape in {draft.shape for draft in drafts}}
    for draft in drafts:
        if not draft.is_new:
            unerased(tx, draft.document_id)
            end_current(tx, draft.document_id, seq, at, draft.valid_from)
    fresh = [row_of_document(draft, source) for draft in drafts if draft.is_new]
    if fresh:
        tx.execute(insert(documents), fresh)
    if drafts:
        tx.execute(insert(versions), [row_of_version(draft, shapes[draft.shape], seq, at) for draft in drafts])
    for draft in drafts:
        if not draft.is_new:
            change = {"current": draft.ordinal, "fingerprint": draft.fingerprint, "key": draft.key}
            tx.execute(update(documents).where(documents.c.id == draft.document_id).values(**change))


def unerased(tx: Connection, document_id: str) -> None:
    """ERASED for what was erased while a version of it was on its way here."""
    if erased_at(tx, document_id) < FOREVER:
        raise AvouchError(Code.ERASED, f"{document_id} was erased meanwhile: take its source in again")


def erased_at(tx: Connection, document_id: str) -> int:
    """The entry that erased a document; ``FOREVER`` where none did."""
    query = select(func.min(versions.c.erased)).where(versions.c.document_id == document_id)
    return int(tx.execute(query).scalar_one())


def row_of_document(draft: Draft, source: str) -> dict[str, Any]:
    return {
        "id": draft.document_id,
        "source_id": source,
        "key": draft.key,
        "key_digest": draft.key_digest,
        "current": draft.ordinal,
        "fingerprint": draft.fingerprint,
    }


def row_of_version(draft: Draft, class_id: int, seq: int, at: int) -> dict[str, Any]:
    same = (
        "ordinal",
        "id",
        "document_id",
        "title",
        "media_type",
        "content_digest",
        "original_blob",
        "text_blob",
    )
    return {
        **{name: getattr(draft, name) for name in (*same, "source_url", "first_row", "rows", "compartment")},
        "class_id": class_id,
        "world_from": at if draft.valid_from is None else draft.valid_from,
        "valid_to": FOREVER if draft.valid_to is None else draft.valid_to,
        "recorded": seq,
        "recorded_at": at,
        "ended": FOREVER,
        "ended_at": FOREVER,
        "erased": FOREVER,
        "fate": Fate.LIVE.value,
    }


def end_current(tx: Connection, document_id: str, seq: int, at: int, next_from: int | None) -> None:
    """Supersede a document's live version: it held until its successor begins to hold."""
    live = (versions.c.document_id == document_id) & (versions.c.fate == Fate.LIVE.value)
    ended_at = at if next_from is None else next_from
    tx.execute(update(versions).where(live).values(ended=seq, ended_at=ended_at, fate=Fate.SUPERSEDED.value))


def end(tx: Connection, document_ids: Sequence[str], seq: int, at: int, fate: Fate) -> None:
    """Withdraw or revoke the live versions of documents; they may come back as new versions."""
    for start in range(0, len(document_ids), IN):
        some = document_ids[start : start + IN]
        live = versions.c.document_id.in_(some) & (versions.c.fate == Fate.LIVE.value)
        tx.execute(update(versions).where(live).values(ended=seq, ended_at=at, fate=fate.value))
        tx.execute(update(documents).where(documents.c.id.in_(some)).values(fingerprint=None))


def blank(tx: Connection, document_id: str, seq: int) -> None:
    """Erase what the rows of a document say of its content; ids, times and digests under lost keys stay."""
    gone = {"title": None, "source_url": None, "erased": seq, "fate": Fate.ERASED.value}
    tx.execute(update(versions).where(versions.c.document_id == document_id).values(**gone))
    tx.execute(update(documents).where(documents.c.id == document_id).values(key=None, fingerprint=None))
    own = select(versions.c.ordinal).where(versions.c.document_id == document_id)
    tx.execute(delete(raised).where(raised.c.version.in_(own)))


def select_versions() -> Select[Any]:
    return (
        select(versions, documents.c.key, *(classes.c[name] for name in SHAPE))
        .join_from(versions, documents, versions.c.document_id == documents.c.id)
        .join(classes, versions.c.class_id == classes.c.id)
    )


BY_ORDINAL = select_versions().where(versions.c.ordinal.in_(bindparam("some", expanding=True)))


def version_of(row: Any) -> Version:
    fields = row._asdict()
    shape = shape_of(row)
    for name in (*SHAPE, "fate", "key", "title"):
        fields.pop(name)
    return Version(
        **fields,
        key=row.key or "",
        title=row.title or "",
        labels=shape.labels,
        classification=shape.classification,
        tenant=shape.tenant,
        kind=shape.kind,
        fate=Fate(row.fate),
    )


def by_ordinal(tx: Connection, ordinals: Iterable[int]) -> dict[int, Version]:
    """Versions by ordinal; unknown ordinals are left out."""
    wanted, found = sorted(set(ordinals)), {}
    for start in range(0, len(wanted), IN):
        rows = tx.execute(BY_ORDINAL, {"some": wanted[start : start + IN]})
        found.update({row.ordinal: version_of(row) for row in rows})
    return found


def newest(tx: Connection, document_ids: Iterable[str]) -> list[Version]:
    """The newest versions of some documents."""
    wanted = sorted(set(document_ids))
    parts = (wanted[start : start + IN] for start in range(0, len(wanted), IN))
    current = [
        n for part in parts for n in tx.execute(select(documents.c.current).where(documents.c.id.in_(part))).scalars()
    ]
    return list(by_ordinal(tx, current).values())


def by_id(tx: Connection, ids: Iterable[str]) -> dict[str, Version]:
    wanted, found = sorted(set(ids)), {}
    for start in range(0, len(wanted), IN):
        query = select_versions().where(versions.c.id.in_(wanted[start : start + IN]))
        found.update({row.id: version_of(row) for row in tx.execute(query)})
    return found


def document(tx: Connection, document_id: str) -> Document:
    """One document with its current version; NOT_FOUND where there is none."""
    row = tx.execute(select(documents).where(documents.c.id == document_id)).first()
    if row is None:
        raise AvouchError(Code.NOT_FOUND, f"no document {document_id}")
    return Document(row.id, row.source_id, row.key or "", by_ordinal(tx, [row.current])[row.current])


def versions_of(tx: Connection, document_id: str) -> list[Version]:
    """All versions of a document, oldest first."""
    query = select_versions().where(versions.c.document_id == document_id).order_by(versions.c.ordinal)
    return [version_of(row) for row in tx.execute(query)]


def listing(tx: Connection, after: str, limit: int) -> list[Document]:
    """A page of documents in the order of their ids."""
    ids = select(documents.c.id).where(documents.c.id > after).order_by(documents.c.id).limit(limit)
    return [document(tx, document_id) for document_id in tx.execute(ids).scalars().all()]
