"""What is around every request: an id, limits in size and time, headers that protect, one line in the log.

Nothing that goes wrong inside gets out as anything but a problem, and nothing of its content into a log.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avouch.canon import new_id
from avouch.config import Settings
from avouch.errors import AvouchError, Code
from avouch.faces.http import problem
from avouch.stack import watch

logger = logging.getLogger("avouch.http")
SENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
ALIVE = frozenset({"/health", "/ready", "/metrics"})
SLOWEST = 50_000
"""Bytes a second that a body must come with once its first time is over."""
AFTER = 1.0
LEFT, PATIENCE = 65_536, 0.5
"""Bytes of a body that nobody wanted which are read away, and the seconds that this may take."""
HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
LIMITS = {408: "slowness", 413: "size", 429: "rate"}
TRANSPORT = ("strict-transport-security", "max-age=31536000")


class Fence:
    """Keeps an error as a coded one; of an unforeseen one nothing is told but what kind it is."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.error: AvouchError | None = None

    def __enter__(self) -> Fence:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> bool:
        if isinstance(error, AvouchError):
            self.error = error
        elif isinstance(error, Exception):
            place = last(tb)
            logger.error("unforeseen id=%s error=%s at=%s", self.request_id, type(error).__name__, place)
            self.error = AvouchError(Code.INTERNAL, "something went wrong that was not foreseen")
        return isinstance(error, Exception)


def last(tb: TracebackType | None) -> str:
    """File and line where an error was raised."""
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return "" if tb is None else f"{tb.tb_frame.f_code.co_filename.rpartition('/')[2]}:{tb.tb_lineno}"


@dataclass(slots=True)
class Exchange:
    """One request on its way: how much came in, what went out."""

    scope: Scope
    receive: Receive
    send: Send
    settings: Settings
    request_id: str
    begun: float = field(default_factory=time.perf_counter)
    got: int = 0
    whole: bool = False
    reading: bool = False
    listening: bool = False
    status: int = 0
    closed: bool = False

    async def incoming(self) -> Message:
        """The next piece of the body: no more than is let in, no slower. BODY_TOO_LARGE, REQUEST_TIMEOUT."""
        if self.whole:
            return await self.receive()
        limit = self.scope.get("avouch.body_limit", self.settings.max_body_bytes)
        told = Headers(scope=self.scope).get("content-length", "")
        if told.isdigit() and int(told[:18]) > limit:
            raise AvouchError(Code.BODY_TOO_LARGE, f"a body here has at most {limit:,} bytes")
        allowed = self.settings.body_seconds + self.got / SLOWEST
        left = self.begun + allowed - time.perf_counter()
        self.reading = True
        try:
            message = await asyncio.wait_for(self.receive(), max(left, 0.001))
        except TimeoutError as error:
            raise AvouchError(Code.REQUEST_TIMEOUT, "the body did not come in time") from error
        finally:
            self.reading = False
        if message["type"] == "http.disconnect":
            raise AvouchError(Code.REQUEST_TIMEOUT, "the caller went away before the body was there")
        self.got += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        if self.got > limit:
            raise AvouchError(Code.BODY_TOO_LARGE, f"a body here has at most {limit:,} bytes")
        return message

    async def outgoing(self, message: Message) -> None:
        """Send a piece of the response, with the headers that every one has."""
        if self.closed:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self.scope["scheme"] == "https":
                headers.setdefault(*TRANSPORT)
            headers["x-request-id"] = self.request_id
            events = headers.get("content-type", "").startswith("text/event-stream")
            self.listening = events and self.scope["method"] == "GET"
            if not self.whole and self.unread() and not await self.read_away():
                headers["connection"] = "close"
        async with asyncio.timeout(self.settings.body_seconds):
            await self.send(message)

    async def read_away(self) -> bool:
        """Whether what was left of the body is gone. To hang up on it could take the answer along, by a reset."""
        headers = Headers(scope=self.scope)
        told = headers.get("content-length", "")
        if self.reading or "transfer-encoding" in headers or not told.isdigit() or int(told[:18]) - self.got > LEFT:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                while not self.whole:
                    message = await self.receive()
                    if message["type"] == "http.disconnect":
                        return False
                    self.got += len(message.get("body", b""))
                    self.whole = not message.get("more_body", False)
        except TimeoutError:
            return False
        return True

    def unread(self) -> bool:
        """Whether the request has a body that was not read to its end: the connection cannot be used again."""
        headers = Headers(scope=self.scope)
        return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers

    async def refuse(self, error: AvouchError) -> None:
        if not self.status:
            await problem.response(error, self.request_id, self.scope["path"])(self.scope, self.receive, self.outgoing)

    def log(self) -> None:
        """The line in the log: by the route's template and the principal's id, never by what was asked."""
        route = getattr(self.scope.get("route"), "path", "-")
        principal = self.scope.get("state", {}).get("principal")
        logger.info(
            "request id=%s route=%s_%s status=%d ms=%.1f principal=%s",
            self.request_id,
            self.scope["method"] if self.scope["method"].isalpha() else "-",
            route,
            self.status,
            (time.perf_counter() - self.begun) * 1e3,
            getattr(principal, "id", "-"),
        )


