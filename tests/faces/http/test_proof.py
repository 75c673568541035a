"""Vouchers as files, the ledger searched and checked, how the service runs: over HTTP, each by whom it is for."""

from __future__ import annotations

import json
import time

from tests.faces.http.test_reading import entries
from tests.faces.http.world import QUESTION, World

from avouch.ledger.verify import verify
from avouch.stack import watch


def test_what_is_downloaded_verifies_anywhere(world: World) -> None:
    voucher = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
    sent = world.get(f"/vouchers/{voucher}/file")
    assert sent.headers["content-disposition"] == f'attachment; filename="{voucher}.json"'
    key = world.get("/ledger/key").json()["key"]
    assert verify(sent.content, key).valid
    assert world.post("/vouchers/verify", {"file": sent.text, "key": key}).json()["valid"]
    changed = sent.text.replace("20 seconds", "90 seconds")
    assert changed != sent.text
    told = world.post("/vouchers/verify", {"file": changed}).json()
    assert not told["valid"] and "content" in {one["name"] for one in told["checks"] if one["ok"] is False}
    assert world.get(f"/vouchers/{voucher}/file", "curator").status_code == 404
    assert world.get(f"/vouchers/{voucher}/file", tenant="beta").status_code == 404


def test_a_file_in_which_a_name_stands_twice_is_refused(world: World) -> None:
    voucher = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
    text = json.dumps(world.get(f"/vouchers/{voucher}").json()["voucher"])
    twice = text.replace('{"format"', '{"format":"x","format"', 1)
    assert world.post("/vouchers/verify", {"file": twice}).json()["code"] == "VOUCHER_MALFORMED"


def test_one_of_voucher_and_file(world: World) -> None:
    for body in ({}, {"voucher": {}, "file": "{}"}):
        assert world.post("/vouchers/verify", body).json()["code"] == "INPUT_INVALID"
    assert world.post("/vouchers/verify", {"file": "no json"}).json()["code"] == "VOUCHER_MALFORMED"


def test_a_voucher_says_what_still_stands(world: World) -> None:
    voucher = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
    assert world.get(f"/vouchers/{voucher}").json()["standing"] == ["embedder", "index", "policy"]


def test_the_register_is_searched_by_whose(world: World) -> None:
    world.post("/ask", {"question": QUESTION})
    world.post("/ask", {"question": QUESTION}, "reviewer")
    mine, reviewer = world.people["reader", "default"].id, world.people["reviewer", "default"].id
    assert {one["principal_id"] for one in world.get("/vouchers?limit=1000").json()["items"]} == {mine}
    assert {mine, reviewer} <= {x["principal_id"] for x in world.get("/vouchers?limit=1000", "auditor").json()["items"]}
    own = world.get("/vouchers?limit=1000&mine=true", "reviewer").json()["items"]
    assert {(one["principal_id"], one["question"]) for one in own} == {(reviewer, QUESTION)}


def test_the_ledger_is_searched(world: World) -> None:
    world.post("/ask", {"question": QUESTION})
    reader = world.people["reader", "default"].id
    asked = world.get(f"/ledger/entries?actor={reader}&kind=ask&newest=true&limit=1", "auditor").json()
    newest = asked["items"][0]
    assert newest["seq"] == entries(world, "ask")[-1]["seq"]
    voucher = newest["body"]["voucher"]
    (found,) = world.get(f"/ledger/entries?about={voucher}", "auditor").json()["items"]
    assert found == newest
    whole = world.get(f"/ledger/entries/{newest['seq']}", "auditor").json()
    assert whole["entry"] == newest and json.loads(whole["said"]) == newest["body"]
    assert world.get(f"/ledger/entries/{newest['seq']}", "auditor", "beta").status_code == 404
    assert world.get("/ledger/entries?since=yesterday", "auditor").json()["code"] == "TIME_INVALID"
    assert world.get("/ledger/entries?about=%25", "auditor").json()["code"] == "INPUT_INVALID"
    assert world.get("/ledger/entries?since=2999-01-01", "auditor").json() == {"items": [], "next": None}


def test_the_state_of_the_ledger_is_what_the_last_check_found(world: World) -> None:
    assert world.post("/ledger/verify", {}, "auditor").json()["valid"]
    note = world.post("/ledger/checkpoint", None, "auditor").json()["checkpoint"]
    told = world.get("/ledger", "auditor").json()
    assert told["verified"]["report"]["valid"] and told["verified"]["size"] == told["size"] - 1
    newest = told["checkpoints"][0]
    assert (newest["size"], newest["time"]) == (told["size"] - 1, told["time"])
    sent = world.get(f"/ledger/checkpoints/{newest['size']}", "auditor")
    assert sent.text == note and sent.headers["content-type"].startswith("text/plain")
    assert world.get("/ledger/checkpoints/99999999", "auditor").status_code == 404


def test_a_check_goes_on_by_itself_and_one_at_a_time(world: World) -> None:
    size = world.get("/ledger", "auditor").json()["size"]
    begun = world.post("/ledger/checks", None, "auditor")
    assert begun.status_code == 202 and begun.json()["size"] == size
    deadline = time.monotonic() + 30
    while (told := world.get("/ledger", "auditor").json())["checking"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert told["checking"] is None
    assert told["verified"]["report"]["valid"] and told["verified"]["size"] >= size
    assert told["verified"]["at"] > begun.json()["begun"]
    assert world.post("/ledger/checks").status_code == 403


def test_how_it_runs_is_for_operators_and_holds_no_names(world: World) -> None:
    series = watch.of(world.stack).series
    series.take()
    world.post("/ask", {"question": QUESTION})
    series.take()
    told = world.get("/operations/series?minutes=5", "operator")
    point = told.json()["points"][-1]
    assert point["asks"] > 0 and point["requests"] > 0 and point["p95"] > 0 and "embed" in point["steps"]
    assert not any(one.id in told.text or one.name in told.text for one in world.people.values())
    now = world.get("/operations", "operator").json()
    assert now["running"]["index"]["lag"] == 0 and now["running"]["disk"]["free"] > 0 and now["counting_since"]
    for path in ("/operations", "/operations/series", "/backups"):
        assert world.get(path).status_code == 403
        assert world.get(path, "operator", "beta").status_code == 403


def test_a_backup_is_listed_once_it_is_written(world: World) -> None:
    made = world.post("/backups", {"name": "proof"}, "operator").json()
    found = {one["name"]: one["bytes"] for one in world.get("/backups", "operator").json()}
    assert found["proof.tar"] > made["bytes"] > 0, "a tar holds its files and says so"
