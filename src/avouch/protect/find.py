"""Finds what identifies people in a text: all recognisers together, of overlapping ones the surer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain

from avouch.protect.entity import Entity, Kind, Recogniser
from avouch.protect.recognise.contact import contact, phones
from avouch.protect.recognise.declared import declared
from avouch.protect.recognise.dictionary import listed
from avouch.protect.recognise.moment import ages, moments
from avouch.protect.recognise.names import Names
from avouch.protect.recognise.numbers import numbers
from avouch.protect.recognise.plain import plain
from avouch.protect.secrets import secrets

PATTERNS: tuple[Recogniser, ...] = (numbers, contact, phones, declared, moments, ages, listed, secrets)
"""The recognisers that need no weights."""


@cache
def recognisers() -> tuple[Recogniser, ...]:
    """All that are installed. MODEL_DIGEST where the weights are not those of this release."""
    return (*PATTERNS, Names.shipped())


def find(text: str, by: Sequence[Recogniser] | None = None) -> list[Entity]:
    """Entities of ``text`` in order, without overlap; offsets are characters. All recognisers unless told otherwise.

    Digits, dashes and spaces of other scripts and invisible characters are read as what they look like.
    """
    read, offsets = plain(text)
    found = surest(read, chain.from_iterable(see(read) for see in (recognisers() if by is None else by)))
    if offsets is None:
        return found
    return [Entity(e.kind, offsets[e.start], offsets[e.end - 1] + 1, e.score, e.by) for e in found]


def surest(text: str, found: Iterable[Entity]) -> list[Entity]:
    """Of overlapping entities the one that is surer, then longer.

    A name or an address of which surer ones cover less than half does not vanish: its rest stays marked.
    """
    kept: list[Entity] = []
    starts: list[int] = []
    for entity in sorted(found, key=_rank):
        for start, end in _free(text, entity, kept, starts):
            at = bisect_left(starts, start)
            starts.insert(at, start)
            kept.insert(at, Entity(entity.kind, start, end, entity.score, entity.by))
    return kept


def _rank(entity: Entity) -> tuple[bool, float, int, int, str]:
    """What is vague last; then the surer, where a model's word counts for less; then the longer."""
    sure = entity.score * (_TRUST if entity.by == "model" else 1.0)
    return entity.kind in _LAST, -sure, entity.start - entity.end, entity.start, entity.kind


_TRUST = 0.72
"""A model is never surer than a check digit or a word in front, but surer than a bare group of digits."""
_LAST = frozenset({Kind.PERIOD, Kind.TITLE, Kind.GROUP, Kind.AGE})
_WHOLE = frozenset({Kind.PERSON, Kind.ADDRESS, Kind.ORGANISATION, Kind.PLACE})


def _free(text: str, entity: Entity, kept: list[Entity], starts: list[int]) -> list[tuple[int, int]]:
    """What of an entity no surer one covers: all, nothing, or the rests of a name or an address."""
    at = bisect_left(starts, entity.start)
    if at and kept[at - 1].end > entity.start:
        at -= 1
    taken = []
    while at < len(kept) and kept[at].start < entity.end:
        taken.append((max(kept[at].start, entity.start), min(kept[at].end, entity.end)))
        at += 1
    if not taken:
        return [(entity.start, entity.end)]
    if entity.kind not in _WHOLE or 2 * sum(end - start for start, end in taken) >= entity.end - entity.start:
        return []
    rests, start = [], entity.start
    for first, last in [*taken, (entity.end, entity.end)]:
        rests.append((start, first))
        start = last
    return [rest for a, b in rests if (rest := _trimmed(text, a, b)) is not None]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A span without signs and spaces at its ends; nothing where no letter is left, or fewer than three."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return (start, end) if sum(map(str.isalpha, text[start:end])) >= 3 else None
