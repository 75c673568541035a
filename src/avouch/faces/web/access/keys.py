"""API keys: whose, for what, until when; made here, shown once, put out of force."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from avouch.faces.web import numbers
from avouch.faces.web.access import home as access
from avouch.faces.web.api import Problem
from avouch.faces.web.names import everybody
from avouch.faces.web.pages import Pages, Visit, sent
from avouch.faces.web.signin import back

pages = Pages()
SHOWN, DAYS = 50, 90
ONCE: OrderedDict[tuple[str, str], None] = OrderedDict()
"""Forms that a key was made from, by person and number: sent again, by a reload, they make no second one."""
FORMS = 10_000


def now() -> str:
    """The time as the API writes it, so that texts compare."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@pages("GET", "/access/keys")
async def listing(visit: Visit) -> Response:
    """The keys of all whom one administers, or of one (``?principal_id=…``)."""
    whose, cursor = visit.query("principal_id"), visit.query("cursor")
    found = await visit.api.get("/access/keys", principal_id=whose, cursor=cursor, limit=SHOWN)
    names = await access.names(visit, [whose, *(key["principal_id"] for key in found["items"])])
    return access.draw(visit, "access/keys.html", found=found, names=names, whose=whose, now=now())


@pages("GET", "/access/keys/new")
async def form(visit: Visit) -> Response:
    """A key for oneself, or for ``?principal_id=…``."""
    typed: dict[str, Any] = {
        "principal_id": visit.query("principal_id") or visit.me["id"],
        "label": "",
        "days": DAYS,
        "scopes": [],
    }
    return await drawn(visit, typed)


@pages("POST", "/access/keys/new")
async def make(visit: Visit) -> Response:
    """Make it, and show its token: this once."""
    said = await visit.form()
    days = said.get("days", "").strip()
    typed: dict[str, Any] = {"principal_id": said.get("principal_id", ""), "label": said.get("label", "").strip()}
    typed |= {"days": numbers.typed(days)}
    typed |= {"scopes": await access.several(visit, "scopes")}
    sheet = (visit.me["id"], said.get("once", ""))
    if sheet[1] and sheet in ONCE:
        return visit.go("/access/keys?done=made" if "access" in visit.acts else "/me?done=made")
    ONCE[sheet] = None
    try:
        made = await visit.api.post("/access/keys", typed)
    except Problem as problem:
        ONCE.pop(sheet, None)
        return await drawn(visit, typed, problem)
    while len(ONCE) > FORMS:
        ONCE.popitem(last=False)
    response = await drawn(visit, typed, made=made)
    sent(visit, response)
    return response


async def drawn(
    visit: Visit, typed: dict[str, Any], problem: Problem | None = None, made: dict[str, Any] | None = None
) -> Response:
    acts = sorted({act for role in await visit.api.get("/roles") for act in role["acts"]})
    others = [one for one in await everybody(visit) if one["status"] == "active"] if "access" in visit.acts else []
    whose = [{"id": visit.me["id"], "name": visit.me["name"]}, *(o for o in others if o["id"] != visit.me["id"])]
    if typed["principal_id"] not in {one["id"] for one in whose}:
        whose.append({"id": typed["principal_id"], "name": typed["principal_id"]})
    told = {"acts": acts, "whose": whose, "typed": typed, "made": made, "once": secrets.token_urlsafe(12)}
    return access.draw(visit, "access/newkey.html", problem, **told)


@pages("POST", "/access/keys/{key_id}/revoke")
async def revoke(visit: Visit) -> Response:
    """Out of force, for good."""
    said = await visit.form()
    await visit.api.send("DELETE", f"/access/keys/{visit.path['key_id']}")
    onward = back(said.get("back", "/access/keys"))
    return visit.go(f"{onward}{'&' if '?' in onward else '?'}done=revoked")
