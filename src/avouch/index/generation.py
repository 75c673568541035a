"""One generation of index files: vectors, spans, codes and terms by row, and the manifest that rules them.

Files only grow beyond what the manifest says; the manifest is replaced in one step when they are
durable. So a crash leaves the old state or the new one, and opening cuts off what was begun. What a
generation takes in is already known to the ledger: it can always be made again from the lake.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from avouch.errors import AvouchError, Code
from avouch.index import files
from avouch.index.spans import SPAN, Spans, blank
from avouch.ports import TextIndex, VectorScan
from avouch.records import Rows, TextRow, Vectors

FORMAT = 1
MANIFEST, VECTORS, SPANS = "manifest.json", "vectors.f32", "spans"

OpenScan: TypeAlias = Callable[[Path, int, int, float], VectorScan]
"""(folder, dimensions, rows, bound) to a scan of the first rows saved there; an empty one for 0 rows."""
OpenText: TypeAlias = Callable[[Path], TextIndex]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds. ``scan`` and ``text`` number the folders in use."""

    generation: int
    model: str
    dimensions: int
    rows: int = 0
    snapshot: int = 0
    bound: float = 0.0
    scan: int = 1
    text: int = 1
    format: int = FORMAT


class Generation:
    """The open index. One process writes; searches read what was last appended."""

    def __init__(self, folder: Path, manifest: Manifest, open_scan: OpenScan, open_text: OpenText) -> None:
        self.folder = folder
        self._manifest = manifest
        self._open_scan, self._open_text = open_scan, open_text
        self._lock = threading.RLock()
        self.text = open_text(self._text_folder(manifest))
        self._restore()

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
        files.replace(folder / MANIFEST, _encode(manifest))
        files.sync_folder(folder.parent)
        return cls(folder, manifest, open_scan, open_text)

    @classmethod
    def open(cls, folder: Path, open_scan: OpenScan, open_text: OpenText) -> Generation:
        """The generation in ``folder``, less what a crash left half done. INDEX_STALE: rebuild it."""
        try:
            manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="ascii")))
        except (FileNotFoundError, ValueError, TypeError) as error:
            raise AvouchError(Code.INDEX_STALE, f"{folder.name} has no readable manifest") from error
        if manifest.format != FORMAT:
            raise AvouchError(Code.INDEX_STALE, f"{folder.name} has format {manifest.format}")
        return cls(folder, manifest, open_scan, open_text)

    @property
    def number(self) -> int:
        return self._manifest.generation

    @property
    def model(self) -> str:
        return self._manifest.model

    @property
    def rows(self) -> int:
        """How many rows there are, gaps and erased ones included."""
        return self._manifest.rows

    @property
    def snapshot(self) -> int:
        """The ledger sequence number up to which everything is in."""
        return self._manifest.snapshot

    def append(
        self, first_row: int, vectors: Vectors, spans: Spans, text_rows: Iterable[TextRow], snapshot: int
    ) -> None:
        """Add rows ``first_row`` … durably; rows left out before them stay empty for good.

        ``vectors`` is float32 (n, dimensions), ``spans`` (n,) of ``SPAN``; ``text_rows`` are the words of
        the same rows. INPUT_INVALID where shapes do not fit or ``first_row`` is already there.
        """
        with self._lock:
            old = self._manifest
            if first_row < old.rows or vectors.shape != (len(spans), old.dimensions) or spans.dtype != SPAN:
                raise AvouchError(Code.INPUT_INVALID, f"rows {first_row}… do not fit after {old.rows} rows")
            if self._torn:
                self._restore()
            self._torn = True
            gap = first_row - old.rows
            if gap:
                vectors = np.concatenate([np.zeros((gap, old.dimensions), np.float32), vectors])
                spans = np.concatenate([blank(gap), spans])
            vectors, spans = np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(spans)
            files.write_at(self.folder / VECTORS, old.rows * old.dimensions * 4, vectors.data)
            files.write_at(self.folder / SPANS, old.rows * SPAN.itemsize, spans.tobytes())
            self.scan.add(vectors)
            self.scan.erase(old.rows + np.flatnonzero(spans["version"] < 0))
            new = replace(old, rows=old.rows + len(spans), snapshot=snapshot, bound=self.scan.bound)
            if self.scan.stale:
                new = self._rescan(new)
            self.scan.save(self._scan_folder(new))
            self.text.add(text_rows)
            self.text.commit()
            self._turn(replace(new, bound=self.scan.bound))
            self._torn = False

    def reindex(self, text_rows: Iterable[TextRow]) -> None:
        """Bring the words of versions whose attributes changed up to date: all rows of each version."""
        rows = list(text_rows)
        with self._lock:
            if self._torn:
                self._restore()
            self.text.drop(sorted({row.version for row in rows}))
            self.text.add(rows)
            self.text.commit()

    def advance(self, snapshot: int) -> None:
        """Say that everything up to ``snapshot`` is in."""
        with self._lock:
            files.replace(self.folder / MANIFEST, _encode(replace(self._manifest, snapshot=snapshot)))
            self._manifest = replace(self._manifest, snapshot=snapshot)

    def erase(self, versions: Sequence[int], rows: Rows, remaining: Iterable[TextRow]) -> None:
        """Remove these versions' content from every file, for good. May be repeated after a crash.

        Vectors, spans and codes become zeros in place (spans: -1). The terms cannot be taken out of
        tantivy's files, so the words of all ``remaining`` rows make a new text index; the old is removed.
        """
        gone = set(versions)
        with self._lock:
            if self._torn:
                self._restore()
            rows = np.asarray(rows, np.int64)
            rows = np.union1d(rows, np.flatnonzero(np.isin(self.spans["version"], sorted(gone))))
            rows = rows[rows < self.rows]
            self._blank(rows)
            self.scan.erase(rows)
            self.scan.save(self._scan_folder(self._manifest))
            new = replace(self._manifest, text=self._manifest.text + 1)
            shutil.rmtree(self._text_folder(new), ignore_errors=True)
            text = self._open_text(self._text_folder(new))
            text.add(row for row in remaining if row.version not in gone)
            text.commit()
            old, self.text = self.text, text
            self._turn(new)
            old.close()
            self._sweep()

    def holds(self, rows: Rows) -> bool:
        """Whether any file by row still keeps anything of these rows: reads the files, not the memory."""
        rows = np.asarray(rows, np.int64)
        rows = rows[rows < self.rows]
        vectors, spans = self._mapped(self._manifest)
        kept = bool(vectors[rows].any()) or bool((spans["version"][rows] >= 0).any())
        return kept or self.scan.holds(self._scan_folder(self._manifest), rows)

    def holds_term(self, term: str) -> bool:
        """Whether the text index still knows every term of ``term``, be it in chunks taken out."""
        return self.text.holds_term(term)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self.text.close()

    def _restore(self) -> None:
        """Bring files and memory back to the manifest's state."""
        manifest = self._manifest
        for name, width in ((VECTORS, manifest.dimensions * 4), (SPANS, SPAN.itemsize)):
            path, wanted = self.folder / name, manifest.rows * width
            there = path.stat().st_size if path.exists() else 0
            if there < wanted:
                raise AvouchError(Code.INDEX_STALE, f"{self.folder.name}/{name} is cut short")
            if there > wanted:
                os.truncate(path, wanted)
        self._sweep()
        folder = self._scan_folder(manifest)
        self.scan = self._open_scan(folder, manifest.dimensions, manifest.rows, manifest.bound)
        self.text.drop_rows_from(manifest.rows)
        self.vectors, self.spans = self._mapped(manifest)
        self._torn = False

    def _rescan(self, manifest: Manifest) -> Manifest:
        """Make the scan anew from all vectors on file, in a folder beside; the manifest that names it."""
        new = replace(manifest, scan=manifest.scan + 1)
        vectors, spans = self._mapped(manifest)
        scan = self._open_scan(self._scan_folder(new), new.dimensions, 0, 0.0)
        scan.add(vectors)
        scan.erase(np.flatnonzero(spans["version"] < 0))
        self.scan = scan
        return new

    def _turn(self, manifest: Manifest) -> None:
        """The one step in which a new state begins."""
        files.sync_folder(self.folder)
        files.replace(self.folder / MANIFEST, _encode(manifest))
        self._manifest = manifest
        self.vectors, self.spans = self._mapped(manifest)
        self._sweep()

    def _sweep(self) -> None:
        """Remove folders that the manifest does not name."""
        used = {self._scan_folder(self._manifest).name, self._text_folder(self._manifest).name}
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in used:
                shutil.rmtree(path)

    def _blank(self, rows: Rows) -> None:
        """Zero vectors and blank spans on file."""
        for name, row in ((VECTORS, bytes(self._manifest.dimensions * 4)), (SPANS, blank(1).tobytes())):
            with (self.folder / name).open("r+b") as file:
                for number in rows.tolist():
                    file.seek(number * len(row))
                    file.write(row)
                file.flush()
                os.fsync(file.fileno())

    def _mapped(self, manifest: Manifest) -> tuple[Vectors, Spans]:
        """Vectors (rows, dimensions) and spans (rows,) as read-only maps of their files."""
        if not manifest.rows:
            return np.empty((0, manifest.dimensions), np.float32), blank(0)
        shape = (manifest.rows, manifest.dimensions)
        vectors: Any = np.memmap(self.folder / VECTORS, np.float32, "r", shape=shape)
        spans: Any = np.memmap(self.folder / SPANS, SPAN, "r", shape=(manifest.rows,))
        return np.asarray(vectors), np.asarray(spans)

    def _scan_folder(self, manifest: Manifest) -> Path:
        return self.folder / f"scan-{manifest.scan:06d}"

    def _text_folder(self, manifest: Manifest) -> Path:
        return self.folder / f"text-{manifest.text:06d}"


def _encode(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), indent=1).encode("ascii")
