"""Asking and reading over HTTP: what one may see, in pages, with tags, as events."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from tests.conftest import PAGES, staff
from tests.faces.http.world import QUESTION, World

from avouch.errors import AvouchError, Code
from avouch.faces.http.routes import ledger
from avouch.ledger.verify import verify
from avouch.stack.ingest import ingest


def events(text: str) -> list[tuple[str, Any]]:
    """(name, data) of each event; signs of life are left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def entries(world: World, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get(f"/ledger/entries?limit=1000&kind={kind}", "owner").json()["items"]
    return found


def test_an_answer_is_cited_recorded_and_of_the_caller(world: World) -> None:
    before = len(entries(world, "ask"))
    told = world.post("/ask", {"question": QUESTION}, **{"avouch-purpose": "care"})
    assert told.status_code == 200, told.text
    assert "20 seconds" in told.json()["claims"][0]["text"]
    made = entries(world, "ask")
    assert len(made) == before + 1
    body = made[-1]["body"]
    assert made[-1]["actor"] == world.people["reader", "default"].id
    assert body["principal"] == {"id": made[-1]["actor"], "asserted": False}
    assert (body["purpose"], body["via"][:4]) == ("care", "key:")


def test_each_tenant_reads_its_own(world: World) -> None:
    assert "25 seconds" in world.post("/ask", {"question": QUESTION}, tenant="beta").json()["claims"][0]["text"]
    found = world.post("/search", {"question": QUESTION, "limit": 3}, tenant="beta").json()
    own = {one["id"] for one in world.get("/documents?limit=1000", tenant="beta").json()["items"]}
    assert 0 < len(found["passages"]) <= 3
    assert {one["document_id"] for one in found["passages"]} <= own
    assert entries(world, "search")[-1]["tenant"] == "beta"


def test_what_may_not_be_seen_is_not_found(world: World) -> None:
    keys = {one["key"] for one in world.get("/documents?limit=1000").json()["items"]}
    assert keys & set(PAGES) == set(PAGES) - {"leave.md"}
    hidden = "d_" + "0" * 20
    for document_id in (world.document("hand.md")["id"], hidden):
        for rest in ("", "/versions", "/text"):
            told = world.get(f"/documents/{document_id}{rest}", tenant="beta")
            assert (told.status_code, told.json()["code"]) == (404, "NOT_FOUND")
    assert "20 seconds" in world.get(f"/documents/{world.document('hand.md')['id']}/text").json()["text"]


def test_pages_follow_each_other_while_documents_come(world: World) -> None:
    whole = [one["id"] for one in world.get("/documents?limit=1000").json()["items"]]
    got, path, more = [], "/documents?limit=7", 0
    while path:
        page = world.get(path).json()
        got += [one["id"] for one in page["items"]]
        path = f"/documents?limit=7&cursor={page['next']}" if page["next"] else ""
        if not more:
            more = 1
            (world.folder / "late").mkdir()
            (world.folder / "late" / "late.md").write_text("# Late\n\nIt came between two pages.\n")
            ingest(world.stack, world.people["curator", "default"], world.folder / "late", staff())
    assert len(got) == len(set(got))
    assert set(whole) <= set(got)
    assert got == sorted(got)
    for cursor in ("%00", "!!", "Zm9v" * 200, "é"):
        assert world.get(f"/documents?cursor={cursor}").status_code in (200, 400)


def test_a_tag_saves_what_is_there_already(world: World) -> None:
    path = f"/documents/{world.document('hand.md')['id']}"
    first = world.get(path)
    tag = first.headers["etag"]
    again = world.get(path, **{"if-none-match": f'"x", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert world.get(path, **{"if-none-match": '"other"'}).status_code == 200


def test_a_change_of_what_changed_meanwhile_is_refused(world: World) -> None:
    made = world.post("/principals", {"name": "petra", "groups": ["a"]}, "admin").json()
    path = f"/principals/{made['id']}"
    tag = world.get(path, "admin").headers["etag"]

    def change(groups: list[str], tag: str) -> Any:
        headers = world.headers("admin", **{"if-match": tag})
        return world.client.patch(f"/api/v1{path}", json={"groups": groups}, headers=headers)

    assert change(["b"], tag).status_code == 200
    assert (change(["c"], tag).status_code, change(["c"], tag).json()["code"]) == (412, "PRECONDITION_FAILED")
    assert world.get(path, "admin").json()["groups"] == ["b"]
    document = world.spare["default"].pop()
    stale = world.post(f"/documents/{document}/withdraw", {}, "curator", **{"if-match": '"stale"'})
    assert stale.status_code == 412
    assert world.get(f"/documents/{document}").json()["current"]["fate"] == "live"


def test_events_come_when_the_entry_is_there(world: World) -> None:
    told = world.post("/ask", {"question": QUESTION}, accept="text/event-stream")
    assert told.headers["content-type"].startswith("text/event-stream")
    found = events(told.text)
    names = [name for name, _ in found]
    assert names[0] == "passages"
    assert set(names[1:-1]) == {"claim"}
    assert names[-1] == "answer"
    assert entries(world, "ask")[-1]["body"]["voucher"] == found[-1][1]["voucher_id"]


def test_what_fails_before_it_begins_is_no_event(world: World) -> None:
    told = world.post("/ask", {"question": "?"}, accept="text/event-stream")
    assert (told.status_code, told.json()["code"]) == (400, "QUESTION_EMPTY")
    refused = world.post("/ask", {"question": QUESTION}, "operator", accept="text/event-stream")
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("error", "code"), [(AvouchError(Code.INDEX_STALE, "x"), "INDEX_STALE"), (RuntimeError("SECRET"), "INTERNAL")]
)
def test_what_fails_later_is_an_event(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def broken(*told: object, **named: object) -> None:
        raise error

    monkeypatch.setattr("avouch.faces.http.routes.ask.run", broken)
    text = world.post("/ask", {"question": QUESTION}, accept="text/event-stream").text
    assert [(name, data["code"]) for name, data in events(text)] == [("problem", code)]
    assert "SECRET" not in text


def test_no_time_gives_passages_without_claims(world: World) -> None:
    told = world.post("/ask", {"question": QUESTION, "budget_ms": 0}).json()
    assert (told["degraded"], told["claims"]) == ("time", [])
    assert told["passages"]
    assert entries(world, "ask")[-1]["body"]["degraded"] == "time"


def test_a_voucher_is_for_who_asked_and_verifies(world: World) -> None:
    voucher = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
    mine = world.get(f"/vouchers/{voucher}").json()
    assert mine["withheld"] == []
    assert verify(json.dumps(mine["voucher"]).encode()).valid
    checked = world.post("/vouchers/verify", {"voucher": mine["voucher"]})
    assert checked.json()["valid"] is True
    assert world.get(f"/vouchers/{voucher}", "curator").status_code == 404
    assert voucher in {one["voucher_id"] for one in world.get("/vouchers").json()["items"]}
    assert voucher not in {one["voucher_id"] for one in world.get("/vouchers", "curator").json()["items"]}
    assert world.post(f"/vouchers/{voucher}/replay").json()["verdict"] == "same"


def test_an_auditor_has_the_proof_without_the_content(world: World) -> None:
    voucher = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
    told = world.get(f"/vouchers/{voucher}", "auditor")
    assert told.status_code == 200
    assert "/question" in told.json()["withheld"]
    assert QUESTION not in told.text
    assert verify(json.dumps(told.json()["voucher"]).encode()).valid
    hr = world.post("/principals", {"name": "auditor-blind", "roles": ["auditor"]}, "owner").json()["id"]
    token = world.post("/access/keys", {"label": "x", "principal_id": hr}, "owner").json()["token"]
    blind = world.client.get(f"/api/v1/vouchers/{voucher}", headers={"authorization": f"Bearer {token}"})
    assert "20 seconds" not in blind.text
    assert verify(json.dumps(blind.json()["voucher"]).encode()).valid
    assert world.get(f"/vouchers/{voucher}", "auditor", "beta").status_code == 404


def test_an_auditor_reads_the_entries_of_their_tenant(world: World) -> None:
    world.post("/ask", {"question": QUESTION}, tenant="beta")
    theirs = world.get("/ledger/entries?limit=1000", "auditor", "beta").json()["items"]
    assert theirs
    assert {one["tenant"] for one in theirs} == {"beta"}
    assert {one["tenant"] for one in entries(world, "ask")} == {"default", "beta"}
    first = world.get("/ledger/entries?limit=2", "auditor").json()
    second = world.get(f"/ledger/entries?limit=2&cursor={first['next']}", "auditor").json()
    assert first["items"][-1]["seq"] < second["items"][0]["seq"]


def test_the_log_is_exported_whole_to_the_home_s_own(world: World) -> None:
    told = world.get("/ledger/export", "auditor")
    assert verify(told.content).valid
    assert world.get("/ledger/export", "auditor", "beta").status_code == 403
    assert world.post("/ledger/verify", {}, "auditor").json()["valid"] is True
    note = world.post("/ledger/checkpoint", None, "auditor").json()["checkpoint"]
    assert world.post("/ledger/verify", {"anchors": [note]}, "auditor").json()["valid"] is True


def test_an_export_that_nobody_reads_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PIECE", 10)
    pieces = ledger.lines(world.stack)
    assert next(pieces)
    assert any(thread.name == "export" for thread in threading.enumerate())
    pieces.close()
    for _ in range(100):
        if not any(thread.name == "export" for thread in threading.enumerate()):
            return
        time.sleep(0.05)
    raise AssertionError("the reader goes on")


def test_a_key_does_no_more_than_its_scopes(world: World) -> None:
    person = world.people["owner", "default"].id
    body = {"label": "asks", "principal_id": person, "scopes": ["ask"]}
    token = world.post("/access/keys", body, "owner").json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    assert world.client.post("/api/v1/ask", json={"question": QUESTION}, headers=headers).status_code == 200
    assert world.client.get("/api/v1/documents", headers=headers).status_code == 403
    assert world.client.get("/api/v1/status", headers=headers).status_code == 403


def test_an_erased_document_is_in_no_kept_answer(world: World) -> None:
    library = world.folder / "erased"
    library.mkdir()
    (library / "zinc.md").write_text("# Zinc\n\nZinc sulphate is given as 220 mg capsules after a meal.\n")
    ingest(world.stack, world.people["curator", "default"], library, staff())
    body, key = {"question": "How is zinc sulphate given?"}, {"idempotency-key": "zinc"}
    first = world.post("/ask", body, **key)
    assert "220 mg" in first.text
    assert world.post("/ask", body, **key).content == first.content
    document = first.json()["passages"][0]["document_id"]
    told = world.post(f"/documents/{document}/erase", {"confirm": True}, "owner")
    assert told.json()["proven"] is True, told.text
    again = world.post("/ask", body, **key)
    assert (again.status_code, again.json()["code"]) == (410, "ERASED")
    assert "220 mg" not in world.get(f"/vouchers/{first.json()['voucher_id']}").text


def test_what_lies_in_a_compartment_is_for_its_members(world: World) -> None:
    library = world.folder / "record"
    library.mkdir()
    (library / "record.md").write_text("# Record\n\nThe patient takes 5 mg of warfarin each evening.\n")
    ingest(world.stack, world.people["curator", "default"], library, staff(compartment="patient-9"))
    member = world.people["reviewer", "default"].id
    world.post(f"/principals/{member}/compartments", {"join": ["patient-9"]}, "admin")
    document = world.document("record.md", "reviewer")["id"]
    question = {"question": "How much warfarin does the patient take?"}
    assert world.get(f"/documents/{document}/text", "reviewer").status_code == 200
    assert "5 mg" in world.post("/ask", question, "reviewer").text
    assert world.get(f"/documents/{document}/text").status_code == 404
    assert document not in {one["id"] for one in world.get("/documents?limit=1000").json()["items"]}
    assert "5 mg" not in world.post("/search", question).text
    world.post(f"/principals/{member}/compartments", {"leave": ["patient-9"]}, "admin")
    assert world.get(f"/documents/{document}", "reviewer").status_code == 404
    assert "5 mg" not in world.post("/ask", question, "reviewer").text
