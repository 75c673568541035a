"""From one page to the next, and from one session to the next: purposes, what was typed, where one comes out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.faces.web.conftest import PageOf, Site, password
from tests.faces.web.test_access import told

LONG = "A patient in bay 4 cannot wait"


def purpose(page: Page, words: str) -> None:
    page.locator("details.who summary").click()
    page.locator("details.who").get_by_label("Purpose of use").fill(words)
    page.locator("details.who").get_by_role("button", name="Set purpose").click()


def ended(page: Page) -> None:
    """The session is over, elsewhere: its cookie opens nothing."""
    kept = [one for one in page.context.cookies() if "purpose" in str(one.get("name"))]
    page.context.clear_cookies()
    page.context.add_cookies(kept)  # type: ignore[arg-type]


def again(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password(name))
    page.get_by_role("button", name="Sign in").click()


def test_nobody_locks_themselves_out_by_the_purpose_emergency(site: Site, page_of: PageOf) -> None:
    page = page_of("nurse")
    purpose(page, "Emergency")
    expect(page.get_by_role("alert")).to_contain_text("no purpose that one chooses")
    assert page.goto("/ask").status == 200  # type: ignore[union-attr]
    page.context.add_cookies([{"name": "avouch-purpose", "value": "emergency", "url": site.url}])
    assert page.goto("/library").status == 200  # type: ignore[union-attr]
    assert not [one for one in page.context.cookies() if one.get("name") == "avouch-purpose"]


def test_in_an_emergency_its_end_stands_on_every_page_and_nobody_is_locked_out_after(page_of: PageOf) -> None:
    page = page_of("owner", path="/access/emergencies")
    page.get_by_label("Why it cannot wait").fill(LONG)
    page.get_by_role("button", name="Begin the emergency").click()
    expect(page.get_by_role("status")).to_contain_text("in force")
    page.goto("/library")
    banner = page.get_by_role("region", name="Emergency")
    expect(banner).to_contain_text("in force until")
    page.locator("details.who summary").click()
    expect(page.locator("details.who input[name=purpose]")).to_have_value("")
    page.locator("details.who").get_by_role("button", name="Set purpose").click()
    page.wait_for_url("**/library")
    banner.get_by_role("button", name="End it now").click()
    expect(page.get_by_text("over", exact=True)).to_be_visible()
    page.goto("/access/emergencies")
    expect(page.get_by_label("Why it cannot wait")).to_have_value("")


def test_a_purpose_is_never_made_into_another_unseen(page_of: PageOf) -> None:
    page = page_of("nurse", path="/library?title=insulin")
    purpose(page, "Pflege für Zoë")
    expect(page.get_by_role("alert")).to_contain_text("Pflege für Zoë")
    field = page.locator("main").get_by_label("What you look for")
    expect(field).to_have_value("pflege-fuer-zoe")
    page.locator("main").get_by_role("button", name="Set purpose").click()
    page.wait_for_url("**/library?title=insulin")
    assert told_purpose(page) == "pflege-fuer-zoe"
    purpose(page, "Care Review")
    page.wait_for_url("**/library?title=insulin")
    assert told_purpose(page) == "care-review"
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signin")
    assert not [one for one in page.context.cookies() if one.get("name") == "avouch-purpose"]


def test_the_purpose_of_one_person_is_not_that_of_the_next(page_of: PageOf) -> None:
    page = page_of("nurse", path="/library")
    field = page.locator("details.who input[name=purpose]")
    purpose(page, "Care Review")
    expect(field).to_have_attribute("value", "care-review")
    ended(page)
    page.goto("/library")
    again(page, "pharmacist")
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    expect(field).to_have_attribute("value", "")


def told_purpose(page: Page) -> str:
    return str(page.locator("details.who input[name=purpose]").get_attribute("value"))


def test_what_one_person_typed_is_not_shown_to_the_next(page_of: PageOf) -> None:
    page = page_of("nurse")
    page.get_by_label("Question").fill("May this patient have a secret?")
    ended(page)
    page.reload()
    again(page, "nurse")
    expect(page.get_by_label("Question")).to_have_value("May this patient have a secret?")
    ended(page)
    page.reload()
    again(page, "pharmacist")
    expect(page.get_by_label("Question")).to_have_value("")
    assert "secret" not in str(page.evaluate("JSON.stringify({...sessionStorage})"))
    page.get_by_label("Question").fill("Another secret")
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signin")
    assert "secret" not in str(page.evaluate("JSON.stringify({...sessionStorage})"))


def test_who_is_added_stays_typed_when_the_session_ends(page_of: PageOf) -> None:
    page = page_of("owner", path="/access/people?name=nurse")
    page.get_by_text("Add a person or a service").click()
    page.get_by_label("Name, without spaces").fill("ines")
    page.get_by_label("Clearance").select_option("confidential")
    page.get_by_label("auditor").check()
    page.get_by_label("reader").uncheck()
    ended(page)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/signin?next=*people*nurse*")
    again(page, "owner")
    page.wait_for_url("**/access/people?name=nurse")
    expect(page.get_by_label("Name, without spaces")).to_have_value("ines")
    expect(page.get_by_label("Clearance")).to_have_value("confidential")
    expect(page.get_by_label("auditor")).to_be_checked()
    expect(page.get_by_label("reader")).not_to_be_checked()
    expect(page.get_by_text("here again")).to_be_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ines")
    page.goto("/access/people?name=nurse")
    page.get_by_text("Add a person or a service").click()
    expect(page.get_by_label("Name, without spaces")).to_have_value("")


FORMS = (
    ("owner", "/models/declare", "Owner: who answers for it", "the night shift", "Declare it"),
    ("owner", "/models/spending", "Tokens a day", "1200", "Set it"),
    ("owner", "/access/policy/propose?from=0", "Its name, ending in", "more.cedar", "Propose it"),
    ("owner", "/models/prompt", "The template's file", "name: mine", "Propose it"),
    ("owner", "/access/emergencies", "Why it cannot wait", LONG, "Begin the emergency"),
    ("auditor", "/verify", "Checkpoint that you kept", "avouch.home/1", "Check"),
    ("curator", "", "Reason, for the ledger", "It says two things", "Withdraw"),
)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "path", "label", "words", "button"), FORMS)
def test_nothing_typed_is_lost_when_a_session_ends(
    site: Site, page_of: PageOf, name: str, path: str, label: str, words: str, button: str
) -> None:
    page = page_of(name, path="/me")
    here = path or f"/library/{told(page_of('curator', path='/me'), site, '/documents?limit=1')['items'][0]['id']}"
    page.goto(here)
    page.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
    page.get_by_label(label).last.fill(words)
    ended(page)
    page.evaluate("document.querySelectorAll('form').forEach((one) => one.noValidate = true)")
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/signin**")
    again(page, name)
    page.wait_for_url(f"**{here}")
    expect(page.get_by_label(label).last).to_have_value(words)
    expect(page.get_by_label(label).last).to_be_visible()


@pytest.mark.parametrize(("name", "first"), [("auditor", "/vouchers"), ("operator", "/"), ("admin", "/access")])
def test_everybody_comes_out_at_a_page_of_theirs(page_of: PageOf, name: str, first: str) -> None:
    page = page_of("")
    page.goto("/")
    again(page, name)
    here = page.locator("nav[aria-label=Pages] a").first
    expect(here).to_have_attribute("aria-current", "page")
    assert str(here.get_attribute("href")).startswith(first)
