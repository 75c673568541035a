"""A served home with two tenants, somebody in every role of each, and something of everything that routes name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.conftest import PAGES, staff

from avouch.policy.roles import ACTS
from avouch.records import Classification, Principal
from avouch.stack import credentials, people
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

PASSWORD = "correct horse battery"
QUESTION = "How long is alcohol hand rub applied?"
TENANTS = ("default", "beta")


@dataclass
class World:
    """``tokens`` and ``people`` by (role, tenant)."""

    stack: Stack
    app: FastAPI
    client: TestClient
    folder: Path
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    people: dict[tuple[str, str], Principal] = field(default_factory=dict)
    spare: dict[str, list[str]] = field(default_factory=dict)

    def headers(self, role: str = "reader", tenant: str = "default", **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[role, tenant]}", **more}

    def get(self, path: str, role: str = "reader", tenant: str = "default", **more: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.headers(role, tenant, **more))

    def post(self, path: str, body: Any = None, role: str = "reader", tenant: str = "default", **more: str) -> Any:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers(role, tenant, **more))

    def document(self, key: str, role: str = "reader") -> dict[str, Any]:
        found = self.get("/documents?limit=1000", role).json()["items"]
        return next(one for one in found if one["key"] == key)


def populate(world: World) -> None:
    """People in every role of both tenants, and a library of each."""
    stack = world.stack
    groups = {"default": frozenset({"staff"}), "beta": frozenset({"staff"})}
    for tenant in TENANTS:
        for role in ACTS:
            if role == "owner" and tenant != "default":
                continue
            who = people.add(
                stack, f"{role}-{tenant}", groups[tenant], Classification.INTERNAL, frozenset({role}), None, tenant
            )
            world.people[role, tenant] = who
            world.tokens[role, tenant] = credentials.create_key(stack, stack.owner, who.id, "test")[1]
        library = world.folder / tenant
        library.mkdir()
        for name, text in PAGES.items():
            (library / name).write_text(text.replace("20 seconds", "25 seconds") if tenant == "beta" else text)
        spare = library / "spare"
        spare.mkdir()
        for number in range(len(ACTS) * 5):
            (spare / f"{number}.md").write_text(f"# Spare {number}\n\nA spare text of {tenant}, number {number}.\n")
        ingest(stack, world.people["curator", tenant], library, staff())
        found = world.get("/documents?limit=1000", "reader", tenant).json()["items"]
        world.spare[tenant] = [one["id"] for one in found if one["key"].startswith("spare/")]


def make(folder: Path, app_of: Callable[[Stack], FastAPI]) -> tuple[Stack, FastAPI]:
    home = folder / "home"
    home.mkdir()
    (home / "avouch.toml").write_text(
        f'rate_principal = 0.0\nrate_tenant = 0.0\ningest_roots = "{folder / "default"}"\nmax_upload_bytes = 2000000\n'
    )
    stack = Stack.create(home)
    return stack, app_of(stack)
