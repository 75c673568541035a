"""Access: people, keys, emergencies, why and who can, the review, one's own account."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.faces.web.conftest import PageOf, Site, password, sign_in
from tests.faces.web.test_everywhere import findings, fits

from avouch.faces.web.access.home import SUBS

HOSTILE = "<b>\u202eevil</b><script>document.title='x'</script>"
MORE = ("/access/keys/new", "/access/policy/0", "/access/policy/propose", "/me")


def told(page: Page, site: Site, path: str, body: Any = None) -> Any:
    """Ask the API as the browser's session."""
    if body is None:
        return page.request.get(f"{site.url}/api/v1{path}").json()
    found = page.request.post(f"{site.url}/api/v1{path}", data=body, headers={"origin": site.url})
    assert found.ok, found.text()
    return found.json()


def document(page: Page, site: Site) -> str:
    return str(told(page, site, "/documents?limit=1")["items"][0]["id"])


@pytest.mark.slow
@pytest.mark.parametrize("path", [*(one.path for one in SUBS), *MORE])
def test_each_page_about_access_is_for_everybody(page_of: PageOf, path: str) -> None:
    page = page_of("owner")
    for width, dark in ((360, False), (1280, True), (1280, False)):
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        fits(page)
        assert findings(page) == [], (width, dark)


def test_somebody_is_added_let_in_changed_and_let_in_no_more(site: Site, page_of: PageOf) -> None:
    page = page_of("owner", path="/access/people")
    page.get_by_text("Add a person or a service").click()
    page.get_by_label("Name, without spaces").fill("two words")
    page.get_by_label("Groups").fill("clinical, night shift")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no white space")
    expect(page.get_by_label("Groups")).to_have_value("clinical, night shift")
    page.get_by_label("Name, without spaces").fill("edda")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("edda")
    expect(page.get_by_role("status")).to_contain_text("first password")
    here = page.url.partition("?")[0]
    page.get_by_label("At least 12 characters").fill("short-ones-")
    page.evaluate("document.querySelector('[minlength]').removeAttribute('minlength')")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_contain_text("12")
    page.get_by_label("At least 12 characters").fill(password("edda"))
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("status")).to_contain_text("password is set")
    theirs = page_of("edda")
    page.goto(here)
    page.get_by_label("auditor").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Changed")
    theirs.reload()
    expect(theirs.locator("nav[aria-label=Pages]")).to_contain_text("Ledger")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("button", name="Enable")).to_be_visible()
    theirs.goto("/ask")
    assert "/signin" in theirs.url


def test_two_who_change_somebody_at_once_are_told(site: Site, page_of: PageOf) -> None:
    page = page_of("owner")
    who = told(page, site, "/principals", {"name": "hanna", "groups": ["clinical"]})["id"]
    other = page_of("admin", path=f"/access/people/{who}")
    page.goto(f"/access/people/{who}")
    page.get_by_label("Groups").fill("clinical, pharmacy")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Changed")
    other.get_by_label("Groups").fill("clinical, night")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("alert")).to_contain_text("meanwhile")
    expect(other.get_by_label("Groups")).to_have_value("clinical, night")
    expect(other.locator("dl.facts")).to_contain_text("pharmacy")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("status")).to_contain_text("Changed")
    assert told(page, site, f"/principals/{who}")["groups"] == ["clinical", "night"]


def test_somebody_is_added_by_keyboard_alone(page_of: PageOf) -> None:
    page = page_of("owner", path="/access/people")
    page.get_by_label("Find by name").focus()
    page.locator("summary", has_text="Add a person").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("farid")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("clinical")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("farid")
    page.goto("/access/people")
    page.get_by_label("Find by name").focus()
    page.keyboard.type("FAR")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("farid")


def test_names_and_groups_stay_words(site: Site, page_of: PageOf) -> None:
    page = page_of("owner")
    body = {"name": HOSTILE, "groups": [HOSTILE.replace("\u202e", ""), "w" * 200], "roles": ["reader"]}
    who = told(page, site, "/principals", body)["id"]
    for path in ("/access/people", "/access/groups", f"/access/people/{who}", "/access/review", "/access/keys/new"):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path)
            fits(page)
        assert page.title().endswith("Avouch"), path
        assert "\u202e" not in page.locator("main").inner_text() or path == "/access/keys/new"
        assert page.locator("main b, main script").count() == 0


def test_a_key_is_shown_once_opens_and_opens_no_more(site: Site, page_of: PageOf) -> None:
    page = page_of("nurse", path="/me")
    page.get_by_role("link", name="Make a key").click()
    page.get_by_label("What for").fill("a script")
    page.get_by_label("search", exact=True).check()
    page.get_by_role("button", name="Make the key").click()
    token = page.locator("#token").inner_text()
    assert page.request.get(page.url).text().find(token) < 0
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("made already")
    expect(page.get_by_text("a script", exact=True)).to_have_count(1)
    assert token not in page.content()
    bearer = {"authorization": f"Bearer {token}", "cookie": ""}
    with_key = page.context.browser.new_context().request  # type: ignore[union-attr]
    assert with_key.get(f"{site.url}/api/v1/documents", headers=bearer).status == 200
    assert with_key.get(f"{site.url}/api/v1/vouchers", headers=bearer).status == 403
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke a script").click()
    expect(page.get_by_role("status")).to_contain_text("out of force")
    expect(page.get_by_text("revoked", exact=True)).to_be_visible()
    assert with_key.get(f"{site.url}/api/v1/documents", headers=bearer).status == 401


