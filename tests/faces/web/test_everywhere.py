"""What holds for every page: it is read by everybody, at every width, in light and dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect
from tests.faces.web.conftest import PageOf, Site

from avouch.faces.web import site as pages_of
from avouch.faces.web.pages import PLACES

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (360, 1280, 2560)
OWNERS = sorted({place.path for place in PLACES} & {route.path for route in pages_of.routes()})
PLAIN = [*OWNERS, *(f"/guide{path}" for path in OWNERS)]


def findings(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical. It runs apart from the page's own policy."""
    told: Any = page.evaluate("(() => {" + AXE + "; return axe.run({runOnly: " + json.dumps(RULES) + "}) })()")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.mark.slow
@pytest.mark.parametrize("path", PLAIN)
def test_a_page_is_for_everybody(page_of: PageOf, path: str) -> None:
    page = page_of("owner")
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path)
            fits(page)
            if width != 2560:
                assert findings(page) == [], (width, dark)
    assert page.locator("h1").count() == 1
    assert page.title().endswith("· Avouch")


def test_a_page_is_walked_through_by_keyboard(page_of: PageOf) -> None:
    page = page_of("owner")
    page.goto("/vouchers")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("name", ["nurse", "auditor", "operator", "admin", "curator"])
def test_everybody_sees_the_pages_that_are_of_use_to_them(page_of: PageOf, name: str) -> None:
    page = page_of(name, path="/me")
    links = page.locator("nav[aria-label=Pages] a")
    for at in range(links.count()):
        target = links.nth(at).get_attribute("href")
        assert page.request.get(str(target)).status == 200, target


def test_what_is_not_there_is_a_page(page_of: PageOf) -> None:
    page = page_of("nurse")
    told = page.goto("/answers/a_00000000000000000000")
    assert told is not None and told.status == 404
    expect(page.get_by_role("alert")).to_contain_text("What to do")
    told = page.goto("/no/such/page")
    assert told is not None and told.status == 404
    expect(page.get_by_role("alert")).to_be_visible()


def test_signed_out_one_comes_back_to_where_one_was(site: Site, page_of: PageOf) -> None:
    page = page_of("nurse")
    page.goto("/library?title=sepsis")
    page.context.clear_cookies()
    page.reload()
    page.get_by_label("Name").fill("nurse")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("nurse")
    page.get_by_label("Password").fill("a long password for nurse")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/library?title=sepsis")
