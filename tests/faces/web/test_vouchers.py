"""A voucher: what it tells, its check, its replay, its file; by mouse, by keyboard, by whom."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.faces.web.conftest import PageOf
from tests.faces.web.test_ask import ROBOT, SEPSIS, ask

from avouch.ledger.verify import verify


def opened(page: Page, question: str = SEPSIS) -> str:
    """Ask, and go to the voucher; its id."""
    ask(page, question)
    page.get_by_role("link", name="The voucher").click()
    page.wait_for_url("**/vouchers/a_*")
    return page.url.rpartition("/")[2]


def test_it_tells_who_when_what_and_that_it_holds(page_of: PageOf) -> None:
    page = page_of("nurse")
    opened(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(SEPSIS)
    expect(page.get_by_role("heading", name="Nothing was changed since")).to_be_visible()
    account = page.get_by_label("The account")
    expect(account).to_contain_text("nurse asked this")
    expect(account).to_contain_text("2 sentences, resting on 1 document")
    expect(account).to_contain_text("The very same policy is in force today")
    expect(page.get_by_role("row", name=re.compile("Suspected sepsis in adults"))).to_contain_text("in force today")
    expect(page.locator(".said li")).to_have_count(2)
    expect(page.get_by_text("RFC 6962")).to_be_hidden()


def test_by_keyboard_it_is_verified_and_replayed(page_of: PageOf) -> None:
    page = page_of("nurse")
    opened(page)
    page.get_by_role("button", name="Verify now").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**check=now*")
    lines = page.locator(".seal .checks li")
    expect(lines.first).to_contain_text("commits to exactly this body")
    expect(lines.filter(has_text="Claim 1 stands word for word")).to_be_visible()
    expect(lines.filter(has_text="Not proven").first).to_be_visible()
    page.get_by_role("button", name="Replay").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#replayed")).to_contain_text("Replayed: the same")
    expect(page.locator("#replayed")).to_contain_text("found the same passages")


def test_what_is_downloaded_verifies_without_the_server_and_here(page_of: PageOf, tmp_path: Path) -> None:
    page = page_of("nurse")
    voucher = opened(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == f"{voucher}.json" and verify(file.read_bytes()).valid

    def check(path: Path) -> None:
        page.goto("/verify")
        page.get_by_label("Voucher file").set_input_files(path)
        page.get_by_role("button", name="Check").click()

    check(file)
    expect(page.get_by_role("heading", name="It holds")).to_be_visible()
    changed = tmp_path / "changed.json"
    changed.write_text(file.read_text().replace("within 1 hour", "within 9 hours"))
    check(changed)
    expect(page.get_by_role("heading", name="It does not hold")).to_be_visible()
    expect(page.locator(".checks li.bad")).to_contain_text("is not what was committed to")
    hostile = tmp_path / "<img src=x onerror=alert(1)>.json"
    hostile.write_text("{no json")
    check(hostile)
    expect(page.get_by_role("alert")).to_contain_text("is not a voucher that can be checked")
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize("width", [360, 2560])
def test_nothing_is_wider_than_the_page(page_of: PageOf, width: int) -> None:
    page = page_of("nurse", width=width, dark=True)
    opened(page)
    page.locator(".proof summary").click()
    page.locator(".seal summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/vouchers")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_auditor_sees_the_proof_and_not_the_question(page_of: PageOf) -> None:
    nurse = page_of("nurse")
    voucher = opened(nurse)
    page = page_of("auditor", path="/vouchers")
    expect(page.get_by_role("link", name="A question that is not yours to read").first).to_be_visible()
    page.goto("/ledger?kind=access.refused")
    refused = page.locator(".entries tbody tr").count()
    page.goto(f"/vouchers/{voucher}")
    expect(page.get_by_role("heading", name="Nothing was changed since")).to_be_visible()
    expect(page.get_by_text("Not shown to you")).to_contain_text("the question")
    assert "How soon" not in page.content()
    assert page.get_by_role("button", name="Replay").count() == 0
    page.goto("/ledger?kind=access.refused")
    assert page.locator(".entries tbody tr").count() == refused  # the page asked for nothing that they may not have


def test_no_answer_is_a_voucher_too(page_of: PageOf) -> None:
    page = page_of("nurse")
    opened(page, ROBOT)
    expect(page.get_by_label("The account")).to_contain_text("nothing was made up in its place")
    expect(page.get_by_role("heading", name="Nothing was changed since")).to_be_visible()
    page.goto("/vouchers")
    expect(page.get_by_text("no answer").first).to_be_visible()


def test_a_hostile_question_stays_text(page_of: PageOf) -> None:
    page = page_of("nurse")
    hostile = "<script>document.title='owned'</script>\u202e<b>sepsis</b> " + "x" * 300
    opened(page, hostile)
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>document.title='owned'</script>")
    assert page.title() != "owned" and page.locator("h1 b").count() == 0
    assert "\u202e" not in page.get_by_role("heading", level=1).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_not_there_is_said(page_of: PageOf) -> None:
    page = page_of("nurse")
    page.goto("/vouchers/a_00000000000000000000")
    expect(page.get_by_role("alert")).to_contain_text("NOT_FOUND")
    assert json.loads(page.evaluate("fetch('/api/v1/vouchers/a_0').then(one => one.text())"))["code"] == "NOT_FOUND"
