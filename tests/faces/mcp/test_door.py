"""Which names and origins are ours, by the settings."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fastapi import Request

from avouch.config import Settings
from avouch.errors import AvouchError
from avouch.faces.mcp.door import local


def request(settings: Settings, host: str, origin: str | None, allowed: str = "") -> Request:
    state = SimpleNamespace(stack=SimpleNamespace(settings=settings), origins=frozenset([allowed] if allowed else []))
    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]
    told = {"type": "http", "method": "POST", "path": "/mcp", "scheme": "https", "query_string": b""}
    return Request({**told, "headers": headers, "server": ("x", 1), "app": SimpleNamespace(state=state)})


NAMED = Settings(hosts="one.example, Two.example", public_origin="https://avouch.example/")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("one.example", None),
        ("TWO.example:8420", "https://TWO.example:8420"),
        ("avouch.example", "https://avouch.example"),
        ("one.example", "https://avouch.example"),
        ("10.0.0.1", None),
        ("[fe80::1]:8420", None),
    ],
)
def test_what_the_settings_name_is_ours(host: str, origin: str | None) -> None:
    local(request(NAMED, host, origin))


@pytest.mark.parametrize(
    ("host", "origin", "code"),
    [
        ("", None, "FORBIDDEN_HOST"),
        ("three.example", None, "FORBIDDEN_HOST"),
        ("one.example.evil.example", None, "FORBIDDEN_HOST"),
        ("one.example@evil.example", None, "FORBIDDEN_HOST"),
        ("one.example", "http://one.example", "FORBIDDEN_ORIGIN"),
        ("one.example", "https://evil.example", "FORBIDDEN_ORIGIN"),
        ("10.0.0.1", "https://evil.example", "FORBIDDEN_ORIGIN"),
        ("one.example", "", None),
    ],
)
def test_what_they_do_not_name_is_not(host: str, origin: str | None, code: str | None) -> None:
    if code is None:
        local(request(NAMED, host, origin))
        return
    with pytest.raises(AvouchError) as raised:
        local(request(NAMED, host, origin))
    assert raised.value.code.name == code


def test_an_allowed_origin_may_ask_and_no_name_is_ours_by_default() -> None:
    local(request(Settings(), "127.0.0.1:8420", "https://app.example", "https://app.example"))
    with pytest.raises(AvouchError):
        local(request(Settings(), "avouch.example", None))
