"""Of which versions the class is not simply the declared one: raised, and why; or reviewed by a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from avouch.lake.schema import raised
from avouch.records import Classification

IN = 500


@dataclass(frozen=True, slots=True)
class Classed:
    """What was declared of a version. ``reviewed``: by a person who looked, so nothing raised it; else ``reasons`` say
    in words why its class is above that, without anything of its content."""

    declared: Classification
    reviewed: bool = False
    reasons: tuple[str, ...] = ()


def add(tx: Connection, found: Mapping[int, Classed]) -> None:
    """Record it for versions by ordinal."""
    rows = [
        {"version": ordinal, "declared": int(one.declared), "reviewed": int(one.reviewed)}
        | {"reasons": json.dumps(list(one.reasons))}
        for ordinal, one in found.items()
    ]
    if rows:
        tx.execute(insert(raised), rows)


def of(tx: Connection, ordinals: Iterable[int]) -> dict[int, Classed]:
    """By ordinal, for those of the versions that have any."""
    wanted, found = sorted(set(ordinals)), {}
    for start in range(0, len(wanted), IN):
        for row in tx.execute(select(raised).where(raised.c.version.in_(wanted[start : start + IN]))):
            reasons = tuple(json.loads(row.reasons))
            found[row.version] = Classed(Classification(row.declared), bool(row.reviewed), reasons)
    return found
