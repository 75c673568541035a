"""Numbers in addresses and forms: what is none, or out of all measure, is told on a page."""

from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.faces.web.conftest import Site
from tests.faces.web.test_safety import signed_in

from avouch.faces.http.app import create
from avouch.faces.web.numbers import typed, whole
from avouch.faces.web.pages import Pages, Visit
from avouch.stack import credentials
from avouch.stack.stack import Stack

HUGE = "9" * 5000
READ = {"accept": "text/html"}
ADDRESSES = {
    "/access/policy/00": 404,
    f"/access/policy/{HUGE}": 404,
    "/access/policy/-1": 404,
    "/access/policy/7": 404,
    f"/access/policy/propose?from={HUGE}": 404,
    f"/access/policy/0?against={HUGE}": 404,
    f"/models/activity?days={HUGE}": 200,
    f"/models/trials/{HUGE}": 404,
    f"/ledger/{HUGE}": 404,
    "/ledger/01": 404,
    "/ledger/x": 404,
    f"/library/d_00000000000000000000/pages/{HUGE}": 404,
}
FORMS = {
    "/access/keys/new": {"label": "x", "days": HUGE},
    "/library/quarantine": {"row": HUGE, "reason": "because", "does": "confirm"},
    "/access/emergencies": {"reason": "somebody cannot wait", "minutes": HUGE},
    "/models/trials": {"count": HUGE},
    "/models/spending": {"scope": "home", "tokens": "1e999999", "currency": "USD", "over": "refuse"},
    "/models/declare": {"name": "m", "kind": "openai", "context": HUGE, "price_in": "1e999"},
    "/models/declared/m/test": {"number": HUGE},
}


@pytest.fixture(scope="module")
def owner(site: Site) -> httpx.Client:
    return signed_in(site, "owner")


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_address_without_a_fit_number_is_a_page(owner: httpx.Client, path: str) -> None:
    told = owner.get(path, headers=READ)
    assert told.status_code == ADDRESSES[path], told.text[-500:]
    assert "<h1>" in told.text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_with_a_number_out_of_all_measure_is_refused_on_its_page(owner: httpx.Client, path: str) -> None:
    told = owner.post(path, data=FORMS[path], headers=READ)
    assert told.status_code in (400, 403, 404, 422), told.text[-500:]
    assert "<h1>" in told.text and 'role="alert"' in told.text


def test_whole_numbers() -> None:
    assert [whole(one) for one in ("0", "12", "007", "", "-1", "1.5", "٣", "²", "1_0", " 1", HUGE)] == [
        *(0, 12, 7),
        *(None,) * 8,
    ]
    assert (whole("366", 366), whole("367", 366), typed(" 30 "), typed("many")) == (366, None, 30, 0)


def test_what_nobody_thought_of_is_a_page_without_details(tmp_path: Path) -> None:
    pages = Pages()

    @pages("GET", "/broken")
    async def broken(visit: Visit) -> Response:
        raise RuntimeError("the patient's name")

    with Stack.create(tmp_path / "home") as stack:
        credentials.set_password(stack, stack.owner, stack.owner.id, "correct horse battery")
        app = create(stack)
        app.router.routes.extend(pages.routes)
        with TestClient(app) as client:
            client.post("/signin", data={"name": stack.owner.name, "password": "correct horse battery"})
            told = client.get("/broken")
    assert told.status_code == 500
    assert "<h1>" in told.text
    assert told.headers["x-request-id"] in told.text
    assert "patient" not in told.text and "RuntimeError" not in told.text
