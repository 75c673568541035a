"""Append-only Delta tables without pyarrow. Columns are numpy: 1-d int64, or 2-d (rows × width).

They lie in a local folder or in a bucket of an S3-compatible store. Statistics are kept for ids only:
default ones would leave content in the log after a vacuum. Deletion is by id for the same reason: a
predicate is itself logged.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from arro3.core import Array, Table, fixed_size_list_array, list_flatten
from arro3.io import read_parquet
from deltalake import ColumnProperties, DeltaTable, QueryBuilder, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from avouch.errors import AvouchError, Code

CONFIGURATION = {"delta.dataSkippingStatsColumns": "row,version"}
COMPACT_ABOVE = 32
PROPERTIES = WriterProperties(default_column_properties=ColumnProperties(dictionary_enabled=False))
"""No dictionaries: hardly a number of an embedding comes twice; looking for it doubled the work and took more bytes."""
TRIES, PAUSE, PATIENCE = 5, 0.1, 20.0
Turns = Callable[[], AbstractContextManager[Any]]


class Files(Protocol):
    """The files of the tables, by name under their root."""

    def names(self, prefix: str) -> Iterator[str]: ...
    def folders(self) -> list[str]: ...
    def readable(self, name: str) -> Any: ...


class LocalFiles:
    """Files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def names(self, prefix: str) -> Iterator[str]:
        for path in (self._folder / prefix).rglob("*"):
            if path.is_file():
                yield path.relative_to(self._folder).as_posix()

    def folders(self) -> list[str]:
        return [path.name for path in self._folder.iterdir()]

    def readable(self, name: str) -> Any:
        return str(self._folder / name)


class DeltaTables:
    """The ``Tables`` port. ``turns`` is held by whoever changes a table: one at a time, in all processes."""

    def __init__(self, folder: Path, turns: Turns = nullcontext) -> None:
        self._options: dict[str, str] | None = None
        self._root, self._turns = str(folder), turns
        self._files: Files = LocalFiles(folder)
        self._held: dict[str, DeltaTable] = {}
        self._lock = threading.Lock()

    @classmethod
    def in_bucket(cls, url: str, endpoint: str, region: str, turns: Turns = nullcontext) -> DeltaTables:
        """Tables under ``s3://bucket/prefix``; credentials come from the environment."""
        from avouch.adapters.object_files import ObjectFiles, delta_options

        made = cls.__new__(cls)
        made._root, made._options, made._turns = url, delta_options(endpoint, region), turns
        made._files, made._held, made._lock = ObjectFiles(url, endpoint, region), {}, threading.Lock()
        return made

    def _uri(self, table: str) -> str:
        return f"{self._root}/{table}"

    def _exists(self, table: str) -> bool:
        """Not by deltalake, which lets no other thread run while it asks a store."""
        return next(self._files.names(f"{table}/_delta_log/"), None) is not None

    def _open(self, table: str) -> DeltaTable:
        """The newest state. A table that was opened before is brought up to it, which is ten times as fast."""
        with self._lock:
            held = self._held.get(table)
            if held is None:
                held = self._held[table] = DeltaTable(self._uri(table), storage_options=self._options)
            else:
                held.update_incremental()
            return held

    @contextmanager
    def _coded(self) -> Iterator[None]:
        """What a bucket reports, as STORAGE_UNAVAILABLE; what a disk reports, as it is."""
        try:
            yield
        except Exception as error:
            theirs = isinstance(error, (DeltaError, OSError)) or type(error) is Exception  # so a query says it
            if self._options is None or not theirs:
                raise
            kind = type(error).__name__
            raise AvouchError(Code.STORAGE_UNAVAILABLE, f"the tables in the bucket did not answer ({kind})") from error

    def append(self, table: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> None:
        arrays = [
            Array.from_numpy(np.ascontiguousarray(values))
            if values.ndim == 1
            else fixed_size_list_array(Array.from_numpy(np.ascontiguousarray(values).ravel()), values.shape[1])
            for values in columns.values()
        ]
        data = Table.from_arrays(arrays, names=list(columns))
        with self._turns(), self._coded():
            known = self._exists(table)
            write_deltalake(
                self._open(table) if known else self._uri(table),
                data,
                mode="append",
                configuration=None if known else CONFIGURATION,
                storage_options=self._options,
                writer_properties=PROPERTIES,
            )

    def read(self, table: str, columns: Sequence[str], first_row: int = 0) -> dict[str, np.ndarray[Any, Any]]:
        if not self._exists(table):
            return {}
        names = ", ".join(f'"{name}"' for name in columns)
        query = f'SELECT {names} FROM t WHERE "row" >= {int(first_row)} ORDER BY "row"'  # noqa: S608
        with self._coded():
            found = self._query(table, query)
        return {name: to_numpy(found.column(name), found.num_rows) for name in columns}

    def _query(self, table: str, query: str) -> Any:
        """Ask the newest state. Files may be removed while they are read: then there is a newer one."""
        left, seen, until = TRIES, -1, time.monotonic() + PATIENCE
        while True:
            version = seen
            try:
                opened = self._open(table)
                version = opened.version()
                return QueryBuilder().register("t", opened).execute(query).read_all()
            except Exception as error:
                self._held.pop(table, None)
                left, seen = TRIES if version > seen else left - 1, version
                if not left or isinstance(error, AvouchError) or time.monotonic() > until:
                    raise
                time.sleep(PAUSE)

    def delete(self, table: str, version_ordinals: Sequence[int]) -> None:
        if not version_ordinals or not self._exists(table):
            return
        with self._turns(), self._coded():
            found = self._open(table)
            found.delete(f"version IN ({', '.join(str(int(ordinal)) for ordinal in version_ordinals)})")
            vacuum(found)

    def count(self, table: str, version_ordinals: Sequence[int]) -> int:
        """Rows of these versions in every data file that lies there, referenced or not."""
        found = 0
        for name in self._files.names(f"{table}/"):
            if name.endswith(".parquet") and "/_delta_log/" not in name:
                versions = read_parquet(self._files.readable(name)).read_all().column("version").to_numpy()
                found += int(np.isin(versions, list(version_ordinals)).sum())
        return found

    def compact(self) -> None:
        for name in self.names():
            with self._turns(), self._coded():
                found = self._open(name)
                if len(found.file_uris()) > COMPACT_ABOVE:
                    found.optimize.compact(writer_properties=PROPERTIES)
                    vacuum(found)
                    found.create_checkpoint()

    def names(self) -> list[str]:
        return sorted(name for name in self._files.folders() if self._exists(name))


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
