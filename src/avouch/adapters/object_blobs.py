"""Blobs as objects of an S3-compatible store: ``ab/abcdef…``, several on their way at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from avouch.adapters.object_files import ObjectFiles

AT_ONCE = 16


class ObjectBlobs:
    """The ``Blobs`` port under ``s3://bucket/prefix``. STORAGE_UNAVAILABLE where the store does not answer."""

    def __init__(self, url: str, endpoint: str = "", region: str = "") -> None:
        self._files = ObjectFiles(url, endpoint, region)
        self._pool = ThreadPoolExecutor(AT_ONCE, "avouch-blobs")
        self._pending: dict[str, Future[None]] = {}
        self._lock = threading.Lock()

    def _path(self, name: str) -> str:
        if not name.isalnum():
            raise ValueError(name)
        return f"{name[:2]}/{name}"

    def put(self, name: str, data: bytes) -> None:
        """Send the bytes; ``sync`` and ``get`` wait until they are there."""
        path = self._path(name)
        with self._lock:
            self._pending[name] = self._pool.submit(self._files.put, path, data)

    def get(self, name: str) -> bytes:
        self._wait(name)
        try:
            return self._files.get(self._path(name))
        except FileNotFoundError as error:
            raise KeyError(name) from error

    def delete(self, name: str) -> None:
        self._wait(name)
        self._files.delete(self._path(name))

    def names(self) -> Iterator[str]:
        self.sync()
        for path in self._files.names(""):
            yield path.rpartition("/")[2]

    def sync(self) -> None:
        """An object that was put lasts: so this waits for those on their way."""
        with self._lock:
            pending, self._pending = self._pending, {}
        for sent in pending.values():
            sent.result()

    def _wait(self, name: str) -> None:
        with self._lock:
            sent = self._pending.get(name)
        if sent is not None:
            sent.result()
