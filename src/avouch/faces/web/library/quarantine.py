"""Quarantine: passages that give orders to a machine, and what a curator decides of them."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from avouch.faces.web.api import Problem
from avouch.faces.web.numbers import whole
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
SHOWN = 20
STANDINGS = {"quarantined": "waiting", "released": "let in", "confirmed": "kept out", "all": "all"}
DOES = ("release", "confirm")


@pages("GET", "/quarantine")
async def short(visit: Visit) -> Response:
    """The address that one says to another."""
    return visit.go("/library/quarantine")


@pages("GET", "/library/quarantine")
async def listing(visit: Visit) -> Response:
    """What waits for a decision, with its words; ``?standing=`` what was decided."""
    return await drawn(visit)


async def drawn(visit: Visit, problem: Problem | None = None, typed: dict[str, str] | None = None) -> Response:
    standing = visit.query("standing", "quarantined")
    standing = standing if standing in STANDINGS else "quarantined"
    found = await visit.api.get("/quarantine", standing=standing, cursor=visit.query("cursor"), limit=SHOWN)
    whole = await asyncio.gather(*(visit.api.maybe(f"/quarantine/{one['row']}") for one in found["items"]))
    held: list[dict[str, Any]] = [seen or one for one, seen in zip(found["items"], whole, strict=True)]
    told = {"held": held, "next": found["next"], "standing": standing, "standings": STANDINGS, "typed": typed or {}}
    status = problem.status if problem else 200
    return visit.draw("library/quarantine.html", status, problem=problem and problem.told, **told)


@pages("POST", "/library/quarantine")
async def decide(visit: Visit) -> Response:
    """Let a passage in, or keep it out for good; the reason stands in the ledger."""
    said = await visit.form()
    does, row = said.get("does", ""), said.get("row", "")
    number = whole(row, 2**63 - 1)
    body = {"rows": [] if number is None else [number], "reason": said.get("reason", "").strip()}
    try:
        await visit.api.post(f"/quarantine/{does if does in DOES else 'confirm'}", body)
    except Problem as problem:
        if problem.status == 401:
            raise
        return await drawn(visit, problem, said)
    return visit.go("/library/quarantine")
