"""Models: declared, tried, put in force by another; spending, prompts, trials."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.faces.web.conftest import PageOf, Site
from tests.faces.web.test_everywhere import findings, fits
from tests.model_server import Fake

from avouch.faces.web.models.home import SUBS

MORE = ("/models/declare", "/models/prompt")


@pytest.fixture
def server() -> Iterator[Fake]:
    made = Fake("Hands are washed for 20 seconds [1].")
    yield made
    closing = threading.Thread(target=made.close)  # the browser's driver runs a loop in this one
    closing.start()
    closing.join(15)


@pytest.mark.slow
@pytest.mark.parametrize("path", [*(one.path for one in SUBS), *MORE])
def test_each_page_about_models_is_for_everybody(page_of: PageOf, path: str) -> None:
    page = page_of("owner")
    for width, dark in ((360, False), (1280, True), (1280, False)):
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        fits(page)
        assert findings(page) == [], (width, dark)


def declared(page: Page, name: str, url: str) -> None:
    page.goto("/models/declare")
    page.get_by_label("Name:").fill(name)
    page.get_by_label("Address of its server").fill(url)
    page.get_by_label("What it is called there").fill("<b>m</b>")
    page.get_by_label("Version:").fill("2026-09")
    page.get_by_label("Owner:").fill("it")
    page.get_by_label("Passages up to this class").select_option("internal")
    page.get_by_role("button", name="Declare it").click()


def test_a_model_is_declared_tried_put_in_force_by_another_and_retired(page_of: PageOf, server: Fake) -> None:
    page = page_of("operator")
    page.goto("/models/declare")
    page.get_by_label("Name:").fill("no-owner")
    page.get_by_role("button", name="Declare it").click()
    expect(page.get_by_role("alert")).to_contain_text("owner is missing")
    expect(page.get_by_label("Name:")).to_have_value("no-owner")
    declared(page, "ward-writer", server.url)
    expect(page.get_by_role("status")).to_contain_text("Somebody else")
    expect(page.locator("main")).to_contain_text("An admin or an owner puts it in force")
    expect(page.locator("main")).to_contain_text("<b>m</b>")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("status")).to_contain_text("It answers")
    other = page_of("admin", path="/models")
    other.get_by_role("link", name="ward-writer").click()
    other.on("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="in force").click()
    expect(other.get_by_role("alert")).to_contain_text("never attacked")
    other.get_by_text("It was not attacked").click()
    other.get_by_label("Why you answer for it").fill("for the length of a test")
    other.get_by_role("button", name="in force").click()
    expect(other.get_by_text("✓ in force").first).to_be_visible()
    asker = page_of("nurse")
    asker.get_by_label("question").first.fill("How long is alcohol hand rub applied?")
    asker.get_by_role("button", name="Ask").click()
    asker.wait_for_url("**/answers/**")
    other.goto("/models/activity?days=7")
    expect(other.get_by_role("img", name="Answers a day")).to_be_visible()
    expect(other.get_by_role("row", name="ward-writer")).to_be_visible()
    assert findings(other) == []
    other.goto("/models/declared/ward-writer")
    other.get_by_role("button", name="Retire it").click()
    expect(other.get_by_role("status")).to_contain_text("no more")


def test_a_limit_is_set_shown_with_its_unit_and_lifted(page_of: PageOf) -> None:
    page = page_of("owner", path="/models/spending")
    page.get_by_label("Money a day").fill("two")
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_role("alert")).to_contain_text("no amount")
    expect(page.get_by_label("Money a day")).to_have_value("two")
    page.get_by_label("Money a day").fill("2.50")
    page.get_by_label("Seconds of model time").fill("90")
    page.get_by_role("button", name="Set it").click()
    home = page.get_by_role("listitem").filter(has_text="The whole home")
    expect(home).to_contain_text("of 2.50 USD")
    expect(home).to_contain_text("of 90 s")
    assert page.get_by_role("meter").count() == 2
    assert findings(page) == []
    page.on("dialog", lambda dialog: dialog.accept())
    home.get_by_role("button", name="Lift this limit").click()
    expect(page.get_by_text("There are no limits")).to_be_visible()


def test_a_prompt_is_tried_and_proposed(page_of: PageOf) -> None:
    page = page_of("admin", path="/models/prompts")
    page.get_by_role("link", name="version 0").first.click()
    page.get_by_role("link", name="Propose a change").click()
    page.get_by_role("button", name="Try its cases").click()
    expect(page.get_by_role("status")).to_contain_text("can be read")
    page.get_by_label("The template's file").fill("no template <b>at all</b>")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("The template's file")).to_have_value("no template <b>at all</b>")


def test_a_model_that_is_not_there_is_told(page_of: PageOf) -> None:
    page = page_of("owner")
    for path in ("/models/declared/nobody", "/models/prompt/nobody", "/models/trials/999"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 404, path


@pytest.mark.slow
def test_a_trial_is_run_followed_and_read(site: Site, page_of: PageOf) -> None:
    page = page_of("owner", path="/models/trials")
    page.get_by_label("Cases of each suite").fill("1")
    page.get_by_role("button", name="Attack it").click()
    expect(page.get_by_text("Your trial is under way").or_(page.get_by_text("Your trial is done"))).to_be_visible()
    expect(page.get_by_text("Your trial is done")).to_be_visible(timeout=240_000)
    page.get_by_role("link", name="Read trial").click()
    expect(page.locator("main")).to_contain_text("did not withstand it")
    page.goto("/models/trials")
    expect(page.get_by_role("row", name="indirect")).to_contain_text("1 of 1 held")
    assert findings(page) == []
