"""`/status`, `/backups`, `/collect`, `/index`, `/siem`, `/keys`: running the home. They concern all tenants."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from avouch.canon import from_micros
from avouch.errors import AvouchError, Code
from avouch.faces.http.bodies import Body
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.stack.backup import Written
from avouch.stack.backup import backup as back_up
from avouch.stack.collect import Collected
from avouch.stack.collect import collect as sweep
from avouch.stack.keys import rotate as rotate_key
from avouch.stack.reindex import Rebuilt, reindex
from avouch.stack.siem import Place
from avouch.stack.siem import status as status_of_sinks
from avouch.stack.stack import Stack
from avouch.stack.status import status as status_of

doors = Doors("operations")
SHOWN = 20


class Backup(Body):
    """The name of the file, without a folder; by default the time."""

    name: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")


class BackupShape(BaseModel):
    """Which file was written, and how much is in it. The keys are not: keep them elsewhere."""

    name: str
    files: int
    bytes: int


class BackupFile(BaseModel):
    """A backup as it lies in the server's folder."""

    name: str
    bytes: int
    written_at: str


class KeyLine(BaseModel):
    """A key of the keyring, without its secret."""

    kind: str
    id: str
    created: str


class Keys(BaseModel):
    """The keys of the home, and the verifier key."""

    verifier: str
    keys: list[KeyLine]


class Rotate(Body):
    """Which key to replace."""

    kind: Literal["master", "signing"]


class Rotated(BaseModel):
    """The key that is in use now."""

    kind: str
    id: str


@doors("GET", "/status", act="operate", home=True, returns=dict[str, Any])
def status(stack: Stacked, deep: bool = False) -> dict[str, Any]:
    """What the home holds; ``deep`` checks the ledger and that every live version's bytes are there."""
    return status_of(stack, deep)


@doors("GET", "/backups", act=("backup", "operate"), home=True, returns=list[BackupFile])
def written(stack: Stacked) -> list[dict[str, Any]]:
    """The backups in the server's folder for them, the newest first."""
    files = [(file.stat(), file.name) for file in backups(stack).glob("*.tar") if file.is_file()]
    found = sorted(files, key=lambda one: -one[0].st_mtime_ns)[:SHOWN]
    return [{"name": name, "bytes": f.st_size, "written_at": from_micros(f.st_mtime_ns // 1000)} for f, name in found]


@doors("POST", "/backups", act="backup", home=True, status=201, returns=BackupShape)
def backup(stack: Stacked, caller: Caller, body: Backup) -> dict[str, Any]:
    """Write a backup of everything but the keys and the index into the server's folder for backups."""
    at = from_micros(time.time_ns() // 1000).replace(":", "").replace("-", "")
    name = (body.name or f"avouch-{at}").removesuffix(".tar") + ".tar"
    folder = backups(stack)
    if (folder / name).exists():
        raise AvouchError(Code.INPUT_INVALID, "body.name: there is a backup of that name")
    written: Written = back_up(stack, caller, folder / name)
    return {"name": name, "files": written.files, "bytes": written.bytes}


def backups(stack: Stack) -> Path:
    """The folder for backups, made where it is not."""
    told = stack.settings.backups
    folder = Path(told).expanduser() if told else stack.home.root / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@doors("POST", "/collect", act="collect", home=True, returns=Collected)
def collect(stack: Stacked, caller: Caller) -> Collected:
    """Remove what crashed runs left behind and no reader sees."""
    return sweep(stack, caller)


@doors("POST", "/index/rebuild", act="index", home=True, returns=Rebuilt)
def rebuild(stack: Stacked, caller: Caller) -> Rebuilt:
    """Make a new generation of this process's index from the lake and switch to it."""
    return reindex(stack, caller)


@doors("GET", "/siem", act="siem", home=True, returns=list[Place])
def siem(stack: Stacked) -> list[Place]:
    """How far each sink of security events is."""
    return status_of_sinks(stack)


@doors("GET", "/keys", act=("key", "operate"), home=True, returns=Keys)
def keys(stack: Stacked) -> dict[str, Any]:
    """Which keys there are; secrets are not shown."""
    ring = stack.ring
    kinds = [("digest", ring.digest), *(("master", k) for k in ring.master), *(("signing", k) for k in ring.signing)]
    lines = [{"kind": kind, "id": found.id, "created": found.created} for kind, found in kinds]
    return {"verifier": str(stack.signer.key), "keys": lines}


@doors("POST", "/keys/rotate", act="key", home=True, returns=Rotated)
def rotate(stack: Stacked, caller: Caller, body: Rotate) -> dict[str, str]:
    """Put a new key into use. Copy the keyring anew afterwards: `avouch key export`."""
    return {"kind": body.kind, "id": rotate_key(stack, caller, body.kind)}
