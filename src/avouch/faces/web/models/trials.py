"""The red team: each release by suite, why the one in force would not go live today, and a new trial."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web import numbers
from avouch.faces.web.api import Problem
from avouch.faces.web.models import home as models
from avouch.faces.web.pages import Pages, Visit

pages = Pages()


@pages("GET", "/models/trials")
async def listing(visit: Visit) -> Response:
    """The newest trials by suite; ``?job=…`` how far one's own new trial is."""
    return await drawn(visit)


async def drawn(visit: Visit, problem: Problem | None = None) -> Response:
    trials, matrix = await visit.api.get("/redteam"), await visit.api.get("/redteam/matrix")
    cells = {one["number"]: {cell["suite"]: cell for cell in one["suites"]} for one in matrix["trials"]}
    found = await visit.api.get("/models") if "model" in visit.acts else []
    job = await visit.api.maybe(f"/jobs/{visit.query('job')}") if visit.query("job").startswith("j_") else None
    told = {"standing": trials["standing"], "matrix": matrix, "cells": cells, "job": job}
    names = sorted({one["model"]["name"] for one in found})
    return models.draw(visit, "models/trials.html", problem, names=names, **told)


@pages("POST", "/models/trials")
async def begin(visit: Visit) -> Response:
    """Attack a release; it goes on when nobody looks."""
    said = await visit.form()
    count = said.get("count", "")
    body: dict[str, Any] = {"count": numbers.typed(count)}
    body |= {"model": said["model"]} if said.get("model") else {}
    try:
        job = await visit.api.post("/redteam", body)
    except Problem as problem:
        return await drawn(visit, problem)
    return visit.go(f"/models/trials?job={job['id']}")


@pages("GET", "/models/trials/{number}")
async def one(visit: Visit) -> Response:
    """A signed report: what was tried, what broke, and the signature."""
    found = await visit.api.get(f"/redteam/{numbers.at(visit.path['number'], 'trial')}")
    return models.draw(visit, "models/trial.html", signed=found, report=found["report"])
