"""The figures of a sentence: its numbers with their units, and the small words that turn it round.

Two sentences of which these differ never stand for each other, however alike they are: of a scale's rows, or
of *once* and *twice daily*, a near-duplicate is another rule.
"""

from __future__ import annotations

import re

NUMBER = re.compile(r"(?<![\w.])(\d+(?:[.,]\d+)*)(?:[\s-]?(?!(?:to|and|or|by|in)\b)([^\W\d_]+|%))?")
TURNS = re.compile(
    r"\b(?:not?|never|nor|without|except|unless|avoid|once|twice|half|double|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|above|over|below|under|before|after|more|less|left|right|hourly|daily|weekly|monthly|alternate)\b"
)

Figure = tuple[str, str]


def amounts(text: str) -> frozenset[Figure]:
    """Its numbers, each with the word or sign after it (empty where there is none)."""
    return frozenset((found[1], (found[2] or "").lower()) for found in NUMBER.finditer(text))


def figures(text: str) -> frozenset[Figure]:
    """Its amounts and the words that turn it round."""
    return amounts(text) | {("", word) for word in TURNS.findall(text.lower())}


def units(text: str) -> frozenset[str]:
    """What its numbers count."""
    return frozenset(unit for _, unit in amounts(text) if unit)
