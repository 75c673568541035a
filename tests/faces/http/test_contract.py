"""The description and the service agree; whatever comes in, what goes out is no server error."""

from __future__ import annotations

import gc
import json
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks
from tests.faces.http.world import QUESTION, World

from avouch.faces.http.app import described

ROOT = Path(__file__).resolve().parents[3]
APP = described()
DOORS = APP.state.doors
SCHEMA = schemathesis.openapi.from_dict(APP.openapi())
OPERATIONS: list[Any] = [found.ok() for found in SCHEMA.get_all_operations()]  # type: ignore[union-attr]
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
REQUEST = ("method", "url", "headers", "params", "cookies", "json", "data", "files")
DEAR = ("/index/rebuild", "/collect", "/backups", "/keys/rotate", "/access/review", "/ledger/verify", "/redteam")


def trial(world: World, operation: Any, examples: int) -> None:
    """Send generated requests, right and wrong ones, and hold the answers against the description."""

    @settings(
        max_examples=1 if operation.path.endswith(DEAR) else examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        told = case.as_transport_kwargs(base_url="http://testserver", headers=world.headers("owner"))
        made = requests.Request(**{name: told[name] for name in REQUEST if name in told}).prepare()
        headers: Any = {k: v for k, v in made.headers.items() if k.lower() not in ("idempotency-key", "content-length")}
        content: Any = made.body or b""
        response = world.client.request(made.method or "", made.url or "", headers=headers, content=content)
        case.validate_response(response, checks=CHECKS)

    run()


def label(operation: Any) -> str:
    return f"{operation.method.upper()} {operation.path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=label)
def test_the_service_is_as_described(world: World, operation: Any) -> None:
    trial(world, operation, 4)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=label)
def test_the_service_is_as_described_at_length(world: World, operation: Any) -> None:
    trial(world, operation, 100)


