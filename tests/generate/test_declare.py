"""A declaration says everything, or the strictest holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.errors import AvouchError, Code
from avouch.generate.declare import body, declared, digest_of
from avouch.records import Classification, Grammar, Model, ModelKind

TOLD: dict[str, Any] = {
    "name": "local-7b",
    "kind": "openai",
    "url": "http://127.0.0.1:8000/v1",
    "version": "sha256:0011",
    "owner": "ann",
}


def test_what_is_not_said_is_the_strictest() -> None:
    model = declared(TOLD)
    assert model.receives is Classification.PUBLIC and not model.personal and not model.plain_http
    assert model.kind is ModelKind.OPENAI and model.grammar is Grammar.NONE


def test_all_of_it() -> None:
    assert declared({"name": "quote", "kind": "extractive"}).kind is ModelKind.EXTRACTIVE
    more = {
        "dialect": "openai",
        "receives": "confidential",
        "price_in": "0.15",
        "price_out": 1,
        "timeout": 5,
        "grammar": "json_schema",
    }
    model = declared(TOLD | more | {"personal": True, "context": 32768, "region": "eu-west", "key": "env:AVOUCH_KEY_A"})
    assert model.receives is Classification.CONFIDENTIAL and model.personal and model.timeout == 5
    assert (model.price_in, model.price_out, model.grammar) == (Decimal("0.15"), Decimal(1), Grammar.JSON_SCHEMA)
    assert declared(body(model)) == model
    assert digest_of(model) == digest_of(declared(body(model))) != digest_of(declared(TOLD))


@pytest.mark.parametrize(
    "told",
    [
        {"name": ""},
        {"name": "A b"},
        {"name": "x" * 65},
        {"kind": "magic"},
        {"kind": ""},
        {"url": ""},
        {"url": "https://x\n"},
        {"owner": ""},
        {"version": ""},
        {"receives": "secret"},
        {"receives": 3},
        {"personal": "yes"},
        {"personal": 1},
        {"context": 10},
        {"context": 8192.0},
        {"context": True},
        {"reply": 4096},
        {"price_in": "-1"},
        {"price_in": "NaN"},
        {"price_in": "Infinity"},
        {"price_in": 0.1},
        {"price_in": "0.0000001"},
        {"price_in": "much"},
        {"currency": "dollars"},
        {"timeout": 0},
        {"timeout": float("nan")},
        {"grammar": "regex"},
        {"secret": "sk-1"},
        {"url": "https://" + "x" * 3000},
    ],
)
def test_what_cannot_be_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(AvouchError) as caught:
        declared(TOLD | told)
    assert caught.value.code is Code.INPUT_INVALID
    assert next(iter(told)) in caught.value.message and "sk-1" not in caught.value.message


@given(
    st.builds(
        Model,
        name=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True),
        kind=st.just(ModelKind.OPENAI),
        url=st.just("https://x/v1"),
        version=st.just("1"),
        owner=st.just("ann"),
        receives=st.sampled_from(Classification),
        personal=st.booleans(),
        grammar=st.sampled_from(Grammar),
        price_in=st.decimals(0, 1000, places=6),
        timeout=st.floats(0.1, 600),
    )
)
def test_a_declaration_survives_being_written_down(model: Model) -> None:
    assert declared(body(model)) == model and digest_of(declared(body(model))) == digest_of(model)
