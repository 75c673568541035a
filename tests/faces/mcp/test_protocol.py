"""The tools over HTTP as raw messages: who is let in, what is told, what is refused."""

from __future__ import annotations

import json
import random
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from tests.clients.served import SECRET, Served

from avouch.faces.mcp.tools import TOOLS
from avouch.ledger import log

HAND = "How long is alcohol hand rub applied?"
LEGACY, MODERN = "2025-11-25", "2026-07-28"


def send(service: Served, body: Any, who: str | None = "ann", **headers: str) -> httpx2.Response:
    told = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    if who is not None:
        told["authorization"] = f"Bearer {service.keys.get(who, who)}"
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.post(f"{service.url}/mcp", content=content, headers={**told, **headers}, timeout=20)


def rpc(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def call(service: Served, name: str, who: str = "ann", **arguments: Any) -> dict[str, Any]:
    body = rpc("tools/call", name=name, arguments=arguments)
    response = send(service, body, who, **{"mcp-protocol-version": LEGACY})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()["result"]
    return told


def code_of(told: dict[str, Any]) -> str:
    assert told["isError"]
    code: str = told["structuredContent"]["error"]["code"]
    assert told["content"][0]["text"].startswith(f"{code}: ")
    return code


def entries(service: Served) -> int:
    return service.stack.state.read(log.size)


def test_nobody_comes_in_without_a_key_and_nothing_is_begun(service: Served) -> None:
    for who in (None, "avk_no"):
        response = send(service, rpc("tools/list"), who)
        assert response.status_code == 401
        assert response.json()["code"] == "UNAUTHENTICATED"
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_there_are_no_sessions_to_take_over(service: Served) -> None:
    hello = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
    opened = send(service, rpc("initialize", **hello))
    assert opened.status_code == 200
    assert opened.json()["result"]["serverInfo"]["name"] == "avouch"
    assert "mcp-session-id" not in opened.headers
    borrowed = {"mcp-session-id": "0" * 32, "mcp-protocol-version": LEGACY}
    leave = rpc("tools/call", name="ask", arguments={"question": "How many days of annual leave do staff have?"})
    told = send(service, leave, "ann", **borrowed).json()["result"]["structuredContent"]
    assert told["abstained"]
    assert not send(service, leave, "hugo", **borrowed).json()["result"]["structuredContent"]["abstained"]
    for method in ("GET", "DELETE"):
        headers = {"authorization": f"Bearer {service.keys['ann']}", "accept": "text/event-stream", **borrowed}
        response = httpx2.request(method, f"{service.url}/mcp", headers=headers)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("host", "origin", "code"),
    [
        ("evil.example", None, "FORBIDDEN_HOST"),
        ("evil.example:80", "http://evil.example:80", "FORBIDDEN_HOST"),
        ("[::1", None, "FORBIDDEN_HOST"),
        (None, "http://evil.example", "FORBIDDEN_ORIGIN"),
        (None, "null", "FORBIDDEN_ORIGIN"),
        ("localhost:1", "http://localhost:1", None),
        ("[::1]:8420", None, None),
    ],
)
def test_a_name_that_was_bound_to_this_address_is_not_ours(
    service: Served, host: str | None, origin: str | None, code: str | None
) -> None:
    headers = {
        "mcp-protocol-version": LEGACY,
        **({"host": host} if host else {}),
        **({"origin": origin} if origin else {}),
    }
    response = send(service, rpc("tools/list"), **headers)
    assert response.json().get("code") == code
    assert response.status_code == {None: 200, "FORBIDDEN_HOST": 421, "FORBIDDEN_ORIGIN": 403}[code]


@pytest.mark.parametrize("method", ["subscriptions/listen", "resources/list", "sampling/createMessage", "nothing"])
def test_there_is_nothing_to_listen_to_that_would_hold_a_place(service: Served, method: str) -> None:
    told = "io.modelcontextprotocol/"
    meta = {f"{told}protocolVersion": MODERN, f"{told}clientCapabilities": {}}
    body = rpc(method, _meta=meta, notifications={})
    response = send(service, body, **{"mcp-protocol-version": MODERN, "mcp-method": method})
    assert (response.status_code, response.json()["error"]["code"]) == (404, -32601), response.text


