"""One person or service: what they have, what lets them in, and what may be changed."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.api import Problem
from avouch.faces.web.draw import LEVELS
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
HERE = "/access/people/{principal_id}"


@pages("GET", HERE)
async def one(visit: Visit) -> Response:
    """Somebody whom one administers."""
    return await drawn(visit)


async def drawn(visit: Visit, problem: Problem | None = None, typed: dict[str, Any] | None = None) -> Response:
    who = visit.path["principal_id"]
    person = await visit.api.get(f"/principals/{who}")
    roles = await visit.api.get("/roles")
    typed = typed or {**person, "groups": ", ".join(person["groups"])}
    gives = {one["role"]: one["acts"] for one in roles}
    told: dict[str, Any] = {"person": person, "roles": roles, "levels": LEVELS, "oneself": who == visit.me["id"]}
    told |= {"typed": typed, "seen": state(person)}
    told["may"] = sorted({act for role in person["roles"] for act in gives.get(role, [])})
    may = {"keys": "access", "sessions": "access", "member": "compartment"}
    paths = {"keys": "/access/keys", "sessions": "/access/sessions", "member": f"/principals/{who}/compartments"}
    for name, path in paths.items():
        query = {} if name == "member" else {"principal_id": who}
        told[name] = await visit.api.maybe(path, **query) if may[name] in visit.acts else None
    return access.draw(visit, "access/person.html", problem, **told)


async def done(visit: Visit, said: str, method: str, path: str, body: Any = None, **query: str) -> Response:
    """Ask for it; back to the person, with what was done or what stood in the way."""
    who = visit.path["principal_id"]
    problem = await access.tried(visit.api.send(method, path.format(who), query=query, body=body))
    return await drawn(visit, problem) if problem else visit.go(f"/access/people/{who}?done={said}")


@pages("POST", HERE)
async def change(visit: Visit) -> Response:
    """Other groups, roles or clearance, unless somebody else changed them meanwhile."""
    said, who = await visit.form(), visit.path["principal_id"]
    typed: dict[str, Any] = {"groups": said.get("groups", ""), "clearance": said.get("clearance", "public")}
    typed |= {"roles": await access.several(visit, "roles")}
    if said.get("seen") != state(await visit.api.get(f"/principals/{who}")):
        detail = "somebody else changed them meanwhile; above is what they have now"
        todo = "Look at what you typed below, and save it again if it still holds."
        return await drawn(visit, Problem({"code": "PRECONDITION_FAILED", "detail": detail, "todo": todo}, 412), typed)
    body = typed | {"groups": access.words(typed["groups"])}
    problem = await access.tried(visit.api.send("PATCH", f"/principals/{who}", body=body))
    return await drawn(visit, problem, typed) if problem else visit.go(f"/access/people/{who}?done=changed")


def state(person: dict[str, Any]) -> str:
    """What a change replaces, to see whether it is still what was looked at."""
    return json.dumps([person["groups"], person["roles"], person["clearance"]])


@pages("POST", HERE + "/password")
async def password(visit: Visit) -> Response:
    """A first password, or a new one where theirs is lost."""
    said = await visit.form()
    return await done(visit, "password", "PUT", "/access/passwords/{}", {"password": said.get("password", "")})


@pages("POST", HERE + "/disable")
async def disable(visit: Visit) -> Response:
    return await done(visit, "disabled", "POST", "/principals/{}/disable", {})


@pages("POST", HERE + "/enable")
async def enable(visit: Visit) -> Response:
    return await done(visit, "enabled", "POST", "/principals/{}/enable", {})


@pages("POST", HERE + "/compartments")
async def compartments(visit: Visit) -> Response:
    """In and out of patients' records and clients' files."""
    said = await visit.form()
    body = {"join": access.words(said.get("join", "")), "leave": await access.several(visit, "leave")}
    return await done(visit, "compartments", "POST", "/principals/{}/compartments", body)


@pages("POST", HERE + "/sessions")
async def sessions(visit: Visit) -> Response:
    """Out everywhere."""
    return await done(visit, "ended", "DELETE", "/access/sessions", None, principal_id=visit.path["principal_id"])
