"""The catalog: what the state database knows of every version, as arrays in memory.

From it come the mask over versions, and from that the mask over rows. It is refreshed after every act,
by what changed since the entry that it last saw.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, or_, select

from avouch.lake import marks
from avouch.lake.documents import all_classes
from avouch.lake.schema import facts, versions
from avouch.records import FOREVER, Mask, Moment, VisibilityClass

COLUMNS = ("class_id", "compartment", "recorded", "ended", "world_from", "valid_to", "ended_at", "first_row", "rows")
Numbers = npt.NDArray[np.int64]
Classes = tuple[int, ...]


class Catalog:
    """Arrays by version ordinal. Ordinals that were given but never recorded are never visible.

    ``state`` counts the changes that were taken in: while it stays the same, so does every mask. ``hidden`` are
    the chunks in quarantine, as pairs of row and version ordinal, in order: no mask over rows lets one through.
    """

    def __init__(self) -> None:
        self.seen = self._latest = -1
        self.state = 0
        self._borders: tuple[int, Numbers, Numbers] | None = None
        self.classes: dict[int, VisibilityClass] = {}
        self._memberships = self._marks = "-1"
        self.hidden = np.empty((0, 2), np.int64)
        self.columns: dict[str, Numbers] = {name: np.empty(0, np.int64) for name in COLUMNS}
        self.known: Mask = np.empty(0, np.bool_)

    def refresh(self, tx: Connection, size: int) -> list[int]:
        """Take in all that changed since last time; returns the ordinals that changed."""
        if size - 1 == self.seen:
            return []
        count, memberships, marked = facts(tx, "versions", "memberships", "marks")
        self._grow(int(count))
        if memberships != self._memberships:
            self._memberships = memberships
            self.state += 1
        if marked != self._marks:
            self._marks = marked
            self.hidden = np.array(marks.hidden(tx), np.int64).reshape(-1, 2)
            self._latest = max(self._latest, int(marked))
            self.state += 1
        names = [versions.c[name] for name in ("ordinal", *COLUMNS, "erased")]
        changed = [versions.c[name].between(self.seen + 1, size) for name in ("recorded", "ended", "erased")]
        since = or_(*changed)
        rows: list[Any] = list(tx.execute(select(*names).where(since)).all())
        self.seen = size - 1
        if not rows:
            return []
        ordinals = np.array([row[0] for row in rows], np.int64)
        for at, name in enumerate(COLUMNS, 1):
            self.columns[name][ordinals] = [row[at] for row in rows]
        self.known[ordinals] = [row[-1] == FOREVER for row in rows]
        self.state += 1
        seqs = np.concatenate([self.columns[name][ordinals] for name in ("recorded", "ended")])
        self._latest = max(self._latest, int(seqs[seqs < FOREVER].max(initial=-1)))
        self.classes = all_classes(tx, self.classes)
        return [int(ordinal) for ordinal in ordinals]

    def changed_after(self, seq: int) -> bool:
        """Whether any version was recorded or ended, or any chunk's quarantine changed, by a later entry."""
        return self._latest > seq

    def visible(self, inside: Classes, outside: Classes, mine: Numbers, moment: Moment) -> Mask:
        """Which versions held at a moment, of the classes visible inside and outside of my compartments."""
        c = self.columns
        size = max(self.classes, default=0) + 1
        allowed = np.zeros((2, size), np.bool_)
        allowed[0, list(outside)] = allowed[1, list(inside)] = True
        member = np.zeros(max(int(c["compartment"].max(initial=0)), int(mine.max(initial=0))) + 1, np.int8)
        member[mine] = 1
        held = (c["recorded"] <= moment.snapshot) & (c["world_from"] <= moment.at) & (moment.at < c["valid_to"])
        ended = (c["ended"] <= moment.snapshot) & (c["ended_at"] <= moment.at)
        return self.known & allowed[member[c["compartment"]], c["class_id"]] & held & ~ended

    def between(self, moment: Moment) -> tuple[int, int]:
        """How many changes lie up to a moment, as known to us and as true in the world.

        Moments that agree in both have the same masks: every comparison in ``visible`` is with one of these.
        """
        if self._borders is None or self._borders[0] != self.state:
            c = self.columns
            known = np.unique(np.concatenate([c["recorded"], c["ended"]]))
            true = np.unique(np.concatenate([c["world_from"], c["valid_to"], c["ended_at"]]))
            self._borders = self.state, known, true
        _, known, true = self._borders
        return int(np.searchsorted(known, moment.snapshot, "right")), int(np.searchsorted(true, moment.at, "right"))

    def rows(self, visible: Mask, total: int) -> Mask:
        """The mask over ``total`` rows of a mask over versions."""
        mask = np.zeros(total, np.bool_)
        chosen = np.flatnonzero(visible)
        first, count = self.columns["first_row"][chosen], self.columns["rows"][chosen]
        if chosen.size:
            offsets = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            mask[np.repeat(first, count) + offsets] = True
        mask[self.hidden[self.hidden[:, 0] < total, 0]] = False
        return mask

    def hidden_in(self, visible: Mask) -> tuple[int, ...]:
        """The rows in quarantine among those of visible versions, in order."""
        return tuple(self.hidden[visible[self.hidden[:, 1]], 0].tolist())

    def _grow(self, size: int) -> None:
        more = size - self.known.size
        if more > 0:
            self.state += 1
            self.known = np.concatenate([self.known, np.zeros(more, np.bool_)])
            for name, column in self.columns.items():
                self.columns[name] = np.concatenate([column, np.zeros(more, np.int64)])
