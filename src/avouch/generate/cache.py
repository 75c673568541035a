"""Answers that were given before, for exactly the same question under exactly the same circumstances.

The key is a digest of everything that decides an answer; likeness of questions plays no part, so nobody gets an
answer that was made for another's eyes. What is kept are claims and where they are cited from: whoever finds some
puts each citation to the policy again, as for an answer made anew. In memory only, and bounded.
"""

from __future__ import annotations

import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field

from avouch.canon import canonical, digest
from avouch.records import Span

ENTRIES, CHARACTERS = 10_000, 20_000_000


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an answer depends on beside the question. ``mask`` is the digest of what is visible to whoever asks.

    ``models`` are the declarations' digests in the order in which they may be asked, ``templates`` those of the
    templates. ``as_of`` is empty for now. ``checks`` is the version of what checks claims.
    """

    tenant: str
    mask: str
    policy: str
    generation: str
    snapshot: int
    models: tuple[str, ...]
    templates: tuple[str, ...]
    purpose: str = ""
    as_of: str = ""
    checks: str = ""


def normalised(question: str) -> str:
    """The question in composed form with single spaces. Case stays: names and units differ by it (mg, Mg)."""
    return " ".join(unicodedata.normalize("NFC", question).split())


def key(question: str, circumstances: Circumstances) -> str:
    """The digest that an answer is kept under."""
    told = {**asdict(circumstances), "snapshot": str(circumstances.snapshot), "question": normalised(question)}
    return digest(canonical({**told, "models": list(circumstances.models), "templates": list(circumstances.templates)}))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a claim is cited from: a span of a version's text."""

    document_id: str
    version_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Kept:
    """One claim. ``verdict`` is what the checks said of it."""

    text: str = field(repr=False)
    sources: tuple[Source, ...] = ()
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer: its claims, by which model, and every version that the model was given, cited or not."""

    claims: tuple[Kept, ...]
    model: str
    versions: frozenset[str]
    template: str = ""

    @property
    def characters(self) -> int:
        return sum(len(one.text) for one in self.claims) + 200 * (1 + len(self.claims) + len(self.versions))


class Cache:
    """The answers used last, by key. Safe to share between threads."""

    def __init__(self, entries: int = ENTRIES, characters: int = CHARACTERS) -> None:
        self._most, self._most_characters = entries, characters
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._by_version: dict[str, set[str]] = {}
        self._gone: set[str] = set()
        self._characters = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Entry | None:
        with self._lock:
            found = self._entries.get(key)
            if found:
                self._entries.move_to_end(key)
            return found

    def put(self, key: str, entry: Entry) -> None:
        """Keep an answer; not one that rests on what was erased while it was written, nor one that is too long."""
        with self._lock:
            if entry.versions & self._gone or entry.characters > self._most_characters:
                return
            self._drop(key)
            self._entries[key] = entry
            self._characters += entry.characters
            for one in entry.versions:
                self._by_version.setdefault(one, set()).add(key)
            while len(self._entries) > self._most or self._characters > self._most_characters:
                self._drop(next(iter(self._entries)))

    def erase(self, version_ids: Iterable[str]) -> int:
        """Remove, for good, whatever was written from these versions; how many answers that were."""
        with self._lock:
            gone = set(version_ids)
            self._gone |= gone
            keys = {key for one in gone for key in self._by_version.get(one, ())}
            for key in keys:
                self._drop(key)
            return len(keys)

    def find(self, version_ids: Collection[str]) -> int:
        """How many answers rest on these versions."""
        with self._lock:
            return len({key for one in version_ids for key in self._by_version.get(one, ())})

    def clear(self) -> None:
        """Forget every answer; what was erased stays so."""
        with self._lock:
            self._entries.clear()
            self._by_version.clear()
            self._characters = 0

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self._characters -= entry.characters
        for one in entry.versions:
            keys = self._by_version[one]
            keys.discard(key)
            if not keys:
                del self._by_version[one]
