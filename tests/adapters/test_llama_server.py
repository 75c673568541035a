"""The OpenAI-compatible generator against llama.cpp's own server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.models.served import MISSING, PYTHON, SENTENCE, llama_server

from avouch.adapters.openai_generator import OpenAIGenerator
from avouch.errors import AvouchError, Code
from avouch.generate.frame import frame, plain
from avouch.generate.template import fitting, shipped
from avouch.generate.tokens import of_messages
from avouch.generate.written import WrittenClaim, claims
from avouch.ports import Generator
from avouch.records import Grammar, Message, Model, ModelKind, Request
from avouch.testing.generator import GeneratorSuite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PYTHON.exists(), reason=MISSING)]
KEY = "sk-of-the-test"
TEMPLATES = {one.form: one for one in shipped()}
PASSAGES = [plain(1, "The dose is 5 mg."), plain(2, "It is given once.")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    with llama_server(tmp_path_factory.mktemp("llama"), KEY) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AVOUCH_KEY_TINY", KEY)
        yield Model(
            "tiny", ModelKind.OPENAI, url, "tiny", "made here", context=8192, reply=64, key="env:AVOUCH_KEY_TINY"
        )


class TestPort(GeneratorSuite):
    @pytest.fixture
    def generator(self, model: Model) -> Iterator[Generator]:
        made = OpenAIGenerator(model)
        yield made
        made.close()


def reply(model: Model, request: Request) -> tuple[str, int]:
    """The text, and the tokens that the server read."""
    pieces = list(OpenAIGenerator(model).stream(request, time.monotonic() + 60))
    assert pieces[-1].usage
    return "".join(piece.text for piece in pieces).strip(), pieces[-1].usage.input


def asked(model: Model, number: int = 2) -> Request:
    return frame(fitting(TEMPLATES, model.grammar), model, "What is the dose?", PASSAGES[:number]).request


def test_it_writes_what_it_was_made_to(model: Model) -> None:
    assert reply(model, asked(model))[0] == SENTENCE


def test_a_grammar_lets_only_passages_be_cited_that_were_given(model: Model) -> None:
    free, _ = reply(replace(model, grammar=Grammar.JSON_OBJECT), asked(replace(model, grammar=Grammar.JSON_OBJECT)))
    assert claims(free, {1}) == [WrittenClaim(SENTENCE, (), unknown=True)], "left to itself, it cites a passage 9"
    held = replace(model, grammar=Grammar.JSON_SCHEMA)
    assert claims(reply(held, asked(held))[0], {1, 2}) == [WrittenClaim(SENTENCE, (1,))]


def test_a_wrong_key_is_refused(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVOUCH_KEY_TINY", "sk-another")
    with pytest.raises(AvouchError) as caught:
        reply(model, asked(model))
    assert caught.value.code is Code.MODEL_REFUSED and "sk-" not in str(caught.value)


def test_more_than_the_context_holds_is_refused(model: Model) -> None:
    with pytest.raises(AvouchError) as caught:
        reply(model, Request((Message("user", "x" * 40_000),), 8))
    assert caught.value.code is Code.MODEL_REFUSED


def test_the_reply_ends_where_it_must(model: Model) -> None:
    pieces = list(OpenAIGenerator(model).stream(replace(asked(model), max_tokens=3), time.monotonic() + 60))
    assert pieces[-1].finish == "length" and "".join(one.text for one in pieces).strip() == "The dose is"


def test_bytes_are_the_worst_tokenizer_there_is(model: Model) -> None:
    """This one makes a token of every byte; the estimate is of real ones, but never of less than a third of that."""
    _, read = reply(model, asked(model))
    assert read / 3 < of_messages(asked(model).messages) < read
