"""The pictures in docs/pictures, made from the demonstration's home, so that they cannot lie.

    .venv/bin/python scripts/pictures.py

A home is made, looked at with a real Chromium, and thrown away.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from avouch.faces.demo.story import PEOPLE, library
from avouch.ingest.discover import Options
from avouch.records import Classification
from avouch.stack import credentials, models, people
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

OUT = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SEPSIS = "How soon must the first antibiotic dose be given in suspected sepsis?"
BLEED = "When is tranexamic acid given in major haemorrhage?"
ROBOT = "What is the payback period of the pharmacy robot?"
OTHERS = ("What is the target trough level of vancomycin?", "Who may renew a prescription of opioids?", ROBOT)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def password(name: str) -> str:
    return f"a long password for {name}"


@dataclass(frozen=True)
class Made:
    """What a home of the demonstration holds."""

    voucher: str
    bleed: str
    document: str


def furnish(home: Path, folder: Path) -> Made:
    """The library in both years, its people, and some questions of theirs."""
    with Stack.create(home) as stack:
        for year in ("2025", "2026"):
            library(folder, year)
            ingest(stack, stack.owner, folder, Options(), confirmed=True)
        found = {"owner": stack.owner}
        for name, groups, clearance in PEOPLE:
            roles = frozenset({"reader", "curator"} if name == "pharmacist" else {"reader"})
            found[name] = people.add(stack, name, frozenset(groups), clearance, roles)
        found["auditor"] = people.add(stack, "auditor", frozenset(), Classification.PUBLIC, frozenset({"auditor"}))
        for name, who in found.items():
            credentials.set_password(stack, stack.owner, who.id, password(name))
        told = {
            "name": "ward-writer",
            "kind": "openai",
            "url": "https://models.hospital.example/v1",
            "version": "7b-q4",
        }
        models.declare(
            stack, stack.owner, told | {"receives": "internal", "owner": "digital medicine", "region": "on site"}
        )
        for question in OTHERS:
            ask(stack, found["nurse"], question)
            ask(stack, found["pharmacist"], question)
        answer, bleed = (ask(stack, found["nurse"], question) for question in (SEPSIS, BLEED))
        return Made(answer.voucher_id, bleed.voucher_id, answer.claims[0].citations[0].document_id)


def still(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(250)


def next_source(page: Page) -> None:
    page.locator("#main").focus()
    page.keyboard.press("n")
    page.wait_for_timeout(400)


def busy(page: Page) -> None:
    """Some work, so that there is something to count: a question every few seconds for a minute."""
    for turn in range(8):
        asked = {"question": OTHERS[turn % len(OTHERS)]}
        page.request.post("/api/v1/ask", data=asked, headers={"sec-fetch-site": "same-origin"})
        page.wait_for_timeout(7_500)
    page.reload()
    still(page)


def verified(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Verify now")).first.click()
    still(page)


@dataclass(frozen=True)
class Picture:
    """One picture: whose browser, where, what is done there, how wide, and what it shows."""

    name: str
    who: str
    path: str
    shows: str
    do: Callable[[Page], None] = still
    width: int = 1280
    dark: bool = False
    tall: bool = False


def pictures(made: Made) -> list[Picture]:
    answer, voucher = f"/answers/{made.voucher}", f"/vouchers/{made.voucher}"
    return [
        Picture("ask", "nurse", "/ask", "the first page"),
        Picture("answer", "nurse", answer, "an answer and the words that it rests on", next_source),
        Picture("answer-pdf", "nurse", f"/answers/{made.bleed}", "the cited words on the page of a PDF", next_source),
        Picture("voucher", "nurse", voucher, "a voucher, verified", verified),
        Picture("library", "pharmacist", "/library", "the library of a curator"),
        Picture("document", "pharmacist", f"/library/{made.document}", "a document and its versions"),
        Picture("ledger", "auditor", "/ledger", "the ledger of an auditor"),
        Picture("access", "owner", "/access", "who may what"),
        Picture("models", "owner", "/models", "declared models"),
        Picture("operations", "owner", "/operations", "the state of the home", busy),
        Picture("answer-dark", "nurse", answer, "an answer, dark", next_source, dark=True),
        Picture("operations-dark", "owner", "/operations", "operations, dark", dark=True),
        Picture("answer-360", "nurse", answer, "an answer on a telephone", next_source, width=360),
        Picture("library-360", "pharmacist", "/library", "the library on a telephone", width=360),
    ]


def take(browser: Browser, url: str, one: Picture) -> None:
    context = browser.new_context(
        base_url=url,
        viewport={"width": one.width, "height": 780 if one.width == 360 else 860},
        color_scheme="dark" if one.dark else "light",
        locale="en-GB",
        timezone_id="Europe/London",
    )
    page = context.new_page()
    page.goto(f"/signin?next={one.path}")
    page.get_by_label("Name").fill(one.who)
    page.get_by_label("Password").fill(password(one.who))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{one.path}**")
    still(page)
    one.do(page)
    page.mouse.move(0, 0)
    page.screenshot(path=OUT / f"{one.name}.png")
    context.close()


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("there is no Chromium: scripts/setup-engines installs it")
    with tempfile.TemporaryDirectory(prefix="avouch-pictures-") as folder:
        made = furnish(Path(folder) / "home", Path(folder) / "library")
        told = {**os.environ, "AVOUCH_HOME": str(Path(folder) / "home"), "NO_COLOR": "1"}
        command = [str(Path(sys.executable).parent / "avouch"), "serve", "--port", "0"]
        process = subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert process.stdout is not None
            url = next(found.group() for line in process.stdout if (found := re.search(r"http://127[\d.]+:\d+", line)))
            threading.Thread(target=process.stdout.read, daemon=True).start()  # or its log would fill the pipe
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
                for one in pictures(made):
                    take(browser, url, one)
                    print(f"{one.name}: {one.shows}")
        finally:
            process.terminate()
            process.wait(30)
        lines = [f"## {one.shows.capitalize()}\n\n![{one.shows}]({one.name}.png)\n" for one in pictures(made)]
        head = (
            "# Pictures\n\nMade by `scripts/pictures.py` from the demonstration's home (fiction, not medical advice).\n"
        )
        (OUT / "README.md").write_text("\n".join([head, *lines]), "utf-8")


if __name__ == "__main__":
    main()
