# mypy: ignore-errors
"""LangChain: the chat model, embeddings, and the retriever in a chain. URL ANN HUGO."""

from __future__ import annotations

import asyncio
import sys

import openai
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from avouch.adapters.langchain_retriever import AvouchRetriever
from avouch.adapters.search_client import SearchFailed

URL, ANN, HUGO = sys.argv[1:]
HAND, LEAVE = "How long is alcohol hand rub applied?", "How many days of annual leave do staff have?"


def model(key: str, **more):
    return ChatOpenAI(base_url=f"{URL}/v1", api_key=key, model="avouch", max_retries=0, **more)


def chat() -> None:
    told = model(ANN, temperature=0).invoke(HAND)
    assert "20 seconds" in told.content
    assert told.usage_metadata["total_tokens"] > 0
    assert told.response_metadata["finish_reason"] == "stop"
    assert "27 days" in model(HUGO).invoke(LEAVE).content
    assert "27 days" not in model(ANN).invoke(LEAVE).content
    pieces = list(model(ANN, stream_usage=True).stream(HAND))
    assert "20 seconds" in "".join(piece.content for piece in pieces)
    assert sum(piece.usage_metadata["output_tokens"] for piece in pieces if piece.usage_metadata) > 0
    raw = model(ANN, include_response_headers=True).invoke([("system", "Be brief."), ("human", HAND)])
    assert "20 seconds" in raw.content
    try:
        model("avk_no").invoke(HAND)
    except openai.AuthenticationError as error:
        assert error.code == "UNAUTHENTICATED"
    else:
        raise AssertionError("a wrong key was let in")


def embeddings() -> None:
    made = OpenAIEmbeddings(
        base_url=f"{URL}/v1", api_key=ANN, model="avouch-embedding", check_embedding_ctx_length=False, chunk_size=256
    )
    assert len(made.embed_documents(["Alcohol hand rub", "Iron"])) == 2


def retriever(key: str, **more) -> AvouchRetriever:
    return AvouchRetriever(url=URL, api_key=key, **more)


def retrieve() -> None:
    found = retriever(ANN, limit=3).invoke(HAND)
    assert 0 < len(found) <= 3
    cited = found[0].metadata
    assert "20 seconds" in found[0].page_content
    assert cited["title"] == "Hands" and cited["source"] == "hand.md"
    assert found[0].id == f"{cited['version_id']}:{cited['start']}-{cited['end']}"
    assert cited["end"] - cited["start"] == len(found[0].page_content)
    assert any("27 days" in one.page_content for one in retriever(HUGO).invoke(LEAVE))
    assert not any("27 days" in one.page_content for one in retriever(ANN).invoke(LEAVE))
    assert retriever(ANN, as_of="2001-01-01").invoke(HAND) == []
    assert ANN not in repr(retriever(ANN))
    for key, url, code in (("avk_no", URL, "UNAUTHENTICATED"), (ANN, "http://127.0.0.1:9", "UNREACHABLE")):
        try:
            AvouchRetriever(url=url, api_key=key).invoke(HAND)
        except SearchFailed as error:
            assert error.code == code, error
            assert key not in str(error)
        else:
            raise AssertionError(f"{code} was not raised")


def chain() -> None:
    """Passages of the retriever into a prompt, whose text a model gets: here one that says what it got."""
    prompt = ChatPromptTemplate.from_template("Sources:\n{context}\n\nQuestion: {question}")
    joined = retriever(ANN) | (lambda found: "\n".join(f"[{n}] {one.page_content}" for n, one in enumerate(found, 1)))
    echo = RunnableLambda(lambda told: told.to_messages()[-1].content)
    said = ({"context": joined, "question": RunnablePassthrough()} | prompt | echo | StrOutputParser()).invoke(HAND)
    assert "20 seconds" in said and said.endswith(f"Question: {HAND}")
    told = (RunnablePassthrough() | model(ANN) | StrOutputParser()).invoke(HAND)
    assert "20 seconds" in told


async def later() -> None:
    assert "20 seconds" in (await model(ANN).ainvoke(HAND)).content
    assert "20 seconds" in "".join([piece.content async for piece in model(ANN).astream(HAND)])
    assert "20 seconds" in (await retriever(ANN).ainvoke(HAND))[0].page_content
    try:
        await retriever("avk_no").ainvoke(HAND)
    except SearchFailed as error:
        assert error.status == 401
    else:
        raise AssertionError("a wrong key was let in")


if __name__ == "__main__":
    for step in (chat, embeddings, retrieve, chain):
        step()
    asyncio.run(later())
    print("done")
