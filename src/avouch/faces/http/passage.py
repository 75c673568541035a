"""The way through a door: who it is, how often, whether they may, whether this was answered before."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from avouch.canon import plain
from avouch.errors import AvouchError, Code
from avouch.faces.http import caller, problem
from avouch.policy.roles import GROUPS
from avouch.records import Principal
from avouch.stack import idempotent, watch
from avouch.stack.act import authorise
from avouch.stack.reading import may, whole_home

if TYPE_CHECKING:
    from avouch.faces.http.door import Door
    from avouch.stack.stack import Stack

Handler = Callable[[Request], Awaitable[Response]]
KEY = "idempotency-key"
READING = GROUPS["reading"]
STORED = 1_000_000
"""Bytes of an answer beyond which it is not kept for repetition."""


def through(door: Door, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind its door."""

    async def handle(request: Request) -> Response:
        settings = request.app.state.stack.settings
        if door.upload:
            request.scope["avouch.body_limit"] = settings.max_upload_bytes
        if door.public:
            await taken(door, request)
            return await handler(request)
        principal, fresh = await to_thread.run_sync(enter, door, request)
        request.state.principal = principal
        if not getattr(request.state, "counted", False):  # what one page asks is one request
            request.app.state.rates.take(principal)
        await taken(door, request)
        key = request.headers.get(KEY)
        if key is not None and door.method not in caller.SAFE:
            response = await once(door, request, principal, key, handler)
        else:
            response = await handler(request)
        if fresh is not None:
            caller.set_cookie(request, response, fresh)
        return tagged(request, response) if door.method == "GET" and not door.stream else response

    return handle


async def taken(door: Door, request: Request) -> None:
    """Take in the body, so that what is wrong with it is told in our words. An upload reads its own."""
    if door.method not in caller.SAFE and not door.upload:
        await request.body()


def enter(door: Door, request: Request) -> tuple[Principal, str | None]:
    """Authenticate, and for what only reads, authorise."""
    stack = request.app.state.stack
    principal, fresh = caller.authenticate(stack, request)
    if door.checked:
        allowed(door, stack, principal)
    if door.home:
        whole_home(stack, principal)
    return principal, fresh


def allowed(door: Door, stack: Stack, principal: Principal) -> None:
    """FORBIDDEN where the policy allows none of a door's acts."""
    if not any(may(stack, principal, act) for act in door.acts):
        authorise(stack, door.acts[0], principal)


def tagged(request: Request, response: Response) -> Response:
    """With an ETag over the bytes; 304 where the caller has them."""
    body = getattr(response, "body", None)
    if response.status_code != 200 or not isinstance(body, bytes):
        return response
    tag = etag(body)
    response.headers["etag"] = tag
    response.headers.setdefault("cache-control", "private, no-cache")
    if tag in tags(request.headers.get("if-none-match", "")):
        kept = {name: response.headers[name] for name in ("etag", "cache-control")}
        seen = Response(status_code=304, headers=kept)
        seen.raw_headers += [(n, v) for n, v in response.raw_headers if n == b"set-cookie"]
        return seen
    return response


def etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tags(text: str) -> list[str]:
    return [one.strip().removeprefix("W/") for one in text.split(",")]


def matched(request: Request, body: bytes) -> None:
    """PRECONDITION_FAILED where the caller names another state with If-Match than the one that is."""
    told = request.headers.get("if-match")
    if told is not None and told.strip() != "*" and etag(body) not in tags(told):
        raise AvouchError(Code.PRECONDITION_FAILED, "it is not what If-Match says")


@contextmanager
def unchanged(request: Request, current: Callable[[], Any]) -> Iterator[None]:
    """Where the caller sent If-Match: hold everybody else off while it is compared and changed."""
    if request.headers.get("if-match") is None:
        yield
        return
    with request.app.state.matching:
        matched(request, bytes(JSONResponse(plain(current())).body))
        yield


async def once(door: Door, request: Request, principal: Principal, key: str, handler: Handler) -> Response:
    """Run a write once for its key: whoever repeats it is told what the first was told."""
    if door.secret:
        raise AvouchError(Code.INPUT_INVALID, "header.idempotency-key: a secret is told once and not kept")
    if door.upload:
        raise AvouchError(Code.INPUT_INVALID, "header.idempotency-key: what was uploaded before is found unchanged")
    if door.stream and "text/event-stream" in request.headers.get("accept", ""):
        raise AvouchError(Code.INPUT_INVALID, "header.idempotency-key: an answer in events is not repeated")
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise AvouchError(Code.INPUT_INVALID, "header.idempotency-key: 1 to 200 printable characters")
    stack = request.app.state.stack
    claim = await to_thread.run_sync(claimed, door, request, principal, key, await request.body())
    running: dict[str, asyncio.Event] = request.app.state.running
    while (other := running.get(claim.digest)) is not None:
        await other.wait()
    running[claim.digest] = asyncio.Event()
    try:
        kept = await to_thread.run_sync(idempotent.claim, stack, claim)
        if kept is not None:
            if not door.own:
                await to_thread.run_sync(allowed, door, stack, principal)
            return Response(kept.body, kept.status, {"idempotency-replayed": "true"}, kept.media_type)
        return await first(stack, claim, request, handler)
    finally:
        running.pop(claim.digest).set()


def claimed(door: Door, request: Request, principal: Principal, key: str, body: bytes) -> idempotent.Claim:
    """The claim on a key. What reads was asked under a policy too: the answer shows what that let be seen."""
    stack = request.app.state.stack
    policy = stack.policy.version if READING & {*door.acts} else ""
    said = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n{policy}\n".encode())
    said.update(body)
    return idempotent.Claim.of(stack, principal, key, said.hexdigest())


async def first(stack: Any, claim: idempotent.Claim, request: Request, handler: Handler) -> Response:
    """Run it, and keep what was answered: an error too, where something was done before it.

    Where nothing was, it may be tried again with the same key.
    """
    with watch.doing() as done:
        try:
            response = await handler(request)
        except (AvouchError, HTTPException, RequestValidationError) as error:
            if isinstance(error, AvouchError) and error.code is Code.STATE_UNKNOWN:
                raise
            if not done:
                await to_thread.run_sync(idempotent.release, stack, claim)
            if not done or not isinstance(error, AvouchError):
                raise
            response = await problem.on_avouch(request, error)
    body = getattr(response, "body", None)
    if response.status_code >= 400 and not done:
        await to_thread.run_sync(idempotent.release, stack, claim)
    elif isinstance(body, bytes) and len(body) <= STORED:
        kept = idempotent.Kept(response.status_code, response.media_type or "application/json", body)
        await to_thread.run_sync(idempotent.keep, stack, claim, kept)
    return response