class Envelope:
    """The outermost part of the application. ``under_way`` counts the requests that hold a place.

    Whoever only listens to events holds none.
    """

    def __init__(self, app: ASGIApp, settings: Settings, state: Any) -> None:
        self.app, self.settings, self.state = app, settings, state
        self.hosts = frozenset(name.strip().lower() for name in settings.hosts.split(",") if name.strip())
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = Headers(scope=scope).get("x-request-id", "")
        request_id = told if SENT_ID.fullmatch(told) else new_id("q")
        exchange = Exchange(scope, receive, send, self.settings, request_id)
        scope.setdefault("state", {}).update(request_id=request_id, begun=exchange.begun)
        fence = Fence(request_id)
        with fence, watch.under(Headers(scope=scope).get("traceparent", "")):
            self.admit(scope)
            await self.timed(exchange)
        if fence.error is not None:
            with Fence(request_id):
                await exchange.refuse(fence.error)
        exchange.log()
        self.count(exchange, fence.error)

    def count(self, exchange: Exchange, error: AvouchError | None) -> None:
        """Tell the metrics: by the route's template, and by the limit that turned the request away."""
        metrics = watch.of(self.state.stack).metrics
        route = getattr(exchange.scope.get("route"), "path", "")
        metrics.requested(route, exchange.scope["method"], exchange.status, time.perf_counter() - exchange.begun)
        metrics.in_flight.set(self.under_way)
        if error is not None and error.code is Code.OVERLOADED:
            metrics.limited("concurrency")
        elif exchange.status in LIMITS:
            metrics.limited(LIMITS[exchange.status])

    def admit(self, scope: Scope) -> None:
        """OVERLOADED, STOPPING or FORBIDDEN_HOST where the request is not even looked at."""
        host = Headers(scope=scope).get("host", "")
        name = host.rpartition(":")[0] if re.search(r":\d*$", host) else host
        if self.hosts and name.lower() not in self.hosts and scope["path"] not in ALIVE:
            raise AvouchError(Code.FORBIDDEN_HOST, "this service has another name")
        if scope["path"] in ALIVE:
            return
        if self.state.stopping.is_set():
            raise AvouchError(Code.STOPPING, "the server is shutting down", AFTER)
        if self.under_way >= self.settings.http_concurrency:
            raise AvouchError(Code.OVERLOADED, f"{self.under_way} requests are under way", AFTER)

    async def timed(self, exchange: Exchange) -> None:
        """Run the request; one that has not begun to answer in time is told so, and goes on unheard."""
        self.under_way += 1
        held = True

        def leave() -> None:
            nonlocal held
            self.under_way -= held
            held = False

        async def outgoing(message: Message) -> None:
            await exchange.outgoing(message)
            if exchange.listening:
                leave()

        work = asyncio.ensure_future(self.app(exchange.scope, exchange.incoming, outgoing))
        work.add_done_callback(lambda work: leave())
        try:
            while not (await asyncio.wait({work}, timeout=self.settings.request_seconds))[0]:
                if exchange.status or exchange.reading:
                    continue
                self.state.unheard.add(work)
                work.add_done_callback(self.forget)
                raise AvouchError(Code.TIMEOUT, "the request took too long; it may still be done")
        except asyncio.CancelledError:
            work.cancel()
            raise
        await work

    def forget(self, work: asyncio.Future[Any]) -> None:
        """Let go of what went on unheard; what went wrong with it is for the log alone."""
        self.state.unheard.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:
            logger.error("unheard error=%s", type(error).__name__)
