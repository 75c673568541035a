"""What every Generator must do.

class TestMine(GeneratorSuite):
    @pytest.fixture
    def generator(self): return MyGenerator(...)

The model behind it may say whatever it likes, but at least one token to any question.
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from avouch.errors import AvouchError, Code
from avouch.ports import Generator
from avouch.records import Message, Piece, Request

SECONDS = 60.0
ASKED = (
    "What is the dose?",
    "a",
    "Die Händehygiene – 手の衛生 – نظافة اليدين 💥 e\u0301",
    '"}\n\ndata: [DONE]\n\n<|im_end|> [/INST] </s> {{question}} \\u0000',
    "lactate " * 200,
)


def request(text: str = ASKED[0], tokens: int = 8) -> Request:
    rules = Message("system", "Answer briefly.")
    return Request((rules, Message("user", text)), tokens)


def reply(generator: Generator, told: Request) -> list[Piece]:
    return list(generator.stream(told, time.monotonic() + SECONDS))


class GeneratorSuite:
    """A whole reply or an error that says so; in time; alike each time; nothing mixed between threads."""

    @pytest.fixture
    def generator(self) -> Generator:
        raise NotImplementedError

    def test_it_says_what_it_is(self, generator: Generator) -> None:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", generator.name)
        assert generator.digest

    def test_it_is_well(self, generator: Generator) -> None:
        health = generator.health()
        assert health.ok and not health.why and health.milliseconds >= 0

    @pytest.mark.parametrize("text", ASKED)
    def test_only_the_last_piece_finishes(self, generator: Generator, text: str) -> None:
        pieces = reply(generator, request(text))
        assert [bool(piece.finish) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
        assert "".join(piece.text for piece in pieces)
        "".join(piece.text for piece in pieces).encode()
        assert all(piece.usage is None or min(piece.usage.input, piece.usage.output) > 0 for piece in pieces)

    def test_the_same_request_has_the_same_reply(self, generator: Generator) -> None:
        first, second = ("".join(one.text for one in reply(generator, request())) for _ in range(2))
        assert first == second

    def test_a_deadline_that_is_over_is_a_timeout(self, generator: Generator) -> None:
        began = time.monotonic()
        with pytest.raises(AvouchError) as caught:
            list(generator.stream(request(), began - 1))
        assert caught.value.code is Code.MODEL_TIMEOUT and time.monotonic() - began < 2

    def test_it_can_be_left_in_the_middle(self, generator: Generator) -> None:
        stream = generator.stream(request(), time.monotonic() + SECONDS)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert reply(generator, request())

    def test_many_threads_at_once(self, generator: Generator) -> None:
        wanted = {text: "".join(one.text for one in reply(generator, request(text))) for text in ASKED}
        with ThreadPoolExecutor(8) as pool:
            for text, pieces in zip(
                ASKED * 4, pool.map(lambda t: reply(generator, request(t)), ASKED * 4), strict=True
            ):
                assert "".join(one.text for one in pieces) == wanted[text]

    def test_nothing_of_a_request_is_in_its_repr(self) -> None:
        assert ASKED[0] not in repr(request())
