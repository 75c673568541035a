"""One settings object: defaults, then ``avouch.toml`` in the home, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from avouch import issuers
from avouch.errors import AvouchError, Code
from avouch.issuers import Issuer


@dataclass(frozen=True, slots=True)
class Settings:
    """``model``: a folder, empty for the embedded one. ``keys``: where the keyring lies, empty for HOME/keys.

    ``chunk_chars`` is the target length of a chunk; ``batch_chunks`` bounds what one ingest commit holds;
    ``abstain_below`` is the confidence under which an answer is not given; ``lock_seconds`` is how long a
    second process waits for the home. A session ends ``session_hours`` after the sign-in or when it is not used
    for ``session_idle_minutes``; its token changes every ``session_rotate_minutes``. An emergency lasts
    ``emergency_minutes`` unless told otherwise, and never more than ``emergency_max_minutes``.

    The server runs ``http_threads`` requests at once and holds ``http_concurrency``; more are told to come again.
    It lets a principal and a tenant send ``rate_principal`` and ``rate_tenant`` requests a second (0: as many as
    they like), in bursts of twice as many. ``cors_origins`` and ``hosts`` are lists by commas, ``ingest_roots``
    are folders by colons; ``backups`` is where backups go, empty for HOME/backups.
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
    session_hours: float = 12.0
    session_idle_minutes: float = 60.0
    session_rotate_minutes: float = 15.0
    emergency_minutes: int = 60
    emergency_max_minutes: int = 240
    issuers: tuple[Issuer, ...] = ()
    http_threads: int = 16
    http_concurrency: int = 64
    ask_budget_ms: float = 10_000.0
    request_seconds: float = 60.0
    header_seconds: float = 10.0
    body_seconds: float = 60.0
    shutdown_seconds: float = 30.0
    max_body_bytes: int = 1_000_000
    max_upload_bytes: int = 500_000_000
    rate_principal: float = 50.0
    rate_tenant: float = 200.0
    cors_origins: str = ""
    hosts: str = ""
    ingest_roots: str = ""
    backups: str = ""


KINDS: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "tuple[Issuer, ...]": issuers.parse,
}


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