def test_the_description_is_fit_for_clients() -> None:
    told = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert told == json.loads(json.dumps(described().openapi())), "run `make docs`"
    found = [operation for path in told["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in found]
    assert len(ids) == len(set(ids))
    assert all(name.isidentifier() for name in ids)
    for operation in found:
        assert operation["summary"]
        assert operation["tags"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert operation["security"] == [] or {"bearer": []} in operation["security"]
        good = next(code for code in operation["responses"] if code.startswith(("2", "3")))
        assert operation["responses"][good].get("content") or good in ("204", "302", "303"), operation["operationId"]


class Garbage:
    """Requests that are wrong in every part, from a seed."""

    def __init__(self, seed: int, tokens: list[str]) -> None:
        self.draw, self.tokens = random.Random(seed), tokens

    def text(self, most: int = 60) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: "".join(chr(self.draw.choice([0, 9, 10, 13, 34, 39, 92, 127, 233, 0x202E, 0xD800, 0x1F600]))),
            lambda: chr(self.draw.randrange(32, 127)) * self.draw.randrange(1, most),
            lambda: self.draw.choice(
                ["../", "..\\", "%00", "' OR 1=1 --", "{{7*7}}", "${x}", "<script>", "\x00", "NaN"]
            ),
            lambda: str(self.draw.randrange(-(10**30), 10**30)),
        ]
        return "".join(self.draw.choice(kinds)() for _ in range(self.draw.randrange(0, 6)))

    def value(self, depth: int = 0) -> Any:
        kind = self.draw.randrange(9 if depth < 4 else 6)
        if kind < 3:
            return self.text()
        if kind < 6:
            return self.draw.choice([None, True, -1, 0, 10**25, 1e308, -1.5, [], {}, "", 2**63, float("inf")])
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self.draw.randrange(4))]
        names = ["question", "as_of", "known_at", "budget_ms", "limit", "path", "name", "groups", "roles", "texts"]
        names += ["voucher", "reason", "confirm", "labels", "columns", "anchors", "scopes", "days", self.text(10)]
        return {self.draw.choice(names): self.value(depth + 1) for _ in range(self.draw.randrange(6))}

    def body(self) -> bytes:
        kind = self.draw.randrange(6)
        if kind == 0:
            return self.draw.randbytes(self.draw.randrange(0, 3000))
        data = json.dumps(self.value()).encode("utf-8", "surrogatepass")
        if kind == 1:
            return data[: self.draw.randrange(0, len(data) + 1)]
        if kind == 2:
            return b"[" * self.draw.randrange(1, 5000)
        return b'{"a":' + b"9" * 6000 + b"}" if kind == 3 else data

    def headers(self) -> dict[bytes, bytes]:
        kinds = ["application/json", "text/plain", "multipart/form-data; boundary=b", "multipart/form-data", "a/b; c=d"]
        token = self.draw.choice([*self.tokens, "avk_x", "a.b.c", "x" * 3000, self.text()])
        found = {
            "authorization": f"{self.draw.choice(['Bearer', 'bearer', 'Basic', ''])} {token}",
            "content-type": self.draw.choice([*kinds, self.text()]),
        }
        names = ["accept", "if-match", "if-none-match", "idempotency-key", "avouch-purpose", "x-request-id", "origin"]
        names += ["cookie", "host", "sec-fetch-site", "range", "expect", "x-forwarded-for", "last-event-id"]
        for name in self.draw.sample(names, self.draw.randrange(4)):
            found[name] = self.draw.choice([self.text(), "text/event-stream", "*", "avouch=avs_x", '"x"', "care"])
        bad = str.maketrans(dict.fromkeys("\r\n\x00", ""))
        return {k.encode(): v.translate(bad).strip().encode("utf-8", "replace") for k, v in found.items()}

    def request(self) -> tuple[str, str, dict[bytes, bytes], bytes]:
        door = self.draw.choice(DOORS)
        parts = [
            (self.text(12) or "x").replace("/", "") or "x" if "{" in part and self.draw.random() < 0.7 else part
            for part in door.path.split("/")
        ]
        path = "/".join(parts)
        if self.draw.random() < 0.4:
            path += "?" + "&".join(f"{self.draw.choice(['cursor', 'limit', 'kind', 'q'])}={self.text()}" for _ in "ab")
        path = path.encode("utf-8", "replace").decode()
        method = door.method if self.draw.random() < 0.9 else self.draw.choice(["PUT", "DELETE", "HEAD", "TRACE", "X"])
        return method, "".join(c for c in path if c.isprintable()), self.headers(), self.body()


def throw(world: World, seeds: Iterator[int]) -> None:
    roles = ("reader", "curator", "auditor", "operator")
    tokens = [world.tokens[role, tenant] for role in roles for tenant in ("default", "beta")]
    for seed in seeds:
        method, path, headers, body = Garbage(seed, tokens).request()
        told = world.client.request(method, path, headers=headers, content=body)
        assert told.status_code < 500, (seed, method, path, told.text)
        if told.status_code >= 400 and method != "HEAD":
            assert told.headers["content-type"] == "application/problem+json", (seed, method, path)


def test_garbage_is_answered_in_order(world: World) -> None:
    throw(world, iter(range(500)))
    assert world.post("/ask", {"question": QUESTION}).status_code == 200


def resident() -> float:
    """MB that the process holds now and cannot give up. Its peak would be that of whichever test came before."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


@pytest.mark.slow
def test_much_garbage_is_answered_in_order_and_takes_no_room(world: World) -> None:
    throw(world, iter(range(500, 2500)))
    before = resident()
    throw(world, iter(range(2500, 10_500)))
    grown = resident() - before
    assert grown < 60, f"{grown:.0f} MB more"
    assert world.post("/ask", {"question": QUESTION}).status_code == 200


def test_a_client_needs_no_server_to_read_the_description() -> None:
    code = "from avouch.faces.http.app import described; assert described().openapi()['openapi'].startswith('3.1')"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
