"""A file holds the old bytes or the new ones, whatever happens in between."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from avouch import durable


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "no space left")


def test_a_replacement_that_fails_leaves_the_old_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    durable.replace(path, b"old")
    with monkeypatch.context() as broken, pytest.raises(OSError, match="no space"):
        broken.setattr(os, "fsync", full)
        durable.replace(path, b"newer")
    assert path.read_bytes() == b"old"
    durable.replace(path, b"new")
    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_secret_is_never_readable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    real = os.fsync

    def seen(handle: int) -> None:
        modes.append(os.fstat(handle).st_mode & 0o777)
        real(handle)

    monkeypatch.setattr(os, "fsync", seen)
    durable.replace(tmp_path / "keys", b"secret", mode=0o600)
    assert modes[0] == (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


def test_what_is_beyond_a_write_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    durable.write_at(path, 0, b"aaaabbbb")
    durable.write_at(path, 4, b"cc")
    assert path.read_bytes() == b"aaaacc"
