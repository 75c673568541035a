"""What runs behind `/mcp`: begun by the first message, since the library takes long to load, ended by the lifespan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import FastAPI

from avouch.stack.stack import Stack

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager


class Running:
    """The library's task group: one task enters and leaves it, whichever request was the first."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._end = asyncio.Event()
        self._beginning: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._task: asyncio.Future[None] | None = None

    async def protocol(self) -> StreamableHTTPSessionManager:
        """What handles messages. Whoever goes away meanwhile stops nothing."""
        if self._beginning is None:
            self._beginning = asyncio.ensure_future(self._begin())
        return await asyncio.shield(self._beginning)

    async def _begin(self) -> StreamableHTTPSessionManager:
        made = await to_thread.run_sync(load, self._stack)
        begun = asyncio.Event()
        self._task = asyncio.ensure_future(self._hold(made, begun))
        await begun.wait()
        return made

    async def _hold(self, made: StreamableHTTPSessionManager, begun: asyncio.Event) -> None:
        async with made.run():
            begun.set()
            await self._end.wait()

    async def close(self) -> None:
        """Return when nothing runs any more."""
        self._end.set()
        if self._beginning is not None:
            await asyncio.wait({self._beginning})
        if self._task is not None:
            await self._task


def load(stack: Stack) -> StreamableHTTPSessionManager:
    """The protocol over an open stack, without sessions, with whole answers."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from avouch.faces.mcp.server import build

    # the library logs what it could not read of a request
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    return StreamableHTTPSessionManager(build(stack), stateless=True, json_response=True)


@asynccontextmanager
async def running(app: FastAPI, stack: Stack) -> AsyncIterator[None]:
    """What the application's lifespan enters."""
    app.state.mcp = made = Running(stack)
    try:
        yield
    finally:
        await made.close()
