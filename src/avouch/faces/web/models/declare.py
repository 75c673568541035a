"""To declare a model: what is left out is the strictest."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web.api import Problem
from avouch.faces.web.draw import LEVELS
from avouch.faces.web.models import home as models
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
EMPTY: dict[str, str] = {
    "name": "",
    "kind": "openai",
    "url": "",
    "remote": "",
    "version": "",
    "owner": "",
    "region": "",
    "receives": "public",
    "context": "4096",
    "reply": "512",
    "price_in": "0",
    "price_out": "0",
    "currency": "USD",
    "timeout": "30",
    "pause": "15",
    "grammar": "none",
    "dialect": "compatible",
    "key": "",
    "ca": "",
}
TICKED = ("personal", "plain_http")
WHOLE, PARTS = ("context", "reply"), ("timeout", "pause")


@pages("GET", "/models/declare")
async def form(visit: Visit) -> Response:
    """An empty one, or ``?from=…`` a declared model to begin with."""
    typed: dict[str, Any] = {**EMPTY, **dict.fromkeys(TICKED, False)}
    if name := visit.query("from"):
        found = [one for one in await visit.api.get("/models") if one["model"]["name"] == name]
        typed |= models.latest(found)["model"] if found else {}
    return drawn(visit, typed)


def drawn(visit: Visit, typed: dict[str, Any], problem: Problem | None = None) -> Response:
    return models.draw(visit, "models/declare.html", problem, typed=typed, levels=LEVELS)


@pages("POST", "/models/declare")
async def declare(visit: Visit) -> Response:
    """Store it for somebody else to put in force. Nothing is asked of it yet, and nothing that was typed is lost."""
    said = await visit.form()
    typed: dict[str, Any] = {name: said.get(name, "").strip() for name in EMPTY}
    typed |= {name: name in said for name in TICKED}
    try:
        made = await visit.api.post("/models", body(typed))
    except Problem as problem:
        return drawn(visit, typed, problem)
    return visit.go(f"/models/declared/{made['name']}?number={made['number']}&done=proposed")


def body(typed: dict[str, Any]) -> dict[str, Any]:
    """The declaration as the API takes it; what is no number is left as it was typed, for the API to say so."""
    told = {name: value for name, value in typed.items() if value != ""}
    for names, kind in ((WHOLE, int), (PARTS, float)):
        for name in names:
            try:
                told[name] = kind(told[name])
            except (KeyError, ValueError):
                continue
    return told
