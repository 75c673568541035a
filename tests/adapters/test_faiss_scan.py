"""The faiss scan: conformance, segments, staleness, damage."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from avouch.adapters import faiss_scan
from avouch.adapters.faiss_scan import FaissScan
from avouch.errors import AvouchError, Code
from avouch.ports import VectorScan
from avouch.records import Mask, Vectors
from avouch.testing.vector_scan import DIMENSIONS, VectorScanSuite, best, unit


class TestConformance(VectorScanSuite):
    def open(self, folder: Path, dimensions: int, rows: int) -> VectorScan:
        return FaissScan.open(folder, dimensions, rows)


class TestConformanceOverManySegments(TestConformance):
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(faiss_scan, "SEGMENT", 64)
        monkeypatch.setattr(faiss_scan, "PARALLEL_ROWS", 100)


def scan_of(*batches: Vectors) -> FaissScan:
    scan = FaissScan(DIMENSIONS)
    for batch in batches:
        scan.add(batch)
    return scan


def test_growth_and_drift_make_it_stale() -> None:
    narrow, few, many = unit(100, 1, 0.01), unit(200, 2), unit(20_000, 3)
    assert not scan_of(narrow, narrow).stale
    assert scan_of(narrow, few).stale
    assert not scan_of(many, many).stale
    assert not scan_of(few, few, few).stale
    assert scan_of(few, *[few.repeat(20, axis=0)] * 5).stale


@pytest.mark.parametrize("bad", [np.full((2, DIMENSIONS), np.nan), np.zeros((2, 3)), np.zeros(DIMENSIONS)])
def test_vectors_that_do_not_fit_are_refused_and_leave_no_trace(bad: np.ndarray) -> None:
    scan = FaissScan(DIMENSIONS)
    with pytest.raises(AvouchError) as error:
        scan.add(bad.astype(np.float32))
    assert error.value.code is Code.INPUT_INVALID and len(scan) == 0


@pytest.mark.parametrize("name", [faiss_scan.CODES, faiss_scan.RANGES])
@pytest.mark.parametrize("left", [None, 10])
def test_damaged_files_are_named(tmp_path: Path, name: str, left: int | None) -> None:
    scan = FaissScan(DIMENSIONS)
    scan.add(unit(100, 5))
    scan.save(tmp_path)
    path = tmp_path / name
    data = path.read_bytes()
    path.unlink()
    if left is not None:
        path.write_bytes(data[:left])
    with pytest.raises(AvouchError) as error:
        FaissScan.open(tmp_path, DIMENSIONS, 100)
    assert error.value.code is Code.HOME_DAMAGED


def test_searches_go_on_while_rows_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_scan, "SEGMENT", 128)
    monkeypatch.setattr(faiss_scan, "PARALLEL_ROWS", 100)
    vectors = unit(5000, 6)
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors[:500])
    mask: Mask = np.ones(500, np.bool_)

    def grow() -> None:
        for start in range(500, 5000, 50):
            scan.add(vectors[start : start + 50])

    with ThreadPoolExecutor(1) as pool:
        growing = pool.submit(grow)
        wanted = best(scan, vectors[3], mask, 20)[0].tolist()
        while not growing.done():
            assert best(scan, vectors[3], mask, 20)[0].tolist() == wanted
        growing.result()
    assert len(scan) == 5000


def test_a_packed_mask_is_kept_only_as_long_as_its_mask() -> None:
    bitmaps = faiss_scan._Bitmaps()
    mask: Mask = np.ones(100, np.bool_)
    assert bitmaps.of(mask) is bitmaps.of(mask)
    del mask
    assert not bitmaps._kept