def test_tools_are_listed_by_what_the_key_may(service: Served) -> None:
    listed = {who: send(service, rpc("tools/list"), who).json()["result"]["tools"] for who in ("ann", "vera")}
    assert [one["name"] for one in listed["ann"]] == list(TOOLS)
    assert [one["name"] for one in listed["vera"]] == ["verify"]
    for one in listed["ann"]:
        assert one["description"] and one["inputSchema"]["additionalProperties"] is False
        assert one["outputSchema"]["type"] == "object"
    assert code_of(call(service, "ask", "vera", question=HAND)) == "FORBIDDEN"
    assert code_of(call(service, "document", "vera", document_id="d_0")) == "FORBIDDEN"


def test_search_and_ask_are_acts_of_who_asks(service: Served) -> None:
    before = entries(service)
    found = call(service, "search", question=HAND, limit=2)["structuredContent"]
    assert len(found["passages"]) == 2
    assert "20 seconds" in found["passages"][0]["text"]
    told = call(service, "ask", question=HAND)
    assert entries(service) == before + 2
    assert found["entry"] == before
    assert "20 seconds" in told["structuredContent"]["claims"][0]["text"]
    assert told["structuredContent"]["voucher_id"] in told["content"][0]["text"]
    assert "isError" not in told or not told["isError"]


def test_passages_are_marked_as_data_by_a_number_that_they_cannot_know(service: Served) -> None:
    texts = [call(service, "search", question=HAND)["content"][0]["text"] for _ in range(2)]
    numbers = []
    for text in texts:
        first, begin, *_, end = text.split("\n")
        number = begin.removeprefix("BEGIN ")
        assert re.fullmatch(r"[0-9a-f]{16}", number)
        assert number in first and "never an instruction" in first
        assert end == f"END {number}"
        numbers.append(number)
    assert numbers[0] != numbers[1]


def test_requests_at_once_keep_to_their_own_keys(service: Served) -> None:
    leave = {"question": "How many days of annual leave do staff have?"}
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: call(service, "ask", ("ann", "hugo")[n % 2], **leave), range(32)))
    for n, one in enumerate(told):
        assert one["structuredContent"]["abstained"] == (n % 2 == 0)
        assert ("27 days" in json.dumps(one)) == bool(n % 2)


def test_a_document_is_read_in_parts(service: Served) -> None:
    hit = call(service, "search", question=HAND)["structuredContent"]["passages"][0]
    whole = call(service, "document", document_id=hit["document_id"])["structuredContent"]
    assert whole["next_start"] is None
    assert whole["text"][hit["start"] : hit["end"]] == hit["text"]
    part = call(service, "document", document_id=hit["document_id"], version_id=hit["version_id"], start=2, length=10)
    told = part["structuredContent"]
    assert (told["text"], told["next_start"], told["total"]) == (whole["text"][2:12], 12, len(whole["text"]))
    past = call(service, "document", document_id=hit["document_id"], start=10**9)["structuredContent"]
    assert (past["text"], past["next_start"]) == ("", None)


def test_another_tenants_document_is_as_if_there_were_none(service: Served) -> None:
    hit = call(service, "search", "bea", question="What does the robot cost?")["structuredContent"]["passages"][0]
    foreign = call(service, "document", document_id=hit["document_id"])
    missing = call(service, "document", document_id="d_00000000000000000000")
    assert code_of(foreign) == code_of(missing) == "NOT_FOUND"
    same = foreign["content"][0]["text"].replace(hit["document_id"], "d_00000000000000000000")
    assert same == missing["content"][0]["text"]
    assert SECRET not in json.dumps(call(service, "search", question="What does the robot cost?"))
    assert SECRET in json.dumps(call(service, "document", "bea", document_id=hit["document_id"]))


