"""Security events into a file, a JSON object a line, a new file when one is full. Nothing is ever deleted here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from avouch.durable import sync_folder
from avouch.errors import AvouchError, Code
from avouch.ports import Notice

MODE = 0o640
CHUNK = 65_536


class FileSink:
    """Appends and syncs. A full file is renamed ``NAME.1``, ``NAME.2`` … in order: the highest is the latest."""

    kind = "file"

    def __init__(self, path: Path, limit: int = 100_000_000) -> None:
        self.path, self.limit = path, limit
        self.name = f"file:{path}"
        self._whole = False

    def send(self, notices: Sequence[Notice]) -> None:
        """Append the events as lines and return when they are on disk. SINK_UNAVAILABLE."""
        try:
            self._append(b"".join(notice.data + b"\n" for notice in notices))
        except OSError as error:
            self._whole = False
            raise AvouchError(Code.SINK_UNAVAILABLE, f"the file cannot be written: {error.strerror}") from error

    def _append(self, lines: bytes) -> None:
        if not self._whole:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            cut(self.path)
            self._whole = True
        self._rotate(len(lines))
        made = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, MODE)
        try:
            left = memoryview(lines)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if made:
            sync_folder(self.path.parent)

    def _rotate(self, more: int) -> None:
        size = self.path.stat().st_size if self.path.exists() else 0
        if not size or size + more <= self.limit:
            return
        prefix = self.path.name + "."
        there = [one.name.removeprefix(prefix) for one in self.path.parent.glob(f"{prefix}*")]
        number = 1 + max((int(one) for one in there if one.isdigit()), default=0)
        self.path.rename(self.path.with_name(f"{prefix}{number}"))
        sync_folder(self.path.parent)

    def close(self) -> None:
        """Nothing is kept open: whoever moves the file away finds a new one made."""


def cut(path: Path) -> None:
    """Take off half a line, which a killed process left: the events of its batch come again."""
    if not path.exists():
        return
    with path.open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        at = end
        while at > 0:
            begin = max(0, at - CHUNK)
            stream.seek(begin)
            found = stream.read(at - begin).rfind(b"\n")
            if found >= 0:
                at = begin + found + 1
                break
            at = begin
        if at < end:
            stream.truncate(at)
            os.fsync(stream.fileno())
