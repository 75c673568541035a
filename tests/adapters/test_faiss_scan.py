"""The faiss scan: conformance, segments, staleness, damage."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from avouch.adapters import faiss_scan, faiss_segment
from avouch.adapters.faiss_scan import FaissScan
from avouch.errors import AvouchError, Code
from avouch.ports import VectorScan
from avouch.records import Mask
from avouch.testing.vector_scan import DIMENSIONS, VectorScanSuite, best, unit


class TestConformance(VectorScanSuite):
    def open(self, folder: Path, dimensions: int, rows: int) -> VectorScan:
        return FaissScan.open(folder, dimensions, rows)


class TestConformanceOverManySegments(TestConformance):
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(faiss_segment, "SEGMENT", 64)
        monkeypatch.setattr(faiss_scan, "PARALLEL_ROWS", 100)


def test_one_outlier_widens_the_bound_of_its_own_segment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_segment, "SEGMENT", 64)
    scan = FaissScan(DIMENSIONS)
    scan.add(unit(64, 1))
    scan.add(unit(1, 2) * 50)
    scan.add(unit(10, 5))
    first, second = (part.bound for part in scan.search(unit(1, 3)[0], None, 1))
    assert first < 0.05 < 10 < second


@pytest.mark.parametrize("spread", [1.0, 0.1, 0.001])
def test_the_bound_does_not_depend_on_the_data(spread: float) -> None:
    scan = FaissScan(384)
    vectors = np.zeros((500, 384), np.float32)
    vectors[:, :DIMENSIONS] = unit(500, 4, spread)  # few dimensions used, or almost one
    scan.add(vectors)
    assert scan.search(vectors[0], None, 1)[0].bound < 0.025


@pytest.mark.parametrize("bad", [np.full((2, DIMENSIONS), np.nan), np.zeros((2, 3)), np.zeros(DIMENSIONS)])
def test_vectors_that_do_not_fit_are_refused_and_leave_no_trace(bad: np.ndarray) -> None:
    scan = FaissScan(DIMENSIONS)
    with pytest.raises(AvouchError) as error:
        scan.add(bad.astype(np.float32))
    assert error.value.code is Code.INPUT_INVALID and len(scan) == 0


@pytest.mark.parametrize("name", [faiss_scan.CODES, faiss_scan.ROTATION, faiss_scan.BOUNDS])
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
    assert error.value.code is Code.INDEX_STALE


@pytest.mark.parametrize("bounds", ["[0.1]", "[[0.1]]", "[]", '{"a": 1}', "[[null, 1]]"])
def test_bounds_of_another_form_are_stale(tmp_path: Path, bounds: str) -> None:
    scan = FaissScan(DIMENSIONS)
    scan.add(unit(100, 5))
    scan.save(tmp_path)
    (tmp_path / faiss_scan.BOUNDS).write_text(bounds)
    with pytest.raises(AvouchError) as error:
        FaissScan.open(tmp_path, DIMENSIONS, 100)
    assert error.value.code is Code.INDEX_STALE


def test_searches_go_on_while_rows_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_segment, "SEGMENT", 128)
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
