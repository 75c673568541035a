"""The stores of a local home, held to their ports, and what is theirs alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from deltalake import QueryBuilder
from sqlalchemy import Connection, insert

from avouch.adapters.delta_tables import DeltaTables
from avouch.adapters.file_blobs import FileBlobs
from avouch.adapters.sqlite_state import SqliteState
from avouch.errors import AvouchError, Code
from avouch.ports import Blobs, State, Tables
from avouch.testing.blobs import BlobsSuite
from avouch.testing.state import METADATA, NUMBERS, StateSuite
from avouch.testing.tables import TABLE, TablesSuite, columns


class TestSqlite(StateSuite):
    def open(self, folder: Path) -> State:
        return SqliteState(folder / "state.db")


class TestFiles(BlobsSuite):
    def open(self, folder: Path) -> Blobs:
        return FileBlobs(folder)


class TestDelta(TablesSuite):
    def open(self, folder: Path) -> Tables:
        return DeltaTables(folder)


def test_the_log_of_a_delta_table_keeps_statistics_of_ids_only(tmp_path: Path) -> None:
    tables = DeltaTables(tmp_path)
    tables.append(TABLE, {**columns(0, 3, 7), "start": columns(5, 3, 7)["row"]})
    log = "".join(path.read_text() for path in (tmp_path / TABLE / "_delta_log").glob("*.json"))
    assert '\\"row\\":' in log
    assert '\\"start\\":' not in log.partition("stats")[2].partition("tags")[0]


def test_readers_do_not_stumble_over_files_that_are_removed_while_they_read(tmp_path: Path) -> None:
    tables, over = DeltaTables(tmp_path), threading.Event()
    for version in range(30):
        tables.append(TABLE, columns(version * 10, 10, version))

    def read() -> int:
        other, count = DeltaTables(tmp_path), 0
        while not over.is_set():
            rows = other.read(TABLE, ("row", "vector"))["row"]
            assert len(rows) % 10 == 0
            count += 1
        return count

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for version in range(25):
            tables.delete(TABLE, [version])
        over.set()
        assert all(reader.result() for reader in readers)


def test_a_reader_goes_on_for_as_long_as_there_is_a_newer_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the reader knows which files to read, they are removed."""
    tables, left = DeltaTables(tmp_path), list(range(8))
    for version in range(9):
        tables.append(TABLE, columns(version * 10, 10, version))

    class Late(QueryBuilder):
        def execute(self, sql: str) -> Any:
            if left:
                tables.delete(TABLE, [left.pop()])
            return super().execute(sql)

    monkeypatch.setattr("avouch.adapters.delta_tables.QueryBuilder", Late)
    monkeypatch.setattr("avouch.adapters.delta_tables.TRIES", 1)
    assert DeltaTables(tmp_path).read(TABLE, ("row",))["row"].tolist() == list(range(80, 90))
    assert not left


def test_a_store_that_does_not_answer_once_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, fails = DeltaTables(tmp_path), [OSError("reset"), OSError("reset")]
    tables.append(TABLE, columns(0, 10, 0))
    opened = tables._open

    def shaky(table: str) -> Any:
        if fails:
            raise fails.pop()
        return opened(table)

    monkeypatch.setattr(tables, "_open", shaky)
    assert len(tables.read(TABLE, ("row",))["row"]) == 10


def test_a_file_that_is_gone_for_good_is_an_error_at_once(tmp_path: Path) -> None:
    tables = DeltaTables(tmp_path)
    tables.append(TABLE, columns(0, 10, 0))
    for path in (tmp_path / TABLE).glob("*.parquet"):
        path.unlink()
    with pytest.raises(Exception, match="not found"):
        tables.read(TABLE, ("row",))


@pytest.mark.parametrize("left", [b"", b"no database at all" * 500])
def test_a_database_file_that_is_overwritten_is_a_coded_error(tmp_path: Path, left: bytes) -> None:
    """On a connection that is open, and on one that is made now."""
    state = SqliteState(tmp_path / "state.db")
    state.write(lambda tx: METADATA.create_all(tx))
    state.flush()
    (tmp_path / "state.db").write_bytes(left)

    def rows(tx: Connection) -> Any:
        return tx.execute(NUMBERS.select()).all()

    for query in (rows, lambda tx: state.read(rows)):
        with pytest.raises(AvouchError) as error:
            state.read(query)
        assert error.value.code is Code.HOME_DAMAGED
    state.close()


def test_a_copy_is_consistent_and_deleted_bytes_are_gone(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.db")
    state.write(lambda tx: METADATA.create_all(tx))
    state.write(lambda tx: tx.execute(insert(NUMBERS), [{"n": n} for n in range(1000)]))
    state.copy(tmp_path / "copy.db")
    state.close()
    copy = SqliteState(tmp_path / "copy.db")
    assert copy.read(lambda tx: len(tx.execute(NUMBERS.select()).all())) == 1000
    copy.close()
