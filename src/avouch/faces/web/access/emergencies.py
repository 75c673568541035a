"""Emergencies: begun with a reason by who is on call, seen by the owner, reviewed by somebody else."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web import numbers
from avouch.faces.web.access import home as access
from avouch.faces.web.access.keys import now
from avouch.faces.web.api import Problem
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
SHOWN = 50


@pages("GET", "/access/emergencies")
async def listing(visit: Visit) -> Response:
    """The latest first; ``?pending`` only those that wait for a review. Who does not administer sees their own."""
    return await drawn(visit, {"reason": "", "minutes": ""})


async def drawn(visit: Visit, typed: dict[str, str], problem: Problem | None = None) -> Response:
    pending = visit.request.query_params.get("pending") is not None
    query = {"pending": "true" if pending else "", "cursor": visit.query("cursor"), "limit": SHOWN}
    found = await visit.api.get("/access/emergencies", **query)
    names = await access.names(visit, (one[of] for one in found["items"] for of in ("principal_id", "reviewed_by")))
    told = {"found": found, "names": names, "pending": pending, "typed": typed, "now": now()}
    return access.draw(visit, "access/emergencies.html", problem, **told)


@pages("POST", "/access/emergencies")
async def begin(visit: Visit) -> Response:
    """Break the glass. The reason stays where it is if that fails."""
    said = await visit.form()
    typed = {name: said.get(name, "").strip() for name in ("reason", "minutes")}
    body: dict[str, Any] = {"reason": typed["reason"]}
    if typed["minutes"]:
        body["minutes"] = numbers.typed(typed["minutes"])
    try:
        made = await visit.api.post("/access/emergencies", body)
    except Problem as problem:
        return await drawn(visit, typed, problem)
    return visit.go(f"/access/emergencies/{made['id']}?done=begun")


@pages("GET", "/access/emergencies/{emergency_id}")
async def one(visit: Visit) -> Response:
    """One of them: why, what was done under it, and what the reviewer says."""
    return await shown(visit)


async def shown(visit: Visit, problem: Problem | None = None) -> Response:
    here = f"/access/emergencies/{visit.path['emergency_id']}"
    found = await visit.api.get(here)
    reason = await visit.api.maybe(f"{here}/reason")
    done = await visit.api.maybe(f"{here}/acts") if "access" in visit.acts else None
    told = {"one": found, "reason": reason and reason["reason"], "acts": done, "now": now()}
    told |= {"names": await access.names(visit, [found["principal_id"], found["reviewed_by"]])}
    return access.draw(visit, "access/emergency.html", problem, own=found["principal_id"] == visit.me["id"], **told)


@pages("POST", "/access/emergencies/{emergency_id}/end")
async def end(visit: Visit) -> Response:
    """Before its time."""
    here = f"/access/emergencies/{visit.path['emergency_id']}"
    problem = await access.tried(visit.api.post(f"{here}/end"))
    return await shown(visit, problem) if problem else visit.go(f"{here}?done=ended")


@pages("POST", "/access/emergencies/{emergency_id}/review")
async def review(visit: Visit) -> Response:
    """A verdict, which stays."""
    said = await visit.form()
    here = f"/access/emergencies/{visit.path['emergency_id']}"
    problem = await access.tried(visit.api.post(f"{here}/review", {"verdict": said.get("verdict", "")}))
    return await shown(visit, problem) if problem else visit.go(f"{here}?done=reviewed")
