"""A generation: append, reindex, erase, reopen, and a crash at every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from avouch import durable
from avouch.adapters.faiss_scan import FaissScan
from avouch.adapters.tantivy_text import TantivyText
from avouch.errors import AvouchError, Code
from avouch.index.generation import Generation
from avouch.index.manifest import Manifest
from avouch.index.rows import RowFiles, blank
from avouch.records import FOREVER, SPAN, Moment, Spans, TextRow, TextScope, Vectors
from avouch.retrieve import vector

DIMENSIONS = 8
SCOPE = TextScope((0,), Moment(10**6, 5))
EVENTS: list[str] = []


def vectors_of(first: int, many: int) -> Vectors:
    draw = np.random.default_rng(first)
    found = draw.standard_normal((many, DIMENSIONS))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def spans_of(first: int, many: int, version: int) -> Spans:
    spans = blank(many)
    spans["version"], spans["page"] = version, 0
    spans["start"] = np.arange(first, first + many)
    spans["end"] = spans["start"] + 1
    return spans


def texts_of(first: int, many: int, version: int, ended: int = FOREVER) -> list[TextRow]:
    return [
        TextRow(i, version, 0, 1, ended, 0, FOREVER, ended, "", f"common {word(i)} secret{version}x")
        for i in range(first, first + many)
    ]


def append(generation: Generation, first: int, many: int, version: int, snapshot: int) -> None:
    parts = vectors_of(first, many), spans_of(first, many, version), texts_of(first, many, version)
    generation.append(first, *parts, snapshot)


def found(generation: Generation, question: str = "common") -> list[int]:
    text = generation.text
    return [int(row) for row in text.search(text.analyse(question), SCOPE, 10_000)[0]]


def reopen(generation: Generation) -> Generation:
    generation.close()
    return Generation.open(generation.folder, FaissScan.open, TantivyText)


def word(row: int) -> str:
    """A word of its own for each row: letters only, because digits are words of their own."""
    return "word" + "".join("bcdfghjklm"[int(digit)] for digit in str(row))


def whole(generation: Generation, rows: int, snapshot: int) -> None:
    """Every file holds exactly ``rows`` rows (no gaps), each found by itself and once by its words."""
    assert (generation.rows, generation.snapshot, len(generation.scan)) == (rows, snapshot, rows)
    assert generation.vectors.shape == (rows, DIMENSIONS) and len(generation.spans) == rows
    assert found(generation) == list(range(rows))
    widths = {"vectors.f32": 4 * DIMENSIONS, "spans.bin": SPAN.itemsize, "scan/codes.u8": DIMENSIONS}
    for name, width in widths.items():
        path = generation.folder / name
        assert (path.stat().st_size if path.exists() else 0) == rows * width
    for row in range(rows):
        mask = np.ones(rows, np.bool_)
        best = vector.search(generation.scan, generation.vectors, generation.vectors[row], mask, 1)
        assert best[0].tolist() == [row]
        assert generation.spans[row]["start"] == row
        assert found(generation, word(row)) == [row]


@pytest.fixture
def generation(tmp_path: Path) -> Iterator[Generation]:
    made = Generation.create(tmp_path / "g000001", 1, "sha256:m", DIMENSIONS, FaissScan.open, TantivyText)
    yield made
    made.close()


def test_append_and_reopen(generation: Generation) -> None:
    whole(generation, 0, 0)
    append(generation, 0, 5, 0, 3)
    whole(generation, 5, 3)
    append(generation, 5, 4, 1, 4)
    generation.advance(9)
    generation = reopen(generation)
    whole(generation, 9, 9)
    assert (generation.number, generation.model) == (1, "sha256:m")
    generation.close()


def test_rows_left_out_stay_empty(generation: Generation) -> None:
    append(generation, 3, 2, 0, 1)
    append(generation, 8, 1, 1, 2)
    for one in (generation, reopen(generation)):
        assert one.spans["version"].tolist() == [-1, -1, -1, 0, 0, -1, -1, -1, 1]
        assert found(one) == [3, 4, 8] and one.rows == 9
        assert one.held([0, 1, 2, 5, 6, 7]) == 0 and one.held([3, 4, 8]) == 3
    one.close()


def test_what_does_not_fit_is_refused_and_leaves_no_trace(generation: Generation) -> None:
    append(generation, 0, 5, 0, 1)
    vectors, spans = vectors_of(5, 2), spans_of(5, 2, 1)
    for first, v, s in ((4, vectors, spans), (5, vectors[:1], spans), (5, vectors[:, :3], spans)):
        with pytest.raises(AvouchError) as error:
            generation.append(first, v, s, [], 2)
        assert error.value.code is Code.INPUT_INVALID
    whole(generation, 5, 1)


def test_reindex_changes_when_a_version_holds(generation: Generation) -> None:
    append(generation, 0, 3, 0, 1)
    append(generation, 3, 3, 1, 2)
    generation.reindex(texts_of(0, 3, 0, ended=1))
    assert found(generation) == [3, 4, 5]
    generation = reopen(generation)
    assert found(generation) == [3, 4, 5]
    generation.close()


def test_erased_is_gone_from_every_file(generation: Generation) -> None:
    append(generation, 0, 6, 0, 1)
    append(generation, 6, 6, 1, 2)
    generation.reindex(texts_of(0, 6, 0, ended=5))  # leaves a taken out copy of the same words
    assert generation.held(range(6)) == 6 and generation.text.count([0]) >= 6
    needles = [generation.vectors[row].tobytes() for row in range(6)]
    assert all(traces(generation.folder, needle) for needle in needles)
    generation.erase([0], range(6), texts_of(6, 6, 1))
    for one in (generation, reopen(generation)):
        assert one.held(range(6)) == 0 and one.text.count([0]) == 0
        assert one.held(range(6, 12)) == 6 and found(one) == list(range(6, 12))
        assert not any(traces(one.folder, needle) for needle in [*needles, b"secret0x", b"word3"])
        assert len(list(one.folder.glob("text-*"))) == 1
        mask = one.spans["version"] >= 0
        best = vector.search(one.scan, one.vectors, one.vectors[7], mask, 1)
        assert best[0].tolist() == [7]
    append(one, 12, 2, 2, 7)
    assert one.held(range(6)) == 0 and found(one) == list(range(6, 14))
    one.close()


def traces(folder: Path, needle: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


class Killed(BaseException):
    """The process ends here."""


def every_step(monkeypatch: pytest.MonkeyPatch, kill_at: int) -> None:
    """Kill before the ``kill_at``-th thing that an append does to the disk."""
    EVENTS.clear()

    def watched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object, **kwargs: object) -> object:
            EVENTS.append(name)
            if len(EVENTS) > kill_at:
                raise Killed
            return real(*args, **kwargs)

        return step

    steps = [
        (durable, ("write_at", "replace", "sync_folder")),
        (FaissScan, ("add", "save")),
        (TantivyText, ("add", "drop", "commit")),
        (RowFiles, ("erase",)),
    ]
    for owner, names in steps:
        for name in names:
            monkeypatch.setattr(owner, name, watched(name, getattr(owner, name)))


def died(act: Callable[[], None], kill_at: int) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        every_step(patch, kill_at)
        try:
            act()
        except Killed:
            return True
    return False


@pytest.mark.parametrize("again", ["same process", "reopened"])
@pytest.mark.parametrize("kill_at", range(12))
def test_killed_while_appending(generation: Generation, kill_at: int, again: str) -> None:
    append(generation, 0, 5, 0, 1)
    broken = died(lambda: append(generation, 5, 7, 1, 2), kill_at)
    if again == "reopened":
        generation = reopen(generation)
        whole(generation, generation.rows, 1 if generation.rows == 5 else 2)
    if generation.rows == 5:
        append(generation, 5, 7, 1, 2)
    else:
        assert kill_at >= len(EVENTS) - 2  # only after the manifest was put in place
    assert broken or kill_at >= len(EVENTS)
    whole(generation, 12, 2)
    generation = reopen(generation)
    whole(generation, 12, 2)
    generation.close()


@pytest.mark.parametrize("kill_at", range(12))
def test_killed_during_the_very_first_append(generation: Generation, kill_at: int) -> None:
    died(lambda: append(generation, 0, 5, 0, 1), kill_at)
    generation = reopen(generation)
    whole(generation, generation.rows, 1 if generation.rows else 0)
    if not generation.rows:
        append(generation, 0, 5, 0, 1)
    whole(generation, 5, 1)
    generation.close()


@pytest.mark.parametrize("kill_at", range(12))
def test_killed_while_erasing(generation: Generation, kill_at: int) -> None:
    append(generation, 0, 5, 0, 1)
    append(generation, 5, 5, 1, 2)
    died(lambda: generation.erase([0], range(5), texts_of(5, 5, 1)), kill_at)
    generation = reopen(generation)
    generation.erase([0], range(5), texts_of(5, 5, 1))
    assert generation.held(range(5)) == 0 and found(generation) == list(range(5, 10))
    assert not traces(generation.folder, b"secret0x")
    generation.close()


@pytest.mark.parametrize("kill_at", range(4))
def test_killed_while_reindexing(generation: Generation, kill_at: int) -> None:
    append(generation, 0, 5, 0, 1)
    died(lambda: generation.reindex(texts_of(0, 5, 0, ended=1)), kill_at)
    generation = reopen(generation)
    assert found(generation) in ([0, 1, 2, 3, 4], [])
    generation.reindex(texts_of(0, 5, 0, ended=1))
    assert found(generation) == []
    generation.close()


@pytest.mark.parametrize("name", ["vectors.f32", "spans.bin", "manifest.json"])
def test_damage_is_named(generation: Generation, name: str) -> None:
    append(generation, 0, 5, 0, 1)
    generation.close()
    path = generation.folder / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(AvouchError) as error:
        Generation.open(generation.folder, FaissScan.open, TantivyText)
    assert error.value.code is Code.INDEX_STALE


def test_an_index_of_another_format_is_rebuilt(generation: Generation) -> None:
    Manifest(1, "m", DIMENSIONS, format=99).write(generation.folder)
    with pytest.raises(AvouchError) as error:
        reopen(generation)
    assert error.value.code is Code.INDEX_STALE
