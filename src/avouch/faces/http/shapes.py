"""Records as they go out: their schemas are made from the records, so that there is one model of each.

Sets are sorted lists, enums are small words, as ``canon.plain`` writes them; times are RFC 3339.
"""

from __future__ import annotations

import dataclasses
import types
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, create_model

from avouch.canon import from_micros
from avouch.lake.raised import Classed
from avouch.records import FOREVER, Version

LISTS = (frozenset, set, tuple, list)


@cache
def model(record: type) -> type[BaseModel]:
    """The schema of a record's plain form."""
    hints = get_type_hints(record)
    fields: dict[str, Any] = {field.name: (plain_type(hints[field.name]), ...) for field in dataclasses.fields(record)}
    made: type[BaseModel] = create_model(record.__name__, __doc__=record.__doc__, **fields)
    return made


def plain_type(hint: Any) -> Any:
    """The type that ``canon.plain`` gives a value of some type."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in LISTS:
        return list[plain_type(inner[0])]  # type: ignore[misc]
    if origin is dict:
        return dict[str, plain_type(inner[1])]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        return Union[tuple(plain_type(one) for one in inner)]  # noqa: UP007
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Literal[tuple(one.name.lower() for one in hint)]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return model(hint)
    return hint


@dataclasses.dataclass(frozen=True, slots=True)
class VersionShape:
    """A version: when it held in the world, from which ledger entry to which it was known. Nulls: no end.

    ``raised`` says in words why its classification is above the ``declared`` one. ``class_reviewed``: whoever declared
    it had looked. ``declared`` is null where it holds and nobody reviewed it.
    """

    id: str
    document_id: str
    key: str
    title: str
    labels: list[str]
    classification: str
    tenant: str
    kind: str
    media_type: str
    content_digest: str
    source_url: str | None
    valid_from: str
    valid_to: str | None
    recorded: int
    recorded_at: str
    ended: int | None
    ended_at: str | None
    fate: str
    chunks: int
    declared: str | None
    class_reviewed: bool
    raised: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class DocumentShape:
    """A document with its newest version."""

    id: str
    source_id: str
    key: str
    current: VersionShape


def when(micros: int | None) -> str | None:
    """A time in words; None for no end, or never."""
    return None if micros is None or micros >= FOREVER else from_micros(max(-(2**55), min(micros, 2**52)))


def version(v: Version, classed: Classed | None = None) -> VersionShape:
    same = ("id", "document_id", "key", "title", "tenant", "kind", "media_type", "content_digest", "source_url")
    return VersionShape(
        **{name: getattr(v, name) for name in same},
        labels=sorted(v.labels),
        classification=v.classification.name.lower(),
        valid_from=when(v.world_from) or "",
        valid_to=when(v.valid_to),
        recorded=v.recorded,
        recorded_at=when(v.recorded_at) or "",
        ended=None if v.ended >= FOREVER else v.ended,
        ended_at=when(v.ended_at),
        fate=v.fate.value,
        chunks=v.rows,
        declared=classed.declared.name.lower() if classed else None,
        class_reviewed=classed is not None and classed.reviewed,
        raised=classed.reasons if classed else (),
    )
