"""Models and passages of the tests, and generators that do as they are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from avouch.errors import AvouchError
from avouch.records import Health, Message, Model, ModelKind, Passage, Piece, Request, Scores

ASKED = Request((Message("system", "Rules."), Message("user", "What is the dose?")), 32)


def model(name: str = "m", **told: Any) -> Model:
    return Model(name, **{"kind": ModelKind.OPENAI, "url": "https://models.example/v1", "version": "1", **told})


def passage(text: str, number: int = 1, title: str = "", headings: tuple[str, ...] = ()) -> Passage:
    return Passage("d", f"v_{number}", "k", title, 0, 0, len(text), headings, text, 1.0, Scores(1.0), number)


class Told:
    """A generator that goes through its acts, one a request: pieces, an error, or a function of the request."""

    def __init__(self, name: str, *acts: Sequence[str] | AvouchError | Callable[[Request], Iterator[Piece]]) -> None:
        self.name, self.digest, self.acts, self.asked = name, "1", list(acts), 0

    def stream(self, request: Request, deadline: float) -> Iterator[Piece]:
        act = self.acts[min(self.asked, len(self.acts) - 1)]
        self.asked += 1
        if isinstance(act, AvouchError):
            raise act
        if callable(act):
            yield from act(request)
            return
        for text in act:
            yield Piece(text)
        yield Piece(finish="stop")

    def health(self) -> Health:
        return Health(True)

    def close(self) -> None:
        return


def soon(seconds: float = 10.0) -> float:
    return time.monotonic() + seconds
