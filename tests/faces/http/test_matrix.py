"""Who may do what over HTTP: every route × every role × own and other tenant, from the table of routes."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from tests.faces.http.world import PASSWORD, QUESTION, TENANTS, World

from avouch.faces.http import door, routes
from avouch.faces.http.door import SELF, Door, Doors
from avouch.faces.web import site
from avouch.ledger.note import parse
from avouch.policy.roles import ACTS
from avouch.stack import audit, credentials, emergency, models, prompts, signin

DOORS = [one for some in routes.every() for one in some.found]
QUERIES = {"why": "?principal=nobody&document=d_0", "who-can": "?document=d_0"}
WHO = [(role, tenant) for tenant in TENANTS for role in ACTS if (role, tenant) != ("owner", "beta")]
NOT_LET_IN = (403, 404)
NAMED = "notes"
"""A source, a model and a template."""
TEMPLATE = (
    f"name: {NAMED}\nversion: 1\nform: marks\n== system\n{{{{mark}}}}\n== user\n{{{{passages}}}} {{{{question}}}}\n"
)


class Samples:
    """A request to each route that is right but for who sends it. What it names lies in the tenant ``default``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.voucher = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
        self.number = 0
        who = world.people["on-call", "default"]
        credentials.set_password(world.stack, world.stack.owner, who.id, PASSWORD)
        models.declare(world.stack, world.stack.owner, {"name": NAMED, "kind": "extractive"})
        prompts.propose(world.stack, world.stack.owner, TEMPLATE)

    def path(self, one: Door) -> str:
        return one.path.format(**{name: self.value(name, one.method == "POST") for name in names(one.path)})

    def value(self, name: str, changing: bool) -> str:
        world, stack = self.world, self.world.stack
        person = world.people["on-call", "default"]
        if name == "document_id":
            return world.spare["default"].pop() if changing else world.spare["default"][0]
        if name == "session_id":
            told, _ = signin.by_password(stack, person.name, PASSWORD)
            return told.via.partition(":")[2]
        if name == "emergency_id":
            return emergency.begin(stack, person, "the patient cannot wait for it").id
        if name == "key_id":
            return credentials.create_key(stack, stack.owner, person.id, "another")[0].id
        if name == "job_id":
            body = {"path": str(world.folder / "default")}
            return str(world.post("/sources/folder", body, "curator").json()["id"])
        if name == "size":
            return str(parse(audit.anchor(stack, stack.owner))[0].size)
        numbers = {"number": "0", "newer": "0", "row": "0", "seq": "0", "page_number": "1"}
        fixed = {**numbers, "voucher_id": self.voucher, "name": NAMED}
        return self.dummy() if name == "principal_id" else fixed[name]

    def dummy(self) -> str:
        self.number += 1
        name = {"name": f"dummy{self.number}", "groups": ["staff"]}
        return str(self.world.post("/principals", name, "owner").json()["id"])

    def body(self, one: Door) -> dict[str, Any]:
        self.number += 1
        told: dict[str, Any] = {
            "/ask": {"question": QUESTION},
            "/models": {"name": f"m{self.number}", "kind": "extractive"},
            "/prompts": {"text": TEMPLATE.replace(NAMED, "another")},
            "/prompts/test": {"text": TEMPLATE},
            "/budgets": {"scope": "home"},
            "/search": {"question": QUESTION},
            "/erase": {"confirm": True},
            "/vouchers/verify": {"voucher": {}},
            "/sources/folder": {"path": str(self.world.folder / "default")},
            "/principals": {"name": f"one{self.number}"},
            "/link": {"issuer": "https://id.example", "subject": f"s{self.number}"},
            "/compartments": {"join": ["p-1"]},
            "/access/keys": {"label": "mine"},
            "/passwords/{principal_id}": {"password": "another long password"},
            "/emergencies": {"reason": "the patient cannot wait for it"},
            "/emergencies/{emergency_id}/review": {"verdict": "justified"},
            "/policies/test": {"texts": {"a.cedar": "permit(principal, action, resource);"}},
            "/policies": {"texts": {"a.cedar": "permit(principal, action, resource);"}},
            "/keys/rotate": {"kind": "signing"},
            "/redteam": {"model": "nobody-declared-this"},
        }
        return next((body for end, body in told.items() if one.path.endswith(end)), {})

    def send(self, one: Door, headers: dict[str, str]) -> Any:
        path = self.path(one) + QUERIES.get(one.path.rpartition("/")[2], "")
        if one.upload:
            return self.world.client.post(path, files={"files": ("a.md", b"# A\n\nText.\n")}, headers=headers)
        body = None if one.method in ("GET", "DELETE") else self.body(one)
        return self.world.client.request(one.method, path, json=body, headers=headers)


def names(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]


@pytest.fixture(scope="module")
def samples(world: World) -> Samples:
    return Samples(world)


@pytest.mark.parametrize("one", DOORS, ids=lambda one: f"{one.method} {one.path}")
def test_a_route_lets_in_whom_its_act_lets_in(world: World, samples: Samples, one: Door) -> None:
    without = samples.send(one, {})
    wrong = samples.send(one, {"authorization": "Bearer avk_00000000000000000000_" + "x" * 43})
    if one.public:
        assert without.status_code < 500
        code = without.json().get("code") if without.status_code >= 400 else None
        assert code in (None, "INPUT_INVALID", "NOT_FOUND", "UNAUTHENTICATED")
        return
    assert (without.status_code, wrong.status_code) == (401, 401)
    for role, tenant in WHO:
        response = samples.send(one, world.headers(role, tenant))
        told = f"{one.method} {one.path} as {role} of {tenant}: {response.status_code} {response.text[:200]}"
        assert response.status_code < 500, told
        assert response.status_code != 401, told
        may = one.acts == (SELF,) or any(act in ACTS[role] for act in one.acts)
        if (
            not may
            or (one.home and tenant == "beta")
            or (tenant == "beta" and set(names(one.path)) - {"name", "number", "newer", "size"})
        ):
            assert response.status_code in NOT_LET_IN, told
        elif one.acts != (SELF,) and tenant == "default" and (role, one.path) not in STRICTER:
            assert response.status_code not in (401, 403), told


STRICTER = {("operator", f"/api/v1/{noun}/{{name}}/activate") for noun in ("models", "prompts")}
"""Where the stack asks for more than the act: (role, path)."""


def test_a_route_without_an_act_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="declares its act"):
        Doors("x")("GET", "/x")
    with pytest.raises(ValueError, match="declares its act"):
        Doors("x")("GET", "/x", act="ask", public=True)


def test_a_route_that_came_in_otherwise_stops_the_application(world: World) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/backdoor")
    def backdoor() -> str:
        return "open"

    with pytest.raises(ValueError, match="/backdoor: no act"):
        door.check(app)
    assert len(door.check(world.app)) == len(DOORS) + len(site.routes())
