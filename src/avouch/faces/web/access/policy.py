"""The policy: its versions, what each says, whether its own test cases hold, and what differs from the one in force."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from avouch.faces.web import numbers
from avouch.faces.web.access import home as access
from avouch.faces.web.api import Problem
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
FILE = "file:"


@pages("GET", "/access/policy")
async def listing(visit: Visit) -> Response:
    """Every version, the newest first, and the one in force."""
    found = list(reversed(await visit.api.get("/policies")))
    names = await access.names(visit, (one[of] for one in found for of in ("author", "approver")))
    active = next(one for one in found if one["in_force"])
    return access.draw(visit, "access/policies.html", found=found, names=names, active=active)


@pages("GET", "/access/policy/propose")
async def form(visit: Visit) -> Response:
    """The files of ``?from=…`` to begin with, or those in force."""
    told = visit.query("from")
    number = numbers.at(told, "policy") if told else await in_force(visit)
    texts = (await visit.api.get(f"/policies/{number}"))["texts"]
    return access.draw(visit, "access/propose.html", texts=texts, cases=None, new={"name": "", "text": ""})


async def in_force(visit: Visit) -> int:
    return int(next(one["number"] for one in await visit.api.get("/policies") if one["in_force"]))


@pages("POST", "/access/policy/propose")
async def propose(visit: Visit) -> Response:
    """Try its own cases, or store it for somebody else to activate. Nothing that was typed is lost."""
    said = await visit.form()
    texts = {name.removeprefix(FILE): lines(text) for name, text in said.items() if name.startswith(FILE)}
    new = {"name": said.get("name", "").strip(), "text": lines(said.get("text", ""))}
    if new["name"]:
        texts[new["name"]], new = new["text"], {"name": "", "text": ""}
    texts = {name: text for name, text in texts.items() if text.strip()}
    problem, cases = None, None
    try:
        if said.get("do") == "propose":
            made = await visit.api.post("/policies", {"texts": texts})
            return visit.go(f"/access/policy/{made['number']}?done=proposed")
        cases = await visit.api.post("/policies/test", {"texts": texts})
    except Problem as wrong:
        if wrong.status == 401:
            raise
        problem = wrong
    return access.draw(visit, "access/propose.html", problem, texts=texts, cases=cases, new=new)


def lines(text: str) -> str:
    """As a file has it: browsers send forms with CRLF."""
    return text.replace("\r\n", "\n")


@pages("GET", "/access/policy/{number}")
async def one(visit: Visit) -> Response:
    """One version; ``?against=…`` says with which one it is compared, which is else the one in force."""
    return await drawn(visit)


async def drawn(visit: Visit, problem: Problem | None = None, override: str = "") -> Response:
    number = numbers.at(visit.path["number"], "policy")
    versions = await visit.api.get("/policies")
    texts = (await visit.api.get(f"/policies/{number}"))["texts"]
    found = next(one for one in versions if one["number"] == number)
    active = next(one["number"] for one in versions if one["in_force"])
    against = numbers.at(visit.query("against", str(active)), "policy")
    diff = await visit.api.maybe(f"/policies/{against}/diff/{number}") if against != number else None
    cases: list[dict[str, Any]] | None = None
    wrong: dict[str, Any] | None = None
    try:
        cases = await visit.api.post("/policies/test", {"texts": texts})
    except Problem as failed:
        wrong = failed.told
    names = await access.names(visit, [found["author"], found["approver"]])
    texts = dict(sorted(texts.items(), key=lambda file: (not file[0].endswith(".cedar"), file[0])))
    told = {"one": found, "texts": texts, "cases": cases, "wrong": wrong, "versions": versions, "names": names}
    told |= {"diff": diff and diff["diff"].splitlines(), "against": against, "active": active, "override": override}
    return access.draw(visit, "access/policy.html", problem, own=found["author"] == visit.me["id"], **told)


@pages("POST", "/access/policy/{number}/activate")
async def activate(visit: Visit) -> Response:
    """In force from now on, in every process; who proposed it is refused."""
    said = await visit.form()
    number = numbers.at(visit.path["number"], "policy")
    override = said.get("override", "").strip()
    body = {"alone": "alone" in said, "override": override}
    problem = await access.tried(visit.api.post(f"/policies/{number}/activate", body))
    if problem:
        return await drawn(visit, problem, override)
    return visit.go(f"/access/policy/{number}?done=activated")
