"""Adding documents: a thousand files and a folder at once, what is too large, a connection that is lost, erasing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from tests.faces.web.conftest import PageOf
from tests.faces.web.test_library import find, opened
from tests.stack.test_quarantine import POISON

HOSTILE = """# <img src=x onerror="document.title='run'"> \u202etsil

<script>document.title='run'</script> ZALGO

LONG

- =HYPERLINK("http://evil.example")
- [a](javascript:alert(1))

| <b>a</b> | b |
|---|---|
| <i>c</i> | d |
""".replace("ZALGO", "Q\u0300\u0301\u0302\u0303\u0304\u0305\u0306" * 30).replace("LONG", "x" * 3000)


def form(page: Page, source: str) -> None:
    page.goto("/library/upload")
    page.get_by_label("Source").fill(source)
    page.get_by_label("Labels").fill("clinical")
    page.locator("[name=classification]").select_option("internal")


def sent(page: Page) -> None:
    page.get_by_role("button", name="Add them").click()


def done(page: Page) -> None:
    expect(page.locator("#now")).to_have_text(re.compile("^Done"), timeout=120_000)


def test_a_folder_with_all_that_can_be_wrong_in_it(page_of: PageOf, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for path, data in {
        "fig.md": b"# Fig\n\nFig bark is steeped for 4 minutes.\n",
        "deep/fig.md": b"# Deep fig\n\nFig bark is steeped for 5 minutes.\n",
        "empty.md": b"",
        "odd.bin": b"\x00\x01\x02",
        ".hidden.md": b"# Hidden\n",
        "bandage.md": POISON.encode(),
    }.items():
        (tmp_path / "in" / path).write_bytes(data)
    page = page_of("curator")
    form(page, "figs")
    page.locator("#folder").set_input_files(tmp_path / "in")
    chosen = page.locator("#chosen")
    expect(chosen).to_contain_text("1 file will not be sent")
    expect(chosen).to_contain_text("is empty")
    expect(chosen).not_to_contain_text("hidden")
    sent(page)
    done(page)
    report = page.locator("#report")
    expect(report).to_contain_text("3 documents added")
    expect(report).to_contain_text("1 file could not be taken in")
    expect(report).to_contain_text("odd.bin")
    find(page, "deep/fig.md")
    expect(page.get_by_role("link", name="Deep fig")).to_be_visible()
    page.goto("/library/quarantine")
    held = page.locator(".rows > li", has_text="andage")
    expect(held.locator(".order")).to_be_visible()
    held.get_by_label("Reason").fill("it is from a training")
    held.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()


def test_a_file_over_the_limit_is_told_before_it_is_sent(page_of: PageOf, tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as stream:
        stream.truncate(2**30)
    page = page_of("curator")
    posted: list[str] = []
    page.on("request", lambda told: posted.append(told.url) if told.method == "POST" else None)
    form(page, "huge")
    page.locator("#files").set_input_files(huge)
    expect(page.locator("#chosen")).to_contain_text("has 1.1 GB; at most 200.0 MB are taken")
    expect(page.get_by_role("button", name="Add them")).to_be_disabled()
    assert posted == []


def test_a_lost_connection_is_told_and_the_rest_is_sent_again(page_of: PageOf, tmp_path: Path) -> None:
    for at in range(3):
        (tmp_path / f"lost{at}.md").write_text(f"# Lost {at}\n\nPlum bark number {at} is steeped.\n")
    page = page_of("curator")
    form(page, "plums")
    page.locator("#files").set_input_files(sorted(tmp_path.iterdir()))
    page.route("**/api/v1/sources/plums/files", lambda route: route.abort("connectionreset"))
    sent(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The connection was lost while files were being sent")
    page.unroute("**/api/v1/sources/plums/files")
    page.get_by_role("button", name="Go on").click()
    done(page)
    expect(page.locator("#report")).to_contain_text("3 documents added")


def test_events_that_break_off_are_taken_up_again_and_said_where_they_cannot_be(
    page_of: PageOf, tmp_path: Path
) -> None:
    path = tmp_path / "pear.md"
    path.write_text("# Pear\n\nPear bark is steeped for 6 minutes.\n")
    page = page_of("curator")
    form(page, "pears")
    page.locator("#files").set_input_files(path)
    tries: list[str] = []

    def broken(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/jobs/*/events", broken)
    sent(page)
    done(page)
    assert len(tries) == 2
    page.unroute("**/api/v1/jobs/*/events")
    page.route("**/api/v1/jobs/*/events", lambda route: route.fulfill(status=404, body="{}"))
    page.locator("#files").set_input_files(path)
    sent(page)
    expect(page.get_by_role("alert")).to_contain_text("It cannot be followed any more")
    page.unroute("**/api/v1/jobs/*/events")
    page.get_by_role("button", name="Go on").click()
    done(page)
    expect(page.locator("#report")).to_contain_text("1 unchanged")


def test_a_hostile_document_is_read_and_runs_nothing(page_of: PageOf, tmp_path: Path) -> None:
    path = tmp_path / "mean.md"
    path.write_text(HOSTILE)
    page = page_of("curator")
    form(page, "mean")
    page.locator("#files").set_input_files(path)
    sent(page)
    done(page)
    page.set_viewport_size({"width": 360, "height": 800})
    find(page, "mean.md")
    page.locator("td.name a").first.click()
    expect(page.locator(".text")).to_contain_text("<script>document.title='run'</script>")
    expect(page.locator(".text")).to_contain_text("javascript:alert(1)")
    expect(page.locator("th").first).to_have_text("<b>a</b>")
    assert page.title() != "run"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_document_is_erased_once_the_word_is_typed(page_of: PageOf, tmp_path: Path) -> None:
    path = tmp_path / "gone.md"
    path.write_text("---\nlabels: [owner]\n---\n# Gone quince\n\nQuince bark is steeped for 2 minutes.\n")
    page = page_of("owner")
    form(page, "quinces")
    page.locator("#files").set_input_files(path)
    sent(page)
    done(page)
    opened(page, "Gone quince")
    page.get_by_text("Erase it for good").first.click()
    page.get_by_label("Reason, for the ledger; without").fill("asked for")
    page.get_by_label("Type erase").fill("no")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("alert")).to_contain_text("was not typed")
    expect(page.get_by_label("Reason, for the ledger; without")).to_have_value("asked for")
    page.get_by_label("Type erase").fill("erase")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("found in every store before, in none after")).to_be_visible()
    page.goto("/library?fate=erased")
    page.get_by_role("link", name="a document that was erased").first.click()
    expect(page.get_by_text("Its words were erased.")).to_be_visible()


@pytest.mark.slow
def test_a_thousand_and_one_files_go_in_two_parts(page_of: PageOf, tmp_path: Path) -> None:
    for at in range(1001):
        (tmp_path / f"n{at}.md").write_text(f"# Note {at}\n\nCherry bark number {at} is steeped.\n")
    page = page_of("curator")
    form(page, "cherries")
    page.locator("#files").set_input_files(sorted(tmp_path.iterdir()))
    expect(page.locator("#chosen")).to_contain_text("1,001 files to add")
    posted: list[str] = []
    page.on("request", lambda told: posted.append(told.url) if told.method == "POST" else None)
    sent(page)
    done(page)
    expect(page.locator("#report")).to_contain_text("1,001 documents added")
    assert len(posted) == 2
