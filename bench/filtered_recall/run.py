"""Filtered vector search: recall and time at every selectivity, beside bare numpy and three peers.

    python bench/filtered_recall/run.py --venv-root DIR --out bench/filtered_recall/result.json

Ours and bare numpy run in this process in turns, over the same vectors and masks; the peers run in
environments of their own. A hit counts by score: a row as good as the true tenth is as good an answer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from filtered_recall import inputs
from filtered_recall.inputs import Cell, Labels
from machine import facts, goal, quantiles, write

from avouch.adapters.faiss_scan import FaissScan
from avouch.records import Vectors
from avouch.retrieve import vector
from avouch.retrieve.vector import Visible

TOP, TURN, ROUNDS = 10, 10, 3
PEERS = ("llamaindex", "haystack", "txtai")
NEAR = 1e-6
Search = Callable[[Cell, int], Sequence[int]]


def bare_numpy(vectors: Vectors) -> Search:
    """What one would write by hand: gather what the mask lets through, multiply, take the best."""

    def search(cell: Cell, number: int) -> Sequence[int]:
        query = cell.queries[number]
        if cell.mask.all():
            rows, scores = None, vectors @ query
        else:
            rows = np.flatnonzero(cell.mask)
            scores = vectors[rows] @ query
        best = np.argpartition(-scores, TOP)[:TOP]
        best = best[np.argsort(-scores[best])]
        found: list[int] = (best if rows is None else rows[best]).tolist()
        return found

    return search


def ours(scan: FaissScan, vectors: Vectors) -> Search:
    """The product's search. It is given the mask like numpy, and counts and unpacks it each time."""

    def search(cell: Cell, number: int) -> Sequence[int]:
        found: list[int] = vector.search(scan, vectors, cell.queries[number], Visible(cell.mask), TOP)[0].tolist()
        return found

    return search


