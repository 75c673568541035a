"""Why somebody sees a document or does not; and who does."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.api import Problem
from avouch.faces.web.names import everybody
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
OFFERED, NEAREST = 200, 3


@pages("GET", "/access/why")
async def why(visit: Visit) -> Response:
    """``?document=…`` with ``&principal=…`` why; without, who can. ``&purpose=…`` as if it were stated."""
    asked = {name: visit.query(name) for name in ("principal", "document", "purpose")}
    told: dict[str, Any] = {"asked": asked, "told": None, "reaches": None, "rules": [], "title": asked["document"]}
    problem = None
    try:
        if asked["document"] and asked["principal"]:
            told["told"] = await visit.api.get("/access/why", **asked)
            told["rules"] = decided(told["told"])
        elif asked["document"]:
            told["reaches"] = await visit.api.get(
                "/access/who-can", document=asked["document"], purpose=asked["purpose"]
            )
    except Problem as wrong:
        if wrong.status == 401:
            raise
        problem = wrong
    told["people"] = await everybody(visit)
    told["documents"] = await offered(visit)
    found = {one["id"]: one["current"]["title"] or one["key"] for one in told["documents"]}
    if asked["document"]:
        told["title"] = found.get(asked["document"]) or await title(visit, asked["document"])
    return access.draw(visit, "access/why.html", problem, **told)


async def offered(visit: Visit) -> list[dict[str, Any]]:
    """Documents to choose from, of those that one sees oneself."""
    found = await visit.api.maybe("/documents", limit=OFFERED) if "search" in visit.acts else None
    return list(found["items"]) if found else []


async def title(visit: Visit, document_id: str) -> str:
    found = await visit.api.maybe(f"/documents/{document_id}") if "search" in visit.acts else None
    return str(found["current"]["title"] or found["key"]) if found else document_id


def decided(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules that it rests on; where nothing permits it, the permits that miss least."""
    by = [rule for rule in told["rules"] if rule["id"] in told["by"]]
    if by:
        return by
    near = [rule for rule in told["rules"] if rule["permits"] and not rule["applies"]]
    return sorted(near, key=lambda rule: (sum(not one["holds"] for one in rule["conditions"]), rule["id"]))[:NEAREST]
