"""Gold sentences of a question set: each is a claim that its own passage supports, word for word."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from avouch.segment import sentences
from avouch.stack.evaluate import lines

SEED, SHORT, LONG = 11, 8, 45
TAGS = re.compile(r"</?\w{1,8}/?>")


@dataclass(frozen=True, slots=True)
class Passage:
    """A gold passage of a question: its text, and the title of its document (often empty)."""

    question: str
    document: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One claim to be judged. ``kind`` says how it was made, ``faithful`` whether it holds, ``cited`` the
    passages that it cites, ``of`` the sentence it was made from."""

    claim: str
    cited: tuple[str, ...]
    heads: tuple[str, ...]
    kind: str
    faithful: bool
    question: str
    of: str

    def said(self, claim: str, kind: str, faithful: bool) -> Sample:
        return replace(self, claim=claim, kind=kind, faithful=faithful)


def passages(folder: Path) -> dict[str, list[Passage]]:
    """The passages of each question."""
    titles = {row["_id"]: row.get("title", "") for row in lines(folder / "corpus.jsonl")}
    found: dict[str, list[Passage]] = {}
    for row in lines(folder / "answers.jsonl"):
        kept = {snippet["text"]: snippet["doc"] for snippet in row["snippets"]}
        found[row["_id"]] = [
            Passage(row["_id"], doc, TAGS.sub(" ", text).strip(), titles.get(doc, "")) for text, doc in kept.items()
        ]
    return found


def verbatim(of: dict[str, list[Passage]]) -> list[Sample]:
    """Whole sentences of gold passages, each once, in a random order that is always the same."""
    found: dict[str, Sample] = {}
    for question, held in of.items():
        for passage in held:
            for one in sentences(passage.text):
                text = passage.text[one.start : one.end]
                whole = text[0].isupper() and text[-1] in ".!" and "?" not in text and "\n" not in text
                if whole and SHORT <= len(text.split()) <= LONG:
                    heads = (passage.title,) if passage.title else ()
                    found.setdefault(text, Sample(text, (passage.text,), heads, "verbatim", True, question, text))
    ordered = sorted(found.values(), key=lambda sample: sample.claim)
    random.Random(SEED).shuffle(ordered)
    return ordered


def held_out(question: str) -> bool:
    """Half of the questions, by hash: those that no constant was fitted on."""
    return hashlib.sha256(question.encode()).digest()[0] % 2 == 1


def content(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]{3,}", text.lower()))


def overlap(claim: str, cited: Sequence[str]) -> float:
    """The share of a claim's words that stand in what it cites."""
    mine, theirs = content(claim), content(" ".join(cited))
    return len(mine & theirs) / max(len(mine), 1)
