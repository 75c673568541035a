"""The library over HTTP: documents found and ordered, what rested on one, its original, its pages, folders in."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from tests.conftest import PAGES, staff
from tests.faces.http.test_sources import FIELDS, finished, left
from tests.faces.http.world import QUESTION, World

from avouch.faces.http import paging
from avouch.stack.ingest import ingest

PDF = (files("avouch.faces.demo") / "library/base/protocols/major-haemorrhage.pdf").read_bytes()
WORDS = "Tranexamic acid 1 g is given intravenously over 10 minutes"


@pytest.fixture(scope="module")
def paper(world: World) -> str:
    """The id of a PDF that staff see."""
    folder = world.folder / "papers"
    folder.mkdir()
    (folder / "Ärzte & \u201chaemorrhage\u201d.pdf").write_bytes(PDF)
    ingest(world.stack, world.people["curator", "default"], folder, staff())
    (found,) = world.get("/documents?title=haemorrhage").json()["items"]
    return str(found["id"])


def walked(world: World, path: str) -> list[dict[str, Any]]:
    """Every item of a list, by its cursors."""
    found, cursor = [], ""
    while True:
        told = world.get(f"{path}&cursor={cursor}" if cursor else path)
        assert told.status_code == 200, told.text
        found += told.json()["items"]
        cursor = told.json()["next"]
        if not cursor:
            return found


def test_documents_are_found_by_the_words_of_their_titles_and_keys(world: World) -> None:
    def asked(title: str) -> set[str]:
        told = world.client.get("/api/v1/documents", params={"title": title, "limit": 1000}, headers=world.headers())
        return {one["key"] for one in told.json()["items"]}

    assert asked("sPARE 17") == {"spare/17.md"}
    assert asked("17 spare") == {"spare/17.md"}
    assert asked("hand.md") == {"hand.md"}
    assert asked("leave") == set()
    assert asked("%") == asked("_") == asked("spare\x00 nowhere") == set()
    assert asked("x " * 99) == set()
    assert len(asked("")) > 20
    assert world.get(f"/documents?title={'x' * 201}").status_code == 400


def test_every_order_gives_each_document_once_page_by_page(world: World, paper: str) -> None:
    everything = walked(world, "/documents?limit=1000")
    ids = [one["id"] for one in everything]
    by = {order: walked(world, f"/documents?limit=7&sort={order}") for order in ("id", "title", "changed")}
    for order, found in by.items():
        assert sorted(one["id"] for one in found) == sorted(ids), order
    titles = [one["current"]["title"].lower() for one in by["title"]]
    assert titles == sorted(titles)
    assert by["changed"][0]["id"] == paper
    assert [one["id"] for one in by["id"]] == ids == sorted(ids)
    for wrong in ("sort=best", "fate=lost", "cursor=%C3%A4&sort=title"):
        assert world.get(f"/documents?{wrong}").status_code == 400
    assert world.get("/documents?sort=changed&cursor=eA").json()["items"] == []


def test_what_has_ended_is_listed_by_its_fate(world: World) -> None:
    gone = world.spare["default"].pop()
    world.post(f"/documents/{gone}/withdraw", {"reason": "old"}, "curator")
    assert [one["id"] for one in world.get("/documents?fate=withdrawn&limit=1000").json()["items"]] == [gone]
    live = world.get("/documents?fate=live&limit=1000").json()["items"]
    assert live
    assert gone not in {one["id"] for one in live}


def test_a_text_comes_with_its_headings(world: World) -> None:
    one = world.document("hand.md")
    told = world.get(f"/documents/{one['id']}/text").json()
    assert told["headings"]
    for heading in told["headings"]:
        line = told["text"][heading["start"] : heading["end"]]
        assert f"# {line}" in PAGES["hand.md"]
        assert 1 <= heading["level"] <= 6


def test_who_is_told_which_answers_rested_on_a_document(world: World) -> None:
    one = world.document("hand.md")["id"]
    mine = world.post("/ask", {"question": QUESTION}).json()["voucher_id"]
    other = world.post("/ask", {"question": QUESTION}, "reviewer").json()["voucher_id"]

    def told(role: str, tenant: str = "default", more: str = "") -> Any:
        return world.get(f"/documents/{one}/answers?limit=1000{more}", role, tenant)

    seen = {role: {a["voucher_id"] for a in told(role).json()["items"]} for role in ("reader", "reviewer", "curator")}
    assert mine in seen["reader"]
    assert other not in seen["reader"]
    assert {mine, other} <= seen["reviewer"]
    assert not seen["curator"]
    assert told("reviewer", "beta").status_code == 404
    first = world.get(f"/documents/{one}/answers?limit=1", "reviewer").json()
    assert first["items"][0]["voucher_id"] == other
    assert first["items"][0]["principal_id"] == world.people["reviewer", "default"].id
    second = world.get(f"/documents/{one}/answers?limit=1&cursor={first['next']}", "reviewer").json()
    assert second["items"][0]["voucher_id"] == mine
    assert first["items"][0]["versions"] == [world.document("hand.md")["current"]["id"]]


def test_an_original_is_a_file_and_never_a_page(world: World, paper: str) -> None:
    told = world.get(f"/documents/{paper}/original")
    assert told.content == PDF
    assert told.headers["content-type"] == "application/octet-stream"
    assert told.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert "%C3%84rzte%20%26%20%E2%80%9Chaemorrhage%E2%80%9D.pdf" in told.headers["content-disposition"]
    assert told.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in told.headers["content-security-policy"]
    again = world.get(f"/documents/{paper}/original", **{"if-none-match": told.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_and_the_places_of_words(world: World, paper: str) -> None:
    assert world.get(f"/documents/{paper}/pages").json() == {"document_id": paper, "pages": 2}
    picture = world.get(f"/documents/{paper}/pages/2")
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert picture.headers["cache-control"] == "private, no-cache"
    text = world.get(f"/documents/{paper}/text").json()["text"]
    at = text.index(WORDS)
    told = world.get(f"/documents/{paper}/pages/2/boxes?start={at}&end={at + len(WORDS)}").json()
    (box,) = told["boxes"]
    assert 0 < box["x"] < box["x"] + box["width"] < 1
    assert 0 < box["y"] < box["y"] + box["height"] < told["ratio"]
    assert world.get(f"/documents/{paper}/pages/2/boxes").json() == {**told, "boxes": []}
    for path, status in (("3", 404), ("0", 400), ("x", 400), ("3/boxes", 404), (f"1/boxes?start={at}", 400)):
        assert world.get(f"/documents/{paper}/pages/{path}").status_code == status, path
    markdown = world.document("hand.md")["id"]
    assert world.get(f"/documents/{markdown}/pages").json()["pages"] == 0
    assert world.get(f"/documents/{markdown}/pages/1").status_code == 404


@pytest.mark.parametrize("below", ["original", "pages", "pages/1", "pages/1/boxes", "answers", "text"])
def test_what_may_not_be_seen_has_no_pages_and_no_original(world: World, paper: str, below: str) -> None:
    told = world.get(f"/documents/{paper}/{below}", "reader", "beta")
    assert (told.status_code, told.json()["code"]) == (404, "NOT_FOUND")
    assert world.get(f"/documents/{paper}/{below}?version=v_{'0' * 20}").status_code in (200, 404)


def test_what_was_erased_has_no_pages_and_no_original(world: World) -> None:
    folder = world.folder / "gone"
    folder.mkdir()
    (folder / "gone.pdf").write_bytes(PDF)
    ingest(world.stack, world.people["curator", "default"], folder, staff())
    gone = world.document("gone.pdf")["id"]
    assert world.get(f"/documents/{gone}/pages/1").status_code == 200
    assert world.post(f"/documents/{gone}/erase", {"confirm": True}, "owner").status_code == 200
    for below in ("original", "pages", "pages/1", "pages/1/boxes", "text"):
        assert world.get(f"/documents/{gone}/{below}").status_code == 410, below


def tree(world: World, names: list[str], field: str = "tree") -> Any:
    parts = [(field, (name, f"# A\n\nText of {at}.\n".encode())) for at, name in enumerate(names)]
    headers = world.headers("curator")
    return world.client.post("/api/v1/sources/trees/files", files=parts, data=FIELDS, headers=headers)


def test_a_folder_comes_in_with_its_paths(world: World) -> None:
    job = finished(world, tree(world, ["a/same.md", "b/same.md", "b/c/same.md", "same.md"]))
    assert (job["report"]["added"], job["report"]["problems"]) == (4, [])
    found = {one["key"] for one in world.get("/documents?title=same.md&limit=1000").json()["items"]}
    assert found == {"a/same.md", "b/same.md", "b/c/same.md", "same.md"}
    assert left(world) == []


@pytest.mark.parametrize(
    "names",
    [["../up.md"], ["a/../../up.md"], ["/etc/up.md"], ["a//b.md"], ["a/"], ["a/.git/b.md"], ["a\\..\\b.md"],
     ["CON/a.md"], ["a./b.md"], ["x/" * 12 + "a.md"], ["a.md", "a.md/b.md"], ["a/b.md", "a"], ["a/b.md", "a/b.md"]],
)  # fmt: skip
def test_hostile_paths_are_refused(world: World, names: list[str]) -> None:
    told = tree(world, names)
    assert (told.status_code, told.json()["code"]) == (400, "FILE_NAME_INVALID"), told.text
    assert left(world) == []


def test_how_much_may_be_sent_is_told(world: World) -> None:
    told = world.get("/sources/limits", "curator").json()
    assert told == {"files": 1000, "file_bytes": 2_000_000, "upload_bytes": 2_000_000}
    assert world.get("/sources/limits", "reader").status_code == 403


@pytest.mark.parametrize("place", ["1", "12", "123", "1234", "12345", "d_0 Über", "x" * 280])
def test_a_cursor_of_any_length_leads_back(place: str) -> None:
    assert paging.place(paging.cursor(place)) == place
