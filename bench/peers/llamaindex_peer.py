"""LlamaIndex with its SimpleVectorStore. Times are wall: ms a query, seconds a stage.

filtered   SimpleVectorStore.query with MetadataFilters (operator IN), vectors injected.
ingest     SimpleDirectoryReader (pypdf, one document a page), SentenceSplitter of 256 tokens (about
           200 words) without overlap, HuggingFaceEmbedding, VectorStoreIndex, persisted as JSON.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import protocol  # first: it turns off network access

# isort: split
from llama_index.core import Document, SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    SimpleVectorStore,
    VectorStoreQuery,
)
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

CHUNK_TOKENS = 256  # of the splitter's tokenizer; about CHUNK_WORDS words of English


def filtered(options: argparse.Namespace) -> dict[str, Any]:
    vectors, labels, cells = protocol.read_filtered(options.folder)
    start = time.perf_counter()
    store = SimpleVectorStore()
    store.add(
        [
            TextNode(id_=str(row), metadata={"label": int(labels[row])}, embedding=vectors[row].tolist())
            for row in range(len(vectors))
        ]
    )
    load_s = time.perf_counter() - start

    def prepare(cell: protocol.Cell) -> Callable[[int], list[int]]:
        allowed = MetadataFilter(key="label", value=cell.allowed, operator=FilterOperator.IN)
        queries = [
            VectorStoreQuery(
                query_embedding=query,
                similarity_top_k=protocol.TOP,
                filters=MetadataFilters(filters=[allowed]),
            )
            for query in cell.queries.tolist()
        ]

        def search(number: int) -> list[int]:
            return [int(row) for row in store.query(queries[number]).ids or []]

        return search

    return {
        "load_s": load_s,
        "cells": protocol.run_cells(cells, labels, options.seconds, prepare),
    }


def row_document(row: dict[str, Any]) -> Document:
    """A document of a JSONL row whose metadata is stored but neither embedded nor measured."""
    return Document(
        text=protocol.full_text(row),
        metadata={"source": row["_id"]},
        excluded_embed_metadata_keys=["source"],
        excluded_llm_metadata_keys=["source"],
    )


def ingest(options: argparse.Namespace) -> dict[str, Any]:
    folder = protocol.store_folder(options)
    start = time.perf_counter()
    embedder = HuggingFaceEmbedding(protocol.model_folder(), max_length=protocol.MAX_TOKENS)
    load_s = time.perf_counter() - start
    stages = protocol.Stages()
    with stages.time("parse"):
        documents = [row_document(row) for row in protocol.read_rows(options.folder)]
        count = len(documents)
        pdfs = protocol.read_pdfs(options.folder)
        if pdfs:
            documents += SimpleDirectoryReader(input_files=pdfs).load_data()
    with stages.time("chunk"):
        splitter = SentenceSplitter(chunk_size=CHUNK_TOKENS, chunk_overlap=0)
        nodes = splitter.get_nodes_from_documents(documents)
    with stages.time("embed"):
        nodes = embedder(nodes)
    with stages.time("store"):
        context = StorageContext.from_defaults()
        VectorStoreIndex(nodes, storage_context=context, embed_model=embedder)
        context.persist(persist_dir=str(folder))
    return protocol.ingest_result(stages, count + len(pdfs), len(nodes), load_s, folder)


TASKS: dict[str, protocol.Task] = {"filtered": filtered, "ingest": ingest}

if __name__ == "__main__":
    protocol.run("llamaindex", "llama-index-core", TASKS, protocol.parser(TASKS).parse_args())
