"""Ours as one more peer program: ``ours.py ingest --in FOLDER --out FILE.json`` (contract: bench/peers).

Ends when all is searchable: parsed, chunked, embedded, encrypted, stored, recorded in the ledger, indexed.
``AVOUCH_BENCH_STUB=1`` gives seeded vectors in place of the model's: what all but the model costs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))
import protocol

from avouch.ingest.discover import Options
from avouch.ports import Embedder
from avouch.records import Vectors
from avouch.stack.ingest import ingest as take_in
from avouch.stack.stack import Stack


class Stub:
    """Seeded unit vectors at no cost."""

    def __init__(self, real: Embedder) -> None:
        self.digest, self.engine, self.precision = real.digest, real.engine, real.precision
        self.dimensions, self.pieces = real.dimensions, real.pieces
        self._draw = np.random.default_rng(7)

    def embed(self, texts: Sequence[str]) -> Vectors:
        found = self._draw.standard_normal((len(texts), self.dimensions), np.float32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


class Timed:
    """An embedder that adds up the seconds spent in it."""

    def __init__(self, inner: Embedder, stages: protocol.Stages) -> None:
        self.digest, self.engine, self.precision = inner.digest, inner.engine, inner.precision
        self.dimensions, self.pieces = inner.dimensions, inner.pieces
        self._inner, self._stages = inner, stages

    def embed(self, texts: Sequence[str]) -> Vectors:
        with self._stages.time("embed"):
            return self._inner.embed(texts)


def ingest(options: argparse.Namespace) -> dict[str, Any]:
    """``total`` is from the first file looked at until everything can be found; ``embed`` is part of it."""
    start = time.perf_counter()
    home = protocol.store_folder(options) / "home"
    stages = protocol.Stages({"embed": 0.0})
    with Stack.create(home) as stack:
        real: Embedder = Stub(stack.embedder) if os.environ.get("AVOUCH_BENCH_STUB") else stack.embedder
        stack.__dict__["embedder"] = Timed(real, stages)
        load_s = time.perf_counter() - start
        with stages.time("total"):
            report = take_in(stack, stack.owner, options.folder, Options())
        rows = stack.shelf.generation.rows
        assert rows >= report.chunks == len(stack.shelf.generation.text), report
    assert not report.problems, report.problems[:3]
    stored = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    return {
        "documents": report.added,
        "chunks": report.chunks,
        "load_s": load_s,
        "stored_mb": round(stored / 2**20, 2),
        "seconds": stages.seconds,
    }


TASKS: dict[str, protocol.Task] = {"ingest": ingest}

if __name__ == "__main__":
    protocol.run("avouch", "avouch", TASKS, protocol.parser(TASKS).parse_args())