def test_why_names_the_rule_and_who_can_names_everybody(site: Site, page_of: PageOf) -> None:
    seen = document(page_of("nurse"), site)
    owner = page_of("owner")
    both = {"name": "gita", "groups": ["clinical"], "roles": ["admin", "reader"], "clearance": "internal"}
    who = told(owner, site, "/principals", both)["id"]
    here, said = f"{site.url}/api/v1/access/passwords/{who}", {"password": password("gita")}
    assert owner.request.put(here, data=said, headers={"origin": site.url}).ok
    page = page_of("gita", path="/access/groups")
    expect(page.get_by_role("row", name="clinical")).to_contain_text("nurse")
    assert int(page.get_by_role("row", name="clinical").locator("td.number").inner_text()) > 0
    page.goto("/access/why")
    page.get_by_label("Document").fill(seen)
    page.get_by_role("button", name="Tell me").click()
    sees = page.locator(".note", has_text="see it").first
    expect(sees).to_contain_text("nurse")
    expect(sees).to_contain_text("see.labels")
    title = told(page, site, f"/documents/{seen}")["current"]["title"]
    expect(page.get_by_role("heading", level=2)).to_contain_text(f"Who sees “{title}”")
    expect(page.locator(".note", has_text="do not")).to_contain_text("finance")
    page.get_by_role("link", name="finance").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("finance does not see")
    expect(page.get_by_role("row", name="groups and labels")).to_contain_text("does not fit")
    expect(page.locator(".note", has_text="see.labels")).to_contain_text("does not hold")
    page.get_by_label("Person").fill("nobody-here")
    page.get_by_role("button", name="Tell me").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Document")).to_have_value(seen)


def test_an_emergency_is_judged_by_somebody_else(site: Site, page_of: PageOf) -> None:
    page = page_of("owner", path="/access/emergencies")
    page.get_by_label("Why it cannot wait").fill("A patient in bay 4 <b>cannot</b> wait")
    page.get_by_role("button", name="Begin the emergency").click()
    expect(page.get_by_role("status")).to_contain_text("in force")
    expect(page.locator("main")).to_contain_text("A patient in bay 4 <b>cannot</b> wait")
    expect(page.locator("main")).to_contain_text("Somebody else who administers access reviews it")
    here = page.url.partition("?")[0]
    own = page.request.post(f"{here}/review", form={"verdict": "justified"}, headers={"origin": site.url})
    assert own.status == 403
    page.get_by_role("button", name="End it now").click()
    expect(page.get_by_text("over", exact=True)).to_be_visible()
    other = page_of("admin", path="/access/emergencies?pending")
    other.get_by_role("link", name="owner").first.click()
    other.get_by_label("not justified").check()
    other.on("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="Write the verdict").click()
    expect(other.get_by_text("✕ not justified")).to_be_visible()


def test_the_review_says_who_has_what_and_what_stands_out(site: Site, page_of: PageOf) -> None:
    page = page_of("admin", path="/access/review")
    expect(page.get_by_role("row", name="nurse")).to_contain_text("clinical")
    page.get_by_role("button", name="Run the review").click()
    expect(page.get_by_role("table", name="Findings").or_(page.locator("[aria-label=Findings]"))).to_be_visible()
    expect(page.locator("[aria-label='Who has what'] thead")).to_contain_text("Stands out by")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Run it again")).to_be_hidden()
    expect(page.get_by_role("row", name="nurse").last).to_be_visible()


def test_everybody_has_a_page_of_their_own_and_only_that(page_of: PageOf) -> None:
    page = page_of("pharmacist", path="/me")
    expect(page.get_by_text("✓ this one")).to_be_visible()
    page.get_by_label("The present one").fill("not the one it is")
    page.get_by_label("The new one").fill("another long password")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_contain_text("present password")
    for path in ("/access/people", "/access/keys", "/access/policy", "/access/why?document=d_0", "/models"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 403, path
        expect(page.get_by_role("alert")).to_be_visible()
    page.goto("/me")
    page.get_by_label("The present one").fill(password("pharmacist"))
    page.get_by_label("The new one").fill(password("pharmacist"))
    page.get_by_role("button", name="Change password").click()
    page.wait_for_url("**/signin**")
    sign_in(page, "pharmacist", "/me")


def test_the_keys_of_many_fit_and_a_shipped_policy_needs_nobody(site: Site, page_of: PageOf) -> None:
    page = page_of("owner", width=360)
    told(page, site, "/access/keys", {"label": "a key for the night", "days": 9})
    page.goto("/access/keys")
    fits(page)
    page.goto("/access/people")
    fits(page)
    expect(page.locator("thead")).to_be_hidden()
    page.goto("/access/policy/0")
    expect(page.locator("dl.facts")).to_contain_text("it comes with Avouch")
    assert page.locator("select[name=against]").count() == int(len(told(page, site, "/policies")) > 1)


def test_a_voucher_says_what_its_reader_cannot_see_without_contradicting_itself(page_of: PageOf) -> None:
    nurse = page_of("nurse")
    nurse.get_by_label("Question").fill("How soon must the first antibiotic dose be given in suspected sepsis?")
    nurse.get_by_role("button", name="Ask", exact=True).click()
    nurse.wait_for_url("**/answers/**")
    page = page_of("auditor", path="/ledger")
    page.goto(nurse.url.replace("/answers/", "/vouchers/"))
    expect(page.locator("[aria-labelledby=used] tbody")).to_contain_text("for readers of the library")
    expect(page.locator("main")).not_to_contain_text("not yours to see")
    page.goto("/ledger?kind=ingest")
    assert page.locator("table.entries .id").count() > 0
    for link in page.locator("table.entries a.id").all():
        assert page.request.get(str(link.get_attribute("href"))).status == 200
