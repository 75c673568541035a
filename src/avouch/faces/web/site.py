"""The site: every page, in one router beside the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from avouch.faces.web import (
    access,
    access_emergencies,
    access_keys,
    access_me,
    access_people,
    access_person,
    access_policy,
    access_review,
    access_why,
    answers,
    ask,
    assets,
    document,
    guide,
    ledger,
    library,
    library_compare,
    models,
    models_activity,
    models_budgets,
    models_declare,
    models_prompts,
    models_trials,
    operations,
    quarantine,
    signin,
    upload,
    vouchers,
)
from avouch.faces.web.pages import route

ACCESS = (
    access,
    access_people,
    access_person,
    access_keys,
    access_emergencies,
    access_policy,
    access_why,
    access_review,
    access_me,
)
PROOF = (vouchers, ledger, operations)
LIBRARY = (library, upload, quarantine, library_compare, document)
MODELS = (models, models_activity, models_budgets, models_declare, models_prompts, models_trials)
FILES = (signin, ask, answers, guide, *ACCESS, *MODELS, *PROOF, *LIBRARY)


def routes() -> list[Route]:
    """The routes of all pages, in the order in which they are looked through."""
    own = [route("GET", "/", home, True), route("GET", "/static/{digest}/{name}", assets.asset, True)]
    return [*own, *(one for file in FILES for one in file.pages.routes)]


async def home(request: Request) -> Response:
    """Most people come to ask."""
    return RedirectResponse("/ask", 303)
