"""``avouch.yaml``: what a folder declares of the files in it and below, for those that cannot themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from avouch.declare import FIELDS, declared
from avouch.errors import AvouchError, Code
from avouch.ingest.decode import decode
from avouch.ingest.frontmatter import mapping
from avouch.ingest.metadata import merge
from avouch.ingest.reading import content
from avouch.ingest.walk import MANIFESTS, Place, problem
from avouch.records import Metadata, Problem

MAX_BYTES = 1_000_000
Columns = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line under ``files``: which paths it is about, and what it says or why it cannot be read.

    ``stray`` where it names one file and there is none: what it says reaches nothing.
    """

    name: str
    pattern: re.Pattern[str]
    stray: bool
    metadata: Metadata = field(default_factory=Metadata)
    columns: Columns = field(default_factory=dict)
    error: AvouchError | None = None


@dataclass(frozen=True, slots=True)
class _Manifest:
    """``depth`` is how many characters of a key name its folder; ``key`` is its own."""

    depth: int = 0
    key: str = ""
    defaults: Metadata = field(default_factory=Metadata)
    entries: tuple[_Entry, ...] = ()
    error: AvouchError | None = None


class Manifests:
    """The manifests of one source, read as the walk comes to their folders."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._read: dict[str, _Manifest] = {}

    def about(self, key: str, outer: Metadata) -> tuple[Metadata, dict[str, object]]:
        """Metadata of the file ``key`` over ``outer``, and its columns. Entries win over defaults,
        deeper folders over higher ones. METADATA_INVALID where a manifest that may speak of the file
        cannot be understood: what it meant to restrict must not pass."""
        folders = [""] + [key[: found.start()] for found in re.finditer("/", key)]
        manifests = [self._of(folder) for folder in folders]
        columns: dict[str, object] = {}
        for manifest in manifests:
            if manifest.error:
                raise manifest.error
            outer = merge(outer, manifest.defaults)
        for manifest in manifests:
            for entry in manifest.entries:
                if entry.pattern.fullmatch(key[manifest.depth :]):
                    if entry.error:
                        raise entry.error
                    outer = merge(outer, entry.metadata)
                    columns |= entry.columns
        return outer, columns

    def strays(self) -> Iterator[Problem]:
        """Entries read so far that name a file which is not there: a slip may leave another unprotected."""
        for manifest in self._read.values():
            for entry in manifest.entries:
                if entry.stray:
                    why = f"{manifest.key}: files, {entry.name[:200]}: there is no such file"
                    yield problem(manifest.key, AvouchError(Code.METADATA_INVALID, why))

    def _of(self, folder: str) -> _Manifest:
        if folder not in self._read:
            self._read[folder] = _find(self._base / folder, f"{folder}/" if folder else "")
        return self._read[folder]


def _find(folder: Path, prefix: str) -> _Manifest:
    names = [name for name in MANIFESTS if os.path.lexists(folder / name)]
    if not names:
        return _Manifest(len(prefix))
    if len(names) > 1:
        why = f"{prefix}{names[0]}: there is {names[1]} beside it, and only one may speak"
        return _Manifest(len(prefix), error=AvouchError(Code.METADATA_INVALID, why))
    return _read(folder / names[0], prefix + names[0], len(prefix))


def _read(path: Path, key: str, depth: int) -> _Manifest:
    try:
        place = Place(key, path, path.stat().st_size)
        whole = mapping(decode(content(place, MAX_BYTES), key), key)
        _known(whole, {"defaults", "files"}, key)
        defaults = _section(whole.get("defaults"), f"{key}: defaults")
        _known(defaults, FIELDS, f"{key}: defaults")
        files = _section(whole.get("files"), f"{key}: files")
        return _Manifest(
            depth,
            key,
            declared(defaults, f"{key}: defaults"),
            tuple(_entry(name, fields, path.parent, key) for name, fields in sorted(files.items(), key=_rank)),
        )
    except AvouchError as error:
        return _Manifest(depth, error=AvouchError(Code.METADATA_INVALID, error.message))
    except OSError as error:
        return _Manifest(depth, error=AvouchError(Code.METADATA_INVALID, f"{key}: {error.strerror}"))


def _rank(item: tuple[str, object]) -> bool:
    """Patterns first, in their order; exact paths after them, so that they win."""
    return not _is_glob(item[0])


def _is_glob(name: str) -> bool:
    return any(c in name for c in "*?[")


def _entry(name: str, fields: object, folder: Path, key: str) -> _Entry:
    where, pattern = f"{key}: files, {name}", _pattern(name)
    stray = not _is_glob(name) and "\\" not in name and not os.path.isfile(folder / name)  # noqa: PTH113
    try:
        said = _section(fields, where)
        _known(said, FIELDS | {"columns"}, where)
        columns = _section(said.get("columns"), f"{where}: columns")
        return _Entry(name, pattern, stray, declared(said, where), columns)
    except AvouchError as error:
        return _Entry(name, pattern, stray, error=error)


def _section(value: object, where: str) -> dict[str, object]:
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise AvouchError(Code.METADATA_INVALID, f"{where} is not a list of `name: value`")
    return value


def _known(fields: Mapping[str, object], names: frozenset[str] | set[str], where: str) -> None:
    unknown = sorted(set(fields) - names)
    if unknown:
        raise AvouchError(Code.METADATA_INVALID, f"{where}: {unknown[0][:40]!r} is not one of {sorted(names)}")


def _pattern(glob: str) -> re.Pattern[str]:
    """``*`` and ``?`` within one folder's name, ``**`` across folders, ``[abc]`` one of these."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])", glob.removeprefix("./"))
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    out = ""
    for part in parts:
        if part in wild:
            out += wild[part]
        elif len(part) > 2 and part[0] == "[" and part[-1] == "]":
            inner = part[1:-1]
            negated = inner[0] in "!^" and len(inner) > 1
            out += ("[^" if negated else "[") + re.escape(inner[negated:]).replace(r"\-", "-") + "]"
        else:
            out += re.escape(part)
    try:
        return re.compile(out)
    except re.error:
        return re.compile(re.escape(glob))
