"""The ledger's security events on their way to where security people look: in order, at least once.

A cursor for each sink says up to which entry everything was taken. It moves only after the sink has the batch: a
process killed in between sends the batch again, and leaves nothing out. Of a shared home one process streams.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from avouch.canon import digest
from avouch.errors import AvouchError, Code
from avouch.lake.schema import cursors
from avouch.ledger import log
from avouch.ports import Sink
from avouch.stack import outgoing, watch
from avouch.stack.audit import audit

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

BATCH = 500
IDLE, FIRST, LONGEST = 1.0, 1.0, 60.0
AUDIT = 24 * 3600.0
PREFIX = "siem/"
TOKEN = "AVOUCH_SIEM_TOKEN"  # noqa: S105
logger = logging.getLogger("avouch.siem")
Check = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a sink is: everything up to the entry ``seq`` was taken; ``behind`` entries were not yet."""

    name: str
    seq: int
    behind: int


def status(stack: Stack) -> list[Place]:
    """Every sink that ever took something."""
    return stack.state.read(places)


def places(tx: Connection) -> list[Place]:
    """The same, in a transaction."""
    size = log.size(tx)
    rows = tx.execute(select(cursors).where(cursors.c.name.startswith(PREFIX)).order_by(cursors.c.name))
    return [Place(row.name, row.seq, max(0, size - 1 - row.seq)) for row in rows]


def behind(tx: Connection) -> dict[str, int]:
    """How many entries the hindmost sink of each kind lacks."""
    found: dict[str, int] = {}
    for place in places(tx):
        kind = place.name.split("/")[1]
        found[kind] = max(place.behind, found.get(kind, 0))
    return found


def open_sink(stack: Stack) -> Sink:
    """The sink that the setting ``siem`` names. CONFIG_INVALID."""
    settings = stack.settings
    where, ca = urlsplit(settings.siem), Path(settings.siem_ca) if settings.siem_ca else None
    try:
        host, port = where.hostname or "", where.port
    except ValueError as error:
        raise AvouchError(Code.CONFIG_INVALID, "`siem` has no such port") from error
    if where.scheme == "file" and where.path.startswith("/") and not host:
        from avouch.adapters.sink_file import FileSink

        return FileSink(Path(where.path), settings.siem_file_bytes)
    if where.scheme in ("syslog+tls", "syslog+tcp", "syslog+udp") and host:
        from avouch.adapters.sink_syslog import SyslogSink

        way = where.scheme.removeprefix("syslog+")
        return SyslogSink(host, port or (6514 if way == "tls" else 514), way, ca)
    if (where.scheme == "https" and host) or (where.scheme == "http" and host in ("127.0.0.1", "::1", "localhost")):
        from avouch.adapters.sink_http import MEDIA, HttpSink

        if settings.siem_format not in MEDIA or where.username is not None:
            raise AvouchError(Code.CONFIG_INVALID, "`siem_format` is ndjson or json; `siem` holds no password")
        return HttpSink(settings.siem, token(settings.siem_token_file), settings.siem_format, ca)
    raise AvouchError(Code.CONFIG_INVALID, "`siem` is file:/PATH, syslog+tls://HOST:PORT or https://HOST/PATH")


@contextmanager
def streaming(stack: Stack) -> Iterator[None]:
    """Send security events in the background, where the settings name a sink. CONFIG_INVALID, before anything."""
    stream = Stream(stack, open_sink(stack)) if stack.settings.siem else None
    if stream is not None:
        stream.start()
    try:
        yield
    finally:
        if stream is not None:
            stream.stop()


def token(path: str) -> str:
    """The bearer token: from the environment (AVOUCH_SIEM_TOKEN), or from a file; empty where there is none."""
    try:
        told = os.environ.get(TOKEN) or (Path(path).read_text().strip() if path else "")
    except (OSError, UnicodeDecodeError) as error:
        raise AvouchError(Code.CONFIG_INVALID, "`siem_token_file` cannot be read") from error
    if not told.isascii() or not told.isprintable():
        raise AvouchError(Code.CONFIG_INVALID, "the token has characters that no header holds")
    return told


class Stream:
    """Carries entries to one sink: ``step`` by step, ``run`` until told to stop, or ``start`` as a thread."""

    def __init__(self, stack: Stack, sink: Sink) -> None:
        self.stack, self.sink = stack, sink
        self.name = f"{PREFIX}{sink.kind}/{digest(sink.name.encode())[7:19]}"
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._audited = -AUDIT

    def step(self, check: Check = lambda tx: None) -> int:
        """Send the next batch; returns how many entries it was. SINK_UNAVAILABLE, SINK_REFUSED: it will come again."""
        found = self.stack.state.read(lambda tx: outgoing.batch(self.stack, tx, self.cursor(tx), BATCH))
        if not found.notices:
            return 0
        self.sink.send(found.notices)
        self.stack.state.write(lambda tx: self._move(tx, found.until, check))
        watch.of(self.stack).metrics.delivered(self.sink.kind, len(found.notices))
        return found.entries

    def cursor(self, tx: Connection) -> int:
        """The last entry that the sink has; -1: none."""
        seq = tx.execute(select(cursors.c.seq).where(cursors.c.name == self.name)).scalar()
        return -1 if seq is None else int(seq)

    def _move(self, tx: Connection, seq: int, check: Check) -> None:
        check(tx)
        if not tx.execute(update(cursors).where(cursors.c.name == self.name).values(seq=seq)).rowcount:
            tx.execute(insert(cursors), {"name": self.name, "seq": seq})

    def look(self) -> bool:
        """Check the whole ledger, and tell the sink where it does not hold; returns whether it does."""
        report = audit(self.stack, [])
        if not report.valid:
            failed = [check.name.replace(" ", "-") for check in report.checks if check.ok is False]
            seq, at = self.stack.state.read(log.extent)
            logger.critical("ledger does not verify entries=%d", seq)
            self.sink.send(outgoing.broken(self.stack, seq, at, failed))
        self._audited = time.monotonic()
        return report.valid

    def catch_up(self) -> int:
        """Send all there is; returns how many entries. INGEST_BUSY …: another process streams to this sink."""
        sent = 0
        with self.stack.state.alone(self.name, 0.0) as check:
            while not self._over.is_set() and (count := self.step(check)):
                sent += count
        return sent

    def run(self) -> None:
        """Go on until ``stop``. What does not work is tried again, after longer and longer waits."""
        wait = FIRST
        while not self._over.is_set():
            try:
                self.catch_up()
                if time.monotonic() - self._audited >= AUDIT:
                    self.look()
                wait, pause = FIRST, IDLE
            except (AvouchError, SQLAlchemyError, OSError) as error:
                pause, wait = self._failed(error, wait), min(wait * 2, LONGEST)
            self._over.wait(pause)

    def _failed(self, error: Exception, wait: float) -> float:
        """Say what happened, without a word of what was to be sent; returns the seconds to wait."""
        code = error.code.name if isinstance(error, AvouchError) else type(error).__name__
        theirs = code in (Code.SINK_UNAVAILABLE.name, Code.SINK_REFUSED.name)
        if theirs:
            watch.of(self.stack).metrics.undelivered(self.sink.kind)
        logger.log(logging.WARNING if theirs else logging.INFO, "siem sink=%s code=%s", self.sink.kind, code)
        told = error.retry_after if isinstance(error, AvouchError) else None
        return max(wait, told or 0.0) * random.uniform(1.0, 1.5)  # noqa: S311

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="avouch-siem", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way; what was not taken comes after the next start."""
        self._over.set()
        self.sink.close()
        if self._thread is not None:
            self._thread.join()
