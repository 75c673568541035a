"""Retention while a home is served: once a day, by one process of those that share it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from avouch.errors import AvouchError
from avouch.lake.schema import cursors
from avouch.protect.retention import DAY
from avouch.stack import retention

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from avouch.stack.stack import Stack

LAST = "retention"
LOOK = 300.0
"""Seconds between two looks whether a day is over."""
logger = logging.getLogger("avouch.retention")


@contextmanager
def retaining(stack: Stack) -> Iterator[None]:
    """Remove what is due in the background, where the settings name a lifetime."""
    daily = Daily(stack) if stack.settings.retention else None
    if daily is not None:
        daily.start()
    try:
        yield
    finally:
        if daily is not None:
            daily.stop()


class Daily:
    """Runs retention when the last run of any process is a day old. What does not work is tried at the next look."""

    def __init__(self, stack: Stack, look: float = LOOK) -> None:
        self._stack, self._look = stack, look
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def step(self) -> bool:
        """Run if it is time; returns whether it was. The errors of ``retention.run``."""
        now = time.time_ns() // 1000
        last = self._stack.state.read(last_run)
        if last is not None and last <= now < last + DAY:  # a clock that went back lets it run, too
            return False
        done = retention.run(self._stack, self._stack.owner, going=lambda: not self._over.is_set())
        if not self._over.is_set():
            self._stack.state.write(lambda tx: ran(tx, now))
        logger.info("retention answers=%d searches=%d repeats=%d", done.answers, done.searches, done.repeats)
        return True

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self.step()
            except (AvouchError, SQLAlchemyError, OSError) as error:
                code = error.code.name if isinstance(error, AvouchError) else type(error).__name__
                logger.warning("retention code=%s", code)
            self._over.wait(self._look)

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="avouch-retention", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()


def last_run(tx: Connection) -> int | None:
    """When the last daily run began (µs)."""
    found = tx.execute(select(cursors.c.seq).where(cursors.c.name == LAST)).scalar()
    return None if found is None else int(found)


def ran(tx: Connection, at: int) -> None:
    tx.execute(delete(cursors).where(cursors.c.name == LAST))
    tx.execute(insert(cursors), {"name": LAST, "seq": at})
