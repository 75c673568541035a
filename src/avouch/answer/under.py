"""What a quoted sentence stands under: a table's heads, the line that leads to a list, the heading above it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avouch.answer.laid import Laid

RULED = re.compile(r"[ \t]*\n[ \t]*\|?[ \t]*(?::?-{2,}|={2,})")


def under(laid: Laid, at: int) -> Iterator[int]:
    """The sentences of a passage that are to be read with one, nearest first."""
    top = at
    if laid.row(at):
        while top > 0 and laid.row(top - 1):
            top -= 1
        if top < at:
            yield top
    elif laid.item(at):
        while top > 0 and not (laid.heads(top - 1) or laid.row(top - 1) or laid.told[top - 1].endswith(":")):
            top -= 1
        if top > 0 and laid.told[top - 1].endswith(":"):
            yield top - 1


def heading(laid: Laid, at: int) -> int | None:
    """The heading above a sentence, where the passage holds it."""
    return next((above for above in range(at - 1, -1, -1) if laid.heads(above)), None)
