"""Table rows as sentences, one for each cell, with the names of its row and column; list items with the line that
leads into them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RULE = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦▪·–]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+(?=\S)")
_FOLLOWING = re.compile(
    r"\b(?:the|these)\s+following(?:\s+(?!to\b|in\b|for\b|with\b|from\b|at\b|on\b|are\b|is\b)[a-z]+)?", re.IGNORECASE
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
LONGEST_LEAD = 400  # characters
MOST = 12  # columns


def told(parts: Sequence[str]) -> list[str]:
    """The sentences of a span in order, with rows told as *Drug Dexalin, Adult dose 8 mg*."""
    found: list[str] = []
    header: list[str] = []
    lead = ""
    for n, part in enumerate(parts):
        item = _ITEM.match(part)
        if "|" not in part:
            header = []
            lead = lead if item else part if part.endswith(":") and len(part) < LONGEST_LEAD else ""
            found.append(led(lead, part[item.end() :]) if item and lead else part)
        elif _RULE.match(part):
            continue
        elif n + 1 < len(parts) and _RULE.match(parts[n + 1]):
            header = cells(part)
        elif not header:
            found.append(part)
        else:
            found += row(header, cells(part))
    return found


def led(lead: str, item: str) -> str:
    """*Never give the following drugs to children:* and *aspirin* as *Never give aspirin to children*."""
    said = item.rstrip(" .;,")
    whole, places = _FOLLOWING.subn(lambda _: said, lead[:-1], count=1)
    return f"{whole}." if places else f"{lead[:-1]} {said}."


def cells(part: str) -> list[str]:
    return [cell.strip() for cell in part.strip().strip("|").split("|")]


def row(header: Sequence[str], found: Sequence[str]) -> list[str]:
    """One sentence for each cell but the first, which names the row; and for each one with those cells of the row
    that are like no other: *Dose 8 mg, Interval every 6 hours*, but never *Adults 8 mg, Children 3 mg*."""
    named = [f"{name} {cell}".strip() for name, cell in zip(header, found, strict=False)][:MOST]
    if len(named) < 2:
        return named
    moulds = [mould(cell) for cell in found[1 : len(named)]]
    lone = {n for n, one in enumerate(moulds, 1) if moulds.count(one) == 1}
    alone = [f"{named[0]}, {one}." for one in named[1:]]
    joined = [", ".join(named[m] for m in sorted({0, n} | lone)) + "." for n in range(1, len(named))]
    return list(dict.fromkeys([*alone, *joined]))


def mould(cell: str) -> str:
    """A cell with a sign for its figures; nothing for one of words alone."""
    return _FIGURE.sub("#", cell) if _FIGURE.search(cell) else ""
