"""Every mention of a value that was found once: what is masked here must not stand open there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from avouch.protect.entity import DIRECT, Entity, Kind

_WORD = re.compile(r"\w+")
_SHORTEST = 3
_SURE = 0.8


def mentions(text: str, found: Sequence[Entity]) -> Iterator[tuple[int, int, str]]:
    """Spans (start, end, kind): those found, and where their values stand again as whole words, in the same spelling.

    Short values, and what is no direct identifier ("62", "Monday"), count only where they were found. Of a person's
    name each word counts. Linear in the length of the text.
    """
    yield from ((e.start, e.end, e.kind) for e in found)
    values: dict[str, Kind] = {}
    for entity in found:
        if entity.kind in DIRECT or entity.kind is Kind.SECRET:
            value = text[entity.start : entity.end]
            values.setdefault(value, entity.kind)
            if entity.kind is Kind.PERSON and entity.score >= _SURE:
                for word in _WORD.findall(value):
                    if word[:1].isupper():
                        values.setdefault(word, Kind.PERSON)
    by_word: dict[str, list[tuple[str, Kind, int]]] = defaultdict(list)
    for value, kind in values.items():
        first = _WORD.search(value)
        if first and len(value) >= _SHORTEST:
            by_word[first.group()].append((value, kind, first.start()))
    for options in by_word.values():
        options.sort(key=lambda option: -len(option[0]))
    taken = 0
    for word in _WORD.finditer(text) if by_word else ():
        for value, kind, lead in by_word.get(word.group(), ()):
            start = word.start() - lead
            end = start + len(value)
            if start >= taken and text.startswith(value, start) and _bounded(text, end):
                yield start, end, kind
                taken = end
                break


def _bounded(text: str, end: int) -> bool:
    """Whether no word goes on across the end of a value."""
    return end >= len(text) or not (text[end].isalnum() and text[end - 1].isalnum())
