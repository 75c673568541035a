"""One writer thread: takes what is queued, gives each act a savepoint, and commits the group.

What an engine adds is how a group's transaction begins and ends, and what its errors mean.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from avouch.errors import AvouchError, Code

T = TypeVar("T")
GROUP = 256
Coded = Callable[[DBAPIError], AvouchError]


class Job(Generic[T]):
    """One act that waits for the writer. As a context it keeps the act's error for the caller."""

    def __init__(self, act: Callable[[Connection], T], undo: Callable[[], None], coded: Coded) -> None:
        self.act, self.undo, self.coded = act, undo, coded
        self.future: Future[T] = Future()
        self.error: BaseException | None = None
        self.result: T

    def __enter__(self) -> Job[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> bool:
        self.error = self.coded(error) if isinstance(error, DBAPIError) else error
        return True

    def run(self, tx: Connection, alive: Callable[[Connection], bool]) -> None:
        """Run the act in a savepoint; an error undoes this act only, unless the transaction is lost with it."""
        tx.exec_driver_sql("SAVEPOINT act")
        with self:
            self.result = self.act(tx)
        if self.error is not None:
            self.undo()
            if not alive(tx):
                raise self.error
            tx.exec_driver_sql("ROLLBACK TO SAVEPOINT act")
        tx.exec_driver_sql("RELEASE SAVEPOINT act")

    def settle(self) -> None:
        """Hand the outcome to the caller."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class GroupCommit:
    """The queue and the thread. ``commit`` runs one group and leaves each job with its result or error."""

    def __init__(self, commit: Callable[[list[Job[Any]]], None], coded: Coded) -> None:
        self._commit, self._coded = commit, coded
        self._jobs: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._door, self._closed = threading.Lock(), False
        self._thread = threading.Thread(target=self._work, name="avouch-writer", daemon=True)
        self._thread.start()

    def write(self, act: Callable[[Connection], T], undo: Callable[[], None] = lambda: None) -> T:
        """Run ``act`` in the writer's transaction; return when its commit is durable. STOPPING after ``close``."""
        job = Job(act, undo, self._coded)
        with self._door:
            if self._closed:
                raise AvouchError(Code.STOPPING, "the home was closed")
            self._jobs.put(job)
        return job.future.result()

    @property
    def waiting(self) -> int:
        """How many acts wait, about."""
        return self._jobs.qsize()

    def close(self) -> None:
        """End the writer after what is queued; what comes later is refused, since nobody would take it."""
        with self._door:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs, last = self._gather(first)
            self._commit(jobs)
            for job in jobs:
                job.settle()
            if last:
                return

    def _gather(self, first: Job[Any]) -> tuple[list[Job[Any]], bool]:
        jobs = [first]
        while len(jobs) < GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False


def fail(jobs: list[Job[Any]], error: BaseException) -> None:
    """A group that did not commit: every act of it is undone, and hears why."""
    for job in jobs:
        job.undo()
        job.error = job.error or error


def busy(name: str, seconds: float) -> AvouchError:
    """A lock of the home that was not free for so many seconds."""
    code = Code.INGEST_BUSY if name == "ingest" else Code.STATE_UNAVAILABLE
    return AvouchError(code, f"the home's lock on {name!r} was not free for {seconds:.0f} s", retry_after=seconds)
