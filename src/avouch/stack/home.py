"""A home: the folder that holds everything of one installation, and the lock on it."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from avouch.config import Settings
from avouch.errors import AvouchError, Code


class Home:
    """Paths of one home. ``keys`` may lie elsewhere (AVOUCH_KEYS), and should in production."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.state = root / "state.db"
        self.blobs = root / "blobs"
        self.tables = root / "tables"
        self.index = root / "index"
        self.models = root / "models"
        self.keys = Path(settings.keys) if settings.keys else root / "keys"
        self.erasures = self.keys / "erasures.jsonl"

    @property
    def exists(self) -> bool:
        return self.state.exists()


def lock(root: Path, seconds: float) -> IO[str]:
    """Hold the home for this process; HOME_LOCKED, naming the holder, after so many seconds."""
    stream = (root / "lock").open("a+")
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                stream.seek(0)
                holder = stream.read().strip() or "another process"
                stream.close()
                raise AvouchError(Code.HOME_LOCKED, f"the home is in use by process {holder}") from None
            time.sleep(0.05)
        else:
            stream.seek(0)
            stream.truncate()
            stream.write(str(os.getpid()))
            stream.flush()
            return stream
