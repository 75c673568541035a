"""What a quoted sentence stands under: a table's heads, the line that leads to a list, the heading above it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avouch.answer.laid import Laid, strip
from avouch.records import Span

RULED = re.compile(r"[ \t]*\n[ \t]*\|?[ \t]*(?::?-{2,}|={2,})")


def under(laid: Laid, at: int) -> Iterator[int]:
    """The sentences of a passage that are to be read with one, nearest first."""
    top = at
    if laid.row(at):
        while top > 0 and laid.row(top - 1):
            top -= 1
        torn = top == 0 and laid.passage.start > 0 and not RULED.match(laid.passage.text, laid.spans[0].end)
        if top < at and not torn:
            yield top
    elif laid.item(at):
        while top > 0 and not (laid.heads(top - 1) or laid.row(top - 1) or laid.told[top - 1].endswith(":")):
            top -= 1
        if top > 0 and laid.told[top - 1].endswith(":"):
            yield top - 1


def heading(laid: Laid, at: int) -> int | None:
    """The heading above a sentence, where the passage holds it."""
    return next((above for above in range(at - 1, -1, -1) if laid.heads(above)), None)


def head(text: str, start: int) -> Span | None:
    """The heads of the table of a whole text in whose row ``start`` lies; None in no table, and in the heads."""
    row = top = line(text, start)
    while top.start > 0 and "|" in text[top.start : top.end]:
        before = line(text, top.start - 1)
        if "|" not in text[before.start : before.end]:
            break
        top = before
    return strip(text, top) if top.start < row.start else None


def line(text: str, at: int) -> Span:
    """The line in which a place lies."""
    end = text.find("\n", at)
    return Span(text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end)
