"""The application: the stack behind HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware

from avouch import __version__
from avouch.errors import AvouchError
from avouch.faces.http import door, envelope, openapi, problem, routes
from avouch.faces.http.jobs import Jobs
from avouch.faces.http.rates import Rates
from avouch.faces.mcp.running import running
from avouch.faces.web import pages, site
from avouch.stack.stack import Stack
from avouch.stack.write import ready

EXPOSED = ["etag", "x-request-id", "retry-after", "location", "idempotency-replayed"]
HANDLERS = {
    AvouchError: problem.on_avouch,
    HTTPException: pages.lost,
    RequestValidationError: problem.on_invalid,
}


def described() -> FastAPI:
    """The routes without a stack behind them: what the description is made from. ValueError for one without an act."""
    app = FastAPI(
        title="Avouch", version=__version__, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    door.mount(app, routes.every())
    app.state.doors = door.check(app)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app


def create(stack: Stack) -> FastAPI:
    """The application over an open stack."""
    app, settings = described(), stack.settings
    app.router.lifespan_context = lifespan(stack)
    state = app.state
    state.stack, state.rates, state.jobs = stack, Rates(settings), Jobs()
    state.running, state.unheard, state.stopping = {}, set(), threading.Event()
    state.origins = frozenset(one.strip() for one in settings.cors_origins.split(",") if one.strip())
    state.matching, state.unready = threading.Lock(), None
    state.inner = ExceptionMiddleware(AsyncExitStackMiddleware(app.router), HANDLERS)
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.router.routes.extend(site.routes())
    if state.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(state.origins),
            allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
            allow_headers=["authorization", "content-type", "idempotency-key", "if-match", "avouch-purpose"],
            expose_headers=EXPOSED,
            allow_credentials=True,
        )
    app.add_middleware(envelope.Envelope, settings=settings, state=state)
    return app


def lifespan(stack: Stack) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Before the first request the index and the model are loaded; after the last one nothing is under way."""

    @asynccontextmanager
    async def span(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = stack.settings.http_threads
        await to_thread.run_sync(warm, app)
        async with running(app, stack):
            yield
        app.state.stopping.set()
        await to_thread.run_sync(app.state.jobs.close)
        if app.state.unheard:
            await asyncio.wait(app.state.unheard, timeout=stack.settings.shutdown_seconds)

    return span


def warm(app: FastAPI) -> None:
    """Load what the first question needs; where it cannot be, ``/ready`` says why."""
    stack: Stack = app.state.stack
    try:
        stack.shelf.refresh()
        stack.embedder.embed(["ready"])
        ready(stack)
    except AvouchError as error:
        app.state.unready = error.code.name
