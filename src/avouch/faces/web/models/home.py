"""Models: those that are declared, whether requests go through to them, and what may be done with one."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.api import Problem
from avouch.faces.web.numbers import whole
from avouch.faces.web.pages import Pages, Place, Visit

pages = Pages()
SUBS = (
    Place("/models", "Models", frozenset({"model"})),
    Place("/models/activity", "Activity", frozenset({"model"})),
    Place("/models/spending", "Spending", frozenset({"budget"})),
    Place("/models/prompts", "Prompts", frozenset({"prompt"})),
    Place("/models/trials", "Red team", frozenset({"redteam"})),
)
APPROVERS = frozenset({"admin", "owner"})
ONE = "/models/declared/{name}"


def draw(visit: Visit, template: str, problem: Problem | None = None, **told: Any) -> Response:
    """A page about models. ``approves``: who came may put in force what somebody else proposed."""
    mine = [one for one in SUBS if not visit.acts.isdisjoint(one.acts)]
    shared = {"subs": mine, "money": money, "approves": not APPROVERS.isdisjoint(visit.me["roles"])}
    return access.draw(visit, template, problem, **(shared | told))


def money(micros: int, currency: str) -> str:
    """An amount with its currency; small ones to the last cent that counts."""
    amount = micros / 1e6
    return f"{amount:,.2f} {currency}" if amount >= 1 or not micros else f"{amount:.4f} {currency}"


def latest(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Of the versions of one model, the one that speaks for it: in force, or the newest."""
    return max(found, key=lambda one: (one["in_force"], one["number"]))


@pages("GET", "/models")
async def listing(visit: Visit) -> Response:
    """The declared models, those in force first. Who may not see models is shown what they may."""
    if "model" not in visit.acts:
        return visit.go("/models/trials" if "redteam" in visit.acts else "/models/spending")
    found: dict[str, list[dict[str, Any]]] = {}
    for one in await visit.api.get("/models"):
        found.setdefault(one["model"]["name"], []).append(one)
    rows = [latest(versions) | {"versions": len(versions)} for versions in found.values()]
    for row in rows:
        row["waiting"] = max(one["number"] for one in found[row["model"]["name"]]) > row["number"]
    trials = await visit.api.get("/redteam") if "redteam" in visit.acts else None
    rows.sort(key=lambda one: (not one["in_force"], one["model"]["name"]))
    return draw(visit, "models/frame.html", rows=rows, trials=trials)


@pages("GET", ONE)
async def one(visit: Visit) -> Response:
    """A model; ``?number=…`` one of its versions."""
    return await drawn(visit)


async def drawn(
    visit: Visit, problem: Problem | None = None, tried: dict[str, Any] | None = None, override: str = ""
) -> Response:
    name, number = visit.path["name"], visit.query("number")
    found = [one for one in await visit.api.get("/models") if one["model"]["name"] == name]
    if not found:
        raise Problem({"code": "NOT_FOUND", "title": "Not found", "detail": f"no model {name[:64]}"}, 404)
    shown = next((one for one in found if str(one["number"]) == number), latest(found))
    names = await access.names(visit, (one[of] for one in found for of in ("author", "approver")))
    told = {"one": shown, "versions": sorted(found, key=lambda one: -int(one["number"])), "names": names}
    told |= {"tried": tried, "override": override, "own": shown["author"] == visit.me["id"]}
    return draw(visit, "models/one.html", problem, **told)


@pages("POST", ONE + "/test")
async def test(visit: Visit) -> Response:
    """Ask it about a page that everybody may know."""
    said, name = await visit.form(), visit.path["name"]
    try:
        tried = await visit.api.post(f"/models/{name}/test", version(said))
    except Problem as problem:
        return await drawn(visit, problem)
    return await drawn(visit, tried=tried)


def version(said: dict[str, str]) -> dict[str, Any]:
    """Which version a form means."""
    told = said.get("number", "")
    number = whole(told)
    return {} if number is None else {"number": number}


@pages("POST", ONE + "/activate")
async def activate(visit: Visit) -> Response:
    """In force from now on. Refused for who declared it, and for a release that was never attacked."""
    said, name = await visit.form(), visit.path["name"]
    override = said.get("override", "").strip()
    body = version(said) | {"alone": "alone" in said, "override": override}
    problem = await access.tried(visit.api.post(f"/models/{name}/activate", body))
    if problem:
        return await drawn(visit, problem, override=override)
    return visit.go(f"/models/declared/{name}?done=activated")


@pages("POST", ONE + "/retire")
async def retire(visit: Visit) -> Response:
    """Asked no more, at once."""
    name = visit.path["name"]
    problem = await access.tried(visit.api.send("DELETE", f"/models/{name}"))
    return await drawn(visit, problem) if problem else visit.go(f"/models/declared/{name}?done=retired")
