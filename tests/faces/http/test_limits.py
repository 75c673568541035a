"""What is refused before it is looked at, and how it is said."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import validate  # type: ignore[import-untyped]
from starlette.testclient import TestClient
from tests.conftest import damaged
from tests.faces.http.world import PASSWORD, QUESTION, World

from avouch.errors import Code
from avouch.faces.http import openapi
from avouch.faces.http.app import create
from avouch.faces.http.rates import Rates
from avouch.stack import credentials
from avouch.stack.stack import Stack


def envelope(app: Any) -> Any:
    """The outermost of our own parts, below the framework's."""
    part = app.middleware_stack
    while not hasattr(part, "under_way"):
        part = part.app
    return part


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    told: dict[str, Any] = response.json()
    assert (response.status_code, told["status"], told["code"]) == (status, status, code), told
    assert response.headers["content-type"] == "application/problem+json"
    validate(told, openapi.PROBLEM)
    assert told["instance"].endswith(response.headers["x-request-id"])
    assert told["todo"] == Code[code].value.todo
    return told


def test_every_error_has_the_one_shape(world: World) -> None:
    client, headers = world.client, world.headers()
    problem(client.get("/nothing"), 404, "NOT_FOUND")
    told = client.put("/api/v1/ask", headers=headers)
    problem(told, 405, "METHOD_UNKNOWN")
    assert told.headers["allow"] == "POST"
    problem(client.get("/api/v1/documents"), 401, "UNAUTHENTICATED")
    assert "bearer" in client.get("/api/v1/documents").headers["www-authenticate"].lower()
    problem(world.get("/status"), 403, "FORBIDDEN")
    problem(client.post("/api/v1/ask", content=b"{", headers=headers), 400, "INPUT_INVALID")
    problem(client.post("/api/v1/ask", content=b"[" * 50_000, headers=headers), 400, "INPUT_INVALID")
    problem(world.get("/documents?limit=0"), 400, "INPUT_INVALID")
    problem(world.get("/documents/not-an-id"), 400, "INPUT_INVALID")


def test_a_wrong_field_is_named_and_its_value_is_not(world: World) -> None:
    told = problem(world.post("/ask", {"question": QUESTION, "budget_ms": "SECRET-7"}), 400, "INPUT_INVALID")
    assert "body.budget_ms" in told["detail"]
    assert "SECRET-7" not in str(told)
    told = problem(world.post("/ask", {"question": ["SECRET-8"], "odd": "SECRET-9"}), 400, "INPUT_INVALID")
    assert "SECRET" not in str(told)


def test_errors_lead_to_their_list(world: World) -> None:
    told = world.get("/documents/d_0").json()["type"]
    listed = {one["code"] for one in world.client.get(told.partition("#")[0]).json()}
    assert told.partition("#")[2] in listed
    assert listed == {code.name for code in Code}


def test_an_unforeseen_error_says_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*told: object, **named: object) -> None:
        raise RuntimeError("SECRET-10 in the message")

    monkeypatch.setattr("avouch.stack.library.listing", broken)
    with caplog.at_level(logging.DEBUG):
        told = world.get("/documents", **{"x-request-id": "mine-1"})
    problem(told, 500, "INTERNAL")
    assert told.headers["x-request-id"] == "mine-1"
    assert "SECRET-10" not in told.text + caplog.text
    assert "unforeseen id=mine-1 error=RuntimeError" in caplog.text


def test_the_log_line_has_the_route_and_no_content(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        world.get("/documents?cursor=SECRET11")
        world.post("/ask", {"question": "What about SECRET12?"})
        world.get("/documents/d_5ec7e7")
    who = world.people["reader", "default"].id
    ours = "".join(one.getMessage() for one in caplog.records if one.name.startswith("avouch"))
    assert "SECRET1" not in ours
    assert "d_5ec7e7" not in ours
    assert "route=POST_/api/v1/ask status=200 ms=" in ours
    assert f"principal={who}" in ours


def test_bodies_are_bounded_told_or_not(world: World) -> None:
    big = b'{"question": "' + b"x" * world.stack.settings.max_body_bytes + b'"}'
    headers = world.headers(**{"content-type": "application/json"})
    problem(world.client.post("/api/v1/ask", content=big, headers=headers), 413, "BODY_TOO_LARGE")

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(big), 50_000):
            yield big[start : start + 50_000]

    told = world.client.post("/api/v1/ask", content=pieces(), headers=headers)
    problem(told, 413, "BODY_TOO_LARGE")


def test_a_body_that_is_no_json_is_not_guessed(world: World) -> None:
    headers = world.headers(**{"content-type": "text/plain"})
    told = world.client.post("/api/v1/ask", content=b'{"question": "Is it?"}', headers=headers)
    problem(told, 400, "INPUT_INVALID")


def test_headers_protect(world: World) -> None:
    for response in (world.get("/documents"), world.client.get("/nothing"), world.client.get("/health")):
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "server" not in response.headers
        assert "access-control-allow-origin" not in response.headers


