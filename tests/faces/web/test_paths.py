"""The main path of each page on the demonstration's home: by mouse and by keyboard alone, everywhere it may be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.faces.web.conftest import PageOf, Site, password
from tests.faces.web.paths import PATHS, Hand
from tests.faces.web.test_ask import SEPSIS, ask
from tests.faces.web.test_safety import signed_in


def walker(site: Site) -> None:
    """Somebody to whom every page is of use: an owner who also sees the library, which the home's own does not."""
    owner = signed_in(site, "owner")
    body = {"name": "walker", "groups": ["clinical"], "roles": ["owner", "reader"], "clearance": "internal"}
    made = owner.post("/api/v1/principals", json=body)
    if made.status_code != 409:
        path = f"/api/v1/access/passwords/{made.json()['id']}"
        assert owner.put(path, json={"password": password("walker")}).status_code < 300


@pytest.mark.slow
@pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_each_page_is_walked_to_its_end(page_of: PageOf, site: Site, width: int, dark: bool, keyboard: bool) -> None:
    walker(site)
    page = page_of("walker", width=width, dark=dark)
    ask(page, SEPSIS)
    link = page.locator(".source a[href^='/library/d_']").first
    title, address = link.inner_text(), str(link.get_attribute("href"))
    document = address.removeprefix("/library/").partition("?")[0]
    told = {"question": SEPSIS, "title": title, "document": document, "owner": "walker"}
    for walk in PATHS.values():
        walk(Hand(page, keyboard), told)
        expect(page.locator("h1")).to_be_visible()
