"""The home's keys: one small file, outside every backup.

A ``master`` key wraps the data keys (AES-256-GCM), ``digest`` names content (HMAC-SHA256), a ``signing``
seed signs checkpoints (Ed25519). Newest last; older masters stay only until everything is wrapped anew.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from avouch import durable
from avouch.errors import AvouchError, Code

FILE = "keyring.json"


@dataclass(frozen=True, slots=True)
class Key:
    """32 secret bytes as hex, under a public id."""

    id: str
    secret: str
    created: str

    @property
    def bytes(self) -> bytes:
        return bytes.fromhex(self.secret)


@dataclass(frozen=True, slots=True)
class Keyring:
    home: str
    digest: Key
    master: tuple[Key, ...]
    signing: tuple[Key, ...]

    def master_key(self, key_id: str) -> Key:
        """The master key of an id; KEY_MISSING where the ring has lost it."""
        for key in self.master:
            if key.id == key_id:
                return key
        raise AvouchError(Code.KEY_MISSING, f"no master key {key_id} in the keyring")


def derived(ring: Keyring, use: str) -> bytes:
    """32 secret bytes for one use (RFC 5869), such as the pepper of credentials.

    They come from the digest key, which no rotation changes: a new master key leaves every credential in force.
    """
    return HKDF(SHA256(), 32, salt=ring.home.encode(), info=f"avouch/{use}/1".encode()).derive(ring.digest.bytes)


def new_key(prefix: str, created: str) -> Key:
    return Key(f"{prefix}_{secrets.token_hex(4)}", secrets.token_hex(32), created)


def new_keyring(home: str, created: str) -> Keyring:
    """Fresh random keys for one home."""
    digest, master, signing = (new_key(prefix, created) for prefix in ("dk", "mk", "sk"))
    return Keyring(home, digest, (master,), (signing,))


def with_key(ring: Keyring, kind: str, key: Key) -> Keyring:
    """The ring with one more master or signing key, as the one in use."""
    if kind == "master":
        return replace(ring, master=(*ring.master, key))
    return replace(ring, signing=(*ring.signing, key))


def save(ring: Keyring, folder: Path) -> None:
    """Write the keyring so that a crash leaves the old or the new one; mode 0600."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    durable.replace(folder / FILE, json.dumps(asdict(ring), indent=1).encode(), mode=0o600)


def load(folder: Path, home: str) -> Keyring:
    """Read the keyring of a home; KEY_MISSING, or KEY_WRONG where it belongs to another home."""
    try:
        fields = json.loads((folder / FILE).read_text())
        keys = {name: tuple(Key(**key) for key in fields[name]) for name in ("master", "signing")}
        ring = Keyring(fields["home"], Key(**fields["digest"]), **keys)
    except FileNotFoundError as error:
        raise AvouchError(Code.KEY_MISSING, f"no {FILE} in the keys folder") from error
    except (ValueError, KeyError, TypeError) as error:
        raise AvouchError(Code.KEY_WRONG, f"{FILE} is damaged") from error
    if ring.home != home:
        raise AvouchError(Code.KEY_WRONG, f"the keyring is that of home {ring.home}, not of {home}")
    return ring
