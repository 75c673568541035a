"""The ledger: its entries, sought by who, what, when and about what; whether it is whole; its checkpoints."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from avouch.faces.web import names, numbers
from avouch.faces.web.api import Problem
from avouch.faces.web.pages import Pages, Visit
from avouch.faces.web.proof import kinds

pages = Pages()
LINES, MOST = 50, 20_000
"""Entries on a page; characters of an entry that are shown of each part."""
SOUGHT = ("kind", "who", "about", "since", "until")
ID = re.compile(r"[a-z]+_[0-9a-z]+")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@pages("GET", "/ledger")
async def listing(visit: Visit) -> Response:
    """The entries, newest first; what is sought stands in the address."""
    typed = {name: visit.query(name) for name in SOUGHT}
    cursor = visit.query("cursor")
    people = await names.everybody(visit)
    problem: Problem | None = None
    found: dict[str, Any] = {"items": [], "next": None}
    try:
        query = asked(typed)
        found = await visit.api.get("/ledger/entries", newest="true", limit=LINES, cursor=cursor, **query)
    except Problem as wrong:
        if wrong.status not in (400, 422):
            raise
        problem = wrong
    more = urlencode({**{name: value for name, value in typed.items() if value}, "cursor": found["next"] or ""})
    return visit.draw(
        "proof/ledger.html",
        problem.status if problem else 200,
        lines=[line(one, visit.acts) for one in found["items"]],
        typed=typed,
        sought=any(typed.values()),
        more=more if found["next"] else "",
        cursor=cursor,
        people=people,
        called={one["id"]: one["name"] for one in people} | {visit.me["id"]: visit.me["name"]},
        choices=[(one, kinds.word(one)) for one in kinds.CHOICES],
        state=await visit.api.get("/ledger"),
        home=await at_home(visit),
        problem=problem.told if problem else None,
    )


def asked(typed: dict[str, str]) -> dict[str, str]:
    """What is typed, as the API takes it. A last day is asked for to its end."""
    until = typed["until"]
    if DAY.fullmatch(until):
        until = ending(until)
    return {
        "kind": typed["kind"],
        "actor": typed["who"],
        "about": subject(typed["about"]),
        "since": typed["since"],
        "until": until,
    }


def ending(day: str) -> str:
    """Before when it still was a day; what is no day is left for the API to refuse."""
    try:
        return (datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return day


def subject(typed: str) -> str:
    """The id in what was typed or pasted, which may be the address of a page."""
    last = typed.rstrip("/").rpartition("/")[2].partition("?")[0]
    return last if ID.fullmatch(last) else typed


def line(one: dict[str, Any], acts: frozenset[str]) -> dict[str, Any]:
    told, more = kinds.links(one["body"], acts)
    return {**one, "word": kinds.word(one["kind"]), "grave": kinds.grave(one["kind"]), "links": told, "more": more}


async def at_home(visit: Visit) -> bool:
    """Whether the whole log is theirs to have: that concerns all tenants."""
    return "owner" in visit.me["roles"] or visit.me["tenant"] == "default"


@pages("POST", "/ledger/verify")
async def verify(visit: Visit) -> Response:
    """Begin to check every entry. How far that is, and then what was found, stands on the page."""
    await visit.api.post("/ledger/checks")
    return visit.go("/ledger#state")


@pages("POST", "/ledger/checkpoint")
async def checkpoint(visit: Visit) -> Response:
    """Sign the head; the note is among those that were kept."""
    await visit.api.post("/ledger/checkpoint")
    return visit.go("/ledger#checkpoints")


@pages("GET", "/ledger/verify")
async def back(visit: Visit) -> Response:
    """Whoever comes here by a GET wants to see how it stands."""
    return visit.go("/ledger#state")


@pages("GET", "/ledger/{seq}")
async def one(visit: Visit) -> Response:
    """One entry, laid out for reading, and its very bytes."""
    seq = numbers.at(visit.path["seq"], "entry")
    found, state = await asyncio.gather(visit.api.get(f"/ledger/entries/{seq}"), visit.api.get("/ledger"))
    entry = found["entry"]
    people = await names.of(visit, {one for one in kinds.ids(entry["body"]) if one[0] == "p"} | {entry["actor"]})
    return visit.draw(
        "proof/entry.html",
        entry=line(entry, visit.acts),
        links=kinds.links(entry["body"], visit.acts, 40),
        facts=[(name, shape(value)) for name, value in kinds.facts(entry["body"])],
        whole=found,
        said=found["said"] and found["said"][:MOST],
        people=people,
        last=state["size"] - 1,
    )


def shape(value: Any) -> dict[str, Any]:
    """A value and how to draw it: as words, or as indented JSON."""
    if value is None or value == [] or value == {}:
        return {"soft": "none"}
    if isinstance(value, bool):
        return {"text": "yes" if value else "no"}
    if isinstance(value, list) and len(value) <= 8 and all(isinstance(one, (str, int)) for one in value):
        return {"text": ", ".join(map(str, value))}
    if isinstance(value, (dict, list)):
        told = json.dumps(value, indent=1, ensure_ascii=False)
        return {"json": told[:MOST], "cut": len(told) > MOST}
    return {"text": str(value)}
