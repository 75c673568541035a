"""Jobs: several requests begin them at once, and the newest are kept."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from avouch.errors import AvouchError, Code
from avouch.faces.http.jobs import DONE, KEPT, WAITING, Job, Jobs
from avouch.records import Classification, IngestReport, Principal

WHO = Principal("p", "p", frozenset(), Classification.PUBLIC)


def work(job: Job) -> IngestReport:
    raise AvouchError(Code.STOPPING, "over")


class Looked:
    """A job that is over; while it is first looked at, somebody else begins one."""

    id = "old"

    def __init__(self, jobs: Jobs) -> None:
        self.other = threading.Thread(target=jobs.begin, args=(WHO, "q", work))

    @property
    def state(self) -> str:
        if self.other.ident is None:
            self.other.start()
            self.other.join(0.5)
        return DONE


def test_what_is_begun_while_another_begins_waits_for_it() -> None:
    jobs = Jobs()
    old: Any = Looked(jobs)
    for number in range(2):
        jobs._found[str(number)] = old
    jobs.begin(WHO, "q", work)
    old.other.join()
    assert len(jobs._found) == 4
    jobs._found.clear()
    jobs.close()


def test_no_more_wait_than_may() -> None:
    jobs, go = Jobs(), threading.Event()

    def waits(job: Job) -> IngestReport:
        go.wait(60)
        raise AvouchError(Code.STOPPING, "over")

    for _ in range(WAITING):
        jobs.begin(WHO, "q", waits)
    with pytest.raises(AvouchError, match="OVERLOADED"):
        jobs.begin(WHO, "q", waits)
    go.set()
    jobs.close()


def test_the_newest_that_are_over_are_kept() -> None:
    jobs = Jobs()
    for number in range(KEPT - 2):
        jobs._found[f"j{number}"] = Job(f"j{number}", WHO, 0, "q", state=DONE)
    for kept in (KEPT - 1, KEPT, KEPT, KEPT):
        jobs.begin(WHO, "q", work)
        assert len(jobs._found) == kept
    assert "j1" not in jobs._found and "j2" in jobs._found
    jobs.close()
