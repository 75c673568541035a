"""`/operations`: how the home runs in this process, now and over time. It concerns all tenants."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel

from avouch.canon import from_micros
from avouch.faces.http.door import Doors, Stacked, schema
from avouch.observe.series import Counted
from avouch.stack import watch
from avouch.stack.status import Running, running

doors = Doors("operations")
Minutes = Annotated[int, Query(ge=1, le=7 * 24 * 60, description="How far to look back; beyond an hour, by 5 minutes.")]


class Operations(BaseModel):
    """How the home runs: ``running`` has index, queue and disk (bytes); ``jobs`` how many are in each state."""

    counting_since: str | None
    jobs: dict[str, int]
    running: schema(Running)  # type: ignore[valid-type]


@doors("GET", "/operations", act="operate", home=True, returns=Operations)
def now(stack: Stacked, request: Request) -> dict[str, Any]:
    """How the home runs in this process: index, queue, jobs, disk, and since when it counts."""
    since = watch.of(stack).series.since
    return {
        "counting_since": None if since is None else from_micros(round(since * 1e6)),
        "jobs": request.app.state.jobs.counts(),
        "running": running(stack),
    }


@doors("GET", "/operations/series", act="operate", home=True, returns=Counted)
def series(stack: Stacked, minutes: Minutes = 60) -> Counted:
    """Throughput, latency, errors and queues over time, as this process counted them. It begins anew with it."""
    return watch.of(stack).series.counted(minutes)
