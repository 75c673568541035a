"""What models are told: templates as versions, proposed by one and put in force by another."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.access.policy import lines
from avouch.faces.web.api import Problem
from avouch.faces.web.models import home as models
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
ONE = "/models/prompt/{name}"


@pages("GET", "/models/prompts")
async def listing(visit: Visit) -> Response:
    """Every template, those in force first."""
    found = await visit.api.get("/prompts")
    names = await access.names(visit, (one[of] for one in found for of in ("author", "approver")))
    found.sort(key=lambda one: (not one["in_force"], one["name"], -one["number"]))
    return models.draw(visit, "models/prompts.html", found=found, names=names)


@pages("GET", "/models/prompt")
async def form(visit: Visit) -> Response:
    """A template to propose; ``?from=…`` one to begin with."""
    text = ""
    if name := visit.query("from"):
        text = (await visit.api.get(f"/prompts/{name}", number=visit.query("number")))["text"]
    return models.draw(visit, "models/prompt_form.html", text=text, checked=None)


@pages("POST", "/models/prompt")
async def propose(visit: Visit) -> Response:
    """Try its own cases, or store it for somebody else to activate. Nothing that was typed is lost."""
    said = await visit.form()
    text = lines(said.get("text", ""))
    problem, checked = None, None
    try:
        if said.get("do") == "propose":
            made = await visit.api.post("/prompts", {"text": text})
            return visit.go(f"/models/prompt/{made['name']}?number={made['number']}&done=proposed")
        checked = await visit.api.post("/prompts/test", {"text": text})
    except Problem as wrong:
        problem = wrong
    return models.draw(visit, "models/prompt_form.html", problem, text=text, checked=checked)


@pages("GET", ONE)
async def one(visit: Visit) -> Response:
    """A template's text; ``?number=…`` one of its versions."""
    return await drawn(visit)


async def drawn(visit: Visit, problem: Problem | None = None, override: str = "") -> Response:
    name, number = visit.path["name"], visit.query("number")
    found = [one for one in await visit.api.get("/prompts") if one["name"] == name]
    shown = next((one for one in found if str(one["number"]) == number), models.latest(found) if found else None)
    if shown is None:
        raise Problem({"code": "NOT_FOUND", "title": "Not found", "detail": f"no template {name[:64]}"}, 404)
    text = (await visit.api.get(f"/prompts/{name}", number=shown["number"]))["text"]
    names = await access.names(visit, (one[of] for one in found for of in ("author", "approver")))
    told: dict[str, Any] = {"one": shown, "versions": found, "text": text, "names": names, "override": override}
    return models.draw(visit, "models/prompt.html", problem, own=shown["author"] == visit.me["id"], **told)


@pages("POST", ONE + "/activate")
async def activate(visit: Visit) -> Response:
    """In force for its form, from now on."""
    said, name = await visit.form(), visit.path["name"]
    override = said.get("override", "").strip()
    body = models.version(said) | {"alone": "alone" in said, "override": override}
    problem = await access.tried(visit.api.post(f"/prompts/{name}/activate", body))
    return await drawn(visit, problem, override) if problem else visit.go(f"/models/prompt/{name}?done=activated")


@pages("POST", ONE + "/retire")
async def retire(visit: Visit) -> Response:
    """Back to the one before it, which comes with Avouch. Refused where no trial is of that release."""
    override = (await visit.form()).get("override", "").strip()
    query = {"override": override} if override else {}
    problem = await access.tried(visit.api.send("DELETE", f"/prompts/{visit.path['name']}", query=query))
    return await drawn(visit, problem, override) if problem else visit.go("/models/prompts?done=retired")
