"""Who may come in: people and services, found by name, and added."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.api import Problem
from avouch.faces.web.draw import LEVELS
from avouch.faces.web.names import MOST, everybody
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
SHOWN = 50
EMPTY = {"name": "", "kind": "person", "groups": "", "roles": ["reader"], "clearance": "internal"}


@pages("GET", "/access/people")
async def listing(visit: Visit) -> Response:
    """People and services by name; ``?name=…`` only those with that in it."""
    return await drawn(visit, EMPTY)


async def drawn(visit: Visit, typed: dict[str, Any], problem: Problem | None = None) -> Response:
    name, cursor = visit.query("name"), visit.query("cursor")
    found = await visit.api.get("/principals", name=name, cursor=cursor, limit=SHOWN)
    roles = await visit.api.get("/roles")
    told = {"found": found, "name": name, "cursor": cursor, "roles": roles, "levels": LEVELS, "typed": typed}
    return access.draw(visit, "access/people.html", problem, **told)


@pages("POST", "/access/people")
async def add(visit: Visit) -> Response:
    """Add somebody, and go to them. What was typed stays where it is if that fails."""
    said = await visit.form()
    typed = {name: said.get(name, "").strip() for name in EMPTY}
    body: dict[str, Any] = {**typed, "groups": access.words(typed["groups"])}
    body["roles"] = await access.several(visit, "roles")
    try:
        made = await visit.api.post("/principals", body)
    except Problem as problem:
        return await drawn(visit, {**body, "groups": typed["groups"]}, problem)
    return visit.go(f"/access/people/{made['id']}?done=added")


@pages("GET", "/access/groups")
async def groups(visit: Visit) -> Response:
    """Who is in each group, and how many of the documents that one sees oneself carry it as a label."""
    found: dict[str, dict[str, Any]] = {}
    for person in await everybody(visit):
        for group in person["groups"] or []:
            one = found.setdefault(group, {"name": group, "people": [], "documents": 0})
            one["people"].append(person)
    library = await visit.api.maybe("/documents", limit=MOST) if "search" in visit.acts else None
    for document in (library or {"items": []})["items"]:
        for label in document["current"]["labels"]:
            one = found.setdefault(label, {"name": label, "people": [], "documents": 0})
            one["documents"] += 1
    ordered, more = [found[name] for name in sorted(found)], bool(library and library["next"])
    return access.draw(visit, "access/groups.html", groups=ordered, counted=library is not None, more=more)
