"""Haystack with its in-memory document store. Times are wall: ms a query, seconds a stage.

filtered   InMemoryEmbeddingRetriever with a metadata filter (operator `in`), vectors injected.
retrieval  InMemoryBM25Retriever and InMemoryEmbeddingRetriever, joined by reciprocal rank fusion.
           The seconds of `hybrid` are those of both retrievers and of the joiner.
ingest     PyPDFToDocument, DocumentSplitter by words, SentenceTransformersDocumentEmbedder,
           DocumentWriter, and the store's own save_to_disk (JSON).
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import protocol  # first: it turns off network access and telemetry

# isort: split
from haystack import Document
from haystack.components.converters import PyPDFToDocument
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)


def document_embedder() -> SentenceTransformersDocumentEmbedder:
    """The embedder of documents, loaded, with Haystack's own batch size."""
    embedder = SentenceTransformersDocumentEmbedder(model=protocol.model_folder(), progress_bar=False)
    embedder.warm_up()
    return embedder


def filtered(options: argparse.Namespace) -> dict[str, Any]:
    vectors, labels, cells = protocol.read_filtered(options.folder)
    start = time.perf_counter()
    store = InMemoryDocumentStore()
    DocumentWriter(store).run(
        [
            Document(id=str(row), meta={"label": int(labels[row])}, embedding=vectors[row].tolist())
            for row in range(len(vectors))
        ]
    )
    retriever = InMemoryEmbeddingRetriever(store, top_k=protocol.TOP)
    load_s = time.perf_counter() - start

    def prepare(cell: protocol.Cell) -> Callable[[int], list[int]]:
        queries = cell.queries.tolist()
        condition = {"field": "meta.label", "operator": "in", "value": cell.allowed}

        def search(number: int) -> list[int]:
            found = retriever.run(query_embedding=queries[number], filters=condition)
            return [int(document.id) for document in found["documents"]]

        return search

    return {
        "load_s": load_s,
        "cells": protocol.run_cells(cells, labels, options.seconds, prepare),
    }


def retrieval(options: argparse.Namespace) -> dict[str, Any]:
    texts, queries = protocol.read_beir(options.folder, options.max_queries)
    embedder = document_embedder()
    text_embedder = SentenceTransformersTextEmbedder(model=protocol.model_folder(), progress_bar=False)
    text_embedder.warm_up()

    def embed_all(wanted: list[str]) -> list[list[float]]:
        made = embedder.run([Document(content=text) for text in wanted])["documents"]
        return [document.embedding for document in made]

    def embed_one(text: str) -> list[float]:
        embedding: list[float] = text_embedder.run(text)["embedding"]
        return embedding

    known: dict[str, list[float]] = {}
    if options.embeddings:
        for wanted in (list(texts.values()), list(queries.values())):
            made = protocol.cached_vectors(options.embeddings, "haystack", wanted, embed_all)
            known.update(zip(wanted, made.tolist(), strict=True))

    start = time.perf_counter()
    store = InMemoryDocumentStore()
    documents = [Document(id=key, content=text, embedding=known.get(text)) for key, text in texts.items()]
    if not known:
        documents = embedder.run(documents)["documents"]
    DocumentWriter(store).run(documents)
    index_s = time.perf_counter() - start

    by_text = InMemoryBM25Retriever(store, top_k=protocol.DEPTH)
    by_vector = InMemoryEmbeddingRetriever(store, top_k=protocol.DEPTH)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=protocol.DEPTH)
    stages = protocol.Stages()
    modes: dict[str, dict[str, protocol.Ranking]] = {"text": {}, "vector": {}, "hybrid": {}}
    for key, query in queries.items():
        with stages.time("text"):
            lexical = by_text.run(query=query)["documents"]
        with stages.time("vector"):
            vector = known[query] if known else embed_one(query)
            dense = by_vector.run(query_embedding=vector)["documents"]
        with stages.time("join"):
            joined = joiner.run([lexical, dense])["documents"]
        for mode, found in (("text", lexical), ("vector", dense), ("hybrid", joined)):
            modes[mode][key] = [(one.id, float(one.score)) for one in found]
    seconds = stages.seconds
    seconds["hybrid"] = seconds["text"] + seconds["vector"] + seconds.pop("join")
    cached = bool(options.embeddings)
    return {"modes": modes, "index_s": index_s, "query_s": seconds, "vectors_cached": cached}


def ingest(options: argparse.Namespace) -> dict[str, Any]:
    store_file = protocol.store_folder(options) / "store.json"
    start = time.perf_counter()
    embedder = document_embedder()
    load_s = time.perf_counter() - start
    stages = protocol.Stages()
    with stages.time("parse"):
        documents = [
            Document(content=protocol.full_text(row), meta={"source": row["_id"]})
            for row in protocol.read_rows(options.folder)
        ]
        documents += PyPDFToDocument().run(sources=protocol.read_pdfs(options.folder))["documents"]
    with stages.time("chunk"):
        splitter = DocumentSplitter(split_by="word", split_length=protocol.CHUNK_WORDS)
        splitter.warm_up()
        chunks = splitter.run(documents)["documents"]
    with stages.time("embed"):
        chunks = embedder.run(chunks)["documents"]
    with stages.time("store"):
        store = InMemoryDocumentStore()
        DocumentWriter(store).run(chunks)
        store.save_to_disk(str(store_file))
    return protocol.ingest_result(stages, len(documents), store.count_documents(), load_s, store_file.parent)


TASKS: dict[str, protocol.Task] = {"filtered": filtered, "retrieval": retrieval, "ingest": ingest}

if __name__ == "__main__":
    protocol.run("haystack", "haystack-ai", TASKS, protocol.parser(TASKS).parse_args())
