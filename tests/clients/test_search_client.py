"""The client that the retrievers rest on: what it cites, and what it says when it gets no answer."""

from __future__ import annotations

import asyncio
import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.clients.served import Served

from avouch.adapters.search_client import SearchClient, SearchFailed
from avouch.faces.http.rates import Rates

ROOT = Path(__file__).resolve().parents[2]
HAND = "How long is alcohol hand rub applied?"


@contextmanager
def saying(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that says one thing to everybody."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def failure(client: SearchClient, question: str = HAND) -> SearchFailed:
    """What it raises, the same in either way to call it."""
    with pytest.raises(SearchFailed) as first:
        client.search(question, 3)
    with pytest.raises(SearchFailed) as second:
        asyncio.run(client.asearch(question, 3))
    assert (first.value.code, first.value.status) == (second.value.code, second.value.status)
    assert client.api_key not in str(first.value) + repr(client)
    return first.value


def test_a_passage_is_cited_exactly(service: Served) -> None:
    client = SearchClient(f"{service.url}/", service.keys["ann"], purpose="care")
    found = client.search(HAND, 2)
    again = asyncio.run(client.asearch(HAND, 2))
    assert [one[0] for one in again] == [one[0] for one in found]
    text, cited = found[0]
    assert "20 seconds" in text and cited["end"] - cited["start"] == len(text)
    assert cited["snapshot"] <= cited["entry"]


def test_refusals_keep_their_code_and_what_to_do(service: Served) -> None:
    wrong = failure(SearchClient(service.url, "avk_no"))
    assert (wrong.code, wrong.status) == ("UNAUTHENTICATED", 401)
    assert wrong.todo and wrong.todo in str(wrong)
    assert failure(SearchClient(service.url, service.keys["vera"])).code == "FORBIDDEN"
    assert failure(SearchClient(service.url, service.keys["ann"]), "?").code == "QUESTION_EMPTY"
    assert failure(SearchClient(f"{service.url}/elsewhere", service.keys["ann"])).code == "NOT_FOUND"
    before = service.app.state.rates
    service.app.state.rates = Rates(replace(service.stack.settings, rate_principal=0.001))
    try:
        SearchClient(service.url, service.keys["ann"]).search(HAND, 1)
        assert (failure(SearchClient(service.url, service.keys["ann"])).retry_after or 0) > 0
    finally:
        service.app.state.rates = before


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b"[]"), (200, b"{}"), (200, b'{"passages": [{}]}'), (502, b"Bad gateway"), (404, b"[1]")],
)
def test_what_is_no_answer_of_ours_is_said_so(status: int, body: bytes) -> None:
    with saying(status, body) as url:
        error = failure(SearchClient(url, "avk_x"))
    assert (error.code, error.status) == ("NO_ANSWER", status)


def test_a_key_does_not_follow_a_redirect() -> None:
    asked = []
    with saying(200, json.dumps({}).encode()) as other, saying(307, b"", location=f"{other}/x") as url:
        asked.append(failure(SearchClient(url, "avk_x")))
    assert (asked[0].code, asked[0].status) == ("NO_ANSWER", 307)


def test_where_nobody_answers_it_says_so() -> None:
    assert failure(SearchClient("http://127.0.0.1:9", "avk_x", timeout=2)).code == "UNREACHABLE"
    assert failure(SearchClient("no address", "avk_x", timeout=2)).code == "UNREACHABLE"


def test_it_needs_httpx_and_nothing_else_of_ours() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['numpy', 'sqlalchemy', 'fastapi', 'pydantic'])); "
        "import avouch.adapters.search_client; "
        "print(sorted(name for name in sys.modules if name.startswith('avouch')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == str(["avouch", "avouch.adapters", "avouch.adapters.search_client"])
