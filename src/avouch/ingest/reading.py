"""Reading files that others may be writing: bounded, never blocking, and sure of what was read."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from avouch.errors import AvouchError, Code
from avouch.ingest.walk import Place

HEAD = 65_536
GZIP = b"\x1f\x8b"
_RATIO_FROM = 10_000_000


@contextmanager
def opened(place: Place) -> Iterator[BinaryIO]:
    """The file, open for reading. FILE_CHANGED where it is no longer the same when the block ends."""
    try:
        handle = os.open(place.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise AvouchError(Code.FILE_UNREADABLE, f"{place.key}: {error.strerror}") from error
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise AvouchError(Code.FILE_UNREADABLE, f"{place.key}: a pipe, socket or device, not a file")
        # Readers on top of the file may close it; the handle stays, to look at it once more.
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
        after = os.fstat(handle)
    except OSError as error:
        raise AvouchError(Code.FILE_UNREADABLE, f"{place.key}: {error.strerror or 'damaged'}") from error
    finally:
        os.close(handle)
    if _state(before) != _state(after):
        raise AvouchError(Code.FILE_CHANGED, f"{place.key}: it changed while it was read")


def _state(info: os.stat_result) -> tuple[int, int]:
    return info.st_size, info.st_mtime_ns


def head(place: Place) -> bytes:
    """The first 64 KiB. FILE_EMPTY where there are none."""
    with opened(place) as file:
        data = file.read(HEAD)
    if not data:
        raise AvouchError(Code.FILE_EMPTY, f"{place.key}: zero bytes")
    return data


def content(place: Place, max_bytes: int) -> bytes:
    """All bytes, where they are no more than ``max_bytes``; FILE_TOO_LARGE without reading otherwise."""
    if place.size > max_bytes:
        raise AvouchError(Code.FILE_TOO_LARGE, f"{place.key}: {place.size:,} bytes, over {max_bytes:,}")
    with opened(place) as file:
        data = file.read(max_bytes + 1)
    if len(data) != place.size:
        raise AvouchError(Code.FILE_CHANGED, f"{place.key}: it changed while it was read")
    return data


def inflated(data: bytes, key: str) -> bytes:
    """The first 64 KiB of what a gzip file's beginning unpacks to; PARSE_FAILED where it is damaged."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, HEAD)
    except zlib.error as error:
        raise AvouchError(Code.PARSE_FAILED, f"{key}: the gzip data are damaged") from error


def text_size(place: Place, packed: bool) -> int:
    """Bytes of a file, of a gzip file what it says of itself at its end; for estimates only."""
    if not packed:
        return place.size
    with opened(place) as file:
        file.seek(max(0, place.size - 4))
        return int.from_bytes(file.read(4), "little")


class _Inflating(io.RawIOBase):
    """A gzip stream that stops with ARCHIVE_BOMB when it unpacks to more than ``ratio`` times its size."""

    def __init__(self, file: BinaryIO, place: Place, ratio: int) -> None:
        self._source = gzip.GzipFile(fileobj=file, mode="rb")
        self._key = place.key
        self._room = max(_RATIO_FROM, place.size * ratio)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._source.read(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise AvouchError(Code.PARSE_FAILED, f"{self._key}: the gzip data are damaged") from error
        self._room -= len(data)
        if self._room < 0:
            raise AvouchError(Code.ARCHIVE_BOMB, f"{self._key}: it unpacks to far more than it holds")
        view[: len(data)] = data
        return len(data)


def inflated_whole(data: bytes, place: Place, ratio: int, max_bytes: int) -> bytes:
    """What a gzip file unpacks to. ARCHIVE_BOMB, PARSE_FAILED, FILE_TOO_LARGE beyond ``max_bytes``."""
    whole = unpacked(io.BytesIO(data), place, ratio).read(max_bytes + 1)
    if len(whole) > max_bytes:
        raise AvouchError(Code.FILE_TOO_LARGE, f"{place.key}: it unpacks to over {max_bytes:,} bytes")
    return whole


def unpacked(file: BinaryIO, place: Place, ratio: int) -> BinaryIO:
    """The stream's bytes, through gzip where it is gzip."""
    start = file.read(2)
    file.seek(0)
    if start != GZIP:
        return file
    return io.BufferedReader(_Inflating(file, place, ratio), HEAD)