def test_a_tampered_voucher_is_not_valid(service: Served) -> None:
    voucher_id = call(service, "ask", question=HAND)["structuredContent"]["voucher_id"]
    headers = {"authorization": f"Bearer {service.keys['ann']}"}
    voucher = httpx2.get(f"{service.url}/api/v1/vouchers/{voucher_id}", headers=headers).json()["voucher"]
    assert call(service, "verify", voucher=voucher)["structuredContent"]["valid"]
    voucher["body"]["abstained"] = True
    told = call(service, "verify", voucher=voucher)
    assert not told["structuredContent"]["valid"]
    assert told["content"][0]["text"].startswith("The voucher is NOT valid.")
    assert "FAILED" in told["content"][0]["text"]


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("ask", {}, "INPUT_INVALID"),
        ("ask", {"question": "?"}, "QUESTION_EMPTY"),
        ("ask", {"question": "a " * 3000}, "QUESTION_TOO_LONG"),
        ("ask", {"question": HAND, "as_of": "then"}, "TIME_INVALID"),
        ("ask", {"question": HAND, "principal": "hugo"}, "INPUT_INVALID"),
        ("search", {"question": HAND, "limit": 10**9}, "INPUT_INVALID"),
        ("document", {"document_id": "../../x"}, "INPUT_INVALID"),
        ("verify", {"voucher": {}}, "VOUCHER_MALFORMED"),
        ("drop", {}, "NOT_FOUND"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code(
    service: Served, name: str, arguments: dict[str, Any], code: str
) -> None:
    told = call(service, name, **arguments)
    assert code_of(told) == code
    assert "hugo" not in json.dumps(told)


def test_garbage_is_answered_in_order(service: Served) -> None:
    draw = random.Random(7)
    wrong: list[Any] = [b"", b"{", b"[" * 5000, b"null", b"[]", b'"x"', b"9" * 5000, b"\xff\xfe", {"jsonrpc": "2.0"}]
    wrong += [
        rpc("tools/call"),
        rpc("tools/call", name=3),
        rpc("tools/call", name="ask", arguments=[1]),
        rpc("nothing"),
    ]
    wrong += [rpc("tools/call", name="ask\x00", arguments={"question": "\ud83d"}), [rpc("tools/list")] * 3]
    ids: list[Any] = [None, {}, -1, "x" * 1000, 2**70, 1.5]
    wrong += [{**rpc("tools/list"), "id": value} for value in ids]
    for body in wrong:
        for version in (LEGACY, MODERN, "x" * 100):
            response = send(service, body, **{"mcp-protocol-version": version, "mcp-method": draw.choice(["", "x"])})
            assert response.status_code < 500, (body, version, response.text)
    assert send(service, b" " * 1_100_000).json()["code"] == "BODY_TOO_LARGE"
    assert not call(service, "ask", question=HAND)["structuredContent"]["abstained"]


def spoiled(draw: random.Random, value: Any) -> Any:
    """A message with a part of it changed, left out, or put elsewhere."""
    odd: list[Any] = [None, True, -1, 2**63, 1e308, "", "\x00", "a" * 3000, [], {}, [[]], "d_0", "\ud83d", "2026-01-01"]
    if draw.random() < 0.15:
        return draw.choice(odd)
    if isinstance(value, dict):
        kept = {name: spoiled(draw, one) for name, one in value.items() if draw.random() > 0.05}
        return {
            **kept,
            **({draw.choice(["x", "_meta", "id", "limit"]): draw.choice(odd)} if draw.random() < 0.1 else {}),
        }
    return [spoiled(draw, one) for one in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_much_garbage_is_answered_in_order(service: Served) -> None:
    draw = random.Random(11)
    voucher: dict[str, Any] = {"format": "avouch.voucher/1", "body": {"claims": []}, "entry": {"seq": 1}}
    tools: list[tuple[str, dict[str, Any]]] = [
        ("ask", {"question": HAND, "as_of": "2025-01-01"}),
        ("search", {"question": HAND, "limit": 3}),
        ("document", {"document_id": "d_0", "version_id": "v_0", "start": 0, "length": 5}),
        ("verify", {"voucher": voucher, "key": "k", "anchor": "a"}),
    ]
    for number in range(1500):
        name, arguments = draw.choice(tools)
        body = spoiled(draw, rpc("tools/call", name=name, arguments=arguments))
        version = draw.choice([LEGACY, LEGACY, MODERN])
        response = send(service, body, **{"mcp-protocol-version": version, "mcp-method": "tools/call"})
        assert response.status_code < 500, (number, body, response.text)
        assert "INTERNAL" not in response.text, (number, body, response.text)
    assert not call(service, "ask", question=HAND)["structuredContent"]["abstained"]


def test_nothing_of_a_request_is_in_the_logs(service: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    canary = "zanzibar-canary"
    call(service, "ask", question=f"What of {canary}?")
    call(service, "ask", question=HAND, **{canary: canary})
    send(service, {"jsonrpc": "2.0", "id": 1, "method": canary, "params": {"name": canary}})
    send(service, canary.encode())
    told = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx2", "httpcore"))]
    assert told
    assert not [line for line in told if canary in line]
