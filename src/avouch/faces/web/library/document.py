"""A document: what it says in each of its versions, who sees it, what rested on it; and its end."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from avouch.faces.web import names
from avouch.faces.web.answer import answers, pictured
from avouch.faces.web.api import Problem
from avouch.faces.web.library import home as library
from avouch.faces.web.library import text as document_text
from avouch.faces.web.numbers import at, whole
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
USED = 20
WORD = "erase"
"""What is typed before a document is erased."""
PASSED = ("content-type", "content-disposition", "etag", "cache-control")


@pages("GET", "/library/{document_id}")
async def one(visit: Visit) -> Response:
    """A document; ``?version=`` one of its versions, ``?page=`` of a PDF, with ``?start=&end=`` marked on it."""
    return await drawn(visit)


async def drawn(visit: Visit, problem: Problem | None = None, typed: dict[str, str] | None = None) -> Response:
    where = f"/documents/{visit.path['document_id']}"
    found, versions = await asyncio.gather(visit.api.get(where), visit.api.get(f"{where}/versions"))
    wanted = visit.query("version") or found["current"]["id"]
    shown = next((one for one in versions if one["id"] == wanted), None)
    if shown is None:
        await visit.api.get(f"{where}/text", version=wanted)
        shown = found["current"]
    read, page, used, reach = await asyncio.gather(
        text(visit, where, shown), paper(visit, where, shown), rested(visit, where), reaching(visit, found)
    )
    told = {"document": found, "versions": numbered(versions), "shown": {**shown, "standing": library.standing(shown)}}
    told |= {"people": await names.of(visit, [one["principal_id"] for one in used["items"]])}
    told |= {"read": read, "page": page, "used": used, "reach": reach, "word": WORD, "typed": typed or {}}
    told |= {"relied": whole(visit.query("relied")) if found["current"]["fate"] != "live" else None}
    return visit.draw(
        "library/document.html", problem.status if problem else 200, problem=problem and problem.told, **told
    )


def numbered(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The versions, newest first, each with its number and how it stands."""
    told = [{**one, "number": n, "standing": library.standing(one)} for n, one in enumerate(versions, 1)]
    return told[::-1]


async def text(visit: Visit, where: str, shown: dict[str, Any]) -> dict[str, Any] | None:
    """What was read from the version, in parts, from character ``?at=`` on; None where it was erased."""
    told = await visit.api.maybe(f"{where}/text", version=shown["id"])
    if told is None:
        return None
    words, first = told["text"], whole(visit.query("at")) or 0
    last = first + document_text.LONGEST
    last = len(words) if last >= len(words) else max(words.rfind("\n\n", first, last), first) + 2
    last = last if last > first + 2 else first + document_text.LONGEST
    shifted = [{**one, "start": one["start"] - first, "end": one["end"] - first} for one in told["headings"]]
    inside = [one for one in shifted if one["start"] >= 0 and one["end"] <= last - first]
    drawn = document_text.parts(words[first:last], inside)
    return {"parts": drawn, "chars": len(words), "first": first, "onward": last if last < len(words) else None}


async def paper(visit: Visit, where: str, shown: dict[str, Any]) -> dict[str, Any] | None:
    """One page of a PDF, and the pages beside it; None for what has none."""
    if shown["media_type"] != pictured.PDF:
        return None
    counted = await visit.api.maybe(f"{where}/pages", version=shown["id"])
    if not counted or not counted["pages"]:
        return None
    asked = {name: whole(visit.query(name)) for name in ("page", "start", "end")}
    number = min(max(asked["page"] or 1, 1), counted["pages"])
    span = {"start": asked["start"], "end": asked["end"]} if None not in (asked["start"], asked["end"]) else {}
    told = await visit.api.maybe(f"{where}/pages/{number}/boxes", version=shown["id"], **span)
    if told is None:
        return None
    url = pictured.address(shown["document_id"], number, shown["id"])
    return {**told, "pages": counted["pages"], "url": url, "span": span}


async def rested(visit: Visit, where: str) -> dict[str, Any]:
    """A page of the answers that cited the document, with their questions as far as they may be read."""
    told = await visit.api.maybe(f"{where}/answers", limit=USED, cursor=visit.query("answers"))
    if told is None:
        return {"items": [], "next": None}
    vouchers = await asyncio.gather(*(visit.api.maybe(f"/vouchers/{one['voucher_id']}") for one in told["items"]))
    questions = [one and answers.reading(one["voucher"], one["withheld"])["question"] for one in vouchers]
    items = [{**one, "question": said} for one, said in zip(told["items"], questions, strict=True)]
    return {"items": items, "next": told["next"]}


async def reaching(visit: Visit, found: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Who sees the document, for whoever administers access."""
    if "access" not in visit.acts:
        return None
    told: list[dict[str, Any]] | None = await visit.api.maybe("/access/who-can", document=found["id"])
    return told


@pages("GET", "/library/{document_id}/pages/{number}")
async def picture(visit: Visit) -> Response:
    """A page as a picture; through the page, so that it is asked for with the purpose that was chosen."""
    number = at(visit.path["number"], "page")
    return await passed(visit, f"/documents/{visit.path['document_id']}/pages/{number}")


@pages("GET", "/library/{document_id}/original")
async def original(visit: Visit) -> Response:
    """The file as it came in."""
    return await passed(visit, f"/documents/{visit.path['document_id']}/original")


async def passed(visit: Visit, path: str) -> Response:
    """What the API tells, as it is; nothing where the browser has it."""
    reply = await visit.api.send("GET", path, query={"version": visit.query("version")})
    headers = {name: reply.headers[name] for name in PASSED if name in reply.headers}
    if headers.get("etag", "none") == visit.request.headers.get("if-none-match"):
        return Response(status_code=304, headers={name: headers[name] for name in ("etag", "cache-control")})
    return Response(reply.body, headers=headers)


@pages("POST", "/library/{document_id}/withdraw")
async def withdraw(visit: Visit) -> Response:
    """Serve it no longer; what rested on it stands on the page that one comes back to."""
    said = await visit.form()
    document = visit.path["document_id"]
    body = {"wrong": said.get("wrong") == "yes", "reason": said.get("reason", "").strip()}
    try:
        told = await visit.api.post(f"/documents/{document}/withdraw", body)
    except Problem as problem:
        if problem.status in (401, 404):
            raise
        return await drawn(visit, problem, said)
    return visit.go(f"/library/{document}?relied={len(told['relied_on_by'])}")


@pages("POST", "/library/{document_id}/erase")
async def erase(visit: Visit) -> Response:
    """Remove it for good, once the word was typed. The certificate is shown now, and only now."""
    said = await visit.form()
    document = visit.path["document_id"]
    found = await visit.api.get(f"/documents/{document}")
    body = {"confirm": said.get("word", "").strip().lower() == WORD, "reason": said.get("reason", "").strip()}
    try:
        told = await visit.api.post(f"/documents/{document}/erase", body)
    except Problem as problem:
        if problem.status in (401, 404):
            raise
        if not body["confirm"]:
            problem.told |= {
                "detail": f"The word “{WORD}” was not typed.",
                "todo": "Type it into the field, if you are sure.",
            }
        return await drawn(visit, problem, said)
    return visit.draw("library/erased.html", certificate=told, key=found["key"])
