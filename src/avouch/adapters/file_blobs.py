"""Blobs as files: ``ab/abcdef…``, written beside and renamed, made durable by ``sync``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FSYNC_EACH = 8


class FileBlobs:
    """The ``Blobs`` port on a local folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pending: list[Path] = []
        self._made: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def _path(self, name: str) -> Path:
        if not name.isalnum():
            raise ValueError(name)
        return self._folder / name[:2] / name

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        if name[:2] not in self._made:
            path.parent.mkdir(exist_ok=True)
            self._made.add(name[:2])
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.rename(path)
        self._pending.append(path)

    def get(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise KeyError(name) from error

    def delete(self, name: str) -> None:
        """Overwrite with zeros, then unlink."""
        path = self._path(name)
        if not path.exists():
            return
        with path.open("r+b") as stream:
            stream.write(b"\x00" * path.stat().st_size)
            stream.flush()
            os.fsync(stream.fileno())
        path.unlink()

    def names(self) -> Iterator[str]:
        for path in self._folder.glob("??/*"):
            if path.suffix != ".part":
                yield path.name

    def sync(self) -> None:
        """Many small files: one sync of the file systems is far cheaper than one a file."""
        pending, self._pending = self._pending, []
        if len(pending) > FSYNC_EACH:
            os.sync()
            return
        for path in [*pending, *{path.parent for path in pending}, self._folder]:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
