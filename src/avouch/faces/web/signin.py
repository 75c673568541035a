"""In and out, and for what purpose."""

from __future__ import annotations

import re

from starlette.responses import Response

from avouch.faces.http import caller
from avouch.faces.web.api import CHOSEN, Problem
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
HERE = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
"""A path of this site, and of no other."""


def back(told: str) -> str:
    """Where to go on; never to another site."""
    return told if HERE.fullmatch(told) else "/"


@pages("GET", "/signin", public=True)
async def form(visit: Visit) -> Response:
    """The way in."""
    return await drawn(visit, visit.query("next", "/"), "", None)


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
    return visit.go("/signin")


@pages("POST", "/purpose")
async def purpose(visit: Visit) -> Response:
    """Say for what one looks from now on: it goes with every request, and into every entry."""
    caller.same_site(visit.request)
    said = await visit.form()
    response = visit.go(back(said.get("back", "/")))
    chosen = re.sub(r"[^a-z]+", "-", said.get("purpose", "").lower()).strip("-")[:40]
    secure = caller.secure(visit.request)
    response.set_cookie(CHOSEN, chosen, path="/", secure=secure, httponly=True, samesite="lax")
    return response
