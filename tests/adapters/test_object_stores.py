"""Blobs and tables on a server that speaks S3, held to their ports; commits that nobody overwrites."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import obstore
import pytest
from obstore.exceptions import AlreadyExistsError
from tests.object_store import Bucket, bucket, server

from avouch.adapters.delta_tables import DeltaTables
from avouch.adapters.object_blobs import ObjectBlobs
from avouch.adapters.object_files import ObjectFiles
from avouch.errors import AvouchError, Code
from avouch.ports import Blobs, Tables
from avouch.testing.blobs import NAMES, BlobsSuite
from avouch.testing.tables import TABLE, TablesSuite, columns


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with server() as made:
        yield made


@pytest.fixture
def place(endpoint: str) -> Bucket:
    return bucket(endpoint)


class TestObjects(BlobsSuite):
    @pytest.fixture(autouse=True)
    def _place(self, place: Bucket) -> None:
        self.place = place

    def open(self, folder: Path) -> Blobs:
        return ObjectBlobs(f"{self.place.url}/{folder.name}", self.place.endpoint, self.place.region)


class TestDeltaInABucket(TablesSuite):
    @pytest.fixture(autouse=True)
    def _place(self, place: Bucket) -> None:
        self.place = place

    def open(self, folder: Path) -> Tables:
        return DeltaTables.in_bucket(f"{self.place.url}/{folder.name}", self.place.endpoint, self.place.region)


def test_the_server_refuses_to_overwrite_on_a_conditional_put(place: Bucket) -> None:
    """Without this, what follows shows nothing."""
    files = ObjectFiles(place.url, place.endpoint, place.region)
    obstore.put(files._store, "one", b"1", mode="create")
    with pytest.raises(AlreadyExistsError):
        obstore.put(files._store, "one", b"2", mode="create")
    assert files.get("one") == b"1"


def test_appends_of_several_writers_are_all_there(place: Bucket) -> None:
    """Commits that collide are made again after one another, also without taking turns."""
    writers = [DeltaTables.in_bucket(place.url, place.endpoint, place.region) for _ in range(4)]
    writers[0].append(TABLE, columns(0, 1, 0))

    def work(n: int) -> None:
        for k in range(5):
            writers[n].append(TABLE, columns(1 + n * 5 + k, 1, n))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writers[0].read(TABLE, ("row",))["row"].tolist() == list(range(21))


def test_a_deleted_version_is_in_no_object(place: Bucket) -> None:
    tables = DeltaTables.in_bucket(place.url, place.endpoint, place.region)
    marked = np.full((3, 4), 123456.75, np.float32)
    tables.append(TABLE, {**columns(0, 3, 1), "vector": marked})
    tables.append(TABLE, columns(3, 3, 2))
    tables.delete(TABLE, [1])
    files = ObjectFiles(place.url, place.endpoint, place.region)
    assert tables.count(TABLE, [1]) == 0
    assert not [name for name in files.names("") if marked[0].tobytes() in files.get(name)]


def test_a_store_that_is_away_is_a_coded_error(place: Bucket) -> None:
    away = ObjectBlobs("s3://none/x", place.endpoint, place.region)
    away.put(NAMES[0], b"1")
    with pytest.raises(AvouchError) as error:
        away.sync()
    assert error.value.code is Code.STORAGE_UNAVAILABLE
    with pytest.raises(AvouchError) as missing:
        away.get(NAMES[1])
    assert missing.value.code is Code.STORAGE_UNAVAILABLE
    tables = DeltaTables.in_bucket(place.url, place.endpoint, place.region)
    tables.append(TABLE, columns(0, 1, 0))
    dead = DeltaTables.in_bucket(place.url, "http://127.0.0.1:1", place.region)
    for attempt in (lambda: dead.append(TABLE, columns(1, 1, 0)), lambda: dead.read(TABLE, ("row",)), dead.names):
        with pytest.raises(AvouchError) as error:
            attempt()
        assert error.value.code is Code.STORAGE_UNAVAILABLE
    for url in ("http://bucket/x", "s3:///x", "s3://key:secret@bucket/x", "bucket"):
        with pytest.raises(AvouchError) as wrong:
            ObjectBlobs(url)
        assert wrong.value.code is Code.CONFIG_INVALID
        assert "secret" not in str(wrong.value)
