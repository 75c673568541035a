"""The library's pages: found, read, compared, seen on its page, withdrawn and erased."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.faces.web.conftest import PageOf
from tests.faces.web.test_ask import ask
from tests.faces.web.test_everywhere import findings, fits

TRANEXAMIC = "When is tranexamic acid given in major haemorrhage?"


def find(page: Page, words: str) -> None:
    page.goto("/library")
    page.get_by_label("Words of a title").fill(words)
    page.get_by_role("button", name="Find").click()


def opened(page: Page, title: str) -> None:
    find(page, title)
    page.get_by_role("link", name=re.compile(title, re.IGNORECASE)).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title, ignore_case=True)


def test_documents_are_found_by_words_and_what_may_not_be_seen_is_not(page_of: PageOf) -> None:
    page = page_of("nurse")
    find(page, "adults SEPSIS")
    expect(page.locator("table.documents tbody tr")).to_have_count(1)
    expect(page.locator("table.documents")).to_contain_text("Suspected sepsis in adults")
    find(page, "pharmacy-robot")
    expect(page.get_by_role("heading", name="Nothing you may see has these words")).to_be_visible()
    expect(page.get_by_role("link", name="Add documents")).to_have_count(0)


def test_a_document_by_keyboard(page_of: PageOf) -> None:
    page = page_of("nurse", path="/library")
    page.get_by_label("Words of a title").focus()
    page.keyboard.type("hand hygiene")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Hand hygiene").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Isolation", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Withdraw")).to_have_count(0)


def test_a_cited_span_is_seen_on_its_page(page_of: PageOf) -> None:
    page = page_of("nurse")
    ask(page, TRANEXAMIC)
    figure = page.locator("figure.sheet-of").first
    expect(figure).to_contain_text("Page 2")
    page.locator(".claim").first.hover()
    expect(figure.locator(".boxed.lit")).to_have_count(1)
    loaded = page.evaluate(
        "async () => { const i = new Image(); i.src = document.querySelector('image').getAttribute('href');"
        " await i.decode(); return i.naturalWidth }"
    )
    assert loaded == 1200
    figure.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Page 2 of 2")).to_be_visible()
    expect(page.locator("#page rect.box")).to_have_count(1)
    page.get_by_role("link", name="Page 1", exact=True).click()
    expect(page.get_by_role("heading", name="Page 1 of 2")).to_be_visible()


def test_two_versions_side_by_side(page_of: PageOf) -> None:
    page = page_of("nurse")
    opened(page, "Suspected sepsis in adults")
    page.get_by_role("link", name="what changed").click()
    expect(page.locator("del", has_text=re.compile(r"^3$")).first).to_be_visible()
    expect(page.locator("ins", has_text=re.compile(r"^1$")).first).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    fits(page)
    assert findings(page) == []


def test_an_original_is_downloaded_and_not_shown(page_of: PageOf) -> None:
    page = page_of("nurse")
    opened(page, "Red cell transfusion")
    with page.expect_download() as told:
        page.get_by_role("link", name="Download the original").click()
    assert told.value.suggested_filename == "blood-transfusion.html"
    path = page.get_by_role("link", name="Download the original").get_attribute("href")
    reply = page.request.get(str(path))
    assert reply.headers["content-disposition"].startswith("attachment")
    assert reply.headers["content-type"] == "application/octet-stream"


def test_a_wrong_document_is_revoked_and_what_rested_on_it_is_shown(page_of: PageOf) -> None:
    asked = page_of("nurse")
    ask(asked, "What is the starting dose of oral morphine?")
    page = page_of("curator")
    opened(page, "Renewal of opioid prescriptions")
    page.get_by_label("It was wrong").check()
    page.get_by_label("Reason").fill("the interval was wrong")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("It was wrong.", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text(re.compile("[1-9] answers? rested on it"))
    expect(page.locator(".chip.bad").first).to_contain_text("withdrawn as wrong")
    expect(page.get_by_role("button", name="Withdraw")).to_have_count(0)
    page.go_back()
    page.reload()
    expect(page.get_by_role("button", name="Withdraw")).to_have_count(0)
    asked.goto(page.url)
    answers = asked.locator("section", has=asked.get_by_role("heading", name="Answers that used it"))
    expect(answers.get_by_role("link")).not_to_have_count(0)


def test_a_document_in_another_room_has_no_page(page_of: PageOf) -> None:
    finance = page_of("finance")
    opened(finance, "business case")
    path = finance.url.partition("/library/")[2]
    nurse = page_of("nurse")
    for below in ("", "/compare", "/original", "/pages/1"):
        told = nurse.goto(f"/library/{path}{below}")
        assert told is not None and told.status == 404, below
    told = nurse.goto("/library/d_00000000000000000000?version=<script>")
    assert told is not None and told.status == 404


@pytest.mark.slow
def test_every_page_of_the_library_is_for_everybody(page_of: PageOf) -> None:
    page = page_of("curator")
    opened(page, "Major haemorrhage")
    paths = [page.url, "/library/upload", "/library/quarantine", "/library?title=nothing-has-this", "/guide/library"]
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        for width in (360, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            for path in paths:
                page.goto(path)
                fits(page)
                if width == 360:
                    assert findings(page) == [], (path, dark)
