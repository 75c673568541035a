"""Words in front of a number that say what it is."""

from __future__ import annotations

import re

REACH = 48
"""Characters in front of a span in which a word counts; a blank line in between cuts it off."""


def before(text: str, start: int, reach: int = REACH) -> str:
    """What stands in front of a place, on its line or the one above."""
    return text[max(0, start - reach) : start].rpartition("\n\n")[2]


def said(words: re.Pattern[str], text: str, start: int, reach: int = REACH) -> bool:
    """Whether one of the words stands in front of a place."""
    return words.search(before(text, start, reach)) is not None
