"""An HTTP response of a model's server: its bytes within bounds, its headers, when to come again."""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore2

from avouch.adapters.openai_events import TooLarge
from avouch.adapters.openai_reply import Malformed, loaded

LARGEST = 8_000_000
"""Bytes of a reply with all that is around it."""
LONGEST_WAIT = 86_400.0
BROKEN = (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError)
BELOW = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, OSError)
"""What the link raises: connections that broke, and all that can go wrong with one."""


def bounded(response: httpcore2.Response) -> Iterator[bytes]:
    """The bytes of a response. TooLarge."""
    count = 0
    for part in response.iter_stream():
        count += len(part)
        if count > LARGEST:
            raise TooLarge
        yield part


def drain(parts: Iterator[bytes]) -> None:
    """Read to the end of a response whose reply is whole: only then can its connection serve again."""
    with suppress(*BELOW, TooLarge):
        deque(parts, maxlen=0)


def header(response: httpcore2.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


def names(data: bytes) -> set[str]:
    """The ids in a list of models, with and without Ollama's ``:latest``. Malformed."""
    listed = loaded(data.decode("utf-8", "replace")).get("data")
    if not isinstance(listed, list):
        raise Malformed("data")
    ids = {str(one.get("id")) for one in listed if isinstance(one, dict)}
    return ids | {one.removesuffix(":latest") for one in ids}


def retry_after(told: str) -> float | None:
    """Seconds, of a number of them or a date (RFC 9110, 10.2.3); None for anything else."""
    if told.isascii() and told.isdigit():
        return min(float(told[:9]), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT)


def why(error: BaseException) -> str:
    """The kind of the error beneath: a certificate that is not trusted is worth knowing apart."""
    beneath = error.__cause__ or error.__context__ or error
    certificate = isinstance(beneath, ssl.SSLCertVerificationError)
    return f"certificate: {beneath.verify_message}" if certificate else type(error).__name__  # type: ignore[attr-defined]
