"""A reply in JSON is read strictly, and cites nothing that was not given."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avouch.errors import AvouchError, Code
from avouch.generate.written import WrittenClaim, claims, schema


def said(*told: tuple[str, list[Any]]) -> str:
    return json.dumps({"claims": [{"text": text, "citations": cited} for text, cited in told]})


def test_claims_in_order() -> None:
    text = said(("The dose is 5 mg.", [2]), (" It is given once. ", [1, 2, 1]), ("", [1]))
    assert claims(text, {1, 2}) == [WrittenClaim("The dose is 5 mg.", (2,)), WrittenClaim("It is given once.", (1, 2))]
    assert claims(f"```json\n{text}\n```", {1, 2}) == claims(text, {1, 2})
    assert claims('{"claims": []}', {1}) == []


def test_a_citation_of_what_was_not_given_is_left_out_and_told() -> None:
    assert claims(said(("x", [1, 9])), {1}) == [WrittenClaim("x", (1,), unknown=True)]
    assert claims(said(("x", [-1])), {1}) == [WrittenClaim("x", (), unknown=True)]
    assert claims('{"claims": [{"text": "x"}]}', {1}) == [WrittenClaim("x", ())]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The dose is 5 mg. [1]",
        '{"claims": [{"text": "The dose',
        "[]",
        "null",
        '{"claims": {}}',
        '{"claims": ["x"]}',
        '{"claims": [{"text": 5, "citations": [1]}]}',
        '{"claims": [{"text": "x", "citations": ["1"]}]}',
        '{"claims": [{"text": "x", "citations": [true]}]}',
        '{"claims": [{"text": "x", "citations": [1.0]}]}',
        '{"claims": [{"text": "x", "citations": 1}]}',
        '{"claims": [], "claims": [{"text": "x", "citations": [1]}]}',
        said(*[("x", [1])] * 300),
        said(("x" * 5000, [1])),
        "[" * 100_000,
        '{"claims": []} and more',
    ],
)
def test_anything_else_is_no_reply(text: str) -> None:
    with pytest.raises(AvouchError) as caught:
        claims(text, {1})
    assert caught.value.code is Code.MODEL_BROKEN and "dose" not in caught.value.message


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        claims(text, {1})
    except AvouchError as error:
        assert error.code is Code.MODEL_BROKEN


@given(st.lists(st.tuples(st.text(min_size=1), st.lists(st.integers(1, 5), min_size=1)), max_size=5))
def test_what_the_schema_allows_is_read(told: list[tuple[str, list[int]]]) -> None:
    given_ids = range(1, 6)
    text = said(*told)
    jsonschema.validate(json.loads(text), json.loads(schema(given_ids)))
    found = claims(text, given_ids)
    assert not any(one.unknown for one in found) and all(one.ids for one in found)


def test_the_schema_allows_no_other_number() -> None:
    held = json.loads(schema([1, 2]))
    for text in (said(("x", [3])), said(("x", [])), '{"claims": [{"text": "x"}]}', '{"claims": [], "more": 1}'):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(text), held)
