"""The ledger's page: searched, checked, taken away."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.faces.web.conftest import PageOf, Site
from tests.faces.web.test_ask import SEPSIS, ask


def test_entries_are_found_by_person_kind_and_document(page_of: PageOf) -> None:
    nurse = page_of("nurse")
    ask(nurse, SEPSIS)
    page = page_of("owner", path="/ledger")
    page.get_by_label("By whom").fill("nurse")
    page.get_by_label("What was done").select_option("ask")
    page.get_by_role("button", name="Search").click()
    rows = page.locator(".entries tbody tr")
    expect(rows.first).to_contain_text("asked a question")
    assert {row.split("\t")[2] for row in rows.all_inner_texts()} == {"nurse"}
    rows.first.get_by_role("link", name="its voucher").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SEPSIS)
    address = page.url
    page.goto("/ledger")
    page.get_by_label("About").fill(address)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.go_back()
    expect(page.get_by_label("About")).to_have_value("")


def test_nothing_found_and_nonsense_are_said_and_kept(page_of: PageOf) -> None:
    page = page_of("owner", path="/ledger")
    page.goto("/ledger?since=2999-01-01")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.goto("/ledger?about=%3Cb%3Ex%3C/b%3E")
    expect(page.get_by_role("alert")).to_contain_text("an id")
    expect(page.get_by_label("About")).to_have_value("<b>x</b>")


def test_all_is_verified_and_a_checkpoint_signed(page_of: PageOf) -> None:
    page = page_of("owner", path="/ledger")
    page.get_by_role("button", name="Verify all").click()
    expect(page.locator("#state")).to_contain_text("Whole")
    expect(page.locator("#state")).to_contain_text(re.compile(r"\d+ entries checked"))
    page.get_by_role("button", name="Sign a checkpoint").click()
    page.get_by_text("Kept checkpoints").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download the checkpoint")).first.click()
    assert download.value.path().read_text().startswith("avouch.home/")


def test_an_entry_is_read_and_left_by_keyboard(page_of: PageOf, site: Site) -> None:
    page = page_of("auditor", path="/ledger")
    page.goto("/ledger/0")
    expect(page.get_by_role("heading", level=1)).to_have_text("Entry 0")
    expect(page.get_by_text("made this home").first).to_be_visible()
    page.get_by_role("link", name="The next").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Entry 1")
    page.get_by_text("The very bytes").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bytes").first).to_contain_text('"seq":1')
    page.goto("/ledger/99999999")
    expect(page.get_by_role("alert")).to_contain_text("NOT_FOUND")


def test_an_auditor_finds_somebody_by_name(page_of: PageOf) -> None:
    nurse = page_of("nurse")
    ask(nurse, SEPSIS)
    page = page_of("auditor", path="/ledger")
    page.get_by_label("By whom").fill("nurse")
    page.keyboard.press("Enter")
    expect(page.locator(".entries tbody tr").first).to_contain_text("asked a question")
    page.goto("/ledger?who=nobody")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_it_is_for_auditors(page_of: PageOf) -> None:
    page = page_of("nurse")
    assert page.get_by_role("link", name="Ledger", exact=True).count() == 0
    page.goto("/ledger")
    expect(page.get_by_role("alert")).to_contain_text("FORBIDDEN")
    narrow = page_of("auditor", width=360, path="/ledger")
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(narrow.locator(".entries tbody tr").first).to_be_visible()
