"""Backups: one tar of the state, the blobs and the tables. Never the keys; the index is made again."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from avouch.canon import file_digest
from avouch.errors import AvouchError, Code
from avouch.records import Principal
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.transfer import bucket_files, copy_state, plain_settings

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

FORMAT, MANIFEST = "avouch/backup/1", "manifest.json"


@dataclass(frozen=True, slots=True)
class Written:
    """How much a backup holds, and where the keys lie that it needs."""

    files: int
    bytes: int
    keys: str


def backup(stack: Stack, principal: Principal, to: Path) -> Written:
    """Write a backup of everything that the ledger knows now. INPUT_INVALID where the file exists."""
    if to.exists():
        raise AvouchError(Code.INPUT_INVALID, f"{to} exists")

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            return None, {"home": stack.id}

        return commit

    act(stack, "backup", principal, do)
    snapshot = stack.home.root / "state.backup"
    part = to.with_name(to.name + ".part")
    with stack.alone("ingest"):
        try:
            copy_state(stack, snapshot)
            written = write(stack, snapshot, part)
        finally:
            snapshot.unlink(missing_ok=True)
    part.rename(to)
    return written


def members(stack: Stack, snapshot: Path) -> Iterator[tuple[str, Path | bytes]]:
    """What goes in, as (name, file or bytes)."""
    root = stack.home.root
    yield "state.db", snapshot
    if (root / "avouch.toml").exists():
        yield "avouch.toml", plain_settings(root / "avouch.toml").encode()
    if stack.settings.storage:
        yield from bucket_files(stack.home)
        return
    for folder in (stack.home.blobs, stack.home.tables):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".part":
                yield str(path.relative_to(root)), path


def write(stack: Stack, snapshot: Path, part: Path) -> Written:
    files: dict[str, str] = {}
    size = 0
    with part.open("wb") as stream:
        with tarfile.open(fileobj=stream, mode="w") as tar:
            for name, what in members(stack, snapshot):
                if isinstance(what, bytes):
                    add_bytes(tar, name, what)
                    files[name] = hashlib.sha256(what).hexdigest()
                else:
                    tar.add(what, name, recursive=False)
                    files[name] = file_digest(what)
                size += len(what) if isinstance(what, bytes) else what.stat().st_size
            add_bytes(tar, MANIFEST, json.dumps({"format": FORMAT, "home": stack.id, "files": files}).encode())
        stream.flush()
        os.fsync(stream.fileno())
    return Written(len(files), size, str(stack.home.keys))


def add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
