"""Embeddings and models."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
import numpy as np
import pytest
from tests.clients.served import Served

from avouch.ledger import log


def post(service: Served, body: Any, who: str = "ann") -> httpx2.Response:
    headers = {"authorization": f"Bearer {service.keys.get(who, who)}", "content-type": "application/json"}
    return httpx2.post(f"{service.url}/v1/embeddings", content=json.dumps(body), headers=headers, timeout=60)


def get(service: Served, path: str) -> httpx2.Response:
    return httpx2.get(f"{service.url}{path}", headers={"authorization": f"Bearer {service.keys['ann']}"})


TEXTS = ["Alcohol hand rub", "Ferric carboxymaltose"]


def test_vectors_are_those_of_the_home_in_either_encoding(service: Served) -> None:
    before = service.stack.state.read(log.size)
    told = post(service, {"model": "avouch-embedding", "input": TEXTS}).json()
    found = np.array([one["embedding"] for one in told["data"]], np.float32)
    assert [one["index"] for one in told["data"]] == [0, 1]
    np.testing.assert_allclose(found, service.stack.embedder.embed(TEXTS), atol=1e-6)
    coded = post(service, {"model": "avouch-embedding", "input": TEXTS, "encoding_format": "base64"}).json()
    again = [np.frombuffer(base64.b64decode(one["embedding"]), "<f4") for one in coded["data"]]
    np.testing.assert_allclose(np.array(again), found, atol=1e-6)
    tokens = sum(map(len, service.stack.embedder.pieces(TEXTS)))
    assert told["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}
    one = post(service, {"model": "avouch-embedding", "input": TEXTS[0], "dimensions": found.shape[1]}).json()
    np.testing.assert_allclose(one["data"][0]["embedding"], found[0], atol=1e-5)
    assert service.stack.state.read(log.size) == before


@pytest.mark.parametrize(
    ("more", "status", "param"),
    [
        ({"input": [1, 2, 3]}, 400, "input"),
        ({"input": [[1, 2], [3]]}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": ["a"] * 257}, 400, "input"),
        ({"input": ["a", " "]}, 400, "input.1"),
        ({"input": "word " * 300}, 400, "input.0"),
        ({"input": "x" * 20_001}, 400, "input.0"),
        ({"input": "\ud83d"}, 400, "input.0"),
        ({"dimensions": 2}, 400, "dimensions"),
        ({"model": "text-embedding-3-small"}, 404, "model"),
        ({"chunk": 3}, 400, "chunk"),
    ],
)
def test_what_cannot_be_embedded_is_refused_never_cut(
    service: Served, more: dict[str, Any], status: int, param: str
) -> None:
    response = post(service, {"model": "avouch-embedding", "input": "hand", **more})
    assert response.status_code == status, response.text
    assert response.json()["error"]["param"] == param


def test_embeddings_need_a_key_with_the_right_to_ask(service: Served) -> None:
    body = {"model": "avouch-embedding", "input": "hand"}
    assert post(service, body, "avk_no").status_code == 401
    assert post(service, body, "vera").status_code == 403


def test_models_are_listed_and_found(service: Served) -> None:
    told = get(service, "/v1/models").json()
    names = [one["id"] for one in told["data"]]
    assert names == ["avouch", "avouch-extractive", "avouch-embedding"]
    assert get(service, "/v1/models/avouch").json() == told["data"][0]
    missing = get(service, "/v1/models/gpt-4o")
    assert (missing.status_code, missing.json()["error"]["type"]) == (404, "not_found_error")
    assert httpx2.get(f"{service.url}/v1/models").status_code == 401
