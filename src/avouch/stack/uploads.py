"""Uploaded files on their way in: a folder in the home for each upload, gone when it is taken in.

They are copies of content outside of the declared stores, so none may outlive its upload: whoever uses a folder
holds a lock on it, and what nobody holds (the process was killed) is removed when a home is opened or
something is erased.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from avouch.canon import new_id
from avouch.errors import AvouchError, Code
from avouch.ingest.walk import MANIFESTS, ignored
from avouch.stack.home import Home

LONGEST, DEEPEST = 200, 12
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?")
SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
LOCK = ".lock"


def file_name(name: str) -> str:
    """A plain file name that means the same everywhere; FILE_NAME_INVALID, without repeating it."""
    wrong = (
        not 0 < len(name.encode("utf-8", "replace")) <= LONGEST
        or not name.isprintable()
        or any(c in name for c in '/\\:*?"<>|')
        or name != name.strip()
        or name.endswith(".")
        or DEVICE.fullmatch(name) is not None
        or (ignored(name) and name not in MANIFESTS)
    )
    if wrong:
        raise AvouchError(Code.FILE_NAME_INVALID, "a file's name is not a plain one")
    return name


def source_name(name: str) -> str:
    """INPUT_INVALID unless a source of uploads may have this name."""
    if not SOURCE.fullmatch(name):
        raise AvouchError(Code.INPUT_INVALID, "a source is named by up to 63 small letters, digits and . _ -")
    return name


@contextmanager
def spool(home: Home) -> Iterator[Path]:
    """An empty folder for the files of one upload; removed at the end, whatever happens."""
    folder = home.root / "uploads" / new_id("u")
    folder.parent.mkdir(exist_ok=True, mode=0o700)
    lock = folder.with_suffix(LOCK)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            folder.mkdir(mode=0o700)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def create(folder: Path, name: str, nested: bool = False) -> IO[bytes]:
    """A new file in a spool, ``nested`` in folders that its name tells (``a/b.md``).

    FILE_NAME_INVALID where one of that name is there, a folder's name is not a plain one, or they go too deep.
    """
    parts = name.split("/") if nested else [name]
    if len(parts) > DEEPEST:
        raise AvouchError(Code.FILE_NAME_INVALID, f"a file lies in more than {DEEPEST - 1} folders")
    path = folder.joinpath(*map(file_name, parts))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise AvouchError(Code.FILE_NAME_INVALID, "two files have one name") from error


def sweep(home: Home) -> int:
    """Remove the folders that nobody holds; returns how many."""
    root = home.root / "uploads"
    found = [folder for folder in root.iterdir() if folder.is_dir()] if root.is_dir() else []
    return sum(dropped(folder) for folder in sorted(found))


def dropped(folder: Path) -> bool:
    """Remove a folder unless somebody holds it; says whether it was."""
    lock = folder.with_suffix(LOCK)
    with suppress(FileNotFoundError), lock.open("r+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    shutil.rmtree(folder, ignore_errors=True)
    lock.unlink(missing_ok=True)
    return True
