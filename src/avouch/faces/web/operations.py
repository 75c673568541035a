"""Operations: how the service runs, now and over time, and what is done to keep it so."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from avouch.faces.web import plot
from avouch.faces.web.api import Problem
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
SPANS = {"60": "the last hour", "1440": "the last day", "10080": "the last week"}
DONE = {
    "backup": "A backup was written.",
    "collect": "Leftovers were removed.",
    "index": "The index was made again.",
}
"""What a button did, by its name in the address."""
OLD, FULL = 365, 0.1
"""Days after which a key is old; the part of a disk that should stay free."""


@pages("GET", "/operations")
async def overview(visit: Visit) -> Response:
    """How it runs. ``?minutes`` is how far the plots look back."""
    return await drawn(visit, None)


async def drawn(visit: Visit, problem: Problem | None) -> Response:
    minutes = visit.query("minutes", "60")
    minutes = minutes if minutes in SPANS else "60"
    acts = visit.acts
    now, told, series = await asyncio.gather(
        visit.api.get("/operations"),
        visit.api.get("/status"),
        visit.api.get("/operations/series", minutes=minutes),
    )
    siem = await visit.api.get("/siem") if "siem" in acts else []
    keys = await visit.api.get("/keys")
    backups = await visit.api.get("/backups")
    return visit.draw(
        "operations.html",
        problem.status if problem else 200,
        now=now["running"],
        jobs=now["jobs"],
        since=now["counting_since"],
        told=told,
        series=series,
        plots=plots(series["points"]),
        steps=steps(series["points"]),
        spans=SPANS,
        minutes=minutes,
        siem=siem,
        keys=[{**one, "days": age(one["created"])} for one in keys["keys"]],
        old=OLD,
        full=now["running"]["disk"]["free"] < FULL * now["running"]["disk"]["total"],
        backups=backups,
        done=DONE.get(visit.query("done"), ""),
        problem=problem.told if problem else None,
    )


def plots(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The plots over time."""
    times = [one["at"] for one in points]

    def line(name: str, of: str, look: str = "one") -> plot.Line:
        return plot.Line(name, [one[of] for one in points], look)

    return [
        plot.over_time(
            "Throughput", "per minute", times, [line("requests", "requests"), line("questions", "asks", "two")]
        ),
        plot.over_time(
            "Time to answer", "milliseconds", times, [line("half within", "p50"), line("95 % within", "p95", "two")]
        ),
        plot.over_time(
            "Not served",
            "per minute",
            times,
            [line("failed (5xx)", "failed", "bad"), line("refused (4xx)", "refused", "two")],
        ),
        plot.over_time(
            "Waiting",
            "now",
            times,
            [line("acts for the writer", "queue"), line("requests under way", "in_flight", "two")],
            whole=True,
        ),
    ]


def steps(points: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The mean time of each step of a question over all points, weighted by how many were asked."""
    sums: dict[str, float] = defaultdict(float)
    asked: dict[str, float] = defaultdict(float)
    for one in points:
        number = one["asks"] * one["seconds"] / 60
        for step, took in one["steps"].items():
            sums[step] += took * number
            asked[step] += number
    found = [(step, sums[step] / asked[step]) for step in sums if asked[step]]
    return plot.bars("Where a question's time goes", "milliseconds, mean", found) if found else None


def age(created: str) -> int | None:
    """Days since a key was made; None where that is not known."""
    try:
        made = datetime.fromisoformat(created)
    except ValueError:
        return None
    return max(0, (datetime.now(UTC) - (made if made.tzinfo else made.replace(tzinfo=UTC))).days)


ACTIONS = {"backup": "/backups", "collect": "/collect", "index": "/index/rebuild"}


@pages("POST", "/operations/{action}")
async def act(visit: Visit) -> Response:
    """Back up, sweep, or make the index again; what is refused is told on the page."""
    path = ACTIONS.get(visit.path["action"])
    if path is None:
        return visit.go("/operations")
    try:
        await visit.api.post(path)
    except Problem as problem:
        if problem.status == 401:
            raise
        return await drawn(visit, problem)
    return visit.go(f"/operations?done={visit.path['action']}")


@pages("GET", "/operations/{action}")
async def back(visit: Visit) -> Response:
    """Whoever comes here by a GET does nothing by it."""
    return visit.go("/operations")
