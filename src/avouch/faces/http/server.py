"""Serving: sockets, TLS, slow clients, and an end that loses no act."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from avouch.canon import new_id
from avouch.errors import AvouchError, Code
from avouch.faces.http import problem
from avouch.faces.http.app import create
from avouch.faces.http.envelope import HEADERS
from avouch.stack import watch
from avouch.stack.daily import retaining
from avouch.stack.sample import sampling
from avouch.stack.siem import streaming
from avouch.stack.stack import Stack

HEADER_BYTES, CONNECTIONS, KEEP_ALIVE = 16_384, 2_000, 15


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen. Port 0: any that is free."""

    host: str = "127.0.0.1"
    port: int = 8420
    cert: Path | None = None
    key: Path | None = None
    insecure: bool = False

    def check(self) -> None:
        """TLS_REQUIRED where others could listen in; PATH_MISSING; INPUT_INVALID for half a certificate."""
        if (self.cert is None) != (self.key is None):
            raise AvouchError(Code.INPUT_INVALID, "--cert and --key go together")
        for path in (self.cert, self.key):
            if path is not None and not path.is_file():
                raise AvouchError(Code.PATH_MISSING, f"no file at {path}")
        if self.cert is None and not self.insecure and not loopback(self.host):
            raise AvouchError(Code.TLS_REQUIRED, f"{self.host} can be reached by others, who could listen in")


def loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Connection(H11Protocol):
    """One connection: its headers come in time, or it goes; what is no HTTP is told so in the one error shape."""

    deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            self.connections.discard(self)
            transport.abort()
            return
        self.wait_for_headers()

    def data_received(self, data: bytes) -> None:
        if self.deadline is None and (self.cycle is None or self.cycle.response_complete):
            self.wait_for_headers()
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self.headers_came()

    def connection_lost(self, exc: Exception | None) -> None:
        self.headers_came()
        super().connection_lost(exc)

    def wait_for_headers(self) -> None:
        seconds = self.config.loaded_app.settings.header_seconds
        self.deadline = self.loop.call_later(seconds, self.too_slow)

    def headers_came(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def too_slow(self) -> None:
        """The headers did not come: say so where that can be said, and hang up."""
        self.deadline = None
        if not self.transport.is_closing() and self.conn.our_state is h11.IDLE:
            self.say(AvouchError(Code.REQUEST_TIMEOUT, "the headers did not come in time"))
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        self.say(AvouchError(Code.REQUEST_MALFORMED, "this is not a request that can be read"))

    def say(self, error: AvouchError) -> None:
        body = json.dumps(problem.record(error, new_id("q"))).encode()
        told = {**HEADERS, "content-type": problem.MEDIA, "content-length": str(len(body)), "connection": "close"}
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            parts: list[Any] = [
                h11.Response(status_code=error.status, headers=list(told.items())),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ]
            self.transport.write(b"".join(self.conn.send(part) or b"" for part in parts))
        self.transport.close()


class Loaded:
    """The application with its settings at hand, for connections."""

    def __init__(self, stack: Stack) -> None:
        self.app = create(stack)
        self.settings = stack.settings

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


class Server(uvicorn.Server):
    """Stops taking requests when told to end, finishes those that run, and leaves the process to its caller."""

    def __init__(self, config: uvicorn.Config, loaded: Loaded, started: Callable[[], None]) -> None:
        super().__init__(config)
        self.loaded, self.on_started = loaded, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        state = self.loaded.app.state
        state.stopping.set()
        state.jobs.stop()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on SIGTERM and SIGINT; they are not raised again once that is done."""
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def context(config: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS 1.2 or newer."""
    made = default()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def serve(stack: Stack, place: Place, started: Callable[[str], None] = lambda url: None) -> None:
    """Serve until SIGTERM or SIGINT; ``started`` is told the address. TLS_REQUIRED, PATH_MISSING, INPUT_INVALID."""
    place.check()
    try:
        family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
        listener = socket.create_server((place.host.strip("[]"), place.port), family=family, backlog=1024)
    except OSError as error:
        raise AvouchError(Code.INPUT_INVALID, f"cannot listen there: {error.strerror}") from error
    loaded = Loaded(stack)
    scheme = "https" if place.cert else "http"
    host = f"[{place.host}]" if ":" in place.host else place.host
    url = f"{scheme}://{host}:{listener.getsockname()[1]}"
    secured: dict[str, Any] = {}
    if place.cert:
        secured = {"ssl_certfile": place.cert, "ssl_keyfile": place.key, "ssl_context_factory": context}
    config = uvicorn.Config(
        loaded,
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=max(1, round(stack.settings.shutdown_seconds)),
        h11_max_incomplete_event_size=HEADER_BYTES,
        **secured,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    watch.of(stack)
    with streaming(stack), retaining(stack), sampling(stack):
        Server(config, loaded, lambda: started(url)).run(sockets=[listener])
