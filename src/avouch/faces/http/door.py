"""The one way to declare a route: with the act that it is. A route without one stops the application.

``act`` is the act of the stack that a caller must be allowed. Where the stack runs that act itself it
authorises itself; where a route only reads (``checked``), the door asks the policy before it lets anybody in.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from avouch.canon import plain
from avouch.faces.http import passage, shapes
from avouch.records import Principal
from avouch.stack.stack import Stack

F = TypeVar("F", bound=Callable[..., Any])
SELF = "self"
"""Not an act: what is about the caller alone. Being signed in is enough."""
PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Door:
    """What a route declares. Of several acts any will do; none, and only then, for what is ``public``.

    ``stream``: it may answer with events, which no idempotency key can repeat. ``upload``: its body may be large.
    ``home``: it concerns all tenants. ``secret``: its answer is told once.
    ``conditional``: it heeds If-Match. ``extra`` goes into the description.
    """

    method: str
    path: str
    acts: tuple[str, ...]
    endpoint: Callable[..., Any]
    checked: bool
    public: bool = False
    stream: bool = False
    upload: bool = False
    home: bool = False
    secret: bool = False
    conditional: bool = False
    status: int = 200
    returns: Any = None
    tag: str = ""
    extra: dict[str, Any] | None = None

    @property
    def own(self) -> bool:
        """It is about the caller alone."""
        return self.acts == (SELF,)


class Doors:
    """The routes of one file."""

    def __init__(self, tag: str, prefix: str = PREFIX) -> None:
        self.tag, self.prefix = tag, prefix
        self.found: list[Door] = []

    def __call__(
        self,
        method: str,
        path: str,
        act: str | tuple[str, ...] = (),
        *,
        public: bool = False,
        checked: bool | None = None,
        **more: Any,
    ) -> Callable[[F], F]:
        """Declare a route. ``checked`` is by default true for what only reads. ValueError without an act."""
        acts = (act,) if isinstance(act, str) else act
        if bool(acts) == public or "" in acts:
            raise ValueError(f"{method} {path}: a route declares its act, or that it is public")
        reads = method == "GET" if checked is None else checked

        def declare(endpoint: F) -> F:
            checks = reads and acts != (SELF,) and not public
            self.found.append(Door(method, self.prefix + path, acts, endpoint, checks, public, tag=self.tag, **more))
            return endpoint

        return declare


class DoorRoute(APIRoute):
    """A route behind its door: who comes in, how often, and whether this was answered before."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        return passage.through(door_of(self), super().get_route_handler())


def door_of(route: object) -> Door:
    """The door of a route; ValueError where it has none."""
    door = getattr(getattr(route, "endpoint", None), "door", None)
    if not isinstance(door, Door):
        raise ValueError(f"{getattr(route, 'path', route)}: no act is declared for this route")
    return door


def spoken(door: Door) -> Callable[..., Any]:
    """The endpoint with its record turned into a response."""
    endpoint = door.endpoint

    def response(told: Any) -> Response:
        if isinstance(told, Response):
            return told
        return Response(status_code=204) if told is None else JSONResponse(plain(told), door.status)

    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def later(*args: Any, **named: Any) -> Response:
            return response(await endpoint(*args, **named))

        wrapped: Callable[..., Any] = later
    else:

        @functools.wraps(endpoint)
        def now(*args: Any, **named: Any) -> Response:
            return response(endpoint(*args, **named))

        wrapped = now
    wrapped.door = door  # type: ignore[attr-defined]
    return wrapped


def schema(returns: Any) -> Any:
    """The response model of a record, a list of records, or what is one already."""
    if returns is None:
        return None
    if getattr(returns, "__origin__", None) is list:
        return list[schema(returns.__args__[0])]  # type: ignore[misc]
    return shapes.model(returns) if hasattr(returns, "__dataclass_fields__") else returns


def mount(app: FastAPI, doors: Iterable[Doors]) -> None:
    """Put the routes of some files into the application."""
    app.router.route_class = DoorRoute
    for some in doors:
        for door in some.found:
            app.router.add_api_route(
                door.path,
                spoken(door),
                methods=[door.method],
                response_model=schema(door.returns),
                status_code=door.status,
                tags=[door.tag],
                operation_id=operation(door),
                openapi_extra=door.extra,
            )


def operation(door: Door) -> str:
    """The name of an operation in generated clients: that of its function, with its file's noun."""
    return f"{door.tag}_{door.endpoint.__name__}"


def check(app: FastAPI) -> list[Door]:
    """The doors of an application; ValueError where a route has none."""
    return [door_of(route) for route in app.routes]


async def stack_of(request: Request) -> Stack:
    stack: Stack = request.app.state.stack
    return stack


async def caller_of(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


Stacked = Annotated[Stack, Depends(stack_of)]
Caller = Annotated[Principal, Depends(caller_of)]
