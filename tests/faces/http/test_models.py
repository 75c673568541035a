"""Models, prompts and budgets over HTTP, and an answer that a model on loopback wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from tests.faces.http.world import QUESTION, World
from tests.model_server import Fake

from avouch.faces.http.routes.models import Declare
from avouch.records import Model

TRUE = "Hand rub with alcohol is applied for 20 seconds"
WRONG = "Alcohol hand rub is applied for 90 seconds"
MODEL: dict[str, Any] = {
    "kind": "openai",
    "remote": "m",
    "version": "1",
    "owner": "it",
    "receives": "internal",
    "context": 8000,
}
TEMPLATE = """name: own
version: 1
form: marks
== system
Answer from the passages marked {{mark}}, and cite them by their numbers.
== user
{{passages}}
{{question}}
== case it asks
{"question": "How long?", "passages": ["For 5 s."], "user_has": ["How long?", "For 5 s."]}
"""


@pytest.fixture
def server() -> Iterator[Fake]:
    with Fake(f"{TRUE} [1]. {WRONG} [1].") as made:
        yield made


@pytest.fixture
def live(world: World, server: Fake) -> Iterator[str]:
    """A model in force until the test ends."""
    assert world.post("/models", {**MODEL, "name": "local", "url": server.url}, "owner").status_code == 201
    told = world.post("/models/local/activate", {"override": "a test"}, "admin")
    assert told.status_code == 200, told.text
    yield "local"
    assert delete(world, "/models/local").status_code == 204


def delete(world: World, path: str, role: str = "admin") -> Any:
    return world.client.delete(f"/api/v1{path}", headers=world.headers(role))


def put(world: World, path: str, body: Any, role: str = "admin") -> Any:
    return world.client.put(f"/api/v1{path}", json=body, headers=world.headers(role))


def named(world: World, name: str) -> list[dict[str, Any]]:
    return [one for one in world.get("/models", "admin").json() if one["model"]["name"] == name]


def test_a_model_is_declared_by_one_tried_and_put_in_force_by_another(world: World, server: Fake) -> None:
    told = world.post("/models", {**MODEL, "name": "big", "url": server.url, "price_in": 2.5}, "admin")
    assert (told.status_code, told.json()) == (201, {"name": "big", "number": 1})
    [listed] = named(world, "big")
    assert (listed["in_force"], listed["circuit"]) == (False, "closed")
    assert (listed["model"]["price_in"], listed["model"]["receives"]) == ("2.5", "internal")
    tried = world.post("/models/big/test", {}, "admin").json()
    assert tried["ok"] and tried["tokens_out"] > 0
    assert "Wash hands" in str(server.requests[-1]["messages"])
    own = world.post("/models/big/activate", {"override": "a test"}, "admin")
    assert own.json()["code"] == "SEPARATION_OF_DUTIES"
    untried = world.post("/models/big/activate", {}, "owner")
    assert (untried.status_code, untried.json()["code"]) == (409, "RELEASE_UNTRIED")
    assert world.post("/models/big/activate", {"override": "a test"}, "owner").json()["number"] == 1
    assert named(world, "big")[0]["in_force"]
    assert delete(world, "/models/big").status_code == 204
    assert not named(world, "big")[0]["in_force"]


def test_a_model_that_does_not_answer_is_told_in_words(world: World, server: Fake) -> None:
    world.post("/models", {**MODEL, "name": "broken", "url": server.url}, "admin")
    server.faults.append("status 401")
    told = world.post("/models/broken/test", {}, "admin").json()
    assert not told["ok"]
    assert told["why"].startswith("MODEL_REFUSED")


def test_what_cannot_be_a_model_is_refused_by_field(world: World) -> None:
    for wrong in ({"key": "sk-very-secret"}, {"price_in": -1}, {"receives": "all"}, {"url": ""}, {"temperature": 1}):
        told = world.post("/models", {**MODEL, "name": "x", "url": "http://127.0.0.1:1/v1", **wrong}, "admin")
        assert (told.status_code, told.json()["code"]) == (400, "INPUT_INVALID")
        assert next(iter(wrong)) in told.json()["detail"]
        assert "sk-very" not in told.text
    assert not named(world, "x")


def test_all_that_a_model_has_can_be_declared() -> None:
    assert list(Declare.model_fields) == [field.name for field in fields(Model)]


def test_an_answer_says_who_wrote_it_and_what_was_withheld(world: World, live: str) -> None:
    told = world.post("/ask", {"question": QUESTION, "model": live}).json()
    assert told["model"] == live
    [claim] = told["claims"]
    assert (claim["text"], claim["verdict"], claim["written"]) == (f"{TRUE}.", "supported", True)
    [held] = told["withheld"]
    assert held["verdict"] in ("unsupported", "contradicted")
    assert "number" in {reason["check"] for reason in held["reasons"]}
    assert "90" not in str(held)
    reviewed = world.post("/ask", {"question": QUESTION}, "reviewer").json()["withheld"][0]
    assert reviewed["text"] == f"{WRONG}."
    assert any(reason["words"] for reason in reviewed["reasons"])


def test_what_models_did_is_told_by_day_and_model(world: World, live: str, server: Fake) -> None:
    def told(days: int = 30) -> Any:
        return world.get(f"/models/activity?days={days}", "admin").json()

    def line(found: Any) -> dict[str, Any]:
        return next(one for one in found["models"] if one["model"] == live)

    world.post("/ask", {"question": QUESTION, "model": live})
    before = told(1)
    server.faults.append("status 401")
    world.post("/ask", {"question": "How long is hand rub used?", "model": live})
    found = told(1)
    assert found["since"] == found["until"] == found["days"][0]["day"]
    assert found["days"][0]["models"] == found["whole"]["models"]
    assert found["whole"]["quoted"] == before["whole"]["quoted"] + 1
    assert line(found["whole"])["fallbacks"] == {"MODEL_REFUSED": 1}
    assert set(line(found["whole"])["whole_ms"]) == {"p50", "p95"}
    assert len(told()["days"]) == 30
    for wrong in (0, 367, "all"):
        assert world.get(f"/models/activity?days={wrong}", "admin").status_code == 400
    assert world.get("/models/activity", "reader").status_code == 403


def test_events_bring_what_was_checked_only(world: World, live: str) -> None:
    told = world.post("/ask", {"question": QUESTION}, accept="text/event-stream").text
    assert TRUE in told
    assert "90 seconds" not in told


def test_a_model_that_is_not_in_force_cannot_be_asked(world: World, live: str) -> None:
    told = world.post("/ask", {"question": QUESTION, "model": "another"})
    assert (told.status_code, told.json()["code"]) == (404, "NOT_FOUND")


def test_clients_of_openai_may_name_it(world: World, live: str) -> None:
    def listed(role: str) -> list[str]:
        return [one["id"] for one in world.client.get("/v1/models", headers=world.headers(role)).json()["data"]]

    assert listed("reader") == ["avouch", "avouch-extractive", live, "avouch-embedding"]
    body = {"model": live, "messages": [{"role": "user", "content": QUESTION}]}
    told = world.client.post("/v1/chat/completions", json=body, headers=world.headers("reviewer")).json()
    assert (told["model"], told["avouch"]["model"]) == (live, live)
    content = told["choices"][0]["message"]["content"]
    assert content.startswith(f"{TRUE}. [1]")
    assert "Note: 1 sentence was withheld" in content
    assert "90 seconds" not in str(told), "what was withheld is read by REST alone"
    assert told["avouch"]["withheld"][0]["checks"]
    gone = world.client.post("/v1/chat/completions", json={**body, "model": "another"}, headers=world.headers())
    assert gone.status_code == 404
    assert world.client.get(f"/v1/models/{live}", headers=world.headers()).json()["id"] == live


def test_a_template_is_tried_stored_and_put_in_force_by_another(world: World) -> None:
    tried = world.post("/prompts/test", {"text": TEMPLATE}, "admin").json()
    assert (tried["name"], tried["cases"]) == ("own", ["it asks"])
    assert world.post("/prompts", {"text": TEMPLATE}, "admin").json() == {"name": "own", "number": 1}
    assert world.get("/prompts/own", "admin").json()["text"] == TEMPLATE
    assert world.post("/prompts/own/activate", {}, "admin").json()["code"] == "SEPARATION_OF_DUTIES"
    assert world.post("/prompts/own/activate", {}, "owner").status_code == 200
    in_force = {(one["name"], one["number"]) for one in world.get("/prompts", "admin").json() if one["in_force"]}
    assert in_force == {("own", 1), ("answer-claims", 0)}
    assert delete(world, "/prompts/own").status_code == 204
    assert not next(one for one in world.get("/prompts", "admin").json() if one["name"] == "own")["in_force"]
    wrong = world.post("/prompts/test", {"text": TEMPLATE.replace('For 5 s."]}', 'For 6 s."]}')}, "admin")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "TEMPLATE_INVALID")


def test_a_budget_is_set_spent_and_lifted(world: World, live: str) -> None:
    who = world.people["reader", "default"].id
    limit = {"scope": "principal", "subject": who, "tokens": 10, "over": "degrade"}
    assert put(world, "/budgets", limit).json()["tokens"] == 10
    told = world.post("/ask", {"question": QUESTION}).json()
    assert (told["model"], told["degraded"]) == ("", "model")
    assert "10 tokens" in told["notes"][0]
    put(world, "/budgets", {**limit, "over": "refuse"})
    refused = world.post("/ask", {"question": QUESTION})
    assert (refused.status_code, refused.json()["code"]) == (429, "BUDGET_SPENT")
    assert int(refused.headers["retry-after"]) > 0
    put(world, "/budgets", {**limit, "tokens": 1_000_000})
    assert world.post("/ask", {"question": f"{QUESTION} Please."}).json()["model"] == live
    [line] = [one for one in world.get("/budgets", "admin").json() if one["limit"]["subject"] == who]
    assert 0 < line["spent"]["tokens"] < 1_000_000
    put(world, "/budgets", {"scope": "principal", "subject": who})
    assert world.get("/budgets", "admin").json() == []
