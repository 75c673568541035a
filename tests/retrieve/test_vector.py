"""Vector search equals exact search: every route, every mask, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avouch.adapters import faiss_scan, faiss_segment
from avouch.adapters.faiss_scan import FaissScan
from avouch.errors import AvouchError, Code
from avouch.records import Mask, Rows, Vectors
from avouch.retrieve import vector
from avouch.retrieve.vector import Visible
from avouch.testing.vector_scan import best

DIMENSIONS = 16


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, so that a few hundred rows go through all routes."""
    monkeypatch.setattr(vector, "GATHER_ROWS", 20)
    monkeypatch.setattr(vector, "DEPTH", 8)
    monkeypatch.setattr(vector, "DEEPER", 3)
    monkeypatch.setattr(vector, "BLOCK", 7)
    monkeypatch.setattr(faiss_segment, "SEGMENT", 128)
    monkeypatch.setattr(faiss_scan, "PARALLEL_ROWS", 200)


def brute(vectors: Vectors, query: Vectors, mask: Mask, k: int) -> tuple[Rows, Vectors]:
    """The definition: score every visible row, sort by score, then by row."""
    rows = np.flatnonzero(mask)
    scores = np.array([np.dot(vectors[row], query) for row in rows], np.float32)
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def same(found: tuple[Rows, Vectors], wanted: tuple[Rows, Vectors]) -> None:
    np.testing.assert_array_equal(found[0], wanted[0])
    np.testing.assert_array_equal(found[1], wanted[1])


def corpus(draw: np.random.Generator, rows: int, near: float) -> Vectors:
    """Clusters; ``near`` is their width: 0 makes exact duplicates, and so ties."""
    centres = draw.standard_normal((max(1, rows // 60), DIMENSIONS))
    vectors = centres[draw.integers(0, len(centres), rows)] + near * draw.standard_normal((rows, DIMENSIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 600),
    near=st.sampled_from((0.0, 1e-4, 0.01, 0.5)),
    share=st.sampled_from((0.0, 0.02, 0.04, 0.1, 0.5, 0.9, 1.0)),
    k=st.sampled_from((1, 3, 10, 40, 200)),
    wide=st.booleans(),
)
def test_equals_brute_force(seed: int, rows: int, near: float, share: float, k: int, wide: bool) -> None:
    draw = np.random.default_rng(seed)
    vectors = corpus(draw, rows, near)
    first = int(draw.integers(0, rows + 1))
    if wide:
        vectors[first:] *= 3  # appended far outside of the trained ranges
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors[:first])
    scan.add(vectors[first:])
    erased = np.flatnonzero(draw.random(rows) < 0.1)
    scan.erase(erased)
    vectors[erased] = 0
    mask: Mask = draw.random(rows) < share
    if share < 1:
        mask[erased] = False
    else:
        mask[:] = True
        scan = FaissScan(DIMENSIONS)
        scan.add(vectors)
    query = np.asarray(vectors[draw.integers(rows)] + 0.1 * draw.standard_normal(DIMENSIONS), np.float32)
    same(vector.search(scan, vectors, query, mask, k), brute(vectors, query, mask, k))


def test_a_mask_that_leaves_out_the_nearest(small: None) -> None:
    draw = np.random.default_rng(1)
    vectors = corpus(draw, 600, 0.05)
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors)
    scores = vectors @ vectors[0]
    mask: Mask = scores < np.sort(scores)[300]
    same(vector.search(scan, vectors, vectors[0], mask, 10), brute(vectors, vectors[0], mask, 10))


def test_a_mask_shorter_than_the_index_hides_what_came_later() -> None:
    vectors = corpus(np.random.default_rng(2), 300, 0.1)
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors)
    mask: Mask = np.ones(200, np.bool_)
    same(vector.search(scan, vectors, vectors[250], mask, 10), brute(vectors[:200], vectors[250], mask, 10))


def test_rows_added_after_the_mask_was_checked_are_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = corpus(np.random.default_rng(9), 300, 0.1)
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors)
    monkeypatch.setattr(FaissScan, "__len__", lambda _: 200)
    mask: Mask = np.ones(200, np.bool_)
    found = vector.search(scan, vectors[:200], vectors[199], mask, 10)
    same(found, brute(vectors[:200], vectors[199], mask, 10))


def test_what_is_kept_for_a_mask_changes_nothing() -> None:
    vectors = corpus(np.random.default_rng(3), 500, 0.1)
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors)
    for share in (0.02, 0.5):
        mask: Mask = np.random.default_rng(4).random(500) < share
        visible = Visible(mask)
        for query in vectors[:20]:
            same(vector.search(scan, vectors, query, visible, 10), brute(vectors, query, mask, 10))


def test_a_kept_mask_cannot_be_changed() -> None:
    visible = Visible(np.ones(5, np.bool_))
    with pytest.raises(ValueError, match="read-only"):
        visible.mask[0] = False


@pytest.mark.parametrize("bad", [np.full(DIMENSIONS, np.nan), np.zeros(3), np.zeros((1, DIMENSIONS))])
def test_a_query_that_does_not_fit_is_refused(bad: Vectors) -> None:
    vectors = corpus(np.random.default_rng(5), 50, 0.1)
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors)
    with pytest.raises(AvouchError) as error:
        vector.search(scan, vectors, bad, np.ones(50, np.bool_), 5)
    assert error.value.code is Code.INPUT_INVALID


def test_a_mask_longer_than_the_index_is_refused() -> None:
    vectors = corpus(np.random.default_rng(6), 50, 0.1)
    scan = FaissScan(DIMENSIONS)
    scan.add(vectors)
    with pytest.raises(AvouchError) as error:
        vector.search(scan, vectors, vectors[0], np.ones(51, np.bool_), 5)
    assert error.value.code is Code.INPUT_INVALID


def test_the_scan_alone_would_be_wrong() -> None:
    """What the bound is for: the approximate order of near-duplicates is not the exact one."""
    vectors = corpus(np.random.default_rng(7), 60, 1e-4)
    scan = FaissScan(DIMENSIONS)
    scan.add(np.concatenate([vectors, corpus(np.random.default_rng(8), 500, 1.0)]))
    approximate = best(scan, vectors[0], None, 10)[0]
    assert set(approximate.tolist()) != set(brute(vectors, vectors[0], np.ones(60, np.bool_), 10)[0].tolist())
