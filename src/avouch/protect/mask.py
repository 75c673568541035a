"""Pseudonyms for what identifies people, and the way back for those who may see it.

``[PERSON-K3M7QX]`` tells a model the kind and that two mentions are one, and nothing else: the code is a keyed
digest of the value, of the same length for all. The key belongs to one tenant or session and comes from the caller;
``Pseudonyms`` holds what was masked in one request and is never stored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from avouch.errors import AvouchError, Code
from avouch.protect.entity import DIRECT, INDIRECT, Entity, Kind
from avouch.protect.mention import mentions

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
LENGTH = 6
LITERAL = "TEXT"
"""The kind of what looked like a pseudonym before anything was masked: it is hidden too, and always restored."""
MASKED_KINDS = DIRECT | INDIRECT | {Kind.SECRET}

_KINDS = "|".join(sorted((kind.replace("_", r"[\\_ -]{1,3}") for kind in [*Kind, LITERAL]), key=len, reverse=True))
_LIKE = re.compile(
    rf"(?P<open>\\?\[)?(?<![A-Za-z0-9])(?:{_KINDS})\\?[-_–—‑:# ]{{1,3}}"
    rf"(?P<code>(?=[A-Z]*\d)[{ALPHABET}]{{{LENGTH},40}})(?![A-Za-z0-9])"
    r"(?P<close>(?(open)\\?\]))?",
    re.IGNORECASE,
)


class Piece(NamedTuple):
    """``masked.text[at:at_end]`` stands for ``text[start:end]`` of the original."""

    at: int
    at_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, repr=False)
class Masked:
    """A masked text, and where its pseudonyms come from, in order."""

    text: str
    pieces: tuple[Piece, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that ``text[start:end]`` stands for; a part of a pseudonym is all of its value."""
        if not 0 <= start <= end <= len(self.text):
            raise AvouchError(Code.INPUT_INVALID, f"the span {start} to {end} is outside of the masked text")
        return self._back(start, False), self._back(end, True) if end > start else self._back(start, False)

    def _back(self, at: int, is_end: bool) -> int:
        """Where a boundary lies in the original. As an end it belongs to what is before it."""
        find = bisect_left if is_end else bisect_right
        i = find(self.pieces, at, key=lambda piece: piece.at) - 1
        if i < 0:
            return at
        piece = self.pieces[i]
        if at >= piece.at_end:
            return piece.end + at - piece.at_end
        return piece.end if is_end else piece.start


class Pseudonyms:
    """What was masked under one key. The same kind and value have the same pseudonym wherever the key is the same.

    Only where two values of one request would share a code, the later one's is longer. Not thread-safe.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise AvouchError(Code.INPUT_INVALID, "a key for pseudonyms has at least 16 bytes")
        self._key = key
        self._codes: dict[str, tuple[str, str]] = {}
        self._names: dict[tuple[str, str], str] = {}

    def __repr__(self) -> str:
        return f"Pseudonyms({len(self._codes)})"

    def name(self, kind: str, value: str) -> str:
        """``[KIND-CODE]`` for a value, and remembers it."""
        known = self._names.get((kind, value))
        if known is not None:
            return known
        digits = _code(self._key, kind, value)
        length = LENGTH
        while digits[:length] in self._codes:
            length += 1
        self._codes[digits[:length]] = (kind, value)
        return self._names.setdefault((kind, value), f"[{kind}-{digits[:length]}]")

    def mask(self, text: str, found: Sequence[Entity], kinds: Iterable[str] = MASKED_KINDS) -> Masked:
        """The text with pseudonyms for the found values of these kinds, at every place where they stand as words."""
        wanted = set(kinds)
        spans = _merge([*_literals(text), *mentions(text, [e for e in found if e.kind in wanted])])
        made, at, length, pieces = [], 0, 0, []
        for start, end, kind in spans:
            name = self.name(kind, text[start:end])
            made += [text[at:start], name]
            length += start - at
            pieces.append(Piece(length, length + len(name), start, end))
            length += len(name)
            at = end
        return Masked("".join([*made, text[at:]]), tuple(pieces))

    def restore(self, text: str, kinds: Iterable[str] = frozenset(Kind)) -> str:
        """The text with the values back of the kinds that its reader may see; other pseudonyms stay.

        Case, separators and brackets may have been changed on the way.
        """
        seen = {*kinds, LITERAL}

        def back(hit: re.Match[str]) -> str:
            kind, value = self._codes.get(hit["code"].upper(), ("", ""))
            if not kind or kind not in seen or not _same_kind(kind, hit.group()):
                return hit.group()
            opened, closed = hit["open"] or "", hit["close"] or ""
            if opened == "\\[" and closed == "]":
                return "\\" + value  # the backslash was there before
            return value if len(opened) == len(closed) else opened + value + closed

        return _LIKE.sub(back, text)


def _same_kind(kind: str, said: str) -> bool:
    return re.sub(r"[\W_]", "", said).upper().startswith(kind.replace("_", ""))


def _code(key: bytes, kind: str, value: str) -> str:
    """40 letters that depend on key, kind and value; the first six hold a letter and a digit."""
    round_ = 0
    while True:
        digest = hmac.digest(key, f"{round_}\0{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha512)
        code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest if byte < 252)[:40]
        if any(c.isdigit() for c in code[:LENGTH]) and any(c.isalpha() for c in code[:LENGTH]):
            return code
        round_ += 1


def _literals(text: str) -> list[tuple[int, int, str]]:
    return [(*hit.span(), LITERAL) for hit in _LIKE.finditer(text)]


def _merge(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans in order; those that overlap become one, of the first kind that is not a literal."""
    merged: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans):
        if merged and start < merged[-1][1]:
            first, last, before = merged[-1]
            merged[-1] = (first, max(last, end), kind if before == LITERAL else before)
        elif end > start:
            merged.append((start, end, kind))
    return merged
