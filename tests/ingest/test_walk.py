"""Which files are read, in which order, and what stops nothing else."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from tests.ingest.source import read, write

from avouch.errors import AvouchError, Code
from avouch.ingest.discover import Options, count


def test_order_and_ignored_files(tmp_path: Path) -> None:
    kept = ["#1 rule.txt", "a.txt", "b/a.txt", "b/c/z.txt", "b.txt", "é.txt"]
    ignored = [
        ".hidden",
        ".git/config",
        "x.part",
        "~$word.docx",
        "#a#",
        "a.txt~",
        "a.txt.swp",
        "b/avouch.yaml",
        "Thumbs.db",
    ]
    write(tmp_path, dict.fromkeys(kept, "Some text.") | dict.fromkeys(ignored, ""))
    result = read(tmp_path)
    assert result.order == kept
    assert not result.problems
    assert count(tmp_path) == len(kept)


def test_one_file_is_a_source(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "text", "b.txt": "text", "avouch.yaml": "defaults: {classification: internal}"})
    result = read(tmp_path / "a.txt")
    assert result.order == ["a.txt"]
    assert result.found["a.txt"].metadata.classification is not None


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(AvouchError) as caught:
        read(tmp_path / "missing")
    assert caught.value.code is Code.PATH_MISSING


def test_links(tmp_path: Path) -> None:
    write(tmp_path, {"outside/secret.txt": "secret", "in/real.txt": "real", "in/.data/v1/config.txt": "mounted"})
    root = tmp_path / "in"
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "out.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (root / "up").symlink_to("..")
    (root / "loop").symlink_to(".")
    (root / "self").symlink_to("self")
    (root / "broken.txt").symlink_to("nowhere")
    (root / "again.txt").symlink_to("real.txt")
    (root / ".now").symlink_to(".data/v1")
    (root / "config.txt").symlink_to(".now/config.txt")
    result = read(root)
    assert result.parsed["config.txt"].text == "mounted"
    assert sorted(result.parsed) == ["config.txt", "real.txt"]
    assert sorted(result.problems) == [
        ("broken.txt", "FILE_UNREADABLE"),
        ("out", "FILE_OUTSIDE"),
        ("out.txt", "FILE_OUTSIDE"),
        ("self", "FILE_UNREADABLE"),
        ("up", "FILE_OUTSIDE"),
    ]


def test_a_linked_root_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {"real/a.txt": "text"})
    (tmp_path / "link").symlink_to("real")
    assert read(tmp_path / "link").order == ["a.txt"]


def test_special_files_do_not_block(tmp_path: Path) -> None:
    write(tmp_path, {"z.txt": "text"})
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        old = Path.cwd()
        os.chdir(tmp_path)
        server.bind("socket")
        os.chdir(old)
        result = read(tmp_path)
    assert result.problems == [("pipe", "FILE_UNREADABLE"), ("socket", "FILE_UNREADABLE")]
    assert list(result.parsed) == ["z.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_right_to_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "text", "b/c.txt": "text", "z.txt": "text"})
    (tmp_path / "a.txt").chmod(0)
    (tmp_path / "b").chmod(0)
    result = read(tmp_path)
    (tmp_path / "b").chmod(0o700)
    assert result.problems == [("a.txt", "FILE_UNREADABLE"), ("b", "FILE_UNREADABLE")]


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9\n.txt", "wb") as file:  # noqa: PTH123
        file.write(b"text")
    assert list(read(tmp_path).parsed) == ["caf\\xe9\\n.txt"]


def test_sizes(tmp_path: Path) -> None:
    write(tmp_path, {"empty.txt": b"", "fits.txt": "x" * 100, "large.txt": "x" * 101})
    with (tmp_path / "sparse.txt").open("wb") as file:
        file.truncate(300_000_000_000)
    result = read(tmp_path, Options(max_file_bytes=100))
    assert list(result.parsed) == ["fits.txt"]
    assert result.problems == [
        ("empty.txt", "FILE_EMPTY"),
        ("large.txt", "FILE_TOO_LARGE"),
        ("sparse.txt", "TYPE_UNKNOWN"),
    ]


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "some text", "b.jsonl": '{"id": 1, "text": "one"}\n' * 2, "c.txt": "steady"})
    stat, seen = os.fstat, []

    def growing(handle: int) -> os.stat_result:
        info = stat(handle)
        seen.append(info.st_ino)
        if info.st_ino != (tmp_path / "c.txt").stat().st_ino:
            os.utime(tmp_path / "a.txt", ns=(1, len(seen)))
            os.utime(tmp_path / "b.jsonl", ns=(1, len(seen)))
        return info

    monkeypatch.setattr(os, "fstat", growing)
    result = read(tmp_path)
    assert list(result.parsed) == ["c.txt"]
    assert result.problems == [("a.txt", "FILE_CHANGED"), ("b.jsonl", "FILE_CHANGED")]
