"""What runs behind `/mcp`: begun once, whoever goes away, and ended."""

from __future__ import annotations

import asyncio

from avouch.faces.mcp.running import Running
from avouch.stack.stack import Stack


def test_it_begins_once_even_where_the_first_caller_went_away(stack: Stack) -> None:
    async def go() -> None:
        running = Running(stack)
        first = asyncio.ensure_future(running.protocol())
        await asyncio.sleep(0)
        first.cancel()
        one, other = await asyncio.gather(running.protocol(), running.protocol())
        assert one is other
        assert first.cancelled()
        await asyncio.wait_for(running.close(), 10)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(go())


def test_it_ends_where_it_never_began_or_just_begins(stack: Stack) -> None:
    async def go() -> None:
        await asyncio.wait_for(Running(stack).close(), 10)
        running = Running(stack)
        first = asyncio.ensure_future(running.protocol())
        await asyncio.sleep(0)
        await asyncio.wait_for(running.close(), 10)
        await first
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(go())
