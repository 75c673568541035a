"""The main path of each page on the demonstration's home: by mouse and by keyboard alone, everywhere it may be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.faces.web.conftest import PageOf, Site
from tests.faces.web.paths import PATHS, Hand
from tests.faces.web.test_ask import SEPSIS, ask


@pytest.mark.slow
@pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_each_page_is_walked_to_its_end(page_of: PageOf, site: Site, width: int, dark: bool, keyboard: bool) -> None:
    page = page_of("owner", width=width, dark=dark)
    ask(page, SEPSIS)
    link = page.locator(".source a[href^='/library/d_']").first
    title, address = link.inner_text(), str(link.get_attribute("href"))
    document = address.removeprefix("/library/").partition("?")[0]
    told = {"question": SEPSIS, "title": title, "document": document, "owner": "owner"}
    for walk in PATHS.values():
        walk(Hand(page, keyboard), told)
        expect(page.locator("h1")).to_be_visible()
