"""What every VectorScan must do.

    class TestMine(VectorScanSuite):
        def open(self, folder, dimensions, rows): return MyScan.open(...)

``open`` gives the first ``rows`` rows of what was saved to the folder, or an empty scan for 0 rows.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from avouch.ports import Part, VectorScan
from avouch.records import Mask, Rows, Vectors

DIMENSIONS = 32


def unit(rows: int, seed: int, spread: float = 1.0) -> Vectors:
    """Unit vectors, (rows, DIMENSIONS) float32; a small spread puts them close together."""
    draw = np.random.default_rng(seed)
    vectors = spread * draw.standard_normal((rows, DIMENSIONS)) + np.eye(DIMENSIONS)[0] * (1 - spread)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def best(scan: VectorScan, query: Vectors, mask: Mask | None, k: int) -> tuple[Rows, Vectors]:
    """The k best of all parts together."""
    numbers = [part.number for part in scan.search(query, mask, k)]
    found = scan.search(query, mask, k, numbers)
    rows = np.concatenate([np.empty(0, np.int64), *(part.rows for part in found)])
    scores = np.concatenate([np.empty(0, np.float32), *(part.scores for part in found)])
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def by_number(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: part.number)


class VectorScanSuite:
    """Rows keep their numbers, masks hold, the bound holds, files hold what they should and no more."""

    def open(self, folder: Path, dimensions: int, rows: int) -> VectorScan:
        raise NotImplementedError

    def made(self, folder: Path, vectors: Vectors) -> VectorScan:
        scan = self.open(folder, DIMENSIONS, 0)
        scan.add(vectors)
        return scan

    def test_an_empty_scan_finds_nothing(self, tmp_path: Path) -> None:
        scan = self.open(tmp_path, DIMENSIONS, 0)
        rows, scores = best(scan, unit(1, 0)[0], None, 5)
        assert (len(scan), len(rows), len(scores)) == (0, 0, 0)

    @pytest.mark.parametrize("spread", [1.0, 0.01])
    def test_no_approximation_is_off_by_more_than_the_bound(self, tmp_path: Path, spread: float) -> None:
        vectors = unit(3000, 1, spread)
        scan = self.made(tmp_path, vectors[:2000])
        scan.add(vectors[2000:])
        scan.add(unit(50, 2) * 3)  # far outside of what the scan has seen
        every = np.concatenate([vectors, unit(50, 2) * 3])
        for query in unit(20, 3):
            parts = scan.search(query, None, len(every))
            assert sorted(row for part in parts for row in part.rows) == list(range(len(every)))
            for part in parts:
                assert np.abs(part.scores - every[part.rows] @ query).max() <= part.bound

    def test_best_first_and_only_what_the_mask_lets_through(self, tmp_path: Path) -> None:
        vectors, query = unit(1000, 4), unit(1, 5)[0]
        scan = self.made(tmp_path, vectors)
        mask: Mask = np.random.default_rng(6).random(1000) < 0.1
        rows, scores = best(scan, query, mask, 20)
        assert len(rows) == 20 and mask[rows].all() and len(set(rows.tolist())) == 20
        assert (np.diff(scores) <= 0).all()
        left_out = np.setdiff1d(np.flatnonzero(mask), rows)
        bound = max(part.bound for part in scan.search(query, mask, 1))
        assert (vectors[left_out] @ query).max() <= scores[-1] + 2 * bound

    @pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.95])
    def test_what_a_part_leaves_out_is_below_its_floor(self, tmp_path: Path, share: float) -> None:
        vectors, query = unit(1000, 16), unit(1, 17)[0]
        scan = self.made(tmp_path, vectors)
        mask: Mask = np.random.default_rng(18).random(1000) < share
        deep = scan.search(query, mask, 1000, [part.number for part in scan.search(query, mask, 1)])
        assert sorted(row for part in deep for row in part.rows) == np.flatnonzero(mask).tolist()
        assert all(part.floor == -np.inf for part in deep)
        numbers = [part.number for part in deep]
        for some in (scan.search(query, mask, 5), scan.search(query, mask, 5, numbers)):
            for part, whole in zip(by_number(some), by_number(deep), strict=True):
                assert mask[part.rows].all() and (np.diff(part.scores) <= 0).all()
                np.testing.assert_array_equal(part.scores, whole.scores[: len(part.scores)])
                left_out = np.setdiff1d(whole.rows, part.rows)
                assert not len(left_out) or whole.scores[len(part.scores)] <= part.floor
        for part, whole in zip(by_number(scan.search(query, mask, 5, numbers)), by_number(deep), strict=True):
            assert len(part.rows) == min(5, len(whole.rows))
        assert [part.number for part in scan.search(query, mask, 5, numbers[:1])] == numbers[:1]

    def test_fewer_visible_than_asked_for_gives_them_all(self, tmp_path: Path) -> None:
        scan = self.made(tmp_path, unit(500, 7))
        mask: Mask = np.zeros(500, np.bool_)
        assert len(best(scan, unit(1, 8)[0], mask, 10)[0]) == 0
        other: Mask = np.zeros(500, np.bool_)
        other[[3, 499]] = True
        assert sorted(best(scan, unit(1, 8)[0], other, 10)[0].tolist()) == [3, 499]

    def test_rows_beyond_a_short_mask_are_not_visible(self, tmp_path: Path) -> None:
        scan = self.made(tmp_path, unit(500, 9))
        mask: Mask = np.ones(101, np.bool_)
        assert best(scan, unit(1, 10)[0], mask, 500)[0].max() == 100

    def test_saved_and_opened_it_finds_the_same(self, tmp_path: Path) -> None:
        vectors, query = unit(700, 11), unit(1, 12)[0]
        scan = self.made(tmp_path, vectors[:300])
        scan.save(tmp_path)
        scan.add(vectors[300:])
        scan.save(tmp_path)
        again = self.open(tmp_path, DIMENSIONS, 700)
        assert len(again) == 700
        for ours, theirs in zip(best(scan, query, None, 50), best(again, query, None, 50), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_opening_an_earlier_state_forgets_what_came_after(self, tmp_path: Path) -> None:
        vectors, query = unit(700, 13), unit(1, 14)[0]
        scan = self.made(tmp_path, vectors[:300])
        scan.save(tmp_path)
        scan.add(vectors[300:] * 2)
        scan.save(tmp_path)
        again = self.open(tmp_path, DIMENSIONS, 300)
        again.add(vectors[300:])
        again.save(tmp_path)
        third = self.open(tmp_path, DIMENSIONS, 700)
        for part in third.search(query, None, 700):
            assert np.abs(part.scores - vectors[part.rows] @ query).max() <= part.bound

    def test_what_is_erased_is_gone_from_the_files_and_numbers_stay(self, tmp_path: Path) -> None:
        vectors = unit(400, 15)
        scan = self.made(tmp_path, vectors)
        scan.save(tmp_path)
        gone = np.array([0, 7, 399], np.int64)
        assert scan.held(tmp_path, gone).tolist() == gone.tolist()
        scan.erase(gone)
        scan.save(tmp_path)
        assert len(scan.held(tmp_path, gone)) == 0
        again = self.open(tmp_path, DIMENSIONS, 400)
        mask: Mask = np.ones(400, np.bool_)
        mask[gone] = False
        for row in (1, 8, 398):
            assert best(again, vectors[row], mask, 1)[0].tolist() == [row]
