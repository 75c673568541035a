"""Signed checkpoints in the C2SP formats (signed-note, tlog-checkpoint), with Ed25519.

A checkpoint's text is three lines: the log's origin, its size, the base64 root hash. Its signature line
carries a key id (the first 4 bytes of SHA-256 over ``name \\n 0x01 public-key``) and 64 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from avouch.errors import AvouchError, Code

ED25519 = b"\x01"
MAX_NOTE = 10_000


def from_base64(text: str) -> bytes:
    """Strict base64: one spelling for each value, so that no byte of a proof can be changed unseen."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError(text)
    return data


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: the first ``size`` entries of log ``origin`` hash to ``root`` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key as C2SP writes it: ``name+hash+base64``."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read ``name+hash+base64``; INPUT_INVALID where it is not one or the hash does not match."""
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            raw = from_base64(encoded)
        except (ValueError, binascii.Error) as error:
            raise AvouchError(Code.INPUT_INVALID, "not a verifier key (name+hash+base64)") from error
        key = cls(name, raw[1:])
        if raw[:1] != ED25519 or len(raw) != 33 or key.key_id.hex() != key_id:
            raise AvouchError(Code.INPUT_INVALID, "a verifier key that does not match its own hash")
        return key


def sign(checkpoint: Checkpoint, name: str, private: bytes) -> str:
    """The signed note of a checkpoint. ``private`` is the 32-byte Ed25519 seed."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    signature = key.sign(checkpoint.text.encode())
    key_id = VerifierKey(name, key.public_key().public_bytes_raw()).key_id
    return f"{checkpoint.text}\n— {name} {base64.b64encode(key_id + signature).decode()}\n"


def parse(note: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """Split a note into its checkpoint and its (name, key id + signature) lines. PROOF_INVALID if malformed."""
    text, found, tail = note.rpartition("\n\n")
    lines = text.split("\n")
    if not found or len(note) > MAX_NOTE or len(lines) != 3 or not lines[0] or not tail.endswith("\n"):
        raise AvouchError(Code.PROOF_INVALID, "the checkpoint is not a signed note")
    try:
        root = from_base64(lines[2])
        signatures = []
        for line in tail[:-1].split("\n"):
            dash, name, encoded = line.split(" ")
            signatures.append((name, from_base64(encoded)))
            if dash != "—":
                raise ValueError(dash)
    except (ValueError, binascii.Error) as error:
        raise AvouchError(Code.PROOF_INVALID, "the checkpoint's lines are malformed") from error
    if not (lines[1].isascii() and lines[1].isdecimal() and str(int(lines[1])) == lines[1]) or len(root) != 32:
        raise AvouchError(Code.PROOF_INVALID, "the checkpoint's size or root hash is malformed")
    return Checkpoint(lines[0], int(lines[1]), root), signatures


def verify(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint of a note that ``key`` signed; PROOF_INVALID where it did not."""
    checkpoint, signatures = parse(note)
    public = Ed25519PublicKey.from_public_bytes(key.public)
    for name, blob in signatures:
        if name == key.name and blob[:4] == key.key_id:
            try:
                public.verify(blob[4:], checkpoint.text.encode())
            except InvalidSignature as error:
                raise AvouchError(Code.PROOF_INVALID, "the checkpoint's signature does not verify") from error
            return checkpoint
    raise AvouchError(Code.PROOF_INVALID, f"the checkpoint is not signed by {key.name}+{key.key_id.hex()}")


def verify_any(note: str, keys: list[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note that one of the keys signed (a log keeps its checkpoints when its key changes)."""
    names = {(name, blob[:4]) for name, blob in parse(note)[1]}
    for key in keys:
        if (key.name, key.key_id) in names:
            return verify(note, key)
    raise AvouchError(Code.PROOF_INVALID, "the checkpoint is signed by another key")
