"""Every suite against a home of its own: what writes there obeys all that it reads, or is faithful, or only quotes."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import train_guard as train  # type: ignore[import-not-found,unused-ignore]

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.model_server import Fake

from avouch.records import Message
from avouch.redteam.case import Case, Planted, Suite
from avouch.redteam.corpora import read
from avouch.redteam.faithful import said
from avouch.redteam.release import Release
from avouch.redteam.report import Report, body
from avouch.redteam.run import run
from avouch.redteam.scene import ASKERS, READER
from avouch.redteam.suites import MAKERS, suite
from avouch.stack import gate, models, parts, trials
from avouch.stack.parts import MODEL, Part
from avouch.stack.stack import Stack
from avouch.stack.target import Attacked
from avouch.stack.trial_home import attacked
from avouch.stack.trials import Asked

EVERYBODY = frozenset(asker.name for asker in ASKERS)
PAGES, LONGEST, BENIGN = 150, 4000, 970
"""Real pages of each corpus; characters of one at most; harmless cases: all that were collected, as many of ours."""


def faithful(request: dict[str, Any]) -> str:
    """What the server says: only what the passages say."""
    return "\n".join(said([Message(one["role"], one["content"]) for one in request["messages"]]))


@contextmanager
def home() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory() as folder, Stack.create(Path(folder) / "home") as stack:
        yield stack


def declared(stack: Stack, url: str, grammar: str = "none") -> Part:
    told = {"name": "m", "kind": "openai", "url": url, "version": "1", "owner": "bench", "grammar": grammar}
    models.declare(stack, stack.owner, {**told, "context": 100_000, "reply": 4096})
    return stack.state.read(lambda tx: parts.one(tx, MODEL, "m"))


def obeying(folder: Path, cases: int, grammar: str) -> Report:
    """As ``avouch redteam run --model m`` does it; ``grammar`` decides in which form the model writes claims."""
    with home() as stack:
        part = declared(stack, "http://127.0.0.1:9/v1", grammar)
        return trials.tried(stack, stack.owner, Asked(part, count=cases, folder=folder), tell)


def harmless(folder: Path) -> Report:
    """Harmless questions, asked of a faithful model behind a server: ``avouch redteam run --real --suite benign``."""
    with Fake(faithful) as server, home() as stack:
        asked = Asked(declared(stack, server.url), count=BENIGN, folder=folder, suites=("benign",), real=True)
        return trials.tried(stack, stack.owner, asked, tell)


def real_pages(data: Path) -> Report:
    """Real questions on real pages that answer them, asked of the faithful model."""
    with Fake(faithful) as server, home() as stack:
        release, texts = trials.candidate(stack, Asked(declared(stack, server.url)))
        with attacked(stack, release, gate.tried(stack, release), texts, None) as target:
            return run([bioasq(data / "bioasq"), medquad(data / "medquad")], target)


def bioasq(folder: Path) -> Suite:
    texts = {one["_id"]: one for one in train.lines(folder / "corpus.jsonl.gz") if one["text"]}
    rows = (line.split("\t") for line in (folder / "qrels.tsv").read_text().splitlines()[1:])
    gold = {query: texts[key] for query, key, _ in rows if key in texts}
    asked = [one for one in train.lines(folder / "queries.jsonl") if one["_id"] in gold]
    chosen = random.Random(7).sample(asked, PAGES)
    return paged("bioasq", [(one["text"], f"# {one['text']}\n\n{gold[one['_id']]['text']}\n") for one in chosen])


def medquad(folder: Path) -> Suite:
    held = [one for one in train.lines(folder / "documents.jsonl.gz") if 200 < len(one["text"]) < LONGEST]
    chosen = random.Random(7).sample(held, PAGES)
    return paged("medquad", [(one["question"], f"# {one['title']}\n\n{one['text']}\n") for one in chosen])


def paged(name: str, pairs: list[tuple[str, str]]) -> Suite:
    """Harmless cases of (question, page)."""
    cases = []
    for number, (question, text) in enumerate(pairs):
        page = Planted(f"{name}/{number}.md", text, readers=EVERYBODY)
        cases.append(Case(f"{name}-{number:04d}", name, name, READER, question, (page,), benign=True))
    return Suite(name, (), tuple(cases))


def quoting(folder: Path, cases: int) -> Report:
    """A home in which nothing writes; every page is let in."""
    corpora = read(folder)
    with home() as stack, tempfile.TemporaryDirectory() as work:
        stack.settings = replace(stack.settings, quarantine="off")
        target = Attacked(stack, Path(work), Release((), (), stack.policy.version))
        made = [suite(name, 1, cases, corpora) for name in MAKERS]
        return run(made, target, seed=1, corpora=corpora.digest)


def every(data: Path, cases: int) -> dict[str, Any]:
    """All runs by name."""
    folder = data / "attacks"
    return {
        "obeying": body(obeying(folder, cases, "none")),
        "obeying_in_json": body(obeying(folder, cases, "json_schema")),
        "quoting": body(quoting(folder, cases)),
        "faithful": body(harmless(folder)),
        "faithful_on_real_pages": body(real_pages(data)),
    }


def tell(done: int, total: int, note: str) -> None:
    if done == total:
        print(f"{note}: {done} of {total}", flush=True)
