"""The page of whoever runs it: figures of a real server, drawn; what its buttons do."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.faces.web.conftest import PageOf


def test_it_says_how_it_runs(page_of: PageOf) -> None:
    page = page_of("operator", path="/operations")
    now = page.get_by_label("Now", exact=True)
    expect(now).to_contain_text(re.compile(r"\d+ documents"))
    expect(now).to_contain_text(re.compile(r"[\d.]+ GB free"))
    expect(page.get_by_text("Counted by this process since")).to_be_visible()
    expect(page.get_by_role("link", name="The last hour")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="The last week").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="The last week")).to_have_attribute("aria-current", "true")


def test_plots_come_with_the_first_samples_and_say_what_they_show(page_of: PageOf) -> None:
    page = page_of("operator", path="/operations")
    plots = page.get_by_role("img", name=re.compile("Throughput, per minute. requests: last"))
    for _ in range(30):
        if plots.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(plots).to_be_visible()
    assert page.locator("[style]").count() == 0


def test_a_backup_is_written_once(page_of: PageOf) -> None:
    page = page_of("operator", path="/operations")
    files = page.locator("section[aria-labelledby=backups] tbody tr")
    before = files.count()
    page.get_by_role("button", name="Write a backup now").click()
    expect(page.get_by_role("status")).to_contain_text("A backup was written")
    expect(files).to_have_count(before + 1)
    page.reload()
    expect(files).to_have_count(before + 1)


def test_the_index_is_made_again_once_it_was_confirmed(page_of: PageOf) -> None:
    page = page_of("operator", width=360, path="/operations")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.once("dialog", lambda one: one.dismiss())
    page.get_by_role("button", name="Make the index again").click()
    assert "done=" not in page.url
    page.once("dialog", lambda one: one.accept())
    page.get_by_role("button", name="Make the index again").click()
    expect(page.get_by_role("status")).to_contain_text("The index was made again")


def test_it_is_for_operators(page_of: PageOf) -> None:
    page = page_of("auditor", path="/ledger")
    assert page.get_by_role("link", name="Operations").count() == 0
    page.goto("/operations")
    expect(page.get_by_role("alert")).to_contain_text("FORBIDDEN")
