"""A page as a client of the API: what it asks is one request of its reader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from avouch.faces.http.app import create
from avouch.stack import credentials
from avouch.stack.stack import Stack

PASSWORD = "correct horse battery"


def test_what_a_page_asks_counts_as_one_request(tmp_path: Path) -> None:
    """Two at once are let in here, and a page asks three times and more."""
    with Stack.create(tmp_path / "home") as stack:
        credentials.set_password(stack, stack.owner, stack.owner.id, PASSWORD)
        stack.settings = replace(stack.settings, rate_principal=1.0)
        with TestClient(create(stack)) as client:
            told = {"name": stack.owner.name, "password": PASSWORD}
            assert client.post("/signin", data=told, follow_redirects=False).status_code == 303
            assert client.get("/ask").status_code == 200
            statuses = [client.get("/ask").status_code for _ in range(5)]
            assert 429 in statuses
