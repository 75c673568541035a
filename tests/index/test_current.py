"""Which generation serves, and that switching is one step."""

from __future__ import annotations

from pathlib import Path

import pytest

from avouch.errors import AvouchError, Code
from avouch.index import current


def test_a_new_generation_takes_over_and_the_old_one_goes(tmp_path: Path) -> None:
    assert current.serving(tmp_path) is None
    for wanted in (1, 2, 3):
        number, folder = current.following(tmp_path)
        assert number == wanted and folder.name == f"g{wanted:06d}"
        folder.mkdir()
        current.switch(tmp_path, folder)
        assert current.serving(tmp_path) == folder
        assert [path.name for path in tmp_path.glob("g*")] == [folder.name]


def test_one_that_never_got_ready_is_swept(tmp_path: Path) -> None:
    (tmp_path / "g000001").mkdir()
    current.switch(tmp_path, tmp_path / "g000001")
    (tmp_path / "g000002" / "text").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    current.sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "g000001", "notes"]


def test_a_pointer_to_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / current.CURRENT).write_text("g000007")
    with pytest.raises(AvouchError) as error:
        current.serving(tmp_path)
    assert error.value.code is Code.INDEX_STALE


def test_what_is_gone_is_followed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / current.CURRENT).write_text("g000007")
    assert current.following(tmp_path) == (8, tmp_path / "g000008")
    (tmp_path / "g000011").mkdir()
    assert current.following(tmp_path)[0] == 12
    (tmp_path / current.CURRENT).write_bytes(b"\xff\x00")
    assert current.following(tmp_path)[0] == 12
