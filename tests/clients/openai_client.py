# mypy: ignore-errors
"""The `openai` client, as its users write it. Run in an environment of its own: URL ANN HUGO VERA."""

from __future__ import annotations

import asyncio
import math
import sys

import openai

URL, ANN, HUGO, VERA = sys.argv[1:]
HAND = [{"role": "user", "content": "How long is alcohol hand rub applied?"}]
LEAVE = [{"role": "user", "content": "How many days of annual leave do staff have?"}]


def client(key: str, kind: type = openai.OpenAI):
    return kind(base_url=f"{URL}/v1", api_key=key, max_retries=0)


def whole() -> None:
    told = client(ANN).chat.completions.create(model="avouch", messages=HAND, temperature=0)
    assert "20 seconds" in told.choices[0].message.content
    assert told.choices[0].finish_reason == "stop"
    cited = told.avouch["claims"][0]["citations"][0]
    assert cited["title"] == "Hands" and "20 seconds" in cited["quote"]
    assert told.avouch["voucher_id"].startswith("a_")
    assert told.avouch["ignored"] == ["temperature"]
    assert told.usage.total_tokens == told.usage.prompt_tokens + told.usage.completion_tokens > 0


def streamed() -> None:
    options = {"include_usage": True}
    chunks = list(
        client(ANN).chat.completions.create(model="avouch", messages=HAND, stream=True, stream_options=options)
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "20 seconds" in text and "Sources:" in text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-2].avouch["claims"][0]["citations"]
    assert chunks[-1].usage.total_tokens > 0


def helped() -> None:
    """The client's own helper for streams puts the pieces together and keeps the extension."""
    with client(ANN).chat.completions.stream(model="avouch", messages=HAND) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    assert "content.delta" in kinds
    assert "20 seconds" in final.choices[0].message.content


def governed() -> None:
    seen = client(HUGO).chat.completions.create(model="avouch", messages=LEAVE)
    unseen = client(ANN).chat.completions.create(model="avouch", messages=LEAVE)
    assert "27 days" in seen.choices[0].message.content
    assert "27 days" not in unseen.choices[0].message.content
    assert unseen.avouch["abstained"] and not seen.avouch["abstained"]
    past = {"avouch": {"as_of": "2001-01-01"}}
    assert client(HUGO).chat.completions.create(model="avouch", messages=LEAVE, extra_body=past).avouch["abstained"]


def refused() -> None:
    wrong = [
        (openai.AuthenticationError, "UNAUTHENTICATED", "avk_no", {}),
        (openai.PermissionDeniedError, "FORBIDDEN", VERA, {}),
        (openai.NotFoundError, "NOT_FOUND", ANN, {"model": "gpt-4o"}),
        (openai.BadRequestError, "INPUT_INVALID", ANN, {"n": 2}),
        (openai.BadRequestError, "INPUT_INVALID", ANN, {"response_format": {"type": "json_object"}}),
    ]
    for kind, code, key, more in wrong:
        for stream in (False, True):
            try:
                client(key).chat.completions.create(**{"model": "avouch", "messages": HAND, "stream": stream, **more})
            except kind as error:
                assert error.code == code, error
                assert error.body["message"], error
            else:
                raise AssertionError(f"{code} was not raised")


def embedded() -> None:
    texts = ["Alcohol hand rub", "Ferric carboxymaltose"]
    packed = client(ANN).embeddings.create(model="avouch-embedding", input=texts)
    plain = client(ANN).embeddings.create(model="avouch-embedding", input=texts, encoding_format="float")
    for one, other in zip(packed.data, plain.data, strict=True):
        assert math.isclose(sum(x * x for x in one.embedding), 1, abs_tol=1e-4)
        assert all(math.isclose(x, y, abs_tol=1e-6) for x, y in zip(one.embedding, other.embedding, strict=True))
    try:
        client(ANN).embeddings.create(model="avouch-embedding", input=[[1, 2, 3]])
    except openai.BadRequestError as error:
        assert error.param == "input" and "send texts, not tokens" in error.body["message"]
    else:
        raise AssertionError("tokens of another model were taken")
    assert [one.id for one in client(ANN).models.list()] == ["avouch", "avouch-extractive", "avouch-embedding"]
    assert client(ANN).models.retrieve("avouch").owned_by == "avouch"


async def later() -> None:
    async with client(ANN, openai.AsyncOpenAI) as asking:
        told = await asking.chat.completions.create(model="avouch", messages=HAND)
        assert "20 seconds" in told.choices[0].message.content
        stream = await asking.chat.completions.create(model="avouch", messages=HAND, stream=True)
        chunks = [chunk async for chunk in stream]
        assert chunks[-1].avouch["voucher_id"]
        many = await asyncio.gather(*(asking.chat.completions.create(model="avouch", messages=HAND) for _ in range(8)))
        assert len({one.id for one in many}) == 8
        assert (await asking.embeddings.create(model="avouch-embedding", input="hand")).data[0].embedding
    try:
        await client("avk_no", openai.AsyncOpenAI).chat.completions.create(model="avouch", messages=HAND)
    except openai.AuthenticationError as error:
        assert error.code == "UNAUTHENTICATED"
    else:
        raise AssertionError("a wrong key was let in")


if __name__ == "__main__":
    for step in (whole, streamed, helped, governed, refused, embedded):
        step()
    asyncio.run(later())
    print("done")
