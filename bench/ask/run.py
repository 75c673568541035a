"""What a whole question costs at 200,000 chunks, step by step, and how much of it is governance.

    python bench/ask/run.py --out bench/ask/result.json

The home is made by the real pipeline. Only the embedding of documents is a stand-in, because it is measured
elsewhere; questions and candidate sentences are embedded by the real model. The process is warm.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ask import library
from ask.library import StandIn
from machine import facts, goal, quantiles, write

from avouch.canon import from_micros
from avouch.ingest.discover import Options
from avouch.records import Moment, Principal
from avouch.stack import people
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

GOVERNANCE = ("authorise", "mask", "recheck", "voucher", "commit")
WARM_UP, REVISED = 10, 0.02


def fill(folder: Path, chunks: int) -> dict[str, Any]:
    """A home of so many chunks; afterwards one document in fifty is replaced by a new version."""
    count = max(1, chunks // library.PARAGRAPHS)
    with Stack.create(folder / "home") as stack:
        stack.__dict__["embedder"] = StandIn(stack.embedder)
        library.write(folder / "notes", "note", count)
        started, cpu = time.perf_counter(), time.process_time()
        report = ingest(stack, stack.owner, folder / "notes", Options())
        seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
        before = from_micros(time.time_ns() // 1000)
        lines = (folder / "notes" / "note.jsonl").read_text("utf-8").splitlines()
        every = max(1, round(1 / REVISED))
        lines[::every] = [line.replace("twice a day", "once a day") for line in lines[::every]]
        (folder / "notes" / "note.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        changed = ingest(stack, stack.owner, folder / "notes", Options())
        library.readers(stack)
        return {
            "documents": report.added,
            "chunks": report.chunks,
            "revised_documents": changed.changed,
            "visibility_classes": len(stack.catalog.classes),
            "ingest_without_model": {
                "seconds": round(seconds, 1),
                "cpu_s": round(cpu_s, 1),
                "chunks_per_s": round(report.chunks / seconds),
            },
            "before_revision": before,
        }


def measure(stack: Stack, person: Principal, count: int, as_of: str | None = None) -> dict[str, Any]:
    """p50/p95 of the whole and p50 of each step, in ms; governance in ms and as a share of the whole."""
    steps: dict[str, list[float]] = {}
    whole: list[float] = []
    claims = 0
    for n in range(-WARM_UP, count):
        question = library.QUESTIONS[n * 7 % len(library.QUESTIONS)]
        started = time.perf_counter()
        answer = ask(stack, person, question, as_of)
        if n >= 0:
            whole.append((time.perf_counter() - started) * 1e3)
            claims += len(answer.claims)
            for step, ms in answer.timings.items():
                steps.setdefault(step, []).append(ms)
    governed = np.sum([steps[step] for step in GOVERNANCE], axis=0)
    moment = Moment(answer.snapshot, time.time_ns() // 1000)
    return {
        "questions": count,
        "visible_share": round(float(stack.shelf.scope(person, moment).rows.mask.mean()), 4),
        "claims_per_answer": round(claims / count, 2),
        **quantiles(whole),
        "steps_p50_ms": {step: round(float(np.median(times)), 3) for step, times in steps.items()},
        "steps_p95_ms": {step: round(float(np.percentile(times, 95)), 3) for step, times in steps.items()},
        "governance_p50_ms": round(float(np.median(governed)), 3),
        "governance_p95_ms": round(float(np.percentile(governed, 95)), 3),
        "governance_share": round(float(np.median(governed / np.array(whole))), 4),
    }


def arrival(stack: Stack, person: Principal, folder: Path, turn: int) -> dict[str, float]:
    """Seconds from the start of an ingest of 1,000 chunks, embeddings given, until a question finds them."""
    more = library.write(folder / f"more{turn}", f"more{turn}-", 100, library.SEED + 1 + turn)
    first = stack.shelf.generation.rows
    started = time.perf_counter()
    report = ingest(stack, stack.owner, more, Options())
    stored = time.perf_counter() - started
    scope = stack.shelf.scope(person, Moment(report.snapshot, time.time_ns() // 1000))
    new = stack.shelf.generation.vectors[first:]
    ask(stack, person, library.QUESTIONS[0])
    asked = time.perf_counter() - started
    found = int(scope.rows.mask[first:].sum())
    assert report.chunks == len(new) == found + report.quarantined == 1000, report
    return {"searchable_s": round(stored, 3), "asked_s": round(asked, 3)}


def opened(home: Path) -> tuple[Stack, dict[str, float]]:
    """An open home with its index, and the seconds that took; the model's share of them is told as well."""
    started = time.perf_counter()
    stack = Stack.open(home)
    before = time.perf_counter()
    real = stack.embedder
    loaded = time.perf_counter()
    assert stack.shelf.generation.rows
    seconds = {"open_s": time.perf_counter() - started, "of_it_model_s": loaded - before}
    stack.__dict__["embedder"] = StandIn(real)
    return stack, {name: round(value, 3) for name, value in seconds.items()}


