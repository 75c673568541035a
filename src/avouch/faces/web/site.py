"""The site: every page, beside the API."""

from __future__ import annotations

from importlib import import_module

from starlette.responses import Response
from starlette.routing import Route

from avouch.faces.web import assets
from avouch.faces.web.pages import Pages, Visit, route

pages = Pages()
FILES = (
    "signin",
    "guide",
    *(f"answer.{name}" for name in ("ask", "answers")),
    *(f"library.{name}" for name in ("home", "upload", "quarantine", "compare", "document")),
    *(f"proof.{name}" for name in ("vouchers", "ledger")),
    *(
        f"access.{name}"
        for name in ("home", "people", "person", "keys", "emergencies", "policy", "why", "review", "me")
    ),
    *(f"models.{name}" for name in ("home", "activity", "budgets", "declare", "prompts", "trials")),
    "operations",
)
"""Where pages are declared; of two that fit an address, the first is shown."""


def routes() -> list[Route]:
    """The routes of all pages, in the order in which they are looked through."""
    own = [*pages.routes, route("GET", "/static/{digest}/{name}", assets.asset, True)]
    found = [import_module(f"avouch.faces.web.{file}").pages.routes for file in FILES]
    return [*own, *(one for some in found for one in some)]


@pages("GET", "/")
async def home(visit: Visit) -> Response:
    """To the first of the pages that are of use to who came: for most people, to ask."""
    return visit.go(visit.places[0].path if visit.places else "/me")
