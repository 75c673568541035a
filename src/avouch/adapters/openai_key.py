"""The key of a model's server: where it lies is declared, what it is stays there until a request needs it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from avouch.errors import AvouchError, Code

LONGEST = 8192
SOURCE = re.compile(r"(env|file):((?<=file:)[A-Za-z_][A-Za-z0-9_.-]{0,99}|(?<=env:)AVOUCH_KEY_[A-Za-z0-9_]{1,80})")
GRAPHIC = re.compile(r"[\x21-\x7e]+")


class Key:
    """``env:AVOUCH_KEY_NAME`` is a variable of the environment (and no other can be sent anywhere), ``file:NAME`` a
    file in the folder of secrets; empty: none.

    Read with each request, so that a key can be changed while it serves. Never shown: not by ``repr`` either.
    """

    def __init__(self, source: str, folder: Path | None = None) -> None:
        found = SOURCE.fullmatch(source)
        if source and (not found or (found.group(1) == "file" and (folder is None or ".." in found.group(2)))):
            raise AvouchError(Code.CONFIG_INVALID, "a model's key is env:NAME, or file:NAME in the folder of secrets")
        self._way, self._name = (found.group(1), found.group(2)) if found else ("", "")
        self._folder = folder or Path()

    def __repr__(self) -> str:
        return f"Key({self._way or 'none'})"

    def reveal(self) -> str:
        """The key, empty where none is declared. SECRET_MISSING."""
        if not self._way:
            return ""
        held = os.environ.get(self._name, "") if self._way == "env" else self._read()
        held = held.strip(" \t\r\n")
        if not GRAPHIC.fullmatch(held):
            raise AvouchError(Code.SECRET_MISSING, f"{self._way}:{self._name} holds no key")
        return held

    def _read(self) -> str:
        path = self._folder / self._name
        try:
            with path.open("rb") as file:
                told = os.fstat(file.fileno())
                if not stat.S_ISREG(told.st_mode) or told.st_mode & 0o077:
                    raise AvouchError(Code.SECRET_MISSING, f"file:{self._name} can be read by others: chmod 600")
                return file.read(LONGEST).decode("ascii", "replace")
        except OSError as error:
            raise AvouchError(Code.SECRET_MISSING, f"file:{self._name}: {type(error).__name__}") from error
