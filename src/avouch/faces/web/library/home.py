"""The library: the documents that one may see, found by the words of their titles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from avouch.faces.web import draw
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
SHOWN = 50
SORTS = {"changed": "newest change first", "title": "by title", "id": "in the order of ids"}
FATES = ("live", "withdrawn", "revoked", "erased")
STANDINGS = {
    "live": ("good", "in force"),
    "superseded": ("", "replaced"),
    "withdrawn": ("warn", "withdrawn"),
    "revoked": ("bad", "withdrawn as wrong"),
    "erased": ("bad", "erased"),
}


@pages("GET", "/library")
async def listing(visit: Visit) -> Response:
    """Documents, a page at a time: ``?title=`` words, ``?fate=``, ``?sort=``, ``?cursor=``."""
    asked = {name: visit.query(name) for name in ("title", "fate", "sort")}
    asked["title"] = asked["title"][:200]
    asked["fate"] = asked["fate"] if asked["fate"] in FATES else ""
    asked["sort"] = asked["sort"] if asked["sort"] in SORTS else "changed"
    found = await visit.api.get("/documents", **asked, cursor=visit.query("cursor"), limit=SHOWN)
    onward = {"cursor": found["next"]} if found["next"] else None
    return visit.draw(
        "library/library.html",
        documents=[described(one) for one in found["items"]],
        asked=asked,
        sorts=SORTS,
        fates={fate: STANDINGS[fate][1] for fate in FATES},
        onward=onward and address(asked | onward),
        first=address(asked) if visit.query("cursor") else "",
        filtered=bool(asked["title"] or asked["fate"]),
    )


def address(asked: dict[str, str]) -> str:
    return "/library?" + urlencode({name: value for name, value in asked.items() if value})


def described(one: dict[str, Any]) -> dict[str, Any]:
    """A document with how it stands, and when that last changed."""
    current = one["current"]
    return {**one, "standing": standing(current), "changed": current["ended_at"] or current["recorded_at"]}


def standing(version: dict[str, Any]) -> tuple[str, str]:
    """How a version stands now: the chip's kind, and the words."""
    if version["fate"] != "live":
        return STANDINGS[version["fate"]]
    now, begins = datetime.now(UTC), draw.moment(version["valid_from"])
    ends = draw.moment(version["valid_to"]) if version["valid_to"] else None
    if begins and begins > now:
        return "warn", "not yet in force"
    return ("warn", "out of date") if ends and ends <= now else STANDINGS["live"]
