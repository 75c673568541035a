"""Security events by HTTP POST, a batch a request: JSON lines or one JSON array, with a bearer token."""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2

from avouch.adapters.trust import trust
from avouch.errors import AvouchError, Code
from avouch.ports import Notice

NDJSON, ARRAY = "ndjson", "json"
MEDIA = {NDJSON: "application/x-ndjson", ARRAY: "application/json"}
TRIES, FIRST, LONGEST, SECONDS = 3, 0.5, 30.0, 20.0
BYTES = 500_000
"""Of one request. A batch that is larger goes in several, in order."""
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpSink:
    """Posts to one address. Redirects are not followed and the environment's proxies not used: no detours."""

    kind = "http"

    def __init__(self, url: str, token: str = "", form: str = NDJSON, ca: Path | None = None) -> None:
        self.name = url.partition("?")[0]
        self._url, self._form = url, form
        headers = {"content-type": MEDIA[form], **({"authorization": f"Bearer {token}"} if token else {})}
        verify: ssl.SSLContext | bool = trust(ca, "`siem_ca`") if url.startswith("https:") else False
        self._client = httpx2.Client(headers=headers, timeout=SECONDS, verify=verify, trust_env=False)
        self._over, self._busy = threading.Event(), threading.Lock()

    def send(self, notices: Sequence[Notice]) -> None:
        """Post until each part was taken (2xx); a few tries, then SINK_UNAVAILABLE or SINK_REFUSED."""
        with self._busy:
            for part in parts([notice.data for notice in notices]):
                body = b"[" + b",".join(part) + b"]" if self._form == ARRAY else b"".join(one + b"\n" for one in part)
                self._post(body)

    def _post(self, body: bytes) -> None:
        for left in reversed(range(TRIES)):
            wait, problem = self._once(body)
            if problem is None:
                return
            if not left or self._over.wait(jittered(wait)):
                raise problem

    def _once(self, body: bytes) -> tuple[float, AvouchError | None]:
        """How long to wait at least, and what was wrong; None where it was taken."""
        if self._over.is_set():
            return 0.0, AvouchError(Code.SINK_UNAVAILABLE, "the stream was stopped")
        try:
            answer = self._client.post(self._url, content=body)
        except httpx2.HTTPError as error:
            return FIRST, AvouchError(Code.SINK_UNAVAILABLE, f"HTTP: {type(error).__name__}")
        if answer.is_success:
            return 0.0, None
        if answer.status_code not in AGAIN:
            raise AvouchError(Code.SINK_REFUSED, f"the receiver answered {answer.status_code}")
        told = answer.headers.get("retry-after", "")
        wait = float(told) if told.isascii() and told.isdigit() else FIRST
        return wait, AvouchError(Code.SINK_UNAVAILABLE, f"the receiver answered {answer.status_code}", wait)

    def close(self) -> None:
        """Give up waiting for another try; a request under way is waited for."""
        self._over.set()
        with self._busy:
            self._client.close()


def jittered(seconds: float) -> float:
    """Somewhat longer than told, not all at the same time, and never long."""
    return min(seconds, LONGEST) * random.uniform(1.0, 2.0)  # noqa: S311


def parts(bodies: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The same in order, in parts of about ``BYTES``."""
    part: list[bytes] = []
    size = 0
    for body in bodies:
        if part and size + len(body) > BYTES:
            yield part
            part, size = [], 0
        part.append(body)
        size += len(body)
    if part:
        yield part
