"""Follow the other processes of a shared home: let go of what they erased, take up the keys that they rotated.

Two facts of the home say when: ``erased`` is the last entry that erased something, ``keyring`` names the keys
in use. Each transaction begins by looking at them, so that no request is served from what was erased before it.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from avouch.errors import AvouchError, Code
from avouch.lake import keyring
from avouch.lake.schema import home, versions
from avouch.records import FOREVER

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

logger = logging.getLogger("avouch.follow")
ERASED, KEYS = "erased", "keyring"
LOOK = select(home.c.name, home.c.value).where(home.c.name.in_((ERASED, KEYS)))
SECONDS = 1.0


def told(tx: Connection) -> dict[str, str]:
    """The two facts, as far as they were ever said."""
    return {row.name: row.value for row in tx.execute(LOOK)}


def say(tx: Connection, name: str, value: str) -> None:
    """Say one of the facts, in the transaction of the act that made it so."""
    tx.execute(delete(home).where(home.c.name == name))
    tx.execute(insert(home), {"name": name, "value": value})


def erased_since(tx: Connection, seq: int) -> list[tuple[int, int, int]]:
    """The versions erased by later entries, as (ordinal, first row, rows)."""
    columns = versions.c.ordinal, versions.c.first_row, versions.c.rows
    rows = tx.execute(select(*columns).where(versions.c.erased > seq, versions.c.erased < FOREVER))
    return [(row.ordinal, row.first_row, row.rows) for row in rows]


def names_of(ring: keyring.Keyring) -> str:
    """Which keys of a ring are in use."""
    return f"{ring.master[-1].id} {ring.signing[-1].id}"


class Follower:
    """What one process has seen of the others' acts. Called with each transaction that begins."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._erased = -1
        self._keys = ""
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, tx: Connection) -> None:
        facts = told(tx)
        erased = int(facts.get(ERASED, "-1"))
        if erased > self._erased:
            self._let_go(tx)
            self._erased = max(erased, self._erased)
        if facts.get(KEYS, "") != self._keys:
            self._take_up(facts[KEYS])
            self._keys = facts[KEYS]

    def _let_go(self, tx: Connection) -> None:
        """Forget the keys and texts of every document erased since last time."""
        columns = versions.c.id, versions.c.document_id, versions.c.original_blob, versions.c.text_blob
        since = (versions.c.erased > self._erased) & (versions.c.erased < FOREVER)
        rows = tx.execute(select(*columns).where(since)).all()
        if "recent" in self._stack.__dict__:
            self._stack.recent.clear()
        if "answered" in self._stack.__dict__:
            self._stack.answered.clear()
            self._stack.answered.erase(row.id for row in rows)
        self._stack.vault.let_go({row.document_id for row in rows})
        self._stack.store.let_go({name for row in rows for name in (row.original_blob, row.text_blob)})

    def _take_up(self, names: str) -> None:
        """Read the keyring anew where it lacks a key in use. KEY_MISSING: nothing is read or written without it."""
        old = self._stack.ring
        if has(old, names):
            return
        new = keyring.load(self._stack.home.keys, self._stack.id)
        if not has(new, names):
            raise AvouchError(Code.KEY_MISSING, "the keys were rotated, and the keyring here lacks the new one")
        kept = tuple(key for key in old.master if key.id not in {one.id for one in new.master})
        self._stack.use(replace(new, master=(*kept, *new.master)))

    def start(self) -> None:
        """Look from now on also while nobody asks, so that an erasure elsewhere need not wait for a request."""
        self._thread = threading.Thread(target=self._watch, name="avouch-follow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(SECONDS):
            try:
                self._stack.shelf.refresh()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next erasure must be followed
                code = error.code.name if isinstance(error, AvouchError) else type(error).__name__
                logger.warning("follow code=%s", code)


def has(ring: keyring.Keyring, names: str) -> bool:
    """Whether a ring holds the keys of these names."""
    return set(names.split()) <= {key.id for key in (*ring.master, *ring.signing)}
