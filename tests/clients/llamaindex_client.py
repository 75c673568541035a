# mypy: ignore-errors
"""LlamaIndex: the OpenAI-like model and the retriever in a query engine. URL ANN HUGO."""

from __future__ import annotations

import asyncio
import sys

import openai
from llama_index.core import Settings
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.llms.openai_like import OpenAILike

from avouch.adapters.llamaindex_retriever import AvouchRetriever
from avouch.adapters.search_client import SearchClient, SearchFailed

URL, ANN, HUGO = sys.argv[1:]
HAND, LEAVE = "How long is alcohol hand rub applied?", "How many days of annual leave do staff have?"


def model(key: str) -> OpenAILike:
    return OpenAILike(
        model="avouch", api_base=f"{URL}/v1", api_key=key, is_chat_model=True, context_window=4000, max_retries=0
    )


def chat() -> None:
    asked = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content=HAND)]
    told = model(ANN).chat(asked)
    assert "20 seconds" in told.message.content
    assert told.raw.avouch["voucher_id"].startswith("a_")
    assert "20 seconds" in model(ANN).complete(HAND).text
    assert "20 seconds" in list(model(ANN).stream_chat(asked))[-1].message.content
    assert "20 seconds" in list(model(ANN).stream_complete(HAND))[-1].text
    assert "27 days" in model(HUGO).complete(LEAVE).text
    assert "27 days" not in model(ANN).complete(LEAVE).text
    try:
        model("avk_no").complete(HAND)
    except openai.AuthenticationError as error:
        assert error.code == "UNAUTHENTICATED"
    else:
        raise AssertionError("a wrong key was let in")


def retriever(key: str, **more) -> AvouchRetriever:
    return AvouchRetriever(SearchClient(URL, key), **more)


def retrieve() -> None:
    found = retriever(ANN, limit=3).retrieve(HAND)
    assert 0 < len(found) <= 3
    node, cited = found[0].node, found[0].node.metadata
    assert "20 seconds" in node.text and found[0].score > 0
    assert cited["title"] == "Hands"
    assert node.node_id == f"{cited['version_id']}:{cited['start']}-{cited['end']}"
    assert node.ref_doc_id == cited["document_id"]
    assert node.end_char_idx - node.start_char_idx == len(node.text)
    assert any("27 days" in one.node.text for one in retriever(HUGO).retrieve(LEAVE))
    assert not any("27 days" in one.node.text for one in retriever(ANN).retrieve(LEAVE))
    assert retriever(ANN, as_of="2001-01-01").retrieve(HAND) == []
    assert ANN not in repr(SearchClient(URL, ANN))
    try:
        retriever("avk_no").retrieve(HAND)
    except SearchFailed as error:
        assert (error.code, error.status) == ("UNAUTHENTICATED", 401)
    else:
        raise AssertionError("a wrong key was let in")


def engine() -> None:
    """A query engine: passages by the retriever, gathered without a model; the nodes stay cited."""
    Settings.llm = model(ANN)
    gathered = get_response_synthesizer(response_mode="no_text")
    told = RetrieverQueryEngine(retriever=retriever(ANN, limit=2), response_synthesizer=gathered).query(HAND)
    assert "20 seconds" in told.source_nodes[0].node.text
    assert told.source_nodes[0].node.metadata["version_id"]


async def later() -> None:
    assert "20 seconds" in (await model(ANN).acomplete(HAND)).text
    last = None
    async for piece in await model(ANN).astream_complete(HAND):
        last = piece
    assert "20 seconds" in last.text
    assert "20 seconds" in (await retriever(ANN).aretrieve(HAND))[0].node.text


if __name__ == "__main__":
    for step in (chat, retrieve, engine):
        step()
    asyncio.run(later())
    print("done")
