"""In and out, and for what purpose."""

from __future__ import annotations

import re
import unicodedata

from starlette.responses import Response

from avouch.faces.http import caller
from avouch.faces.web.api import CHOSEN, EMERGENCY, PURPOSES, Problem
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
HERE = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
"""A path of this site, and of no other."""
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l", "đ": "d"})
"""Letters that are spelt with others where only a to z are taken."""


def back(told: str) -> str:
    """Where to go on; never to another site."""
    return told if HERE.fullmatch(told) else "/"


@pages("GET", "/signin", public=True)
async def form(visit: Visit) -> Response:
    """The way in. Whoever comes next says anew for what they look."""
    return unsaid(await drawn(visit, visit.query("next", "/"), "", None))


async def drawn(visit: Visit, onward: str, name: str, problem: Problem | None) -> Response:
    issuers = await visit.api.get("/auth/issuers")
    told = problem.told if problem else None
    status = problem.status if problem else 200
    return visit.draw("signin.html", status, next=back(onward), name=name, problem=told, issuers=issuers)


@pages("POST", "/signin", public=True)
async def enter(visit: Visit) -> Response:
    """Sign in. What was typed, but the password, stays where it is if that fails."""
    said = await visit.form()
    name, onward = said.get("name", ""), said.get("next", "/")
    try:
        await visit.api.post("/auth/signin", {"name": name, "password": said.get("password", "")})
    except Problem as problem:
        return await drawn(visit, onward, name, problem)
    return visit.go(back(onward))


@pages("POST", "/signout", public=True)
async def leave(visit: Visit) -> Response:
    """End the session, here and on the server."""
    try:
        await visit.api.post("/auth/signout")
    except Problem as problem:
        if problem.status != 401:
            raise
    return unsaid(visit.go("/signin"))


def unsaid(response: Response) -> Response:
    """Without the purpose that was chosen."""
    response.delete_cookie(CHOSEN, path="/", httponly=True, samesite="lax")
    return response


@pages("POST", "/purpose")
async def purpose(visit: Visit) -> Response:
    """Say for what one looks from now on: it goes with every request, and into every entry.

    What is no purpose as it was typed is not set: the page shows what could be made of it.
    """
    caller.same_site(visit.request)
    said = await visit.form()
    typed, onward = said.get("purpose", "").strip(), back(said.get("back", "/"))
    chosen = "-".join(typed.lower().split())
    if chosen == EMERGENCY or (chosen and not PURPOSES.fullmatch(chosen)):
        told = {"typed": typed, "made": "" if chosen == EMERGENCY else word(typed), "next": onward}
        return visit.draw("purpose.html", 422, **told)
    response = visit.go(onward)
    secure = caller.secure(visit.request)
    if chosen:
        response.set_cookie(CHOSEN, chosen, path="/", secure=secure, httponly=True, samesite="lax")
    else:
        response.delete_cookie(CHOSEN, path="/", secure=secure, httponly=True, samesite="lax")
    return response


@pages("GET", "/purpose")
async def asked(visit: Visit) -> Response:
    """Whoever comes here by a GET says it anew."""
    return visit.draw("purpose.html", typed="", made=visit.api.purpose, next="/")


def word(typed: str) -> str:
    """A purpose as near to what was typed as one can be: small letters a to z, and dashes."""
    plain = unicodedata.normalize("NFKD", typed.lower().translate(SPELT))
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    made = re.sub(r"[^a-z]+", "-", bare).strip("-")[:40].strip("-")
    return "" if made == EMERGENCY else made
