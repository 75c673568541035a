"""Asking, by mouse and by keyboard: the answer, its sources, and what there is where there is no answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect
from tests.faces.web.conftest import PageOf, Site, sign_in
from tests.faces.web.test_safety import signed_in

SEPSIS = "How soon must the first antibiotic dose be given in suspected sepsis?"
ROBOT = "What is the payback period of the pharmacy robot?"


def ask(page: Page, question: str) -> None:
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("article.whole")


def test_a_claim_and_the_words_that_it_rests_on_light_up_together(page_of: PageOf) -> None:
    page = page_of("nurse")
    ask(page, SEPSIS)
    claim = page.locator(".claim").first
    expect(claim).to_contain_text("within 1 hour of recognition")
    claim.hover()
    lit = page.locator("mark.lit")
    expect(lit).to_have_count(1)
    expect(lit).to_contain_text("within 1 hour of recognition")
    expect(lit).to_be_in_viewport()


def test_by_keyboard_alone(page_of: PageOf) -> None:
    page = page_of("nurse")
    page.keyboard.type(SEPSIS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.whole")
    page.locator("#main").focus()
    page.keyboard.press("n")
    expect(page.locator("mark.lit")).to_contain_text("within 1 hour")
    page.keyboard.press("n")
    expect(page.locator("mark.lit").last).to_contain_text("48 hours")  # the first is the heading above it
    page.keyboard.press("p")
    expect(page.locator("mark.lit")).to_contain_text("within 1 hour")


def test_the_address_of_an_answer_is_its_voucher(page_of: PageOf) -> None:
    page = page_of("nurse")
    ask(page, SEPSIS)
    assert "/answers/a_" in page.url
    page.reload()
    expect(page.locator(".claim").first).to_contain_text("within 1 hour")
    page.go_back()
    expect(page.get_by_text("Your last questions")).to_be_visible()


def test_without_script_it_works_as_well(site: Site, page_of: PageOf) -> None:
    page = page_of("nurse")
    context = page.context.browser.new_context(base_url=site.url, java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    sign_in(plain, "nurse")
    ask(plain, SEPSIS)
    plain.locator(".cite").first.click()
    assert plain.locator("mark:target").inner_text().startswith("The first dose")
    context.close()


def test_no_answer_is_help(page_of: PageOf) -> None:
    page = page_of("nurse")
    ask(page, ROBOT)
    expect(page.get_by_role("heading", name="What you may see does not answer this")).to_be_visible()
    assert "robot" not in page.locator("article.whole ul").inner_text().lower()


def test_as_of_last_year(page_of: PageOf) -> None:
    page = page_of("nurse")
    page.get_by_text("As of another time").click()
    page.get_by_label("True as of").fill("2025-06-01")
    ask(page, SEPSIS)
    expect(page.locator("article.whole")).to_contain_text("replaced since")


def test_what_was_typed_outlives_the_session(site: Site, page_of: PageOf) -> None:
    page = page_of("nurse")
    page.get_by_label("Question").fill("A question that took me long to write")
    page.context.clear_cookies()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"not signed in any more.*sign in again", re.S))
    expect(page.get_by_role("alert")).not_to_contain_text("`avouch")
    page.get_by_role("link", name="Sign in again").click()
    sign_in(page, "nurse")
    expect(page.get_by_label("Question")).to_have_value("A question that took me long to write")


def test_a_lost_connection_is_told(page_of: PageOf) -> None:
    page = page_of("nurse")
    page.route("**/api/v1/ask", lambda route: route.abort())
    page.get_by_label("Question").fill(SEPSIS)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    expect(page.get_by_label("Question")).to_have_value(SEPSIS)


def test_times_are_the_readers(page_of: PageOf) -> None:
    page = page_of("nurse")
    ask(page, SEPSIS)
    told = page.locator("time[data-local]").first
    assert told.get_attribute("title", timeout=1000).endswith("UTC")  # type: ignore[union-attr]


def test_a_day_counts_to_its_end_and_none_that_has_not_come(site: Site) -> None:
    client = signed_in(site)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    for asked in ({"known_at": today}, {"as_of": today}, {"as_of": today, "known_at": today}):
        told = client.post("/ask", data={"question": SEPSIS, **asked})
        assert told.status_code == 303, told.text[-900:]
        assert "within 1 hour" in client.get(told.headers["location"]).text
    for asked in ({"known_at": tomorrow}, {"as_of": tomorrow}):
        told = client.post("/ask", data={"question": SEPSIS, **asked})
        assert told.status_code == 400 and "has not come yet" in told.text
    told = client.post("/ask", data={"question": SEPSIS, "as_of": "1901-01-01"})
    assert "was in force on" in client.get(told.headers["location"]).text
    assert "was in force on" not in client.get(client.post("/ask", data={"question": ROBOT}).headers["location"]).text
