"""Runs a generator so that nobody waits for one longer than they said they would.

One that says that it is punctual keeps its deadline in every wait. A long first step of a local model, or a
stranger's adapter, may not: such a one runs in a thread of its own. Whoever waits goes on in time, and the thread
ends when it gets to it, holding its place meanwhile: there are only so many.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

from avouch.errors import AvouchError, Code
from avouch.ports import Generator
from avouch.records import Piece, Request

STREAMS = 256
CHARACTERS, LEAST = 16, 1000
"""A reply of more characters a token than this, and than this in all, is longer than was asked for: cut off."""
Pieces = queue.SimpleQueue[Piece | AvouchError | None]


class Relay:
    """At most ``streams`` generators at work at once."""

    def __init__(self, streams: int = STREAMS) -> None:
        self._places = threading.BoundedSemaphore(streams)

    def stream(self, generator: Generator, request: Request, deadline: float) -> Iterator[Piece]:
        """The pieces as they come. As the port, and MODEL_TIMEOUT at the deadline whatever the generator does;
        OVERLOADED where no place became free."""
        if not self._places.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise AvouchError(Code.OVERLOADED, "too many models are writing at once", 1.0)
        if not getattr(generator, "punctual", False):
            yield from self._beside(generator, request, deadline)
            return
        try:
            yield from limited(generator.stream(request, deadline), request.max_tokens)
        except AvouchError:
            raise
        except Exception as error:
            raise failed(generator.name, error) from error
        finally:
            self._places.release()

    def _beside(self, generator: Generator, request: Request, deadline: float) -> Iterator[Piece]:
        """In a thread, which gives the place back."""
        pieces: Pieces = queue.SimpleQueue()
        gone = threading.Event()
        work = (generator, request, deadline, pieces, gone)
        try:
            threading.Thread(target=self._work, args=work, name=f"model {generator.name}", daemon=True).start()
        except RuntimeError as error:
            self._places.release()
            raise AvouchError(Code.OVERLOADED, "no thread can be started", 1.0) from error
        try:
            while (piece := self._next(pieces, generator.name, deadline)) is not None:
                yield piece
        finally:
            gone.set()

    @staticmethod
    def _next(pieces: Pieces, name: str, deadline: float) -> Piece | None:
        try:
            piece = pieces.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty as error:
            raise AvouchError(Code.MODEL_TIMEOUT, f"{name}: the time for the question is over") from error
        if isinstance(piece, AvouchError):
            raise piece
        return piece

    def _work(
        self,
        generator: Generator,
        request: Request,
        deadline: float,
        pieces: Pieces,
        gone: threading.Event,
    ) -> None:
        try:
            for piece in limited(generator.stream(request, deadline), request.max_tokens):
                pieces.put(piece)
                if gone.is_set():
                    return
            pieces.put(None)
        except AvouchError as error:
            pieces.put(error)
        except Exception as error:  # noqa: BLE001 - told where it is waited for: the next model is asked
            pieces.put(failed(generator.name, error))
        finally:
            self._places.release()


def failed(name: str, error: Exception) -> AvouchError:
    """An adapter's own fault as an error of its model."""
    told = AvouchError(Code.MODEL_BROKEN, f"{name}: the adapter failed ({type(error).__name__})")
    told.__cause__ = error
    return told


def limited(stream: Iterator[Piece], max_tokens: int) -> Iterator[Piece]:
    """The pieces until there is more than was asked for; then a last one that finishes for length."""
    left = max(max_tokens * CHARACTERS, LEAST)
    try:
        for piece in stream:
            left -= len(piece.text) or 1
            if left < 0:
                yield Piece(finish="length")
                return
            yield piece
    finally:
        close = getattr(stream, "close", None)
        if close:
            close()
