"""Documents in over HTTP: uploads and folders, their progress, what is refused."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.faces.http.test_reading import events
from tests.faces.http.world import World

from avouch.faces.http import jobs
from avouch.records import Classification
from avouch.stack import credentials, people

FIELDS = {"labels": "staff", "classification": "internal"}


def upload(world: World, files: dict[str, bytes], source: str = "notes", **more: str) -> Any:
    parts = [("files", (name, data)) for name, data in files.items()]
    headers = world.headers("curator", **more)
    return world.client.post(f"/api/v1/sources/{source}/files", files=parts, data=FIELDS, headers=headers)


def finished(world: World, told: Any, role: str = "curator", tenant: str = "default") -> dict[str, Any]:
    assert told.status_code == 202, told.text
    for _ in range(200):
        job: dict[str, Any] = world.client.get(told.headers["location"], headers=world.headers(role, tenant)).json()
        if job["state"] != "running":
            return job
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def left(world: World) -> list[Path]:
    return [path for path in (world.stack.home.root / "uploads").rglob("*") if path.is_file()]


def test_uploads_add_up_and_leave_no_copy(world: World) -> None:
    first = finished(world, upload(world, {"oak.md": b"# Oak\n\nOak bark is steeped for 9 minutes.\n"}))
    assert first["report"]["added"] == 1, first
    second = finished(world, upload(world, {"elm.md": b"# Elm\n\nElm bark is steeped for 7 minutes.\n"}))
    assert (second["report"]["added"], second["report"]["withdrawn"]) == (1, 0)
    again = finished(world, upload(world, {"oak.md": b"# Oak\n\nOak bark is steeped for 9 minutes.\n"}))
    assert (again["report"]["added"], again["report"]["unchanged"]) == (0, 1)
    new = finished(world, upload(world, {"oak.md": b"# Oak\n\nOak bark is steeped for 11 minutes.\n"}))
    assert new["report"]["changed"] == 1
    found = {one["key"]: one["current"]["fate"] for one in world.get("/documents?limit=1000").json()["items"]}
    assert (found["oak.md"], found["elm.md"]) == ("live", "live")
    told = world.post("/ask", {"question": "How long is oak bark steeped?"}).json()
    assert "11 minutes" in told["claims"][0]["text"]
    assert left(world) == []


def test_a_raised_class_is_told_and_a_person_has_the_last_word(world: World) -> None:
    def sent(**more: str) -> dict[str, Any]:
        parts = [("files", ("card.md", b"# Card\n\nMedical record number is 0012345. Fir bark is for 8 minutes.\n"))]
        headers = world.headers("curator")
        told = world.client.post("/api/v1/sources/notes/files", files=parts, data={**FIELDS, **more}, headers=headers)
        report: dict[str, Any] = finished(world, told)["report"]
        return report

    who = people.add(world.stack, "cleared", frozenset({"staff"}), Classification.RESTRICTED, frozenset({"reader"}))
    world.tokens["cleared", "default"] = credentials.create_key(world.stack, world.stack.owner, who.id, "test")[1]

    def shown() -> dict[str, Any]:
        found = world.get("/documents?limit=1000", "cleared").json()["items"]
        current: dict[str, Any] = next(one["current"] for one in found if one["key"] == "card.md")
        return {name: current[name] for name in ("classification", "declared", "class_reviewed", "raised")}

    because = "it holds a patient's number"
    report = sent()
    assert (report["raised"], report["because"]) == (1, {because: 1})
    by_find = {"classification": "restricted", "declared": "internal", "class_reviewed": False, "raised": [because]}
    assert shown() == by_find
    assert "card.md" not in {one["key"] for one in world.get("/documents?limit=1000").json()["items"]}
    assert sent(class_reviewed="true")["raised"] == 0
    assert shown() == {"classification": "internal", "declared": "internal", "class_reviewed": True, "raised": []}
    document = world.document("card.md")["id"]
    told = world.get(f"/documents/{document}/versions", "cleared").json()
    assert [one["class_reviewed"] for one in told] == [False, True]
    assert world.get(f"/documents/{document}").json()["current"]["class_reviewed"] is True


def test_an_upload_is_erased_whole(world: World) -> None:
    finished(world, upload(world, {"yew.md": b"# Yew\n\nYew bark must not be steeped.\n"}))
    document = world.document("yew.md")["id"]
    told = world.post(f"/documents/{document}/erase", {"confirm": True}, "owner").json()
    assert told["proven"] is True
    assert not any(b"Yew bark" in path.read_bytes() for path in world.stack.home.root.rglob("*") if path.is_file())
    again = finished(world, upload(world, {"yew.md": b"# Yew\n\nYew bark must not be steeped.\n"}))
    assert again["report"]["problems"][0]["code"] == "ERASED"


def test_a_source_of_one_tenant_is_not_that_of_another(world: World) -> None:
    finished(world, upload(world, {"ash.md": b"# Ash\n\nAsh bark is steeped for 3 minutes.\n"}, "trees"))
    headers = world.headers("curator", "beta")
    parts: Any = {"files": ("ash.md", b"# Ash\n\nAsh bark is steeped for 5 minutes.\n")}
    told = world.client.post("/api/v1/sources/trees/files", files=parts, data=FIELDS, headers=headers)
    assert finished(world, told, "curator", "beta")["report"]["added"] == 1
    mine = world.get("/documents?limit=1000").json()["items"]
    assert [one["current"]["fate"] for one in mine if one["key"] == "ash.md"] == ["live"]


@pytest.mark.parametrize(
    "name",
    ["../up.md", "a/b.md", "a\\b.md", ".hidden", "x" * 201, "CON", "nul.txt", "com1.md", "a:b", "a*b", " a.md", "a.md.",
     "thumbs.db", "notes.tmp", "b\u202ed.md", "e\u0301" * 100, "a\x7fb.md"],
)  # fmt: skip
def test_hostile_names_are_refused(world: World, name: str) -> None:
    told = upload(world, {name: b"# A\n\nText.\n"})
    assert (told.status_code, told.json()["code"]) == (400, "FILE_NAME_INVALID"), told.text
    assert left(world) == []


def test_raw_names_and_forms_that_are_none(world: World) -> None:
    def send(body: bytes, kind: str = "multipart/form-data; boundary=b") -> tuple[int, str]:
        headers = world.headers("curator", **{"content-type": kind})
        told = world.client.post("/api/v1/sources/notes/files", content=body, headers=headers)
        return told.status_code, told.json()["code"]

    def part(head: bytes, end: bytes = b"--b--\r\n") -> bytes:
        return b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\ntext\r\n" + end

    assert send(part(b'name="files"; filename="a\x00b.md"')) == (400, "FILE_NAME_INVALID")
    assert send(part(b'name="files"; filename="\xff\xfe.md"')) == (400, "FILE_NAME_INVALID")
    assert send(part(b'name="files"; filename=""')) == (400, "FILE_NAME_INVALID")
    assert send(part(b'filename="a.md"')) == (400, "INPUT_INVALID")
    assert send(part(b'name="files"; filename="a.md"', b"")) == (400, "INPUT_INVALID")
    assert send(part(b'name="labels"')) == (400, "INPUT_INVALID")
    assert send(b"") == (400, "INPUT_INVALID")
    assert send(b"no form at all") == (400, "INPUT_INVALID")
    assert send(b"{}", "application/json") == (415, "MEDIA_TYPE")
    assert send(b"x", "multipart/form-data") == (415, "MEDIA_TYPE")
    twice = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\nx\r\n'
    assert send(twice + twice + b"--b--\r\n") == (400, "FILE_NAME_INVALID")
    assert left(world) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("classification", "SECRET"), ("valid_from", "someday"), ("odd", "x"), ("labels", "x" * 300)],
)
def test_wrong_declarations_are_named(world: World, field: str, value: str) -> None:
    parts: Any = {"files": ("a.md", b"# A\n\nText.\n")}
    told = world.client.post(
        "/api/v1/sources/notes/files", files=parts, data={field: value}, headers=world.headers("curator")
    )
    assert told.status_code == 400
    assert told.json()["code"] in ("INPUT_INVALID", "TIME_INVALID")
    assert "SECRET" not in told.text


def test_an_upload_is_bounded(world: World) -> None:
    big = b"x" * (world.stack.settings.max_upload_bytes + 1)
    told = upload(world, {"big.txt": big})
    assert (told.status_code, told.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert left(world) == []


def test_only_named_folders_are_taken_in(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    inside = world.folder / "default"
    link = inside / "link"
    link.symlink_to(tmp_path)
    refused = [str(tmp_path), str(link), f"{inside}/../default2", "/", "relative", f"{inside}/../../etc", "/etc/passwd"]
    for path in [*refused, f"{inside}/..", "~", str(inside) + "x"]:
        told = world.post("/sources/folder", {"path": path}, "curator")
        assert (told.status_code, told.json()["code"]) == (403, "FORBIDDEN_PATH"), path
        assert path not in told.json()["detail"]
    link.unlink()
    job = finished(world, world.post("/sources/folder", {"path": str(inside), **body()}, "curator"))
    assert job["state"] == "done", job
    assert world.post("/sources/folder", {"path": str(inside)}, "reader").status_code == 403


def body() -> dict[str, Any]:
    return {"labels": ["staff"], "classification": "internal"}


def test_a_job_is_followed_and_found_again(world: World) -> None:
    told = world.post("/sources/folder", {"path": str(world.folder / "default"), **body()}, "curator")
    job = told.json()["id"]
    stream = world.get(f"/jobs/{job}/events", "curator")
    found = events(stream.text)
    assert found[-1][0] == "report"
    assert found[-1][1]["report"]["run"].startswith("r_")
    assert events(world.get(f"/jobs/{job}/events", "curator").text)[-1][0] == "report"
    assert world.get(f"/jobs/{job}", "reader").status_code == 404
    assert world.get(f"/jobs/{job}", "operator").status_code == 200
    assert world.get(f"/jobs/{job}", "operator", "beta").status_code == 404


def test_what_vanished_in_number_waits_for_a_word(world: World) -> None:
    library = world.folder / "default" / "many"
    library.mkdir()
    for number in range(5):
        (library / f"{number}.md").write_text(f"# Many {number}\n\nText number {number}.\n")
    path = {"path": str(library), **body()}
    assert finished(world, world.post("/sources/folder", path, "curator"))["report"]["added"] == 5
    for number in range(3):
        (library / f"{number}.md").unlink()
    job = finished(world, world.post("/sources/folder", path, "curator"))
    assert (job["state"], job["problem"]["code"]) == ("failed", "CONFIRM_WITHDRAWALS")
    job = finished(world, world.post("/sources/folder", {**path, "confirm_withdrawals": True}, "curator"))
    assert job["report"]["withdrawn"] == 3


def test_a_job_that_is_cut_short_goes_on_from_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    library = world.folder / "default" / "cut"
    library.mkdir()
    for number in range(60):
        (library / f"{number}.md").write_text(f"# Cut {number}\n\nCut text number {number}.\n")
    monkeypatch.setattr(world.stack, "settings", replace(world.stack.settings, batch_documents=10))
    seen = jobs.Job.progress

    def stopping(job: jobs.Job, done: int, total: int, note: str) -> None:
        if done == 35:
            world.app.state.jobs.stop()
        seen(job, done, total, note)

    path = {"path": str(library), **body()}
    with monkeypatch.context() as patched:
        patched.setattr(jobs.Job, "progress", stopping)
        cut = finished(world, world.post("/sources/folder", path, "curator"))
    assert (cut["state"], cut["problem"]["code"]) == ("failed", "STOPPING")
    whole = finished(world, world.post("/sources/folder", path, "curator"))["report"]
    assert whole["added"] + whole["unchanged"] == 60
    assert whole["unchanged"] >= 30
    found = [
        one["key"] for one in world.get("/documents?limit=1000").json()["items"] if "Cut" in one["current"]["title"]
    ]
    assert len(found) == len(set(found)) == 60


def test_work_that_fails_unforeseen_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*told: object, **named: object) -> None:
        raise RuntimeError("SECRET")

    monkeypatch.setattr("avouch.faces.http.routes.sources.ingest", broken)
    job = finished(world, upload(world, {"a.md": b"# A\n\nText.\n"}))
    assert (job["state"], job["problem"]["code"]) == ("failed", "INTERNAL")
    assert "SECRET" not in str(job)
    assert left(world) == []


def test_too_much_that_waits_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "WAITING", 0)
    told = upload(world, {"a.md": b"# A\n\nText.\n"})
    assert (told.status_code, told.json()["code"]) == (429, "OVERLOADED")
    assert told.headers["retry-after"] == "30"
    assert left(world) == []