def test_cors_is_closed(world: World) -> None:
    asked = {"origin": "https://other.example", "access-control-request-method": "POST"}
    told = world.client.options("/api/v1/ask", headers=asked)
    assert told.status_code == 405
    assert "access-control-allow-origin" not in told.headers


def test_too_many_requests_are_told_when_to_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    few = Rates(replace(world.stack.settings, rate_principal=2.0))
    monkeypatch.setitem(world.app.state._state, "rates", few)
    told = [world.get("/me") for _ in range(8)]
    codes = [one.status_code for one in told]
    assert codes[:4] == [200] * 4
    assert 429 in codes
    refused = next(one for one in told if one.status_code == 429)
    problem(refused, 429, "RATE_LIMITED")
    assert int(refused.headers["retry-after"]) >= 1
    assert world.get("/me", "curator").status_code == 200
    tenant = Rates(replace(world.stack.settings, rate_tenant=2.0))
    monkeypatch.setitem(world.app.state._state, "rates", tenant)
    codes = [world.get("/me", role).status_code for role in ("reader", "curator", "auditor", "admin", "operator")]
    assert codes == [200] * 4 + [429]
    assert world.get("/me", "reader", "beta").status_code == 200


def test_what_cannot_be_held_is_refused_and_nothing_is_begun(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    part = envelope(world.app)
    monkeypatch.setattr(part, "settings", replace(part.settings, http_concurrency=2))
    waiting, found = threading.Event(), []

    def slow(*told: object, **named: object) -> list[Any]:
        waiting.wait(5)
        return []

    monkeypatch.setattr("avouch.stack.library.listing", slow)
    threads = [threading.Thread(target=lambda: found.append(world.get("/documents"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(100):
        if part.under_way == 2:
            break
        time.sleep(0.02)
    refused = world.get("/me")
    problem(refused, 429, "OVERLOADED")
    assert refused.headers["retry-after"] == "1"
    assert world.client.get("/health").status_code == 200
    waiting.set()
    for thread in threads:
        thread.join()
    assert [one.status_code for one in found] == [200, 200]
    assert world.get("/me").status_code == 200
    assert part.under_way == 0


def test_a_request_that_takes_too_long_is_told_so_and_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    part = envelope(world.app)
    monkeypatch.setattr(part, "settings", replace(part.settings, request_seconds=0.05))
    done = threading.Event()

    def slow(*told: object, **named: object) -> Any:
        time.sleep(0.4)
        done.set()
        return {"checkpoint": "x"}

    monkeypatch.setattr("avouch.stack.audit.anchor", slow)
    problem(world.post("/ledger/checkpoint", None, "auditor"), 504, "TIMEOUT")
    assert done.wait(2)


def test_another_name_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope(world.app), "hosts", frozenset({"avouch.example"}))
    problem(world.get("/me"), 421, "FORBIDDEN_HOST")
    assert world.get("/me", host="avouch.example:8420").status_code == 200
    assert world.client.get("/health").status_code == 200


def signed_in(world: World, role: str = "reader") -> TestClient:
    who = world.people[role, "default"]
    credentials.set_password(world.stack, world.stack.owner, who.id, PASSWORD)
    client = TestClient(world.app, base_url="https://avouch.example", raise_server_exceptions=False)
    told = client.post("/api/v1/auth/signin", json={"name": who.name, "password": PASSWORD})
    assert told.status_code == 200, told.text
    cookie = told.headers["set-cookie"]
    assert cookie.startswith("__Host-avouch=avs_")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    return client


def test_a_session_is_a_cookie_and_ends(world: World) -> None:
    client = signed_in(world)
    told = client.get("/api/v1/me").json()
    assert (told["name"], told["via"][:8], told["asserted"]) == ("reader-default", "session:", False)
    out = client.post("/api/v1/auth/signout", headers={"sec-fetch-site": "same-origin"})
    assert out.status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_another_site_cannot_write_with_the_cookie(world: World) -> None:
    client = signed_in(world)
    body, path = {"question": QUESTION}, "/api/v1/ask"
    refused: list[dict[str, str]] = [
        {},
        {"origin": "https://other.example"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": "http://avouch.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://avouch.example", "sec-fetch-site": "cross-site"},
    ]
    for headers in refused:
        problem(client.post(path, json=body, headers=headers), 403, "FORBIDDEN_ORIGIN")
    for headers in ({"origin": "https://avouch.example"}, {"sec-fetch-site": "same-origin"}):
        assert client.post(path, json=body, headers=headers).status_code == 200
    assert client.get("/api/v1/me", headers={"origin": "https://other.example"}).status_code == 200


def test_behind_a_proxy_the_settings_say_how_it_is_reached(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    told = replace(world.stack.settings, public_origin="https://avouch.example")
    monkeypatch.setattr(world.stack, "settings", told)
    who = world.people["reader", "default"]
    credentials.set_password(world.stack, world.stack.owner, who.id, PASSWORD)
    client = TestClient(world.app, base_url="http://10.0.0.7:8420", raise_server_exceptions=False)
    cookie = client.post("/api/v1/auth/signin", json={"name": who.name, "password": PASSWORD}).headers["set-cookie"]
    assert cookie.startswith("__Host-avouch=avs_")
    assert "Secure" in cookie
    headers = {"cookie": cookie.partition(";")[0], "origin": "https://avouch.example"}
    assert client.post("/api/v1/ask", json={"question": QUESTION}, headers=headers).status_code == 200
    headers["origin"] = "http://10.0.0.7:8420"
    problem(client.post("/api/v1/ask", json={"question": QUESTION}, headers=headers), 403, "FORBIDDEN_ORIGIN")


def test_a_wrong_password_says_no_more_than_that(world: World) -> None:
    signed_in(world)
    client = TestClient(world.app, raise_server_exceptions=False)
    told = [
        client.post("/api/v1/auth/signin", json={"name": name, "password": "not the password"}).json()
        for name in ("reader-default", "nobody-at-all")
    ]
    assert told[0]["detail"] == told[1]["detail"]
    assert {one["code"] for one in told} == {"UNAUTHENTICATED"}


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer avk_", "Bearer é", "Bearer a.b.c", "Bearer " + "x" * 4000]
)
def test_a_token_that_is_none(world: World, header: str) -> None:
    told = world.client.get("/api/v1/me", headers={b"authorization": header.encode("latin-1")})
    problem(told, 401, "UNAUTHENTICATED")


def test_a_token_in_the_address_is_not_looked_at(world: World) -> None:
    token = world.tokens["reader", "default"]
    assert world.client.get(f"/api/v1/me?access_token={token}&token={token}").status_code == 401


def test_ready_says_what_is_amiss(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.client.get("/ready").json() == {"status": "ready", "reasons": []}
    monkeypatch.setitem(world.app.state._state, "unready", "MODEL_CHANGED")
    told = world.client.get("/ready")
    assert (told.status_code, told.json()) == (503, {"status": "unready", "reasons": ["MODEL_CHANGED"]})


def test_ready_says_that_the_state_does_not_answer(stack: Stack) -> None:
    with TestClient(create(stack), raise_server_exceptions=False) as client, damaged(stack):
        told = client.get("/ready")
    assert (told.status_code, told.json()) == (503, {"status": "unready", "reasons": ["HOME_DAMAGED"]})


def test_a_sign_in_elsewhere_needs_an_issuer_and_its_own_browser(world: World) -> None:
    problem(world.client.get("/api/v1/auth/oidc/login?issuer=https://id.example"), 404, "NOT_FOUND")
    problem(world.client.get("/api/v1/auth/oidc/callback?code=x&state=y"), 401, "UNAUTHENTICATED")
    forged = {"cookie": "avouch-oidc=Zm9yZ2Vk"}
    problem(world.client.get("/api/v1/auth/oidc/callback?code=x&state=y", headers=forged), 401, "UNAUTHENTICATED")


def test_cors_opens_for_those_that_are_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from avouch.faces.http.app import create

    monkeypatch.setattr(world.stack, "settings", replace(world.stack.settings, cors_origins="https://app.example"))
    client = TestClient(create(world.stack), raise_server_exceptions=False)
    asked = {"origin": "https://app.example", "access-control-request-method": "POST"}
    told = client.options("/api/v1/ask", headers=asked)
    assert told.headers["access-control-allow-origin"] == "https://app.example"
    other = client.options("/api/v1/ask", headers={**asked, "origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers


def test_whoever_only_listens_holds_no_place(world: World) -> None:
    part = envelope(world.app)
    body = {"path": str(world.folder / "default"), "labels": ["staff"], "classification": "internal"}
    job = world.post("/sources/folder", body, "curator").json()["id"]
    headers = world.headers("curator")
    with world.client.stream("GET", f"/api/v1/jobs/{job}/events", headers=headers) as stream:
        assert stream.status_code == 200
        assert b"report" in stream.read()
    assert part.under_way == 0


def test_metrics_are_for_operators_and_name_nobody(world: World) -> None:
    refused = world.client.get("/metrics")
    assert refused.status_code == 401
    assert world.client.get("/metrics", headers=world.headers("reader")).status_code == 403
    found = world.client.get("/metrics", headers=world.headers("operator"))
    assert found.status_code == 200 and found.headers["content-type"].startswith("text/plain")
    assert 'avouch_http_request_seconds_count{method="GET",route="/metrics",status="403"}' in found.text
    assert "avouch_ledger_entries" in found.text and "avouch_mask_mismatches_total 0.0" in found.text
    assert not re.search(r"p_[0-9a-f]{8}|d_[0-9a-f]{8}|avk_", found.text)
