"""Quotes of several sentences on end: those that meet are one."""

from __future__ import annotations

from collections.abc import Sequence

from avouch.answer.laid import LONG, Laid

Run = tuple[int, int, int]
"""A passage, and its first and last sentence."""


def joined(laid: Sequence[Laid], runs: Sequence[Run]) -> list[Run]:
    """The runs, best first. Where two meet they are one; the better one alone, where that were too long a quote."""
    found: list[Run] = []
    for at, first, last in runs:
        met = [one for one in found if one[0] == at and one[1] <= last and first <= one[2]]
        both = at, min([first, *(one[1] for one in met)]), max([last, *(one[2] for one in met)])
        if not met:
            found.append(both)
        elif laid[at].length(*both[1:]) <= LONG:
            found = list(dict.fromkeys(both if one in met else one for one in found))
    return found
