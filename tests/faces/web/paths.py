"""The main path of each page, walked with the mouse, and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

FAR = 400
"""Steps of the tab key at most to whatever is wanted."""


@dataclass
class Hand:
    """Whoever walks. By keyboard, what is wanted is reached by tabbing to it, as by somebody who has no pointer."""

    page: Page
    keyboard: bool

    def press(self, what: Locator) -> None:
        if not self.keyboard:
            return what.click()
        self.reach(what)
        return self.page.keyboard.press("Enter")

    def write(self, what: Locator, text: str) -> None:
        if not self.keyboard:
            return what.fill(text)
        self.reach(what)
        self.page.keyboard.press("ControlOrMeta+a")
        return self.page.keyboard.type(text)

    def choose(self, what: Locator, named: str) -> None:
        if not self.keyboard:
            what.select_option(label=named)
            return
        self.reach(what)
        self.page.keyboard.type(named)

    def reach(self, what: Locator) -> None:
        for _ in range(FAR):
            if what.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{what} is not reached by the tab key")


def asking(hand: Hand, told: dict[str, Any]) -> None:
    """Ask, see what the first claim rests on, open the voucher."""
    page = hand.page
    page.goto("/ask")
    hand.write(page.get_by_label("Question"), told["question"])
    hand.press(page.get_by_role("button", name="Ask", exact=True))
    page.wait_for_selector("article.whole")
    if hand.keyboard:
        hand.reach(page.locator("a.cite").first)
        page.keyboard.press("n")
    else:
        page.locator(".claim").first.hover()
    expect(page.locator("mark.lit").first).to_be_in_viewport()
    hand.press(page.get_by_role("link", name="The voucher"))
    page.wait_for_url("**/vouchers/a_*")


def vouching(hand: Hand, told: dict[str, Any]) -> None:
    """Find a voucher, have it verified and replayed."""
    page = hand.page
    page.goto("/vouchers")
    hand.press(page.locator("a.asked").first)
    page.wait_for_url("**/vouchers/a_*")
    hand.press(page.get_by_role("button", name="Verify now"))
    expect(page.get_by_role("heading", name="Nothing was changed since")).to_be_visible()
    hand.press(page.get_by_role("button", name="Replay"))
    expect(page.get_by_role("heading", name="Replayed")).to_be_visible()


def reading(hand: Hand, told: dict[str, Any]) -> None:
    """Find a document, open it, and see who can see it and which answers used it."""
    page = hand.page
    page.goto("/library")
    hand.write(page.get_by_label("Words of a title or key"), told["title"])
    hand.press(page.get_by_role("button", name="Find"))
    page.wait_for_url("**title=*")
    hand.press(page.get_by_role("region", name="Documents").get_by_role("link").first)
    page.wait_for_url("**/library/d_*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(told["title"][:40])
    expect(page.locator("#answers")).to_be_attached()


def searching(hand: Hand, told: dict[str, Any]) -> None:
    """Search the ledger by kind and person, read an entry, have the whole log verified."""
    page = hand.page
    page.goto("/ledger")
    hand.choose(page.get_by_label("What was done"), "asked a question")
    hand.write(page.get_by_label("By whom"), told["owner"])
    hand.press(page.get_by_role("button", name="Search"))
    page.wait_for_url("**kind=ask*")
    hand.press(page.locator(".entries tbody tr").first.get_by_role("link").first)
    page.wait_for_url(lambda url: "/ledger?" not in url)
    page.goto("/ledger")
    hand.press(page.get_by_role("button", name="Verify all"))
    expect(page.locator("#state")).to_contain_text("Whole")


def allowing(hand: Hand, told: dict[str, Any]) -> None:
    """Ask why somebody sees a document."""
    page = hand.page
    page.goto("/access")
    hand.press(page.get_by_role("link", name=told["owner"], exact=True).first)
    page.wait_for_url("**/access/people/*")
    page.goto("/access/why")
    hand.write(page.get_by_label("Document, by its id"), told["document"])
    hand.write(page.get_by_label("Person; empty: everybody"), told["owner"])
    hand.press(page.get_by_role("button", name="Tell me"))
    expect(page.locator("#verdict")).to_be_visible()


def limiting(hand: Hand, told: dict[str, Any]) -> None:
    """Look at the models and what was tried on them, and set a limit to a day's tokens."""
    page = hand.page
    page.goto("/models")
    expect(page.get_by_role("heading", name="declared model")).to_be_visible()
    page.goto("/models/spending")
    if not page.get_by_label("Tokens a day").is_visible():
        hand.press(page.locator("summary", has_text="Set a limit"))
    hand.write(page.get_by_label("Tokens a day"), "100000")
    hand.press(page.get_by_role("button", name="Set it"))
    page.wait_for_url("**done=*")


def operating(hand: Hand, told: dict[str, Any]) -> None:
    """See the last day's figures, and write a backup."""
    page = hand.page
    page.goto("/operations")
    hand.press(page.get_by_label("How far back").get_by_role("link").last)
    page.wait_for_url("**minutes=*")
    expect(page.get_by_role("heading", name="Over time")).to_be_visible()
    hand.press(page.get_by_role("button", name="Write a backup now"))
    page.wait_for_url("**done=*")


PATHS: dict[str, Callable[[Hand, dict[str, Any]], None]] = {
    "/ask": asking,
    "/vouchers": vouching,
    "/library": reading,
    "/ledger": searching,
    "/access": allowing,
    "/models": limiting,
    "/operations": operating,
}
