"""A home: the folder that holds everything of one installation, and the lock on it.

With the setting ``state`` the rows lie in PostgreSQL and several processes share the home; with ``storage``
the content lies in an object store. Keys, settings, models and the processes' indexes stay in the folder.
"""

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
        self.root, self.settings = root, settings
        self.state = root / "state.db"
        self.blobs = root / "blobs"
        self.tables = root / "tables"
        self.index = root / "index"
        self.models = root / "models"
        self.keys = Path(settings.keys) if settings.keys else root / "keys"
        self.erasures = self.keys / "erasures.jsonl"

    @property
    def shared(self) -> bool:
        """Whether several processes may have it open at once."""
        return bool(self.settings.state)

    @property
    def exists(self) -> bool:
        from avouch.stack.engines import exists

        return exists(self)


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


def hold(home: Home) -> IO[str]:
    """The lock that an open home needs: its own where one process has it, a shared one where several may.

    So nobody who takes the home for a local one gets in beside those who share it.
    """
    if not home.shared:
        held = lock(home.root, home.settings.lock_seconds)
        for left in home.root.glob("state.backup*"):  # of a backup that was killed: it holds keys of what is erased
            left.unlink()
        return held
    stream = (home.root / "lock").open("a+")
    try:
        fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        raise AvouchError(Code.HOME_LOCKED, "the home's folder is in use by a process that does not share it") from None
    return stream
