"""Principals found by name, the roles that there are, one emergency, a shipped template."""

from __future__ import annotations

from tests.faces.http.world import World

from avouch.policy.roles import ACTS
from avouch.stack import emergency

REASON = "the patient cannot wait for it"


def test_principals_are_found_by_a_part_of_their_names(world: World) -> None:
    for name in ("Ada_Ek", "adaxek", "beata"):
        assert world.post("/principals", {"name": name}, "admin").status_code == 201

    def found(part: str, role: str = "admin") -> list[str]:
        told = world.get(f"/principals?name={part}", role)
        assert told.status_code == 200, told.text
        return [one["name"] for one in told.json()["items"]]

    assert found("aDa") == ["Ada_Ek", "adaxek"]
    assert found("a_e") == ["Ada_Ek"]
    assert found("%25") == []
    assert found("nobody-of-that-name") == []
    assert all(one.endswith("-default") for one in found("-") if "beta" not in one)
    assert not [one for one in found("beta") if one.endswith("-beta")]
    assert [one for one in found("beta", "owner") if one.endswith("-beta")]
    assert world.get("/principals?name=%00", "admin").status_code == 400
    assert world.get("/principals?name=ada").status_code == 403


def test_pages_of_a_search_hold_nobody_twice(world: World) -> None:
    for number in range(5):
        assert world.post("/principals", {"name": f"page{number}"}, "admin").status_code == 201
    names, cursor = [], ""
    while True:
        told = world.get(f"/principals?name=page&limit=2{cursor}", "admin").json()
        names += [one["name"] for one in told["items"]]
        if not told["next"]:
            break
        cursor = f"&cursor={told['next']}"
    assert names == [f"page{number}" for number in range(5)]


def test_the_roles_and_their_acts_are_told_to_whoever_is_signed_in(world: World) -> None:
    told = world.get("/roles")
    assert told.status_code == 200
    assert {one["role"]: set(one["acts"]) for one in told.json()} == ACTS


def test_one_emergency_is_for_whose_it_is_and_who_administers(world: World) -> None:
    mine = world.people["on-call", "default"]
    grant = emergency.begin(world.stack, mine, REASON)
    for role in ("on-call", "admin", "owner"):
        told = world.get(f"/access/emergencies/{grant.id}", role)
        assert (told.status_code, told.json()["principal_id"]) == (200, mine.id), role
    assert world.get(f"/access/emergencies/{grant.id}", "reader").status_code == 403
    assert world.get(f"/access/emergencies/{grant.id}", "admin", "beta").status_code == 403
    assert world.get("/access/emergencies/e_00000000000000000000", "admin").status_code == 404


def test_a_shipped_template_is_read_by_its_number(world: World) -> None:
    shipped = next(one for one in world.get("/prompts", "admin").json() if one["number"] == 0)
    told = world.get(f"/prompts/{shipped['name']}?number=0", "admin")
    assert told.status_code == 200
    assert f"name: {shipped['name']}" in told.json()["text"]
    assert world.get(f"/prompts/{shipped['name']}?number=-1", "admin").status_code == 400
