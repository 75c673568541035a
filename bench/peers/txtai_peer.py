"""txtai with its default Faiss index and SQLite content. Times are wall: ms a query, s a stage.

filtered   SQL, `similar(:q) and label in (...)`, vectors injected through a transform function.
           txtai filters AFTER its vector index: SQL sees only the nearest candidates, by default
           ten times the limit, of an approximate (IVF) index, so a narrow filter may find fewer
           rows than there are. `--candidates N` widens that (`similar(:q, N)`); `--flat` makes the
           index exact. The result names both settings.
retrieval  Embeddings(hybrid=True): its BM25 and vectors in a convex combination. `text` and
           `vector` are the same index with weights 0 and 1, which runs both searches, so the
           seconds of every mode are those of a hybrid query.
ingest     pypdf, Segmentation with the token chunker (words), Embeddings(hybrid, content), save.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import protocol  # before the peer: it turns off network access

# isort: split
from pypdf import PdfReader
from txtai import Embeddings
from txtai.pipeline import Segmentation

WEIGHTS = {"text": 0.0, "vector": 1.0, "hybrid": 0.5}  # the share of the vector in a score


def model() -> dict[str, Any]:
    """Settings of the embedding model; without maxlength txtai reads 512 tokens."""
    return {"path": protocol.model_folder(), "maxlength": protocol.MAX_TOKENS}


def external(known: dict[str, np.ndarray]) -> dict[str, Any]:
    """Settings that take vectors from a table of texts instead of a model."""

    def transform(texts: list[str]) -> np.ndarray:
        return np.stack([known[text] for text in texts])

    return {"method": "external", "transform": transform}


def filtered(options: argparse.Namespace) -> dict[str, Any]:
    vectors, labels, cells = protocol.read_filtered(options.folder)
    known = {str(row): vector for row, vector in enumerate(vectors)}
    settings = external(known) | {"content": True}
    if options.flat:
        settings["faiss"] = {"components": "IDMap,Flat"}
    start = time.perf_counter()
    embeddings = Embeddings(settings)
    embeddings.index((row, {"text": str(row), "label": int(label)}, None) for row, label in enumerate(labels))
    load_s = time.perf_counter() - start
    candidates = f", {options.candidates}" if options.candidates else ""

    def prepare(cell: protocol.Cell) -> Callable[[int], list[int]]:
        known.update({f"q{number}": query for number, query in enumerate(cell.queries)})
        allowed = ", ".join(str(label) for label in cell.allowed)
        sql = f"select id from txtai where similar(:q{candidates}) and label in ({allowed})"

        def search(number: int) -> list[int]:
            found = embeddings.search(sql, protocol.TOP, parameters={"q": f"q{number}"})
            return [int(one["id"]) for one in found]

        return search

    return {
        "load_s": load_s,
        "candidates": options.candidates or 10 * protocol.TOP,
        "index": embeddings.config["build"]["settings"]["components"],
        "cells": protocol.run_cells(cells, labels, options.seconds, prepare),
    }


def retrieval(options: argparse.Namespace) -> dict[str, Any]:
    texts, queries = protocol.read_beir(options.folder, options.max_queries)
    settings = model()
    if options.embeddings:
        encoder = Embeddings(settings)
        known: dict[str, np.ndarray] = {}
        for wanted in (list(texts.values()), list(queries.values())):
            made = protocol.cached_vectors(options.embeddings, "txtai", wanted, encoder.batchtransform)
            known.update(zip(wanted, made, strict=True))
        settings = external(known)
    embeddings = Embeddings(settings | {"hybrid": True})
    start = time.perf_counter()
    embeddings.index((key, text, None) for key, text in texts.items())
    index_s = time.perf_counter() - start
    stages = protocol.Stages()
    modes: dict[str, dict[str, protocol.Ranking]] = {mode: {} for mode in WEIGHTS}
    for key, query in queries.items():
        for mode, weight in WEIGHTS.items():
            with stages.time(mode):
                found = embeddings.search(query, protocol.DEPTH, weights=weight)
            modes[mode][key] = [(one, float(score)) for one, score in found]
    seconds, cached = stages.seconds, bool(options.embeddings)
    return {"modes": modes, "index_s": index_s, "query_s": seconds, "vectors_cached": cached}


def ingest(options: argparse.Namespace) -> dict[str, Any]:
    folder = protocol.store_folder(options)
    start = time.perf_counter()
    embeddings = Embeddings(model() | {"hybrid": True, "content": True})
    load_s = time.perf_counter() - start
    stages = protocol.Stages()
    with stages.time("parse"):
        texts = [protocol.full_text(row) for row in protocol.read_rows(options.folder)]
        readers = (PdfReader(path) for path in protocol.read_pdfs(options.folder))
        texts.extend("\n".join(page.extract_text() for page in reader.pages) for reader in readers)
    with stages.time("chunk"):
        segment = Segmentation(chunker="token", tokenizer="word", chunk_size=protocol.CHUNK_WORDS)
        chunks = [chunk for text in texts for chunk in segment(text)]
    encode = embeddings.model.encode

    def timed(data: Any, category: str | None = None) -> Any:
        with stages.time("embed"):
            return encode(data, category)

    embeddings.model.encode = timed  # index() embeds and stores in one call: tell them apart
    with stages.time("store"):
        embeddings.index(chunks)
        embeddings.save(str(folder))
    stages.seconds["store"] -= stages.seconds["embed"]
    return protocol.ingest_result(stages, len(texts), embeddings.count(), load_s, folder)


TASKS: dict[str, protocol.Task] = {"filtered": filtered, "retrieval": retrieval, "ingest": ingest}

if __name__ == "__main__":
    parser = protocol.parser(TASKS)
    parser.add_argument("--candidates", type=int, help="rows the vector index hands to SQL")
    parser.add_argument("--flat", action="store_true", help="an exact index instead of IVF")
    protocol.run("txtai", "txtai", TASKS, parser.parse_args())
