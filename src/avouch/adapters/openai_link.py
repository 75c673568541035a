"""The way to a model's server: a bounded pool of connections on which no read can outlast its clock.

A time limit for each read, as HTTP clients have it, is none for the whole: a server that sends a byte a second
would be waited for as long as it likes. Here the clock of the request is asked before every read.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore2

from avouch.adapters.trust import trust
from avouch.errors import AvouchError, Code
from avouch.issuers import LOOPBACK
from avouch.records import Model

CONNECT, IDLE = 5.0, 30.0
"""Seconds to connect; until a connection that is not used is closed."""
AT_ONCE = 8192
"""Bytes that are sent on one look at the clock: a server that takes them slowly takes them from its own time."""


@dataclass(slots=True)
class Clock:
    """When to give up: ``until`` is moved on with every token, ``deadline`` never (both ``time.monotonic()``).

    ``stale``: the request went out on a connection that was used before, and nothing has come back yet. A server
    may close one at any time, so where it breaks then, the request is sent again on another, as browsers do.
    """

    deadline: float
    until: float
    begun: bool = False
    stale: bool = True

    def next(self, pause: float) -> None:
        """A token came: the next one has ``pause`` seconds, or as long as the deadline leaves."""
        self.until, self.begun = time.monotonic() + pause, True

    def left(self) -> float:
        """Seconds; ReadTimeout where there are none."""
        left = min(self.deadline, self.until) - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return left

    def limits(self) -> dict[str, Any]:
        """For the extension ``timeout`` of a request: the pool hands each through to the stream below, unread."""
        return {"connect": self, "read": self, "write": self, "pool": self.left()}


class ClockedStream(httpcore2.NetworkStream):
    """A connection. ``timeout`` is the clock of the request that has it now."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: Any = None) -> bytes:
        return self._inner.read(max_bytes, timeout.left())

    def write(self, buffer: bytes, timeout: Any = None) -> None:
        for start in range(0, len(buffer), AT_ONCE):
            self._inner.write(buffer[start : start + AT_ONCE], timeout.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: Any = None
    ) -> httpcore2.NetworkStream:
        left = min(CONNECT, timeout.left())
        return ClockedStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class ClockedBackend(httpcore2.SyncBackend):
    """Connects by TCP, within the clock of the request that is the first to need the connection."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: Any = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        timeout.stale = False
        problem: Exception = httpcore2.ConnectError("no address")
        for found in addresses(host, port, min(CONNECT, timeout.left())):
            try:
                left = min(CONNECT, timeout.left())
                return ClockedStream(super().connect_tcp(found, port, left, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
        raise problem


def addresses(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a host. Looking up a name takes no time limit, so it is done beside: ConnectTimeout."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    found: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(one[4][0]) for one in told)))
        except (OSError, UnicodeError):
            found.put([])

    threading.Thread(target=look_up, daemon=True).start()
    try:
        return found.get(timeout=seconds)
    except queue.Empty as error:
        raise httpcore2.ConnectTimeout from error


class Link:
    """One server. Proxies of the environment are not used, redirects not followed, cookies not kept: there is
    nothing here that would."""

    def __init__(self, model: Model, connections: int) -> None:
        self.base = address(model)
        context = (
            trust(Path(model.ca) if model.ca else None, "a model's `ca`") if self.base.startswith("https:") else None
        )
        self.pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=IDLE,
            network_backend=ClockedBackend(),
        )


def address(model: Model) -> str:
    """The base address, without a slash at its end. CONFIG_INVALID unless it is https, or http as is allowed."""
    url = model.url.rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise AvouchError(Code.CONFIG_INVALID, f"{model.name}: the address is none") from error
    if not host or not url.isascii() or any(c <= " " or c in "?#@\\" for c in url):
        raise AvouchError(Code.CONFIG_INVALID, f"{model.name}: the address is not plainly https://HOST/PATH")
    if parts.scheme != "https" and not (parts.scheme == "http" and (host in LOOPBACK or model.plain_http)):
        raise AvouchError(Code.CONFIG_INVALID, f"{model.name}: http only to this machine, or with plain_http")
    return url
