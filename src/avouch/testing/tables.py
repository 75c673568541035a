"""What every Tables must do.

class TestMine(TablesSuite):
    def open(self, folder): return MyTables(...)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from avouch.ports import Column, Tables

TABLE = "things"


def columns(first: int, count: int, version: int) -> dict[str, Column]:
    rows = np.arange(first, first + count, dtype=np.int64)
    vectors = np.outer(rows, np.ones(4)).astype(np.float32)
    return {"row": rows, "version": np.full(count, version, np.int64), "vector": vectors}


class TablesSuite:
    """Append-only columns, ordered by row when read; what was deleted is in no file any more."""

    def open(self, folder: Path) -> Tables:
        raise NotImplementedError

    def test_appends_are_read_in_order(self, tmp_path: Path) -> None:
        tables = self.open(tmp_path)
        tables.append(TABLE, columns(10, 5, 1))
        tables.append(TABLE, columns(0, 10, 0))
        found = self.open(tmp_path).read(TABLE, ("row", "version", "vector"))
        assert found["row"].tolist() == list(range(15))
        assert found["version"].tolist() == [0] * 10 + [1] * 5
        assert (found["vector"] == np.outer(range(15), np.ones(4))).all()
        assert tables.names() == [TABLE]

    def test_reading_from_a_row_on(self, tmp_path: Path) -> None:
        tables = self.open(tmp_path)
        tables.append(TABLE, columns(0, 10, 0))
        assert tables.read(TABLE, ("row",), 7)["row"].tolist() == [7, 8, 9]
        assert len(tables.read(TABLE, ("row", "vector"), 99)["row"]) == 0
        assert tables.read("nothing", ("row",)) == {}

    def test_deleted_versions_are_in_no_file(self, tmp_path: Path) -> None:
        tables = self.open(tmp_path)
        for version in range(4):
            tables.append(TABLE, columns(version * 10, 10, version))
        assert tables.count(TABLE, [1, 2]) == 20
        tables.delete(TABLE, [1, 2])
        assert tables.count(TABLE, [1, 2]) == 0
        assert tables.read(TABLE, ("version",))["version"].tolist() == [0] * 10 + [3] * 10

    def test_compaction_changes_nothing_that_is_read(self, tmp_path: Path) -> None:
        tables = self.open(tmp_path)
        for version in range(40):
            tables.append(TABLE, columns(version, 1, version))
        tables.compact()
        assert tables.read(TABLE, ("row", "vector"))["row"].tolist() == list(range(40))
        assert tables.count(TABLE, range(40)) == 40
