"""Append-only Delta tables without pyarrow. Columns are numpy: 1-d int64, or 2-d (rows × width).

Statistics are kept for ids only: default ones would leave content in the log after a vacuum. Deletion is
by id for the same reason: a predicate is itself logged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from arro3.core import Array, Table, fixed_size_list_array, list_flatten
from arro3.io import read_parquet
from deltalake import DeltaTable, QueryBuilder, write_deltalake

CONFIGURATION = {"delta.dataSkippingStatsColumns": "row,version"}
COMPACT_ABOVE = 32


class DeltaTables:
    """The ``Tables`` port on a local folder (or any URL that deltalake opens)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def _uri(self, table: str) -> str:
        return str(self._folder / table)

    def _exists(self, table: str) -> bool:
        return DeltaTable.is_deltatable(self._uri(table))

    def append(self, table: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> None:
        arrays = [
            Array.from_numpy(np.ascontiguousarray(values))
            if values.ndim == 1
            else fixed_size_list_array(Array.from_numpy(np.ascontiguousarray(values).ravel()), values.shape[1])
            for values in columns.values()
        ]
        data = Table.from_arrays(arrays, names=list(columns))
        created = not self._exists(table)
        write_deltalake(self._uri(table), data, mode="append", configuration=CONFIGURATION if created else None)

    def read(self, table: str, columns: Sequence[str], first_row: int = 0) -> dict[str, np.ndarray[Any, Any]]:
        if not self._exists(table):
            return {}
        names = ", ".join(f'"{name}"' for name in columns)
        query = f'SELECT {names} FROM t WHERE "row" >= {int(first_row)} ORDER BY "row"'  # noqa: S608
        found = QueryBuilder().register("t", DeltaTable(self._uri(table))).execute(query).read_all()
        return {name: to_numpy(found.column(name), found.num_rows) for name in columns}

    def delete(self, table: str, version_ordinals: Sequence[int]) -> None:
        if not self._exists(table) or not version_ordinals:
            return
        found = DeltaTable(self._uri(table))
        found.delete(f"version IN ({', '.join(str(int(ordinal)) for ordinal in version_ordinals)})")
        vacuum(found)

    def count(self, table: str, version_ordinals: Sequence[int]) -> int:
        """Rows of these versions in every data file that lies in the folder, referenced or not."""
        if not self._exists(table):
            return 0
        found = 0
        for path in Path(self._uri(table)).rglob("*.parquet"):
            if "_delta_log" not in path.parts:
                versions = read_parquet(str(path)).read_all().column("version").to_numpy()
                found += int(np.isin(versions, list(version_ordinals)).sum())
        return found

    def compact(self) -> None:
        for path in self._folder.iterdir():
            if self._exists(path.name):
                found = DeltaTable(str(path))
                if len(found.file_uris()) > COMPACT_ABOVE:
                    found.optimize.compact()
                    vacuum(found)

    def names(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir() if self._exists(path.name))


def vacuum(table: DeltaTable) -> None:
    """Unlink every file that the newest state does not use, at once."""
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)


def to_numpy(column: Any, rows: int) -> np.ndarray[Any, Any]:
    """One column; lists, which all have one length here, become 2-d."""
    if not rows:
        return np.empty(0, np.int64)
    if "List(" in str(column.type):
        return np.concatenate([np.asarray(list_flatten(part).to_numpy()) for part in column.chunks]).reshape(rows, -1)
    return np.asarray(column.to_numpy())
