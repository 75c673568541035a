"""`/quarantine` and `/retention` over HTTP: who sees what, and that a decision counts at once."""

from __future__ import annotations

from tests.conftest import staff
from tests.faces.http.world import QUESTION, World
from tests.stack.test_quarantine import ORDER, POISON

from avouch.stack.ingest import ingest


def test_a_chunk_in_quarantine_is_listed_shown_and_released(world: World) -> None:
    folder = world.folder / "poisoned"
    folder.mkdir()
    (folder / "bandage.md").write_text(POISON)
    ingest(world.stack, world.people["curator", "default"], folder, staff())
    question = {"question": "How often are gauze bandages changed?", "limit": 100}

    def found() -> list[str]:
        return [one["document_key"] for one in world.post("/search", question).json()["passages"]]

    assert "bandage.md" not in found()
    listed = world.get("/quarantine?limit=1", "curator").json()
    (one,) = listed["items"]
    assert (one["document_key"], one["standing"], one["text"], listed["next"]) == (
        "bandage.md",
        "quarantined",
        "",
        None,
    )
    row = one["row"]
    assert ORDER in world.get(f"/quarantine/{row}", "curator").json()["text"]
    assert world.get("/quarantine", "curator", "beta").json()["items"] == []
    for asked in (
        world.get(f"/quarantine/{row}", "curator", "beta"),
        world.post("/quarantine/release", {"rows": [row]}, "curator", "beta"),
    ):
        assert (asked.status_code, ORDER in asked.text) == (404, False)
    assert world.get("/quarantine", "reader").status_code == 403
    for body in ({}, {"rows": [row], "document_id": one["document_id"]}, {"rows": [-1]}, {"rows": ["x"]}):
        assert world.post("/quarantine/release", body, "curator").status_code == 400, body
    done = world.post("/quarantine/release", {"document_id": one["document_id"], "reason": "training"}, "curator")
    assert (done.status_code, done.json()["rows"]) == (200, [row])
    assert "bandage.md" in found()
    assert world.get("/quarantine?standing=released", "curator").json()["items"][0]["row"] == row
    assert world.post("/quarantine/confirm", {"rows": [row]}, "curator").status_code == 200
    assert "bandage.md" not in found()


def test_holds_are_the_homes(world: World) -> None:
    voucher = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
    headers = world.headers("operator")
    path = f"/api/v1/retention/holds/{voucher}"
    made = world.client.put(path, json={"reason": "a case"}, headers=headers)
    assert (made.status_code, made.json()["voucher_id"]) == (200, voucher)
    assert [one["voucher_id"] for one in world.get("/retention/holds", "operator").json()] == [voucher]
    assert world.client.put(path, json={}, headers=headers).status_code == 400
    assert world.client.put(path, json={}, headers=world.headers("operator", "beta")).status_code == 403
    assert world.client.delete(path, headers=headers).status_code == 204
    assert world.client.delete(path, headers=headers).status_code == 404
    swept = world.post("/retention/run", {"dry_run": True}, "operator").json()
    assert swept == {"answers": 0, "searches": 0, "repeats": 0, "rules": {}, "entries": [], "dry": True}
