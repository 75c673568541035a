"""`/mcp`: the Model Context Protocol over streamable HTTP, behind the same doors as everything else.

There are no sessions: every request brings its key, so that no session can be taken over, and any of several
server processes can answer it.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response
from starlette.types import Message

from avouch.errors import AvouchError, Code
from avouch.faces.http.door import Doors

PATH = "/mcp"
doors = Doors("mcp", prefix="")
MESSAGE = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "description": "A JSON-RPC 2.0 message."}}},
    },
    "responses": {
        "200": {"content": {"application/json": {"schema": {"type": "object"}}}},
        "202": {"description": "A notification was taken."},
    },
}


@doors("POST", PATH, act=("ask", "search", "verify"), checked=True, extra=MESSAGE)
async def message(request: Request) -> Response:
    """One message of the Model Context Protocol; its tools are `search`, `ask`, `document` and `verify`."""
    local(request)
    started: dict[str, Any] = {}
    parts: list[bytes] = []
    body: list[Message] = [{"type": "http.request", "body": await request.body(), "more_body": False}]

    async def receive() -> Message:
        return body.pop() if body else await request.receive()

    async def send(told: Message) -> None:
        if told["type"] == "http.response.start":
            started.update(told)
        else:
            parts.append(told.get("body", b""))

    protocol = await request.app.state.mcp.protocol()
    await protocol.handle_request(request.scope, receive, send)
    response = Response(b"".join(parts), started["status"])
    response.raw_headers = [(n, v) for n, v in started["headers"] if n.lower() != b"content-length"]
    response.headers["content-length"] = str(len(response.body))
    return response


def local(request: Request) -> None:
    """FORBIDDEN_HOST, FORBIDDEN_ORIGIN: a name that is not ours may be one that somebody bound to this address.

    An address, `localhost`, and what the settings `hosts` and `public_origin` name cannot be.
    """
    state = request.app.state
    settings = state.stack.settings
    host = name_of(request.headers.get("host", ""))
    known = {one.strip().lower() for one in settings.hosts.split(",") if one.strip()}
    known.add(urlsplit(settings.public_origin).hostname or "localhost")
    if not ours(host, known):
        raise AvouchError(Code.FORBIDDEN_HOST, "the Host header names another service")
    origin = request.headers.get("origin")
    if origin is None or origin in state.origins or origin == settings.public_origin.rstrip("/"):
        return
    if origin != f"{request.url.scheme}://{request.headers.get('host', '')}":
        raise AvouchError(Code.FORBIDDEN_ORIGIN, "a page of another origin sent this request")


def name_of(host: str) -> str:
    """The name in a Host header, in small letters, without its port; empty where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def ours(name: str, known: set[str]) -> bool:
    if name == "localhost" or name in known:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
