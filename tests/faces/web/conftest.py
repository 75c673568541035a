"""A served home and a real browser. Where there is no Chromium, these tests are skipped, and say so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from avouch.faces.demo.story import PEOPLE, library
from avouch.ingest.discover import Options
from avouch.records import Classification
from avouch.stack import credentials, people
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--disable-dev-shm-usage"
).split()
OTHERS = (
    ("curator", {"clinical", "pharmacy"}, Classification.CONFIDENTIAL, {"curator"}),
    ("auditor", {"clinical"}, Classification.INTERNAL, {"auditor"}),
    ("operator", set[str](), Classification.PUBLIC, {"operator"}),
    ("admin", set[str](), Classification.PUBLIC, {"admin"}),
    ("reviewer", {"clinical"}, Classification.INTERNAL, {"reviewer"}),
)


def password(name: str) -> str:
    return f"a long password for {name}"


@dataclass
class Site:
    """A service on loopback, and its home."""

    url: str
    home: Path
    people: dict[str, str]


def furnish(home: Path, folder: Path) -> dict[str, str]:
    """The demonstration's library in both years, its people, and somebody in every role; their ids by name."""
    with Stack.create(home) as stack:
        for year in ("2025", "2026"):
            library(folder, year)
            ingest(stack, stack.owner, folder, Options(), confirmed=True)
        made = {"owner": stack.owner}
        for name, groups, clearance in PEOPLE:
            made[name] = people.add(stack, name, frozenset(groups), clearance, frozenset({"reader"}))
        for name, groups, clearance, roles in OTHERS:
            made[name] = people.add(stack, name, frozenset(groups), clearance, frozenset(roles))
        for name, who in made.items():
            credentials.set_password(stack, stack.owner, who.id, password(name))
        return {name: who.id for name, who in made.items()}


def serve(home: Path) -> tuple[subprocess.Popen[str], str]:
    """`avouch serve` in a process of its own, and its address."""
    told = {**os.environ, "AVOUCH_HOME": str(home), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
    command = [str(Path(sys.executable).parent / "avouch"), "serve", "--port", "0"]
    process = subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            threading.Thread(target=process.stdout.read, daemon=True).start()  # or its log would fill the pipe
            return process, found.group()
    raise AssertionError("the server did not start")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("web")
    made = furnish(folder / "home", folder / "library")
    process, url = serve(folder / "home")
    try:
        yield Site(url, folder / "home", made)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")  # while it is driven, no other test of the process can run a loop of its own
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium: scripts/setup-engines installs it where it can")
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield made
        made.close()


@dataclass
class Watched:
    """A page, and what it must not do: errors on the console, requests to others."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def clean(self) -> None:
        assert self.errors == []
        assert self.foreign == []


PageOf = Callable[..., Page]


@pytest.fixture
def page_of(site: Site, browser: Browser) -> Iterator[PageOf]:
    """Somebody's browser: ``page_of("nurse", width=360, dark=True)``; ``""`` is nobody yet. Watched to the end."""
    held: list[tuple[Any, Watched]] = []

    def make(name: str, width: int = 1280, height: int = 900, dark: bool = False, path: str = "/ask") -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            timezone_id="Asia/Kolkata",
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        watched = Watched(page)
        held.append((context, watched))

        def said(message: ConsoleMessage) -> None:
            if message.type == "error" and "Failed to load resource" not in message.text:
                watched.errors.append(message.text)

        def asked(request: Request) -> None:
            if not request.url.startswith((site.url, "blob:")):
                watched.foreign.append(request.url)

        page.on("console", said)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("request", asked)
        if name:
            sign_in(page, name, path)
        return page

    yield make
    for context, watched in held:
        context.close()
        watched.clean()


def sign_in(page: Page, name: str, path: str = "/ask") -> None:
    page.goto(f"/signin?next={path}")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password(name))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")
