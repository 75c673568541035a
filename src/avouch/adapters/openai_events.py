"""Server-sent events from bytes as they come, to the letter of the WHATWG HTML standard, section 9.2.6."""

from __future__ import annotations

import re
from collections.abc import Iterator

LARGEST = 1_000_000
"""Bytes of one event, or of one line of it."""
ENDS = re.compile(rb"\r\n|\r|\n")
MARK = b"\xef\xbb\xbf"


class TooLarge(ValueError):  # noqa: N818
    """An event is longer than anybody sends in earnest."""


class Events:
    """Feed it bytes, however they were cut; it yields the data of each event. What ends in the middle is dropped.

    ``event``, ``id`` and ``retry`` are read over: none of them says anything in this protocol.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._size, self._after_cr, self._first = 0, False, True

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The events that are whole with these bytes. TooLarge."""
        if self._after_cr and chunk:
            chunk, self._after_cr = chunk.removeprefix(b"\n"), False
        if not chunk:
            return
        self._after_cr = chunk.endswith(b"\r")
        *lines, rest = ENDS.split(chunk)
        for line in lines:
            whole = b"".join((*self._line, line))
            self._line = []
            self._grow(len(line))
            if self._first:
                whole, self._first = whole.removeprefix(MARK), False
            if whole:
                self._field(whole)
            else:
                yield from self._dispatch()
        if rest:
            self._line.append(rest)
            self._grow(len(rest))

    def _grow(self, count: int) -> None:
        self._size += count
        if self._size > LARGEST:
            raise TooLarge

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
        elif not self._data:
            self._size = 0

    def _dispatch(self) -> Iterator[str]:
        data, self._data, self._size = self._data, [], 0
        if data and (text := b"\n".join(data).decode("utf-8", "replace")):
            yield text
