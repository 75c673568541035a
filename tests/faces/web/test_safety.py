"""What others could make of the page: each defence, and that without it the attack would work."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
from playwright.sync_api import Page
from tests.faces.web.conftest import PageOf, Site, password

from avouch.faces.web import assets, draw

SRC = Path(draw.__file__).parent
HOSTILE = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>\"'><svg onload=window.pwned=1>{{7*7}}"
TURNED = "invoice\u202egpj.exe\u2066 caf\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301"


def signed_in(site: Site, name: str = "nurse") -> httpx.Client:
    client = httpx.Client(base_url=site.url, headers={"origin": site.url})
    told = client.post("/signin", data={"name": name, "password": password(name), "next": "/ask"})
    assert told.status_code == 303
    return client


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
@pytest.mark.parametrize("path", ["/ask", "/signout", "/purpose"])
def test_another_sites_form_does_nothing(site: Site, origin: str, path: str) -> None:
    client = signed_in(site)
    told = client.post(path, data={"question": "How are hands washed?"}, headers={"origin": origin})
    assert told.status_code == 403, told.headers
    assert "a page of another origin sent this request" in told.text
    assert client.get("/ask").status_code == 200


def test_the_same_form_of_our_own_works(site: Site) -> None:
    client = signed_in(site)
    assert client.post("/ask", data={"question": "How are hands washed?"}).status_code == 303


def test_nobody_signs_you_in_as_themselves(site: Site) -> None:
    """Login CSRF: a form of another site with the attacker's own password."""
    told = httpx.post(
        f"{site.url}/signin",
        data={"name": "nurse", "password": password("nurse")},
        headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    )
    assert told.status_code == 403
    assert "set-cookie" not in told.headers


def test_a_session_that_was_planted_is_not_taken_over(site: Site) -> None:
    """Session fixation: the token after signing in is none that was there before."""
    planted = "avs_" + "A" * 43
    client = httpx.Client(base_url=site.url, headers={"origin": site.url}, cookies={"avouch": planted})
    told = client.post("/signin", data={"name": "nurse", "password": password("nurse")})
    given = re.search(r"avouch=([^;]+)", told.headers["set-cookie"])
    assert given is not None and given[1] != planted
    assert httpx.get(f"{site.url}/ask", headers={"cookie": f"avouch={planted}"}).status_code == 303


def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    client = signed_in(site)
    held = client.cookies["avouch"]
    assert client.post("/signout").status_code == 303
    assert httpx.get(f"{site.url}/ask", headers={"cookie": f"avouch={held}"}).headers["location"].startswith("/signin")


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nx: y"]
)
def test_signing_in_leads_to_no_other_site(site: Site, onward: str) -> None:
    client = httpx.Client(base_url=site.url, headers={"origin": site.url})
    told = client.post("/signin", data={"name": "nurse", "password": password("nurse"), "next": onward})
    assert told.headers["location"] == "/"


def test_no_page_can_be_framed_and_none_runs_what_is_not_ours(site: Site) -> None:
    client = signed_in(site)
    for path in ("/ask", "/signin", "/library", "/nothing-here"):
        told = client.get(path, headers={"accept": "text/html"})
        policy = told.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert told.headers["x-frame-options"] == "DENY"
        assert not re.search(r"<script(?![^>]* src=)|\son[a-z]+=|\sstyle=|javascript:", told.text)


class Elsewhere(BaseHTTPRequestHandler):
    """Another site: every path is a page that frames the address in its query, or says that it was framed."""

    def do_GET(self) -> None:
        told = parse_qs(urlsplit(self.path).query).get("frame", [])
        said = "".join(f'<iframe src="{one}"></iframe>' for one in told) or "<p>framed</p>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, *said: object) -> None:
        """Nothing to say."""


def test_a_frame_of_another_page_stays_empty(site: Site, page_of: PageOf) -> None:
    """Clickjacking, in a real browser: another site's page is framed, ours is not."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        there = f"http://localhost:{other.server_port}"
        page = page_of("").context.new_page()
        page.goto(f"{there}/?frame={site.url}/signin&frame={there}/inner")
        page.wait_for_load_state("networkidle")
        ours, inner = page.frames[1:]
        assert "framed" in inner.content()
        assert "Sign in" not in ours.content()
        other.shutdown()


def asked(page: Page, question: str) -> None:
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("article.whole")


def test_markup_that_somebody_typed_is_text_wherever_it_comes_back(site: Site) -> None:
    """Stored and reflected: the answer's page and its title, the list of questions, the form, a search, an error."""
    client = signed_in(site)
    kept = client.post("/ask", data={"question": f"</title></textarea>{HOSTILE}"}).headers["location"]
    typed = {"question": f"</title></textarea>{HOSTILE}", "title": HOSTILE, "next": HOSTILE}
    places = [kept, f"/vouchers/{kept.rpartition('/')[2]}", "/ask", "/vouchers"]
    pages = [client.get(place).text for place in places]
    pages += [client.get(place, params=typed).text for place in ("/ask", "/library", "/signin")]
    pages += [client.post("/signin", data={"name": HOSTILE, "password": "x", "next": HOSTILE}).text]
    for text in pages:
        assert "</html>" in text
        assert "<img src=x" not in text and "<script>" not in text and "<svg onload" not in text


@pytest.mark.parametrize("text", [HOSTILE, TURNED, "W" * 4000, '=HYPERLINK("https://evil.example")'])
def test_a_hostile_question_stays_words(page_of: PageOf, text: str) -> None:
    page = page_of("nurse", width=360)
    asked(page, text)
    assert page.evaluate("window.pwned") is None
    assert page.locator("article.whole img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/ask")
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_words_keep_to_their_place() -> None:
    told = str(draw.said(TURNED))
    assert "\u202e" not in told and "\u2066" not in told
    assert told.count("\u0301") == 3
    assert str(draw.said(HOSTILE)).count("<") == 2  # bdi, and its end
    assert str(draw.laid("## <b>x</b>\n- y\n|---|---|\n")) == "<bdi><b>&lt;b&gt;x&lt;/b&gt;</b>\n• y\n</bdi>"
    assert str(draw.laid("| Drug | Dose |\n|---|---|")) == "<bdi>Drug · Dose\n</bdi>"


def test_templates_hold_no_script_and_no_style() -> None:
    for path in SRC.glob("templates/**/*.html"):
        text = path.read_text()
        assert not re.search(r"<script(?![^>]* src=)|<[^>{]*\s(on[a-z]+|style)\s*=|javascript:|\|\s*safe\b", text), (
            path.name
        )


def test_the_page_reaches_the_stack_only_through_the_api() -> None:
    """A page may do nothing that the API cannot."""
    rooms = r"avouch\.(stack|lake|index|ledger|retrieve|policy|generate|claims|protect|guard|redteam|adapters)"
    for path in SRC.glob("*.py"):
        assert not re.search(rf"^\s*(from|import) {rooms}", path.read_text(), re.M), path.name


def test_what_is_served_is_ours_and_small() -> None:
    assert sum(map(len, assets.every().values())) < 150_000
