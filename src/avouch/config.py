"""One settings object: defaults, then ``avouch.toml`` in the home, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from avouch import issuers, lifetimes
from avouch.errors import AvouchError, Code
from avouch.issuers import Issuer
from avouch.lifetimes import Lifetime


@dataclass(frozen=True, slots=True)
class Settings:
    """``model``: a folder, empty for the embedded one. ``keys``: where the keyring lies, empty for HOME/keys.

    ``chunk_chars`` is the target length of a chunk; ``batch_chunks`` bounds what one ingest commit holds;
    ``abstain_below`` is the confidence under which an answer is not given; ``lock_seconds`` is how long a
    second process waits for the home, ``busy_seconds`` an ingest for another to end.

    ``state`` is a PostgreSQL URL where several processes share the home, each home in a ``state_schema`` of its
    own; ``storage`` is ``s3://bucket/prefix`` where content lies in an object store, at ``storage_endpoint``
    unless that is Amazon's. Passwords and credentials come from the environment (PGPASSFILE, AWS_…).

    A session ends ``session_hours`` after the sign-in or when it is not used
    for ``session_idle_minutes``; its token changes every ``session_rotate_minutes``. An emergency lasts
    ``emergency_minutes`` unless told otherwise, and never more than ``emergency_max_minutes``.

    The server runs ``http_threads`` requests at once and holds ``http_concurrency``; more are told to come again.
    It lets a principal and a tenant send ``rate_principal`` and ``rate_tenant`` requests a second (0: as many as
    they like), in bursts of twice as many. ``public_origin`` is how browsers reach it where a proxy stands before
    it (https://avouch.example). ``cors_origins`` and ``hosts`` are lists by commas, ``ingest_roots``
    are folders by colons; ``backups`` is where backups go, empty for HOME/backups.

    ``traces`` is where spans go: ``console``, the address of an OTLP collector, or nowhere; ``trace_ratio`` is
    the part that is kept; ``trace_content`` is the highest classification whose content may go along, by default
    none. ``siem`` is where security events go: ``file:/PATH``, ``syslog+tls://HOST:PORT`` (also ``+tcp``, ``+udp``) or
    ``https://…``; ``siem_ca`` is a file of certificates to trust, ``siem_token_file`` holds the bearer token;
    ``siem_format`` is ndjson or json; ``siem_names`` is yes where principals' names go along.
    ``siem_file_bytes`` is when a new file begins, ``siem_signins`` how many refused sign-ins of one
    principal in ``siem_minutes`` are a finding.

    ``quarantine`` is on or off: whether chunks that give orders to a machine are kept out of every search until a
    curator lets them in. ``classify`` is on or off: whether what identifies somebody raises the class of a document
    that is taken in. ``entails`` is a folder with a model that reads whether a source says a claim, beside the checks;
    ``names`` is a CSV whose rows hold what one thing is called (a formulary's generic and brand names), for the checks;
    ``link_hosts`` are hosts, by commas, that what a model wrote may lead to. ``regions`` are those, by commas, in which
    a model may run to be sent anything; empty for any. ``retention`` says how long questions and
    answers are kept; where nothing is said, for good.
    """

    model: str = ""
    keys: str = ""
    state: str = ""
    state_schema: str = "avouch"
    storage: str = ""
    storage_endpoint: str = ""
    storage_region: str = ""
    chunk_chars: int = 1000
    batch_chunks: int = 2000
    batch_documents: int = 1000
    max_file_bytes: int = 200_000_000
    max_line_chars: int = 10_000_000
    passages: int = 10
    abstain_below: float = 0.5
    lock_seconds: float = 3.0
    busy_seconds: float = 60.0
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
    public_origin: str = ""
    cors_origins: str = ""
    hosts: str = ""
    ingest_roots: str = ""
    backups: str = ""
    traces: str = ""
    trace_ratio: float = 1.0
    trace_content: str = ""
    siem: str = ""
    siem_ca: str = ""
    siem_token_file: str = ""
    siem_format: str = "ndjson"
    siem_names: str = "no"
    siem_file_bytes: int = 100_000_000
    siem_signins: int = 10
    siem_minutes: int = 10
    quarantine: str = "on"
    classify: str = "on"
    entails: str = ""
    names: str = ""
    link_hosts: str = ""
    regions: str = ""
    retention: tuple[Lifetime, ...] = ()


KINDS: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "tuple[Issuer, ...]": issuers.parse,
    "tuple[Lifetime, ...]": lifetimes.parse,
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
