# mypy: ignore-errors
"""The MCP SDK's own client, in both of its ways to begin. URL ANN HUGO BEA VERA DOCUMENT (of another tenant)."""

from __future__ import annotations

import asyncio
import json
import sys

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

URL, ANN, HUGO, BEA, VERA, FOREIGN = sys.argv[1:]
HAND, LEAVE = "How long is alcohol hand rub applied?", "How many days of annual leave do staff have?"


def client(key: str, mode: str = "auto") -> Client:
    session = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)
    return Client(streamable_http_client(f"{URL}/mcp", http_client=session), mode=mode)


def code_of(told) -> str:
    assert told.is_error
    return told.structured_content["error"]["code"]


async def used(mode: str) -> None:
    async with client(ANN, mode) as ann:
        tools = {tool.name: tool for tool in (await ann.list_tools()).tools}
        assert list(tools) == ["search", "ask", "document", "verify"]
        assert all(tool.description and tool.output_schema for tool in tools.values())
        found = await ann.call_tool("search", {"question": HAND, "limit": 2})
        hit = found.structured_content["passages"][0]
        assert "20 seconds" in hit["text"] and "BEGIN" in found.content[0].text
        told = await ann.call_tool("ask", {"question": HAND})
        assert "20 seconds" in told.structured_content["claims"][0]["text"]
        read = await ann.call_tool("document", {"document_id": hit["document_id"], "version_id": hit["version_id"]})
        assert read.structured_content["text"][hit["start"] : hit["end"]] == hit["text"]
        foreign = await ann.call_tool("document", {"document_id": FOREIGN})
        assert code_of(foreign) == "NOT_FOUND"
        voucher = told.structured_content["voucher_id"]
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {ANN}"}) as rest:
            portable = (await rest.get(f"{URL}/api/v1/vouchers/{voucher}")).json()["voucher"]
        good = await ann.call_tool("verify", {"voucher": portable})
        assert good.structured_content["valid"]
        bad = json.loads(json.dumps(portable).replace(HAND, "How long?"))
        assert not (await ann.call_tool("verify", {"voucher": bad})).structured_content["valid"]
        assert code_of(await ann.call_tool("ask", {"question": "?"})) == "QUESTION_EMPTY"
        unseen = await ann.call_tool("ask", {"question": LEAVE})
        assert unseen.structured_content["abstained"]
    async with client(HUGO, mode) as hugo:
        seen = await hugo.call_tool("ask", {"question": LEAVE})
        assert "27 days" in seen.content[0].text
    async with client(BEA, mode) as bea:
        assert not (await bea.call_tool("document", {"document_id": FOREIGN})).is_error
    async with client(VERA, mode) as vera:
        assert [tool.name for tool in (await vera.list_tools()).tools] == ["verify"]
        assert code_of(await vera.call_tool("ask", {"question": HAND})) == "FORBIDDEN"


async def refused(mode: str) -> None:
    seen = []

    async def told(response: httpx2.Response) -> None:
        seen.append(response.status_code)

    headers = {"Authorization": "Bearer avk_no"}
    session = httpx2.AsyncClient(headers=headers, timeout=60, event_hooks={"response": [told]})
    try:
        async with Client(streamable_http_client(f"{URL}/mcp", http_client=session), mode=mode) as nobody:
            await nobody.list_tools()
    except* MCPError:
        assert seen and set(seen) == {401}, seen
    else:
        raise AssertionError("a wrong key was let in")


if __name__ == "__main__":
    for mode in ("auto", "legacy"):
        asyncio.run(used(mode))
        asyncio.run(refused(mode))
    print("done")
