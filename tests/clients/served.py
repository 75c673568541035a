"""A served home for clients: two people who see different documents, one of another tenant, a key of little use."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from tests.conftest import PAGES, staff

from avouch.faces.http.app import create
from avouch.records import Classification
from avouch.stack import credentials, people
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

SETTINGS = "rate_principal = 0.0\nrate_tenant = 0.0\n"
SECRET = "The robot costs 41,000 pounds a year."


@dataclass
class Served:
    """``keys`` by name: ann reads what staff read, hugo what is of hr, bea is of another tenant, vera only verifies."""

    stack: Stack
    app: FastAPI
    url: str
    keys: dict[str, str] = field(default_factory=dict)


def populate(stack: Stack, folder: Path) -> dict[str, str]:
    """The people, their libraries, and their keys."""
    who = {
        "ann": ("staff", "default", frozenset[str]()),
        "hugo": ("hr", "default", frozenset[str]()),
        "bea": ("staff", "beta", frozenset[str]()),
        "vera": ("staff", "default", frozenset({"verify"})),
    }
    keys = {}
    for name, (group, tenant, scopes) in who.items():
        level, roles = Classification.RESTRICTED, frozenset({"reader"})
        person = people.add(stack, name, frozenset({group}), level, roles, None, tenant)
        keys[name] = credentials.create_key(stack, stack.owner, person.id, "test", scopes)[1]
    for tenant, texts in (("default", PAGES), ("beta", {"robot.md": f"# Robot\n\n{SECRET}\n"})):
        place = folder / tenant
        place.mkdir()
        for name, text in texts.items():
            (place / name).write_text(text)
        groups = frozenset({"staff"})
        curator = people.add(
            stack, f"curator-{tenant}", groups, Classification.RESTRICTED, frozenset({"curator"}), None, tenant
        )
        ingest(stack, curator, place, staff())
    return keys


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve it on a free port of loopback until the block ends."""
    home = folder / "home"
    home.mkdir()
    (home / "avouch.toml").write_text(SETTINGS)
    with Stack.create(home) as stack:
        keys = populate(stack, folder)
        app = create(stack)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            until = time.monotonic() + 60
            while not server.started:
                assert thread.is_alive() and time.monotonic() < until, "the server did not start"
                time.sleep(0.02)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield Served(stack, app, f"http://127.0.0.1:{port}", keys)
        finally:
            server.should_exit = True
            thread.join(60)
            assert not thread.is_alive()
