"""A search shows passages inside the mask, and leaves an entry that says which."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import take_in

from avouch.errors import AvouchError, Code
from avouch.ledger import log
from avouch.records import Principal
from avouch.stack.find import MOST, find
from avouch.stack.stack import Stack

QUESTION = "How long is alcohol hand rub applied?"


def test_passages_inside_the_mask_and_an_entry(stack: Stack, library: Path, ann: Principal, hugo: Principal) -> None:
    take_in(stack, library)
    found = find(stack, ann, QUESTION)
    assert found.passages[0].document_key == "hand.md"
    assert {p.document_key for p in find(stack, hugo, QUESTION).passages} == {"leave.md"}
    body = stack.state.read(lambda tx: log.body_of(tx, found.entry))
    assert body is not None
    told = json.loads(body[1])
    assert [p["version"] for p in told["passages"]] == [p.version_id for p in found.passages]
    assert b"hand rub" not in body[1]


def test_no_more_than_asked_for(stack: Stack, library: Path, ann: Principal) -> None:
    take_in(stack, library)
    assert len(find(stack, ann, QUESTION, limit=1).passages) == 1
    for limit in (0, -1, MOST + 1):
        with pytest.raises(AvouchError) as error:
            find(stack, ann, QUESTION, limit=limit)
        assert error.value.code is Code.INPUT_INVALID
