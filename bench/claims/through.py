"""The same claims through the whole stack: a model says them, and what is not supported must not reach a reader.

    python bench/claims/through.py --data DIR --out bench/claims/through.json

The gold passages are taken into a home; a server on loopback answers each question with all the claims made from
one sentence, true and false, each citing its passage. What is shown is what ``ask`` shows.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from claims.gold import SEED, Sample
from claims.samples import samples
from machine import facts, goal, quantiles, write
from tests.model_server import Fake

from avouch.generate.frame import harmless
from avouch.ingest.discover import Options
from avouch.records import Classification, Metadata, Principal
from avouch.stack import models, people
from avouch.stack.ask import ask
from avouch.stack.ingest import ingest
from avouch.stack.stack import Stack

BLOCK = re.compile(r'<passage mark="\w+" id="(\d+)">\n(.*?)\n</passage', re.DOTALL)
LEAST, SLACK = 3000, 0.02


class Speaker:
    """What the server says: the claims of the group at hand, each under the number of the passage that it cites."""

    def __init__(self) -> None:
        self.group: list[Sample] = []

    def __call__(self, request: dict[str, Any]) -> str:
        blocks = [(number, flat(text)) for number, text in BLOCK.findall(request["messages"][1]["content"])]
        return "\n".join(f"- {flat(one.claim)} {self.marks(one, blocks)}" for one in self.group)

    @staticmethod
    def marks(sample: Sample, blocks: list[tuple[str, str]]) -> str:
        cited = [flat(harmless(text))[:80] for text in sample.cited]
        return "".join(f"[{number}]" for number, text in blocks if any(one in text for one in cited))


def flat(text: str) -> str:
    return " ".join(text.split())


def home(stack: Stack, folder: Path, held: list[Sample]) -> Principal:
    """Take in every cited passage as a document of its own."""
    folder.mkdir()
    texts = dict.fromkeys((text, one.heads) for one in held for text in one.cited)
    rows = [
        {"id": f"p{number}", "title": flat(heads[0]) if heads else "Passage", "text": text}
        for number, (text, heads) in enumerate(texts)
    ]
    (folder / "passages.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    told = Metadata(labels=frozenset({"staff"}), classification=Classification.INTERNAL)
    ingest(stack, stack.owner, folder, Options(told))
    return people.add(stack, "reader", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))


def through(held: list[Sample]) -> dict[str, Any]:
    groups: dict[tuple[str, tuple[str, ...]], list[Sample]] = defaultdict(list)
    for one in held:
        groups[one.of, one.cited].append(one)
    speaker, shown, unsaid, times = Speaker(), defaultdict[bool, int](int), 0, []
    counts: dict[bool, int] = defaultdict(int)
    with tempfile.TemporaryDirectory() as folder, Fake(speaker) as server, Stack.create(Path(folder) / "home") as stack:
        reader = home(stack, Path(folder) / "passages", held)
        stack.settings = replace(stack.settings, abstain_below=0.0)
        told = {"name": "says", "kind": "openai", "url": server.url, "version": "1", "owner": "bench"}
        models.declare(
            stack, stack.owner, {**told, "receives": "restricted", "personal": True, "context": 100_000, "reply": 8000}
        )
        models.activate(stack, stack.owner, "says", alone=True, override="a bench")
        for (of, _), speaker.group in groups.items():
            started = time.perf_counter()
            answer = ask(stack, reader, of[:3000])
            times.append((time.perf_counter() - started) * 1e3)
            seen = " \n ".join(flat(claim.text) for claim in answer.claims)
            for one in speaker.group:
                counts[one.faithful] += 1
                shown[one.faithful] += flat(one.claim).rstrip(".") in seen
            unsaid += sum(
                not speaker.marks(one, [("1", flat(p.text)) for p in answer.passages]) for one in speaker.group
            )
    return {
        "claims": len(held),
        "questions": len(groups),
        "false_claims": counts[False],
        "false_claims_shown": shown[False],
        "share_of_false_shown": round(shown[False] / counts[False], 4),
        "faithful_claims": counts[True],
        "share_of_faithful_shown": round(shown[True] / counts[True], 4),
        "passage_not_found_again": unsaid,
        "ask_ms": quantiles(times),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=0, help="only so many claims, for a first look")
    options = parser.parse_args()
    held = samples(options.data / "bioasq")
    held = random.Random(SEED).sample(held, options.most) if options.most else held
    missed = json.loads((Path(__file__).parent / "result.json").read_text())["caught_of_false"]
    found = through(held)
    most = 1 - missed + SLACK
    share = found["share_of_false_shown"]
    goals = [
        goal(f"at least {LEAST} claims", found["claims"], found["claims"] >= LEAST),
        goal(f"false claims shown, at most the checks' own miss rate and {SLACK}: {most:.3f}", share, share <= most),
    ]
    result = {"machine": facts(), **found, "goals": goals}
    write(options.out, result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
