"""The index folders of a shared home's processes: one slot each, ``index/1``, ``index/2`` …

A process holds its slot by a lock on it and takes the first free one, so that a restart finds its files. Each
slot says in the state database up to which erasure it is clean (``cursors``: ``index/ID PLACE``); an erasure is
complete when all slots are, or are gone.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, delete, insert, select, update

from avouch.lake.schema import cursors
from avouch.ports import State

LOCK, ID, PREFIX = "lock", "id", "index/"
POLL_SECONDS = 0.1


@dataclass
class Slot:
    """One held slot. ``name`` is that of its cursor."""

    folder: Path
    name: str
    held: IO[str]

    def close(self) -> None:
        self.held.close()


def grasp(folder: Path) -> IO[str] | None:
    """The lock of a slot, made where it is new; None where another process holds it, or has just removed it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        stream = (folder / LOCK).open("a+")
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        stream.close()
        return None
    try:
        if (folder / LOCK).stat().st_ino == os.fstat(stream.fileno()).st_ino:
            return stream
    except FileNotFoundError:
        pass
    stream.close()
    return None


def take(root: Path, state: State) -> Slot:
    """The first free slot under ``root``, registered. Its cursor begins at -1: nothing is known to be clean."""
    sweep_local(root)
    folder, held = next((f, h) for f, h in ((f, grasp(f)) for f in map(root.joinpath, map(str, count(1)))) if h)
    path = folder / ID
    if not path.exists() or not path.read_text():
        path.write_text(secrets.token_hex(8))
    name = f"{PREFIX}{path.read_text()} {socket.gethostname()}:{folder}"
    state.write(lambda tx: register(tx, name))
    return Slot(folder, name, held)


def register(tx: Connection, name: str) -> None:
    """Say that a slot is there, under its newest place."""
    same = cursors.c.name.startswith(name.partition(" ")[0] + " ", autoescape=True)
    found = tx.execute(select(cursors.c.seq).where(same)).scalar()
    tx.execute(delete(cursors).where(same))
    tx.execute(insert(cursors), {"name": name, "seq": -1 if found is None else found})


def clean(tx: Connection, slot: Slot, seq: int) -> None:
    """Say that a slot holds nothing of what was erased up to an entry."""
    tx.execute(update(cursors).where(cursors.c.name == slot.name).values(seq=seq))


def others(tx: Connection, mine: Slot) -> int:
    """How many slots other processes have, clean or not."""
    query = select(cursors.c.name).where(cursors.c.name.startswith(PREFIX), cursors.c.name != mine.name)
    return len(tx.execute(query).all())


def unclean(tx: Connection, seq: int, mine: Slot) -> list[str]:
    """The slots of others that may still hold something of what was erased at or before an entry."""
    query = select(cursors.c.name).where(cursors.c.name.startswith(PREFIX), cursors.c.seq < seq)
    return sorted(name for name in tx.execute(query).scalars() if name != mine.name)


def settle(root: Path, state: State, seq: int, mine: Slot, seconds: float) -> list[str]:
    """Wait until all slots are clean; returns those that are not after so long. Idle ones are removed."""
    until = time.monotonic() + seconds
    while left := state.read(lambda tx: unclean(tx, seq, mine)):
        remove_idle(root, state, left)
        if time.monotonic() > until:
            return state.read(lambda tx: unclean(tx, seq, mine))
        time.sleep(POLL_SECONDS)
    return []


def remove_idle(root: Path, state: State, names: list[str]) -> None:
    """Remove the folders here that no process holds: they are made again from the lake."""
    for folder in root.iterdir():
        path = folder / ID
        if not folder.name.isdigit() or not path.exists():
            continue
        told = [name for name in names if name.startswith(f"{PREFIX}{path.read_text()} ")]
        held = grasp(folder) if told else None
        if held is not None:
            shutil.rmtree(folder)
            state.write(lambda tx, told=told: tx.execute(delete(cursors).where(cursors.c.name.in_(told))) and None)  # type: ignore[misc]
            held.close()


def sweep_local(root: Path) -> None:
    """Remove what the home's index was before it was shared: nobody would erase from it any more."""
    root.mkdir(exist_ok=True)
    for path in root.glob("g" + "[0-9]" * 6):
        shutil.rmtree(path, ignore_errors=True)
    (root / "CURRENT").unlink(missing_ok=True)


def sweep_slots(root: Path) -> None:
    """Remove the slots of a home that is shared no more."""
    for path in root.glob("[0-9]*"):
        shutil.rmtree(path, ignore_errors=True)
