"""A page: a path, a function of the API, a template. Who is not signed in is asked to; what goes wrong is told."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from avouch.errors import AvouchError, Code
from avouch.faces.http import problem
from avouch.faces.http.door import SELF, Door
from avouch.faces.http.envelope import last
from avouch.faces.web import draw
from avouch.faces.web.api import CHOSEN, Api, Problem

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Place(NamedTuple):
    """A page of the navigation, and the acts of which one must be allowed for it to be of use."""

    path: str
    name: str
    acts: frozenset[str]


PLACES = (
    Place("/ask", "Ask", frozenset({"ask"})),
    Place("/library", "Library", frozenset({"search", "ingest"})),
    Place("/vouchers", "Vouchers", frozenset({"export", "audit", "review"})),
    Place("/ledger", "Ledger", frozenset({"audit"})),
    Place("/access", "Access", frozenset({"principal", "access", "policy"})),
    Place("/models", "Models", frozenset({"model", "redteam", "budget"})),
    Place("/operations", "Operations", frozenset({"operate"})),
)
SENT = "avouch-sent"
"""The cookie that tells the page's script: the form that was sent last was done, so what was typed may go."""
logger = logging.getLogger("avouch.http")
PROGRAMS = ("/api/", "/v1/", "/mcp")
"""Where programs ask: no page is there."""
View = Callable[["Visit"], Awaitable[Response]]


@dataclass
class Visit:
    """Somebody at a page: the request, the API as them, and who they are (empty before they signed in)."""

    request: Request
    api: Api
    me: dict[str, Any] = field(default_factory=dict)
    acts: frozenset[str] = frozenset()
    emergency: dict[str, Any] | None = None
    """The emergency that is in force for who came."""

    @property
    def places(self) -> list[Place]:
        """The pages that are of use to who came."""
        return [place for place in PLACES if not self.acts.isdisjoint(place.acts)]

    @property
    def here(self) -> str:
        """The address of this page with its query; of what a form was sent to, that of the page it stands on."""
        if self.request.method in ("GET", "HEAD"):
            query = self.request.url.query
            return quote(self.request.scope["path"]) + (f"?{query}" if query else "")
        return stood(self.request)

    @property
    def path(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.request.path_params.items()}

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default).strip()

    async def form(self) -> dict[str, str]:
        """The fields of a form; of several of a name, the last."""
        return {name: value for name, value in (await self.request.form()).items() if isinstance(value, str)}

    def draw(self, template: str, status: int = 200, **told: Any) -> Response:
        """The page; ``told`` is what its template draws."""
        body = draw.page(template, visit=self, me=self.me, path=self.request.url.path, **told)
        return HTMLResponse(body, status)

    def go(self, path: str) -> Response:
        """After something was done: there, by a GET, so that back and reload do nothing twice."""
        return RedirectResponse(path, 303)


class Pages:
    """The pages of one file, in the order in which they are declared."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def __call__(self, method: str, path: str, *, public: bool = False) -> Callable[[View], View]:
        """Declare a page. Unless it is ``public``, ``visit.me`` is who came."""

        def declare(view: View) -> View:
            self.routes.append(route(method, path, shown(view, public), public))
            return view

        return declare


def route(method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]], public: bool = False) -> Route:
    """An endpoint at its path. Its door says: being signed in is enough, for all else is the API's to decide."""
    endpoint.door = Door(method, path, () if public else (SELF,), endpoint, False, public)  # type: ignore[attr-defined]
    return Route(path, endpoint, methods=[method])


async def lost(request: Request, error: Exception) -> Response:
    """What is at no address: a page for who reads pages, else as the API tells it."""
    said = await problem.on_http(request, error)
    if "text/html" not in request.headers.get("accept", "") or request.url.path.startswith(PROGRAMS):
        return said
    visit = Visit(request, Api(request))
    return dressed(told(visit, Problem(json.loads(bytes(said.body)), said.status_code)), visit.api)


def shown(view: View, public: bool) -> Callable[[Request], Awaitable[Response]]:
    """A view as an endpoint: with who came, and with what goes wrong told as a page."""

    @functools.wraps(view)
    async def endpoint(request: Request) -> Response:
        visit = Visit(request, Api(request))
        try:
            if not public:
                visit.me = await visit.api.get("/me")
                visit.acts = frozenset(await visit.api.get("/me/acts"))
                if visit.me["emergency"]:
                    visit.emergency = await visit.api.maybe(f"/access/emergencies/{visit.me['emergency']}")
            response = await view(visit)
        except Problem as wrong:
            response = told(visit, wrong)
        except AvouchError as error:
            response = told(visit, Problem(problem.record(error, problem.id_of(request)), error.status))
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - told as a page, and logged
            response = told(visit, unforeseen(error, request))
        if request.method == "POST" and response.status_code == 303 and not public:
            sent(visit, response)
        return dressed(response, visit.api)

    return endpoint


def unforeseen(error: Exception, request: Request) -> Problem:
    """What nobody thought of: its place for the log, its number for the page, and nothing more."""
    number = problem.id_of(request)
    logger.error("unforeseen id=%s error=%s at=%s", number, type(error).__name__, last(error.__traceback__))
    wrong = AvouchError(Code.INTERNAL, "something went wrong that was not foreseen")
    return Problem(problem.record(wrong, number), wrong.status)


def sent(visit: Visit, response: Response) -> None:
    """Tell the page's script that the form was done, unless the way leads over the sign-in."""
    if not response.headers.get("location", "").startswith("/signin"):
        response.set_cookie(SENT, "1", 60, path="/", samesite="lax")


def stood(request: Request) -> str:
    """The page on which a form stands that was sent here: that it came from, or what the address lies under."""
    came = urlsplit(request.headers.get("referer", ""))
    ours = bool(came.netloc) and came.netloc == request.headers.get("host")
    path, query = (unquote(came.path), came.query) if ours else (request.scope["path"], "")
    if path and page(request, path):
        return quote(path) + (f"?{query}" if query else "")
    while path and not page(request, path):
        path = path.rpartition("/")[0]
    return quote(path) or "/"


def page(request: Request, path: str) -> bool:
    """Whether a page is drawn at a path."""
    if path.startswith(PROGRAMS):
        return False
    asked = {"type": "http", "method": "GET", "path": path, "root_path": ""}
    return any(one.matches(asked)[0] == Match.FULL for one in request.app.routes if isinstance(one, Route))


def told(visit: Visit, wrong: Problem) -> Response:
    """What went wrong, in words; or the way to sign in, and back here."""
    if wrong.status == 401:
        return visit.go(f"/signin?next={quote(visit.here, safe='')}")
    response = visit.draw("problem.html", wrong.status, problem=wrong.told or {"code": Code.INTERNAL.name})
    if wrong.told.get("retryable"):
        response.headers["retry-after"] = "1"
    return response


def dressed(response: Response, api: Api) -> Response:
    """With the cookies that the API set, and a policy under which nothing runs but what we serve."""
    response.raw_headers += [(b"set-cookie", value) for value in api.cookies]
    if api.purpose != api.request.cookies.get(CHOSEN, "") and CHOSEN not in str(response.headers.getlist("set-cookie")):
        response.delete_cookie(CHOSEN, path="/")
    response.headers["content-security-policy"] = CSP
    response.headers.setdefault("cache-control", "no-store")
    response.headers["referrer-policy"] = "same-origin"
    return response
