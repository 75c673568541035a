"""One generation of index files: vectors, spans, codes and terms by row, and the manifest that rules them.

Files only grow beyond what the manifest says; the manifest is replaced in one step when they are
durable. So a crash leaves the old state or the new one, and opening cuts off what was begun. What a
generation takes in is already known to the ledger: it can always be made again from the lake.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from avouch import durable
from avouch.errors import AvouchError, Code
from avouch.index.manifest import Manifest
from avouch.index.rows import RowFiles, blank
from avouch.ports import TextIndex, VectorScan
from avouch.records import SPAN, Rows, Spans, TextRow, Vectors

OpenScan: TypeAlias = Callable[[Path, int, int], VectorScan]
"""(folder, dimensions, rows) to a scan of the first rows saved there; an empty one for 0 rows."""
OpenText: TypeAlias = Callable[[Path], TextIndex]


class Generation:
    """The open index. One process writes; searches read what was last appended.

    ``vectors`` (rows, dimensions) and ``spans`` (rows,) are read-only maps, replaced by each append;
    ``scan`` and ``text`` are what the searches take.
    """

    def __init__(self, folder: Path, manifest: Manifest, open_scan: OpenScan, open_text: OpenText) -> None:
        """Use ``create`` or ``open``."""
        self.folder, self.manifest = folder, manifest
        self._files = RowFiles(folder, manifest.dimensions)
        self._open_scan, self._open_text = open_scan, open_text
        self._lock = threading.RLock()
        self.text = open_text(self._text_folder(manifest))
        self._torn = True
        self._mend()

    @classmethod
    def create(
        cls,
        folder: Path,
        number: int,
        model_digest: str,
        dimensions: int,
        open_scan: OpenScan,
        open_text: OpenText,
    ) -> Generation:
        """An empty generation in a folder that is new or holds a generation that never got ready."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        manifest = Manifest(number, model_digest, dimensions)
        manifest.write(folder)
        durable.sync_folder(folder.parent)
        return cls(folder, manifest, open_scan, open_text)

    @classmethod
    def open(cls, folder: Path, open_scan: OpenScan, open_text: OpenText) -> Generation:
        """The generation in ``folder``, less what a crash left half done. INDEX_STALE: rebuild it."""
        return cls(folder, Manifest.read(folder), open_scan, open_text)

    @property
    def number(self) -> int:
        return self.manifest.generation

    @property
    def model(self) -> str:
        """The digest of the embedding weights that made the vectors."""
        return self.manifest.model

    @property
    def rows(self) -> int:
        """How many rows there are, gaps and erased ones included."""
        return self.manifest.rows

    @property
    def snapshot(self) -> int:
        """The ledger sequence number up to which everything is in."""
        return self.manifest.snapshot

    def append(
        self, first_row: int, vectors: Vectors, spans: Spans, text_rows: Iterable[TextRow], snapshot: int
    ) -> None:
        """Add rows ``first_row`` … durably; rows left out before them stay empty for good.

        ``vectors`` is float32 (n, dimensions), ``spans`` (n,) of ``SPAN``; ``text_rows`` are the words of
        the same rows. INPUT_INVALID where shapes do not fit or ``first_row`` is already there.
        """
        with self._lock:
            old = self.manifest
            if first_row < old.rows or vectors.shape != (len(spans), old.dimensions) or spans.dtype != SPAN:
                raise AvouchError(Code.INPUT_INVALID, f"rows {first_row}… do not fit after {old.rows} rows")
            self._mend()
            self._torn = True
            if gap := first_row - old.rows:
                vectors = np.concatenate([np.zeros((gap, old.dimensions), np.float32), vectors])
                spans = np.concatenate([blank(gap), spans])
            self._files.write(old.rows, vectors, spans)
            self.scan.add(vectors)
            self.scan.erase(old.rows + np.flatnonzero(spans["version"] < 0))
            new = replace(old, rows=old.rows + len(spans), snapshot=snapshot)
            self.scan.save(self._scan_folder)
            self.text.add(text_rows)
            self.text.commit()
            self._turn(new)
            self._torn = False

    def reindex(self, text_rows: Iterable[TextRow]) -> None:
        """Bring the words of versions whose attributes changed up to date: all rows of each version."""
        rows = list(text_rows)
        with self._lock:
            self._mend()
            self._torn = True
            self.text.drop(sorted({row.version for row in rows}))
            self.text.add(rows)
            self.text.commit()
            self._torn = False

    def advance(self, snapshot: int) -> None:
        """Say that everything up to ``snapshot`` is in."""
        with self._lock:
            self._mend()
            manifest = replace(self.manifest, snapshot=snapshot)
            manifest.write(self.folder)
            self.manifest = manifest

    def erase(self, versions: Sequence[int], rows: Sequence[int] | Rows, remaining: Iterable[TextRow]) -> None:
        """Remove these versions' content from every file, for good. May be repeated after a crash.

        Vectors and codes become zeros in place, spans -1. Terms cannot be taken out of a text index's
        files: the words of all ``remaining`` rows make a new one, and the old one is removed.
        """
        gone = sorted(set(versions))
        with self._lock:
            self._mend()
            rows = np.union1d(np.asarray(rows, np.int64), np.flatnonzero(np.isin(self.spans["version"], gone)))
            rows = rows[rows < self.rows]
            self._files.erase(rows)
            self.scan.erase(rows)
            self.scan.save(self._scan_folder)
            new = replace(self.manifest, text=self.manifest.text + 1)
            text = self._open_text(self._text_folder(new))
            try:
                text.add(row for row in remaining if row.version not in gone)
                text.commit()
                self._turn(new)
            except BaseException:
                text.close()
                self._torn = True
                raise
            self.text, old = text, self.text
            old.close()
            self._sweep()

    def held(self, rows: Sequence[int] | Rows) -> int:
        """Of how many of these rows any file still keeps anything: reads the files, not the memory."""
        wanted = np.asarray(rows, np.int64)
        wanted = wanted[wanted < self.rows]
        codes = self.scan.held(self._scan_folder, wanted)
        return len(np.union1d(self._files.held(wanted, self.rows), codes))

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self.text.close()

    def _mend(self) -> None:
        """After a crash or a failed append: bring files and memory back to the manifest's state."""
        if self._torn:
            manifest = self.manifest
            self._files.cut(manifest.rows)
            self._sweep()
            self.scan = self._open_scan(self._scan_folder, manifest.dimensions, manifest.rows)
            self.text.drop_rows_from(manifest.rows)
            self.vectors, self.spans = self._files.map(manifest.rows)
            self._torn = False

    def _turn(self, manifest: Manifest) -> None:
        """The one step in which a new state begins."""
        durable.sync_folder(self.folder)
        manifest.write(self.folder)
        self.manifest = manifest
        self.vectors, self.spans = self._files.map(manifest.rows)

    def _sweep(self) -> None:
        """Remove folders that the manifest does not name."""
        used = {self._scan_folder.name, self._text_folder(self.manifest).name}
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in used:
                shutil.rmtree(path)

    @property
    def _scan_folder(self) -> Path:
        return self.folder / "scan"

    def _text_folder(self, manifest: Manifest) -> Path:
        return self.folder / f"text-{manifest.text:06d}"
