"""Questions of a corpus from whose home the gold documents of some were left out: those have no answer there."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval_quality.sets import opened

from avouch.ingest.discover import Options
from avouch.stack.evaluate import lines, qrels, questions
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

HELD_OUT, SEED = 0.3, 7
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Question:
    """``gold``: the relevant documents that the home holds (none: unanswerable); ``snippets``: gold passages
    of those; ``exact``: for a factoid, the short answers that count as right."""

    id: str
    text: str
    gold: frozenset[str]
    snippets: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()


def removed(folder: Path) -> frozenset[str]:
    """The gold documents of a random part of the questions."""
    graded = qrels(folder)
    asked = sorted(key for key, _ in questions(folder, graded))
    chosen = random.Random(SEED).sample(asked, round(HELD_OUT * len(asked)))
    return frozenset(document for key in chosen for document in graded[key])


def home_without(folder: Path, work: Path) -> Stack:
    """A home of the corpus without the removed documents. It answers whatever the confidence: this bench
    looks at every threshold, so nothing may be cut off below one."""
    gone = removed(folder)

    def fill(stack: Stack) -> None:
        part = work / f"part-{folder.name}"
        part.mkdir(exist_ok=True)
        with (part / "corpus.jsonl").open("w") as stream:
            kept = (row for row in lines(folder / "corpus.jsonl") if row["_id"] not in gone)
            stream.writelines(json.dumps({k: row[k] for k in ("_id", "title", "text")}) + "\n" for row in kept)
        report = ingest(stack, stack.owner, part, Options())
        print(f"{folder.name}: {report.added} documents, {report.seconds:.0f} s")

    home = work / f"home-part-{folder.name}"
    home.mkdir(parents=True, exist_ok=True)
    (home / "avouch.toml").write_text("abstain_below = 0.0\n")
    return opened(home, fill)


def read(folder: Path) -> list[Question]:
    """The questions of a corpus, in a random order that is always the same."""
    graded, gone = qrels(folder), removed(folder)
    told = {row["_id"]: row for row in lines(folder / "answers.jsonl")}
    found = [one(key, text, frozenset(graded[key]) - gone, told[key]) for key, text in questions(folder, graded)]
    return random.Random(SEED).sample(found, len(found))


def one(key: str, text: str, gold: frozenset[str], told: dict[str, Any]) -> Question:
    snippets = tuple(s["text"] for s in told.get("snippets", ()) if s["doc"] in gold)
    factoid = told.get("type") == "factoid"
    exact = tuple(word for synonyms in (told.get("exact") or ()) for word in synonyms) if factoid else ()
    return Question(key, text, gold, snippets, exact)


def tokens(texts: Sequence[str]) -> Counter[str]:
    return Counter(word.lower() for text in texts for word in WORD.findall(text))
