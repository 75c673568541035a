"""A PostgreSQL cluster of the test run's own: made anew, on loopback, gone afterwards. One schema for each test."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

PLACES = "/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin"
MISSING = "PostgreSQL is not installed here: scripts/setup-engines installs it"
NUMBERS = itertools.count(1)


def programs() -> Path | None:
    """The folder with initdb and postgres: the newest there is."""
    found = [Path(path).resolve().parent for path in (shutil.which("initdb"),) if path]
    found += sorted((path for place in PLACES for path in Path("/").glob(place.lstrip("/"))), reverse=True)
    return next((path for path in found if (path / "postgres").exists() and (path / "initdb").exists()), None)


@dataclass
class Cluster:
    """A running cluster. ``stop`` and ``start`` are for tests of what happens without it."""

    folder: Path
    bin: Path
    port: int
    user: dict[str, Any]
    durable: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://avouch@127.0.0.1:{self.port}/postgres"

    def schema(self) -> str:
        """A schema that nobody had."""
        return f"t{os.getpid()}_{next(NUMBERS)}"

    def start(self) -> None:
        settings = (
            "fsync=on" if self.durable else "fsync=off",
            "max_connections=200",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
        )
        told = [word for setting in settings for word in ("-c", setting)]
        command = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *told]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self.user)
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self, how: str = "immediate") -> None:
        """End it, as a crash does unless told otherwise."""
        command = [str(self.bin / "pg_ctl"), "stop", "-m", how, "-w", "-D", str(self.folder / "data")]
        subprocess.run(command, check=False, capture_output=True, cwd=self.folder, **self.user)
        if self.process is not None:
            self.process.wait(10)
            self.process = None


@contextmanager
def cluster(durable: bool = False) -> Iterator[Cluster | None]:
    """A new cluster, or None where PostgreSQL is not installed. It never runs as root: it refuses to.

    Unless ``durable``, it does not wait for the disk: it outlives a killed process, not a power cut.
    """
    found = programs()
    if found is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="avouch-pg-") as name:
        folder = Path(name)
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = next(a for a in map(account_of, ("postgres", "nobody")) if a)
            user = {"user": account.pw_uid, "group": account.pw_gid}
            os.chown(folder, account.pw_uid, account.pw_gid)
        command = [str(found / "initdb"), "-D", str(folder / "data"), "-U", "avouch", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run([*command, "--no-locale"], check=True, capture_output=True, cwd=folder, **user)
        made = Cluster(folder, found, free_port(), user, durable)
        made.start()
        try:
            yield made
        finally:
            made.stop()


def account_of(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
