"""The policy's page: read, tried, proposed by one and put in force by another."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.faces.web.conftest import PageOf, Site

WRONG = '\n@id("nothing")\nforbid (principal, action == Action::"see", resource is Document);\n'


def test_a_policy_is_proposed_by_one_and_put_in_force_by_another(site: Site, page_of: PageOf) -> None:
    page = page_of("admin", path="/access/policy/propose")
    field = page.get_by_label("see.cedar")
    shipped = field.input_value()
    field.fill(shipped + WRONG)
    page.get_by_role("button", name="Try its cases").click()
    expect(page.get_by_role("status")).to_contain_text("do not hold")
    assert page.get_by_label("see.cedar").input_value() == shipped + WRONG
    page.get_by_label("see.cedar").fill(shipped + "\n// Said <b>better</b>.\n")
    page.get_by_role("button", name="Try its cases").click()
    expect(page.get_by_role("status")).to_contain_text("hold")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("status")).to_contain_text("Somebody else")
    expect(page.locator(".note.warn")).to_contain_text("You proposed it")
    expect(page.locator(".diff .added")).to_contain_text(["// Said <b>better</b>."])
    here = page.url.partition("?")[0]
    own = page.request.post(f"{here}/activate", headers={"origin": site.url})
    assert own.status in (403, 409)
    assert "does not approve it" in own.text()
    other = page_of("owner")
    other.goto(here)
    other.on("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="in force").click()
    expect(other.get_by_text("✓ in force")).to_be_visible()
    other.goto("/access/policy")
    expect(other.get_by_role("heading", level=2).first).to_contain_text("is in force")
    expect(other.locator("main")).to_contain_text("approved by owner")


def test_a_policy_that_fails_its_own_cases_is_not_offered(page_of: PageOf) -> None:
    page = page_of("admin", path="/access/policy/propose")
    field = page.get_by_label("see.cedar")
    field.fill(field.input_value() + WRONG)
    page.get_by_role("button", name="Propose it").click()
    here = page.url.partition("?")[0]
    other = page_of("owner")
    other.goto(here)
    expect(other.locator(".note.bad")).to_contain_text("would be refused")
    expect(other.get_by_role("button", name="in force")).to_have_count(0)
