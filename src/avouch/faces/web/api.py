"""The service's own API, asked in process: what a page knows and does, it knows and does through this."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Scope

from avouch.faces.http.caller import PURPOSE
from avouch.faces.http.door import PREFIX
from avouch.faces.web.wording import worded

PASSED = ("origin", "sec-fetch-site", "host", "user-agent", "traceparent")
"""Headers of the browser that the API has to see, to tell its own pages from those of others."""
CARRIED = ("type", "asgi", "http_version", "server", "client", "scheme", "app")
CHOSEN = "avouch-purpose"
"""The cookie that remembers the purpose of use that was chosen."""
EMERGENCY = "emergency"
"""The purpose that an emergency brings with it; nobody chooses it."""
PURPOSES = re.compile(r"[a-z][a-z-]{0,39}")


class Problem(Exception):  # noqa: N818
    """What the API answered instead: an RFC 9457 problem."""

    def __init__(self, told: Mapping[str, Any], status: int) -> None:
        super().__init__(told.get("code", "INTERNAL"))
        self.told, self.status = worded(told), status

    @property
    def code(self) -> str:
        return str(self.told.get("code", "INTERNAL"))


@dataclass
class Reply:
    """One answer of the API."""

    status: int = 500
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def told(self) -> Any:
        return json.loads(self.body) if self.body else None


class Api:
    """Asks as the browser's session. ``cookies`` are those that the API set on the way, for the page's answer."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.cookies: list[bytes] = []
        self._inner: ASGIApp = request.app.state.inner
        self._held = dict(request.cookies)
        self._asked = 0

    @property
    def purpose(self) -> str:
        """The purpose that was chosen. A cookie with one that the API would refuse counts as none."""
        told = self._held.get(CHOSEN, "")
        return told if told != EMERGENCY and PURPOSES.fullmatch(told) else ""

    async def get(self, path: str, **query: Any) -> Any:
        """What a route tells; ``query`` without its empty values. Problem."""
        return (await self.send("GET", path, query=query)).told

    async def post(self, path: str, body: Any = None) -> Any:
        """What a route tells that does something. Problem."""
        return (await self.send("POST", path, body=body or {})).told

    async def maybe(self, path: str, **query: Any) -> Any:
        """As ``get``, but None for what one may not see, or what is not there."""
        try:
            return await self.get(path, **query)
        except Problem as problem:
            if problem.status in (403, 404, 410):
                return None
            raise

    async def send(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Reply:
        """Ask a route below ``/api/v1``. Problem for every answer from 400 on."""
        payload = b"" if body is None else json.dumps(body).encode()
        asked = urlencode({key: value for key, value in (query or {}).items() if value not in (None, "")})
        scope = self._scope(method, PREFIX + quote(path), asked, payload)
        self._asked += 1
        reply = await gather(self._inner, scope, payload)
        self._keep(reply)
        if reply.status >= 400:
            told = reply.told if "json" in reply.headers.get("content-type", "") else {}
            raise Problem(told, reply.status)
        return reply

    def _scope(self, method: str, path: str, asked: str, payload: bytes) -> Scope:
        outer = self.request.scope
        headers = [(name, value) for name, value in outer["headers"] if name.decode("latin-1") in PASSED]
        held = "; ".join(f"{name}={value}" for name, value in self._held.items())
        headers += [(b"cookie", held.encode("latin-1", "ignore")), (b"accept", b"application/json")]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())]
        if self.purpose:
            headers.append((PURPOSE.encode(), self.purpose.encode()))
        state = {"request_id": self.request.state.request_id, "begun": self.request.state.begun}
        state["counted"] = self._asked > 0
        return {
            **{key: outer[key] for key in CARRIED if key in outer},
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": asked.encode(),
            "headers": headers,
            "state": state,
        }

    def _keep(self, reply: Reply) -> None:
        """A session's token is replaced now and then: what is asked next comes with the new one."""
        for value in reply.headers.getlist("set-cookie"):
            self.cookies.append(value.encode("latin-1"))
            for name, morsel in SimpleCookie(value).items():
                self._held[name] = morsel.value


async def gather(app: ASGIApp, scope: Scope, payload: bytes) -> Reply:
    """Run one request to its end."""
    reply, pieces, sent = Reply(), [], False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": payload, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            reply.status, reply.headers = message["status"], Headers(raw=message["headers"])
        else:
            pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    reply.body = b"".join(pieces)
    return reply
