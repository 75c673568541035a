"""The web page on a home of 3,000 documents: how soon it is there, how much it weighs, whether everybody can use it.

    python bench/web/run.py --data DIR --out bench/web/result.json

A real Chromium, signed in as the owner, over a served home on loopback. First contentful paint is the browser's own
(median of visits, each in a fresh context: nothing is cached). An interaction is from the press of a key or button to
the frame after which the page shows it. Weight is what came over the wire, document pictures left out. At three widths,
light and dark, axe-core runs on every page, and each page's main path (``tests/faces/web/paths.py``) is walked with the
mouse and with the keyboard alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Error, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import facts, goal, write

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.faces.web.paths import PATHS, Hand

from avouch.faces.web.pages import PLACES
from avouch.ingest.discover import Options
from avouch.records import Classification, Metadata
from avouch.stack import credentials
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

PASSWORD = "a long password for the bench"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--disable-dev-shm-usage"
).split()
WIDTHS, VISITS = (360, 1280, 2560), 5
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
WEIGHT = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(one => !one.name.includes('/pages/')).reduce((sum, one) => sum + one.transferSize, 0)"""


def furnish(folder: Path, data: Path, documents: int) -> dict[str, Any]:
    """A home of so many MedQuAD documents, some questions asked; what there is to look at."""
    pages = folder / "medquad"
    pages.mkdir()
    questions: list[str] = []
    with gzip.open(data / "medquad" / "documents.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number == documents:
                break
            told = json.loads(line)
            if number % (documents // 8) == 1:
                questions.append(told["question"].replace("? ?", "?"))
            title = json.dumps(str(told.get("title") or f"Document {number}"))
            (pages / f"{number}.md").write_text(f"---\ntitle: {title}\n---\n\n{told['text']}\n", "utf-8")
    with Stack.create(folder / "home") as stack:
        declared = Metadata(labels=frozenset({"owner"}), classification=Classification.PUBLIC)
        report = ingest(stack, stack.owner, pages, Options(declared))
        credentials.set_password(stack, stack.owner, stack.owner.id, PASSWORD)
        asked = [ask(stack, stack.owner, question) for question in questions]
        cited = next(claim.citations[0] for answer in asked for claim in answer.claims)
        return {
            "documents": report.added,
            "chunks": report.chunks,
            "document": cited.document_id,
            "title": cited.title,
            "voucher": next(answer.voucher_id for answer in asked if answer.claims),
            "question": next(answer.question for answer in asked if answer.claims),
            "owner": stack.owner.name,
        }


@contextmanager
def served(home: Path) -> Iterator[str]:
    told = {**os.environ, "AVOUCH_HOME": str(home), "NO_COLOR": "1"}
    command = [str(Path(sys.executable).parent / "avouch"), "serve", "--port", "0"]
    process = subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        url = next(found.group() for line in process.stdout if (found := re.search(r"http://127[\d.]+:\d+", line)))
        threading.Thread(target=process.stdout.read, daemon=True).start()  # or its log would fill the pipe
        yield url
    finally:
        process.terminate()
        process.wait(30)


class Reader:
    """A signed-in browser. ``foreign`` and ``errors`` are what must stay empty."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.browser, self.url = browser, url
        context = browser.new_context(base_url=url)
        page = context.new_page()
        page.goto("/signin")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state("networkidle")
        self.state = context.storage_state()
        context.close()
        self.foreign: list[str] = []
        self.errors: list[str] = []

    @contextmanager
    def page(self, width: int = 1280, dark: bool = False) -> Iterator[Page]:
        context = self.browser.new_context(
            base_url=self.url,
            storage_state=self.state,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
        )
        page = context.new_page()
        page.on("request", lambda one: None if one.url.startswith(self.url) else self.foreign.append(one.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        try:
            yield page
        finally:
            context.close()


def visited(reader: Reader, path: str) -> dict[str, Any]:
    """One page: first contentful paint in ms (median), weight in bytes, what axe-core finds."""
    paints, weight = [], 0
    for _ in range(VISITS):
        with reader.page() as page:
            page.goto(path)
            page.wait_for_load_state("networkidle")
            paints.append(page.evaluate(PAINT))
            weight = page.evaluate(WEIGHT)
    found: list[str] = []
    sideways = []
    for width in WIDTHS:
        for dark in (False, True):
            with reader.page(width, dark) as page:
                page.goto(path)
                told = page.evaluate("(() => {" + AXE + "; return axe.run() })()")
                grave = [one["id"] for one in told["violations"] if one["impact"] in ("serious", "critical")]
                found += [f"{name} at {width}{' dark' if dark else ''}" for name in grave]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    sideways.append(width)
    return {
        "first_contentful_paint_ms": round(statistics.median(paints)),
        "bytes": weight,
        "axe_serious_or_critical": found,
        "scrolls_sideways_at": sideways,
    }


WATCH = """window.acted = []; new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (one.interactionId) window.acted.push(one.duration);
}).observe({type: "event", durationThreshold: 16, buffered: true})"""


def longest(page: Page) -> float:
    """Of what was just done: from the press to the next frame, in ms, as the browser measured it (8 ms steps)."""
    page.wait_for_timeout(150)
    return float(page.evaluate("Math.max(0, ...window.acted.splice(0))"))


def interactions(reader: Reader, told: dict[str, Any]) -> dict[str, float]:
    """Milliseconds by interaction (median of five); the whole answer is from the press to its last sentence drawn."""
    times: dict[str, list[float]] = {}
    for _ in range(VISITS):
        with reader.page() as page:
            page.add_init_script(WATCH)
            page.goto(f"/answers/{told['voucher']}")
            page.locator("#main").focus()
            page.keyboard.press("n")
            times.setdefault("next source", []).append(longest(page))
            page.goto("/ask")
            page.get_by_label("Question").fill(told["question"])
            longest(page)
            began = page.evaluate("performance.now()")
            page.get_by_role("button", name="Ask", exact=True).click()
            page.wait_for_selector("article.whole")
            whole = page.evaluate("performance.now()") - began
            times.setdefault("ask: whole answer drawn", []).append(whole)
            times.setdefault("ask: progress shown", []).append(longest(page))
            page.locator("details.who summary").click()
            times.setdefault("open the menu", []).append(longest(page))
    return {name: round(statistics.median(some), 1) for name, some in times.items()}


def walked(reader: Reader, told: dict[str, Any]) -> dict[str, Any]:
    """How many main paths were walked to their end, and what stopped the others."""
    stopped, count = [], 0
    for width in WIDTHS:
        for dark in (False, True):
            for keyboard in (False, True):
                for path, walk in PATHS.items():
                    count += 1
                    with reader.page(width, dark) as page:
                        page.set_default_timeout(10_000)
                        try:
                            walk(Hand(page, keyboard), told)
                        except (AssertionError, Error) as error:
                            how = "keyboard" if keyboard else "mouse"
                            stopped.append(f"{path} by {how} at {width}{' dark' if dark else ''}: {error}"[:300])
    return {"walked": count, "stopped": stopped}


def run(folder: Path, data: Path, documents: int, chromium: str) -> dict[str, Any]:
    told = furnish(folder, data, documents)
    paths = [place.path for place in PLACES] + [f"/answers/{told['voucher']}", f"/vouchers/{told['voucher']}"]
    paths += [f"/library/{told['document']}", "/library?title=cancer"]
    with served(folder / "home") as url, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        reader = Reader(browser, url, told["owner"])
        pages = {re.sub(r"[adv]_[0-9a-f]{20}", "ID", path): visited(reader, path) for path in paths}
        shown = interactions(reader, told)
        paths_walked = walked(reader, told)
        browser.close()
        return {
            "documents": told["documents"],
            "chunks": told["chunks"],
            "pages": pages,
            "interactions_ms": shown,
            "main_paths": paths_walked,
            "requests_to_others": sorted(set(reader.foreign)),
            "console_errors": sorted(set(reader.errors)),
        }


def goals(told: dict[str, Any]) -> list[dict[str, Any]]:
    pages = told["pages"].values()
    slow = max(one["first_contentful_paint_ms"] for one in pages)
    heavy = max(one["bytes"] for one in pages)
    wrong = sum(len(one["axe_serious_or_critical"]) for one in pages)
    wide = sum(len(one["scrolls_sideways_at"]) for one in pages)
    acted = max(ms for name, ms in told["interactions_ms"].items() if "whole answer" not in name)
    stopped = len(told["main_paths"]["stopped"])
    leaks = len(told["requests_to_others"]) + len(told["console_errors"])
    return [
        goal("first contentful paint under 1,000 ms on every page", slow, slow < 1000),
        goal("an interaction is answered in under 200 ms", acted, acted < 200),
        goal("a page weighs under 200,000 bytes without document pictures", heavy, heavy < 200_000),
        goal("axe-core: nothing serious or critical, at 360, 1280 and 2560 px, light and dark", wrong, wrong == 0),
        goal("no page scrolls sideways", wide, wide == 0),
        goal("main paths that mouse or keyboard alone does not walk to the end", stopped, stopped == 0),
        goal("no request to another host, no error on the console", leaks, leaks == 0),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=3000)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("there is no Chromium: scripts/setup-engines installs it")
    machine = facts()
    with tempfile.TemporaryDirectory(prefix="avouch-web-") as folder:
        told = run(Path(folder), given.data, given.documents, chromium)
    write(given.out, {"machine": machine, **told, "goals": goals(told)})


if __name__ == "__main__":
    main()