def run(folder: Path, chunks: int, count: int) -> dict[str, Any]:
    """Fill, open, ask, add."""
    filled = fill(folder, chunks)
    before = filled.pop("before_revision")
    gc.collect()
    stack, seconds = opened(folder / "home")
    with stack:
        asked = {name: measure(stack, people.find(stack, name), count) for name in library.SHARES}
        past = {name: measure(stack, people.find(stack, name), count // 2, before) for name in library.SHARES}
        arrivals = [arrival(stack, people.find(stack, "all"), folder, turn) for turn in range(3)]
    os.environ["AVOUCH_QUARANTINE"] = "off"  # embeddings given, and no others made: what storing and indexing take
    stack, _ = opened(folder / "home")
    with stack:
        ask(stack, people.find(stack, "all"), library.QUESTIONS[0])
        unjudged = [arrival(stack, people.find(stack, "all"), folder, turn) for turn in range(3, 6)]
    return {
        **filled,
        **seconds,
        "new_1000_chunks": arrivals,
        "new_1000_chunks_without_quarantine": unjudged,
        "ask": asked,
        "ask_as_of_before_revision": past,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def goals(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The goals, each on its worst reader."""
    asked = told["ask"].values()
    share = max(float(one["governance_share"]) for one in asked)
    ms = max(float(one["governance_p50_ms"]) for one in asked)
    new = float(np.median([one["asked_s"] for one in told["new_1000_chunks"]]))
    unjudged = float(np.median([one["asked_s"] for one in told["new_1000_chunks_without_quarantine"]]))
    return [
        goal("governance under 15 % of an ask (median, worst reader)", share, share < 0.15),
        goal("governance under 10 ms (median, worst reader)", ms, ms < 10),
        goal("open under 2 s, model and text index included", told["open_s"], told["open_s"] < 2),
        goal(
            "1,000 new chunks, embeddings given, found by a question in under 1 s (median)",
            unjudged,
            unjudged < 1,
        ),
        goal("the same with quarantine on: doubtful sentences are embedded, too", new, new < 1),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="A whole question at 200,000 chunks, step by step.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--small", action="store_true", help="a look whether it runs: 10,000 chunks, 20 questions")
    options = parser.parse_args()
    chunks, count = (10_000, 20) if options.small else (options.chunks, options.questions)
    os.environ["AVOUCH_CHUNK_CHARS"] = str(library.CHUNK_CHARS)
    machine = facts()
    with tempfile.TemporaryDirectory(dir=options.out.resolve().parent) as name:
        told = run(Path(name), chunks, count)
    result = {"machine": machine, "load_after": round(os.getloadavg()[0], 2), **told, "goals": goals(told)}
    write(options.out, result)
    print(json.dumps(result, indent=1))
    for one in result["goals"]:
        print(f"{'met   ' if one['met'] else 'MISSED'} {one['measured']:9.3f}  {one['goal']}")


if __name__ == "__main__":
    main()
