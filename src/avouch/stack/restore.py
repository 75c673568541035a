"""Restore a home from a backup; erasures made since are replayed, so that nothing comes back."""

from __future__ import annotations

import json
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from avouch import config
from avouch.adapters.sqlite_state import SqliteState
from avouch.canon import file_digest
from avouch.errors import AvouchError, Code
from avouch.lake import keyring
from avouch.lake.schema import data_keys
from avouch.stack.act import Commit, Stamp, act
from avouch.stack.backup import FORMAT, MANIFEST
from avouch.stack.home import Home
from avouch.stack.stack import Stack
from avouch.stack.transfer import fill_bucket, fill_state


@dataclass(frozen=True, slots=True)
class Restored:
    files: int
    erased: tuple[str, ...]


def restore(root: Path, source: Path, keys: Path | None) -> Restored:
    """Make a home at ``root`` from a backup. HOME_EXISTS, BACKUP_INVALID, KEY_MISSING, KEY_WRONG."""
    home = Home(root, config.load(root))
    if home.exists:
        raise AvouchError(Code.HOME_EXISTS, "there is a home in that folder")
    part = root.with_name(root.name + ".restoring")
    shutil.rmtree(part, ignore_errors=True)
    try:
        told = unpack(source, part)
        ring = keyring.load(keys or home.keys, told["home"])
        unlocked(part / "state.db", ring)
        root.mkdir(parents=True, exist_ok=True)
        place_files(home, part)
        if keys is not None and keys.resolve() != home.keys.resolve():
            keyring.save(ring, home.keys)
            if (keys / home.erasures.name).exists():
                shutil.copy2(keys / home.erasures.name, home.erasures)
        if home.shared:
            fill_state(home, part / "state.db")
        else:
            (part / "state.db").rename(home.state)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    with Stack.open(root) as stack:
        record(stack, file_digest(source))
        return Restored(len(told["files"]), stack.replayed)


def unlocked(state: Path, ring: keyring.Keyring) -> None:
    """KEY_MISSING unless the ring has every key that wraps one in these rows."""
    copy = SqliteState(state)
    try:
        needed = copy.read(lambda tx: set(tx.execute(select(data_keys.c.master).distinct()).scalars()))
    finally:
        copy.close()
    if missing := needed - {key.id for key in ring.master}:
        what = f"the backup was made under {', '.join(sorted(missing))}, which was rotated since"
        raise AvouchError(Code.KEY_MISSING, f"{what}: restore it with the copy of the keys of that time")


def place_files(home: Home, part: Path) -> None:
    """Put all but the state where the settings in force say; settings that are there stay."""
    if home.settings.storage:
        fill_bucket(home, part)
    for path in part.iterdir():
        left = path.name == "state.db" or (home.settings.storage and path.is_dir())
        if not left and not (path.name == "avouch.toml" and (home.root / path.name).exists()):
            path.rename(home.root / path.name)


def unpack(source: Path, to: Path) -> dict[str, Any]:
    """Extract a backup and hold every file against the manifest."""
    try:
        with tarfile.open(source) as tar:
            tar.extractall(to, filter="data")
        told: dict[str, Any] = json.loads((to / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise AvouchError(Code.PATH_MISSING, f"no backup at {source}") from error
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise AvouchError(Code.BACKUP_INVALID, f"{source.name} is not a whole backup") from error
    (to / MANIFEST).unlink()
    found = {str(path.relative_to(to)): file_digest(path) for path in to.rglob("*") if path.is_file()}
    if told.get("format") != FORMAT or found != told["files"]:
        raise AvouchError(Code.BACKUP_INVALID, f"{source.name} does not match its manifest")
    return told


def record(stack: Stack, digest: str) -> None:
    """The entry of the restoration; opening the home has erased again what was erased since."""

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            return None, {"backup": digest, "erased": list(stack.replayed)}

        return commit

    act(stack, "restore", stack.owner, do)
