"""One settings object: defaults, then ``avouch.toml`` in the home, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from avouch.errors import AvouchError, Code


@dataclass(frozen=True, slots=True)
class Settings:
    """``model``: a folder, empty for the embedded one. ``keys``: where the keyring lies, empty for HOME/keys.

    ``chunk_chars`` is the target length of a chunk; ``batch_chunks`` bounds what one ingest commit holds;
    ``abstain_below`` is the confidence under which an answer is not given; ``lock_seconds`` is how long a
    second process waits for the home.
    """

    model: str = ""
    keys: str = ""
    chunk_chars: int = 1000
    batch_chunks: int = 2000
    batch_documents: int = 1000
    max_file_bytes: int = 200_000_000
    max_line_chars: int = 10_000_000
    passages: int = 10
    abstain_below: float = 0.5
    lock_seconds: float = 3.0
    threads: int = 0


KINDS: dict[str, Callable[[Any], Any]] = {"str": str, "int": int, "float": float}


def load(home: Path) -> Settings:
    """The settings of a home; CONFIG_INVALID for an unknown name or a wrong type."""
    path = home / "avouch.toml"
    try:
        told: dict[str, Any] = tomllib.loads(path.read_text()) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AvouchError(Code.CONFIG_INVALID, "avouch.toml is not TOML") from error
    known = {field.name: KINDS[str(field.type)] for field in fields(Settings)}
    for name in known:
        if (value := os.environ.get(f"AVOUCH_{name.upper()}")) is not None:
            told[name] = value
    settings = {}
    for name, value in told.items():
        if name not in known:
            raise AvouchError(Code.CONFIG_INVALID, f"no setting is called {name!r}")
        try:
            settings[name] = known[name](value)
        except (TypeError, ValueError) as error:
            raise AvouchError(Code.CONFIG_INVALID, f"the value of {name} has a wrong type") from error
    return Settings(**settings)