def in_turns(cell: Cell, systems: dict[str, Search]) -> dict[str, dict[str, Any]]:
    """Milliseconds and rows of each query; systems alternate every ``TURN`` queries, first one, then other."""
    made: dict[str, dict[str, Any]] = {name: {"ms": [], "ids": []} for name in systems}
    for name in systems:
        for number in range(3):
            systems[name](cell, number)
    for turn in range(ROUNDS * len(cell.queries) // TURN):
        for name in list(systems)[:: 1 if turn % 2 else -1]:
            for number in range(turn * TURN, turn * TURN + TURN):
                before = time.perf_counter()
                rows = systems[name](cell, number % len(cell.queries))
                made[name]["ms"].append((time.perf_counter() - before) * 1e3)
                made[name]["ids"].append(rows)
    return made


def judged(cell: Cell, vectors: Vectors, made: dict[str, Any]) -> dict[str, Any]:
    """Times, recall by score, short lists, and rows that the mask forbids, of one system in one cell."""
    visible = np.flatnonzero(cell.mask)
    wanted = min(TOP, len(visible))
    seen = vectors[visible]
    tenth = [float(np.partition(seen @ query, -wanted)[-wanted]) for query in cell.queries]
    hits = short = forbidden = 0
    for number, ids in enumerate(made["ids"]):
        rows = np.array(sorted({row for row in ids if row >= 0}), np.int64)
        asked = number % len(cell.queries)
        allowed = rows[cell.mask[rows]]
        hits += int((vectors[allowed] @ cell.queries[asked] >= tenth[asked] - NEAR).sum())
        short += len(rows) < wanted
        forbidden += len(rows) - len(allowed)
    return {
        **quantiles(made["ms"]),
        "recall": round(hits / (wanted * len(made["ids"])), 4),
        "short_lists": short,
        "forbidden_rows": forbidden,
        "queries": len(made["ids"]),
    }


def peer(name: str, folder: Path, venv_root: Path, seconds: float) -> dict[str, Any]:
    """Run a peer's program in its own environment and read what it wrote."""
    peers = Path(__file__).resolve().parents[1] / "peers"
    setup = [sys.executable, str(peers / "setup.py"), name, "--venv-root", str(venv_root)]
    python = json.loads(subprocess.run(setup, check=True, capture_output=True, text=True).stdout)["python"]
    out = folder / f"{name}.json"
    program = [python, str(peers / f"{name}_peer.py"), "filtered", "--in", str(folder), "--out", str(out)]
    print(f"{name} …", file=sys.stderr, flush=True)
    subprocess.run([*program, "--seconds", str(seconds)], check=True, stdout=sys.stderr)
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def goals(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The goals, each computed from the figures."""
    told = []
    for cell in cells:
        name, systems = cell["cell"], cell["systems"]
        mine, numpy = systems["avouch"], systems["numpy"]
        whole = mine["recall"] == 1 and not mine["short_lists"] and not mine["forbidden_rows"]
        told.append(goal(f"{name}: recall@10 by score 1.000, no short list", mine["recall"], whole))
        if cell["visible"] < 0.05:
            ratio = mine["p50_ms"] / numpy["p50_ms"]
            told.append(goal(f"{name}: p50 at most 1.5 × bare numpy", ratio, ratio <= 1.5))
        if cell["visible"] == 1:
            ratio = mine["p50_ms"] / numpy["p50_ms"]
            told.append(goal(f"{name}: p50 under 2/3 of bare numpy", ratio, ratio < 2 / 3))
        rivals = {p: systems[p]["p50_ms"] for p in PEERS if p in systems and systems[p]["recall"] >= 0.99}
        if rivals:
            fastest = min(rivals, key=rivals.__getitem__)
            ratio = mine["p50_ms"] / rivals[fastest]
            text = f"{name}: p50 at most half of the fastest peer with recall ≥ .99 ({fastest})"
            told.append(goal(text, ratio, ratio <= 0.5))
    return told


def measure(folder: Path, venv_root: Path | None, seconds: float) -> dict[str, Any]:
    """Everything; without ``venv_root`` ours and numpy only."""
    vectors, labels, cells = inputs.make()
    inputs.write(folder, vectors, labels, cells)
    head = facts()
    started = time.perf_counter()
    scan = FaissScan(inputs.DIMENSIONS)
    scan.add(vectors)
    load_s = {"avouch": round(time.perf_counter() - started, 2)}
    mapped = np.asarray(np.load(folder / "vectors.npy", mmap_mode="r"))  # as an index generation has them
    systems = {"avouch": ours(scan, mapped), "numpy": bare_numpy(vectors)}
    runs = [in_turns(cell, systems) for cell in cells]
    versions = {}
    for name in PEERS if venv_root else ():
        found = peer(name, folder, venv_root or folder, seconds)
        versions[name] = found["version"]
        load_s[name] = round(found["load_s"], 2)
        for run, cell in zip(runs, found["cells"], strict=True):
            run[name] = cell
    told = [
        {
            "cell": cell.name,
            "visible": round(cell.share, 5),
            "systems": {name: judged(cell, vectors, made) for name, made in run.items()},
        }
        for cell, run in zip(cells, runs, strict=True)
    ]
    head["packages"] |= versions
    return {"machine": head, "inputs": described(labels), "load_s": load_s, "cells": told}


def described(labels: Labels) -> dict[str, Any]:
    """What was searched."""
    shape = {"rows": inputs.ROWS, "dimensions": inputs.DIMENSIONS, "seed": inputs.SEED}
    return shape | {"labels": len(np.unique(labels)), "topics": inputs.TOPICS, "k": TOP}


def main() -> None:
    parser = argparse.ArgumentParser(description="Filtered recall beside numpy and three peers.")
    parser.add_argument("--venv-root", type=Path, help="where the peers' environments are; without it no peers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60.0, help="time for each peer in each cell")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), options.venv_root, options.seconds)
    result["goals"] = goals(result["cells"])
    write(options.out, result)
    for one in result["goals"]:
        print(f"{'met   ' if one['met'] else 'MISSED'} {one['measured']:8.3f}  {one['goal']}")


if __name__ == "__main__":
    main()
