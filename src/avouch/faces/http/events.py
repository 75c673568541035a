"""Server-sent events: what is being worked on, told as it comes, with a sign of life in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.responses import StreamingResponse

from avouch.canon import plain
from avouch.errors import AvouchError
from avouch.faces.http import problem
from avouch.faces.http.envelope import Fence

MEDIA = "text/event-stream"
BEAT = 10.0
"""Seconds between signs of life."""
BEATING = b": working\n\n"


def event(name: str, data: Any, number: int | None = None) -> bytes:
    """One event; ``number`` is what a client comes back with to go on behind it."""
    told = json.dumps(plain(data), ensure_ascii=False, separators=(",", ":"))
    lines = [f"event: {name}", *([f"id: {number}"] if number is not None else []), f"data: {told}"]
    return ("\n".join(lines) + "\n\n").encode()


def failed(error: AvouchError, request_id: str) -> bytes:
    return event("problem", problem.record(error, request_id))


def streamed(events: AsyncIterator[bytes]) -> StreamingResponse:
    return StreamingResponse(events, media_type=MEDIA, headers={"x-accel-buffering": "no"})


async def following(
    work: asyncio.Future[Any], request_id: str, tell: Callable[[Any], list[bytes]]
) -> AsyncIterator[bytes]:
    """Signs of life until the work is done, then what ``tell`` makes of it; whoever goes away stops nothing."""
    yield BEATING
    while not (await asyncio.wait({work}, timeout=BEAT))[0]:
        yield BEATING
    fence, told = Fence(request_id), []
    with fence:
        told = tell(work.result())
    if fence.error is not None:
        told = [failed(fence.error, request_id)]
    for one in told:
        yield one
