"""Files of a source, in a fixed order: what to read, what to leave, and which links to follow.

A link is followed where its target lies inside the source but would not be met on its own path (hidden
folders, as mounted configuration has them); each target once. A link that leads out is FILE_OUTSIDE.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from avouch.errors import AvouchError, Code
from avouch.records import Problem

MANIFESTS = ("avouch.yaml", "avouch.yml")
_PASSING = (".part", ".tmp", ".swp", ".swo", ".swx", ".crdownload", ".download", ".bak~", "~")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", *MANIFESTS})


@dataclass(frozen=True, slots=True)
class Place:
    """A regular file: ``path`` to open, ``key`` relative to the root, ``size`` in bytes as listed."""

    key: str
    path: Path
    size: int


def problem(key: str, error: AvouchError) -> Problem:
    """One line of the report."""
    return Problem(key, error.code.name, error.message, error.todo)


def key_of(path: str) -> str:
    """A name as text: bytes that are not UTF-8 become ``\\xff`` escapes, and so do line breaks."""
    return printable(os.fsencode(path).decode("utf-8", "backslashreplace"))


def printable(name: str) -> str:
    """``name`` with escapes for what would break a line or turn its direction."""
    return _UNPRINTABLE.sub(lambda found: found.group().encode("unicode_escape").decode(), name)


def ignored(name: str) -> bool:
    """Hidden files, manifests, and what editors and downloads leave behind."""
    lower = name.lower()
    autosaved = len(name) > 2 and name[0] == name[-1] == "#"
    return autosaved or name.startswith((".", "~$")) or lower.endswith(_PASSING) or lower in _SYSTEM


def walk(root: Path) -> Iterator[Place | Problem]:
    """Every file under ``root`` (or ``root`` itself), sorted by path. PATH_MISSING where there is none."""
    try:
        base = root.resolve(strict=True)
        if not base.is_dir():
            yield _place(base, key_of(base.name))
            return
    except (OSError, RuntimeError) as error:
        raise AvouchError(Code.PATH_MISSING, f"there is nothing at {key_of(str(root))}") from error
    followed: set[Path] = set()
    pending: list[tuple[Path, str]] = [(base, "")]
    while pending:
        path, key = pending.pop()
        try:
            found = _look(base, path, key, followed)
        except AvouchError as error:
            yield problem(key, error)
            continue
        if isinstance(found, Place):
            yield found
        else:
            pending.extend(reversed(found))


def _look(base: Path, path: Path, key: str, followed: set[Path]) -> Place | list[tuple[Path, str]]:
    """A file as a place; a folder as what is in it; nothing for a link that needs no following."""
    try:
        if path.is_symlink():
            target = _target(base, path, key)
            if target in followed or _met(base, target):
                return []
            followed.add(target)
            path = target
        if path.is_dir():
            names = sorted((entry.name for entry in os.scandir(path) if not ignored(entry.name)), key=os.fsencode)
            return [(path / name, f"{key}/{key_of(name)}" if key else key_of(name)) for name in names]
    except PermissionError as error:
        raise AvouchError(Code.FILE_UNREADABLE, f"{key}: no right to read it") from error
    except OSError as error:
        raise AvouchError(Code.FILE_UNREADABLE, f"{key}: {error.strerror}") from error
    return _place(path, key)


def _place(path: Path, key: str) -> Place:
    try:
        info = path.stat()
    except OSError as error:
        raise AvouchError(Code.FILE_UNREADABLE, f"{key}: {error.strerror}") from error
    if not stat.S_ISREG(info.st_mode):
        raise AvouchError(Code.FILE_UNREADABLE, f"{key}: a pipe, socket or device, not a file")
    return Place(key, path, info.st_size)


def _target(base: Path, path: Path, key: str) -> Path:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise AvouchError(Code.FILE_UNREADABLE, f"{key}: the link leads nowhere") from error
    if not target.is_relative_to(base):
        raise AvouchError(Code.FILE_OUTSIDE, f"{key}: the link leads out of the source")
    return target


def _met(base: Path, target: Path) -> bool:
    """Whether the walk comes to ``target`` without any link."""
    return not any(ignored(part) for part in target.relative_to(base).parts)
