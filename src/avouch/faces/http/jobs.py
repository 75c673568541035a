"""Long work that goes on when nobody listens: started by one request, followed by others.

Jobs live in this process. One that is cut short leaves what it committed; the same ingest goes on from there.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.faces.http import events, problem
from avouch.faces.http.envelope import Fence
from avouch.records import IngestReport, Principal
from avouch.stack.gate import Trial

KEPT, AT_ONCE, WAITING = 256, 1, 32
RUNNING, DONE, FAILED = "running", "done", "failed"
TICK = 0.25


@dataclass(frozen=True, slots=True)
class JobShape:
    """A job as it stands: documents (cases) done of how many found so far; its report, or what went wrong."""

    id: str
    state: str
    begun_at: str
    done: int
    total: int
    report: IngestReport | Trial | None
    problem: dict[str, Any] | None


@dataclass(slots=True)
class Job:
    """One piece of work. ``done`` and ``total`` are written by its thread, read by others."""

    id: str
    owner: Principal
    begun_at: int
    request_id: str
    done: int = 0
    total: int = 0
    state: str = RUNNING
    report: IngestReport | Trial | None = None
    error: AvouchError | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int, note: str) -> None:
        """What the work calls; STOPPING where the server shuts down, which leaves what was committed."""
        self.done, self.total = done, max(done, total)
        if self.stopped.is_set():
            raise AvouchError(Code.STOPPING, "the server is shutting down; what was committed stays", 1.0)

    def shape(self) -> JobShape:
        told = None if self.error is None else problem.record(self.error, self.request_id)
        return JobShape(self.id, self.state, from_micros(self.begun_at), self.done, self.total, self.report, told)


class Jobs:
    """The jobs of this process, the newest finished ones kept."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, "job")  # a home takes in one source at a time
        self._beside = ThreadPoolExecutor(AT_ONCE, "trial")

    def begin(
        self, owner: Principal, request_id: str, work: Callable[[Job], IngestReport | Trial], beside: bool = False
    ) -> Job:
        """Start some work, in its turn or ``beside`` what is taken in; OVERLOADED where too much waits."""
        job = Job(new_id("j"), owner, time.time_ns() // 1000, request_id)
        with self._lock:
            running = sum(one.state == RUNNING for one in self._found.values())
            if running >= WAITING:
                raise AvouchError(Code.OVERLOADED, f"{running} jobs are under way", 30.0)
            self._found[job.id] = job
            over = [one.id for one in self._found.values() if one.state != RUNNING]
            for old in over[: max(0, len(self._found) - KEPT)]:
                del self._found[old]
        (self._beside if beside else self._threads).submit(self._run, job, work)
        return job

    def counts(self) -> dict[str, int]:
        """How many of the jobs that are kept are in each state."""
        with self._lock:
            states = [job.state for job in self._found.values()]
        return {state: states.count(state) for state in (RUNNING, DONE, FAILED)}

    def _run(self, job: Job, work: Callable[[Job], IngestReport | Trial]) -> None:
        fence = Fence(job.request_id)
        with fence:
            job.report = work(job)
        job.error = fence.error
        job.state = DONE if fence.error is None else FAILED

    def of(self, principal: Principal, job_id: str, wide: bool) -> Job:
        """A job that one began, or ``wide``, one of the tenant; NOT_FOUND."""
        job = self._found.get(job_id)
        mine = job is not None and (job.owner.id == principal.id or (wide and job.owner.tenant == principal.tenant))
        if job is None or not mine:
            raise AvouchError(Code.NOT_FOUND, "no such job here")
        return job

    def stop(self) -> None:
        """Let every job end at its next step."""
        with self._lock:
            for job in self._found.values():
                job.stopped.set()

    def close(self) -> None:
        """Return when no job runs."""
        self.stop()
        self._threads.shutdown(wait=True)
        self._beside.shutdown(wait=True)


async def told(job: Job) -> AsyncIterator[bytes]:
    """The events of a job, from where it stands to its end."""
    last, beat = (-1, -1), time.monotonic()
    while job.state == RUNNING:
        now = (job.done, job.total)
        if now != last:
            last, beat = now, time.monotonic()
            yield events.event("progress", {"job": job.id, "done": now[0], "total": now[1]}, now[0])
        elif time.monotonic() - beat > events.BEAT:
            beat = time.monotonic()
            yield events.BEATING
        await asyncio.sleep(TICK)
    if job.error is not None:
        yield events.failed(job.error, job.request_id)
    else:
        yield events.event("report", job.shape())
