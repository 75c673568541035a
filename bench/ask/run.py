"""What a whole question costs at 200,000 chunks, step by step, and how much of it is governance.

    python bench/ask/run.py --out bench/ask/result.json

The home is made by the real pipeline from generated documents in about 2,000 visibility classes. Only the
embedding of documents is a stand-in (seeded, clustered unit vectors), because it is measured elsewhere;
questions and candidate sentences are embedded by the real model.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from machine import facts, goal, quantiles, write

from avouch.ingest.discover import Options
from avouch.ports import Embedder
from avouch.records import Classification, Principal, Vectors
from avouch.stack import people
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

PARAGRAPHS, WORDS, LABELS = 10, 140, 500
GOVERNANCE = ("mask", "recheck", "voucher", "commit")
SUBJECTS = "asthma gout lupus measles anemia stroke epilepsy psoriasis hepatitis diabetes".split()
ASPECTS = (
    "What are the symptoms of {}?",
    "How is {} treated in adults?",
    "What causes {}?",
    "Which dose is given for {}?",
    "How often does {} recur after treatment?",
)


class StandIn:
    """The real model for a few texts; seeded vectors around 200 centres for the many of an ingest."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.digest, self.engine, self.precision = real.digest, real.engine, real.precision
        self.dimensions, self.pieces = real.dimensions, real.pieces
        self._random = np.random.default_rng(7)
        self._centres = self._random.normal(size=(200, real.dimensions))

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(texts) <= 64:
            return self._real.embed(texts)
        chosen = self._centres[self._random.integers(0, 200, len(texts))]
        found = chosen + 0.6 * self._random.normal(size=chosen.shape)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def documents(path: Path, count: int, seed: int = 11) -> None:
    """JSON lines of ten paragraphs each: Zipf words with a few telling sentences, Zipf labels."""
    random = np.random.default_rng(seed)
    vocabulary = np.array([f"{a}{b}{c}" for a in "bcdfgl" for b in ("a", "e", "io", "u") for c in CODAS])
    share = 1 / np.arange(1, len(vocabulary) + 1)
    label = 1 / np.arange(1, LABELS + 1)
    with path.open("w") as stream:
        for number in range(count):
            words = vocabulary[random.choice(len(vocabulary), (PARAGRAPHS, WORDS), p=share / share.sum())]
            subject = SUBJECTS[number % len(SUBJECTS)]
            told = f"The usual dose for {subject} is {number % 97 + 1} mg a day in group {number}. "
            text = "\n\n".join(told + prose(row) for row in words)
            row = {
                "_id": f"n{number}",
                "title": f"Note {number} on {subject}",
                "text": text,
                "labels": [f"g{random.choice(LABELS, p=label / label.sum())}"],
                "classification": ["public", "internal", "confidential", "restricted"][number % 4],
            }
            stream.write(json.dumps(row) + "\n")


CODAS = [f"{x}{y}" for x in ("n", "r", "st", "m", "lt", "k") for y in ("a", "on", "is", "um", "et", "or", "ine", "ol")]


def prose(words: Sequence[str]) -> str:
    """Sentences of fourteen words."""
    parts = (" ".join(words[start : start + 14]) for start in range(0, len(words), 14))
    return " ".join(part.capitalize() + "." for part in parts)


def readers(stack: Stack) -> dict[str, Principal]:
    """Who sees all, about a third, and about three in a hundred."""
    groups = {"all": range(LABELS), "third": range(0, LABELS, 4), "few": range(40, LABELS, 9)}
    return {
        name: people.add(
            stack, name, frozenset(f"g{n}" for n in numbers), Classification.RESTRICTED, frozenset({"reader"})
        )
        for name, numbers in groups.items()
    }


def measure(stack: Stack, person: Principal, count: int, as_of: str | None = None) -> dict[str, Any]:
    """p50/p95 of the whole and p50 of each step, in ms; governance in ms and as a share of the whole."""
    steps: dict[str, list[float]] = {}
    whole: list[float] = []
    for n in range(count + 5):
        question = ASPECTS[n % len(ASPECTS)].format(SUBJECTS[n % len(SUBJECTS)]) + " " * (n > count)
        started = time.perf_counter()
        answer = ask(stack, person, question, as_of, "now" if as_of else None)
        if n >= 5:
            whole.append((time.perf_counter() - started) * 1e3)
            for step, ms in answer.timings.items():
                steps.setdefault(step, []).append(ms)
    governed = [sum(steps[step][n] for step in GOVERNANCE) for n in range(count)]
    share = float(np.median(np.array(governed) / np.array(whole)))
    return {
        "questions": count,
        **quantiles(whole),
        "steps_p50_ms": {step: round(float(np.median(times)), 3) for step, times in steps.items()},
        "governance_p50_ms": round(float(np.median(governed)), 3),
        "governance_p95_ms": round(float(np.percentile(governed, 95)), 3),
        "governance_share_p50": round(share, 4),
    }


def arrival(stack: Stack, folder: Path) -> float:
    """Seconds from the start of an ingest of 1,000 new chunks to their being found (embeddings given)."""
    more = folder / "more"
    more.mkdir()
    documents(more / "more.jsonl", 100, seed=12)
    started = time.perf_counter()
    report = ingest(stack, stack.owner, more, Options())
    assert report.chunks >= 900, report
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    machine = facts()
    with tempfile.TemporaryDirectory(dir=options.out.resolve().parent) as name:
        folder = Path(name)
        (folder / "notes").mkdir()
        documents(folder / "notes" / "notes.jsonl", options.chunks // PARAGRAPHS)
        with Stack.create(folder / "home") as stack:
            stack.__dict__["embedder"] = StandIn(stack.embedder)
            started = time.perf_counter()
            report = ingest(stack, stack.owner, folder / "notes", Options())
            ingest_s = time.perf_counter() - started
            readers(stack)
        started = time.perf_counter()
        stack = Stack.open(folder / "home")
        rows = stack.shelf.generation.rows
        open_s = time.perf_counter() - started
        stack.__dict__["embedder"] = StandIn(stack.embedder)
        asked = {name: measure(stack, people.find(stack, name), options.questions) for name in ("all", "third", "few")}
        past = measure(stack, people.find(stack, "third"), options.questions // 2, "2026-01-01")
        new_s = arrival(stack, folder)
        stack.close()
    worst = max(asked.values(), key=lambda one: float(one["governance_p50_ms"]))
    share = max(float(one["governance_share_p50"]) for one in asked.values())
    goals = [
        goal("governance under 15 % of an ask (p50, worst reader)", share, share < 0.15),
        goal("governance under 10 ms (p50, worst reader)", worst["governance_p50_ms"], worst["governance_p50_ms"] < 10),
        goal("open under 2 s, text index included", open_s, open_s < 2),
        goal("1,000 new chunks searchable in under 1 s", new_s, new_s < 1),
    ]
    result = {
        "machine": machine,
        "chunks": rows,
        "classes": report.added,
        "ingest_without_model_s": round(ingest_s, 1),
        "ingest_without_model_chunks_per_s": round(report.chunks / ingest_s),
        "open_s": round(open_s, 3),
        "new_1000_chunks_s": round(new_s, 3),
        "ask": asked,
        "ask_as_of": past,
        "goals": goals,
    }
    write(options.out, result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
