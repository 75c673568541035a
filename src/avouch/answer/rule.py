"""Alternatives of one rule: neighbours of one pattern for other ranges. One of them without the others misleads."""

from __future__ import annotations

import re

from avouch.answer.figures import NUMBER, figures, units
from avouch.answer.laid import LONG, Laid

SHARED = 0.5
_WORD = re.compile(r"[^\W\d_]+")
_RANGES = frozenset(
    "below above under over up to from between and or less more than at least most to the of for in with aged age"
    " adult adults child children infant infants neonate neonates elderly men women pregnant older younger".split()
)


def widened(laid: Laid, first: int, last: int) -> tuple[int, int]:
    """The run with its neighbours that are alternatives of it, as far as a quote may reach."""
    while True:
        if last + 1 < len(laid.told) and alternative(laid, last) and laid.length(first, last + 1) <= LONG:
            last += 1
        elif first > 0 and alternative(laid, first - 1) and laid.length(first - 1, last) <= LONG:
            first -= 1
        else:
            return first, last


def alternative(laid: Laid, at: int) -> bool:
    """Whether a sentence and the one after it stand together and differ in their figures, not in their pattern."""
    one, other = laid.told[at], laid.told[at + 1]
    if not laid.beside(at + 1) or figures(one) == figures(other) or not units(one) or units(one) != units(other):
        return False
    if laid.row(at) or laid.item(at):
        return lead(one) == lead(other)
    words, others, leads = terms(one), terms(other), (lead(one), lead(other))
    if all(leads) and not leads[0] & leads[1]:
        return False
    return len(words & others) >= SHARED * min(len(words), len(others))


def lead(text: str) -> frozenset[str]:
    """What a row or an item is about: its words before the first number, without those of ranges."""
    number = NUMBER.search(text)
    return terms(text[: number.start()] if number else text) - _RANGES


def terms(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))
