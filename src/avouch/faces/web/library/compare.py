"""Two versions of a document side by side: what went, what came, word by word; what stayed is folded."""

from __future__ import annotations

import asyncio
import re
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from anyio import to_thread
from starlette.responses import Response

from avouch.faces.web.library import home as library
from avouch.faces.web.library.text import ruled
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
LINES, EFFORT, EXACT = 4000, 20_000_000, 300
"""Lines of a version that are compared; pairs of words that are looked at, after which whole lines are marked; lines up
to which those that come often count as well as others."""
KEPT = 2
"""Unchanged lines shown around a change."""
ALIKE = 0.35
"""Below this likeness two lines are one that went and another that came, without marks in them."""
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@pages("GET", "/library/{document_id}/compare")
async def compare(visit: Visit) -> Response:
    """Version ``?a=`` against version ``?b=``; by default the newest against the one before it."""
    where = f"/documents/{visit.path['document_id']}"
    versions = await visit.api.get(f"{where}/versions")
    a = visit.query("a") or versions[max(len(versions) - 2, 0)]["id"]
    b = visit.query("b") or versions[-1]["id"]
    texts = await asyncio.gather(*(visit.api.get(f"{where}/text", version=one) for one in (a, b)))
    left, right = (lines(one["text"]) for one in texts)
    rows = await to_thread.run_sync(difference, left[:LINES], right[:LINES])
    told = [{**one, "number": n, "standing": library.standing(one)} for n, one in enumerate(versions, 1)]
    named = {one["id"]: one for one in told}
    changed = sum(row["kind"] == "changed" for row in rows)
    cut = max(len(left), len(right)) > LINES
    return visit.draw(
        "library/compare.html", versions=told, a=named[a], b=named[b], rows=folded(rows), changed=changed, cut=cut
    )


def lines(text: str) -> list[str]:
    """The lines of a text that say something: not the blank ones, nor those that only rule a table."""
    return [line.rstrip() for line in text.split("\n") if line.strip() and not ruled(line)]


def difference(left: list[str], right: list[str]) -> list[dict[str, Any]]:
    """Rows of the comparison: ``kind`` is same or changed; each side is pieces of (text, whether it is marked)."""
    rows: list[dict[str, Any]] = []
    often = max(len(left), len(right)) > EXACT
    effort = EFFORT
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, left, right, autojunk=often).get_opcodes():
        if tag == "equal":
            rows += [{"kind": "same", "left": [(line, False)], "right": [(line, False)]} for line in left[a1:a2]]
            continue
        for old, new in zip_longest(left[a1:a2], right[b1:b2], fillvalue=""):
            a, b = TOKEN.findall(old), TOKEN.findall(new)
            effort -= len(a) * len(b)
            one, other = marked(a, b) if a and b and effort > 0 else (pieces(old), pieces(new))
            rows.append({"kind": "changed", "left": one, "right": other})
    return rows


def pieces(line: str) -> list[tuple[str, bool]]:
    """A line that is all new, or all gone; none for no line."""
    return [(line, True)] if line else []


def marked(a: list[str], b: list[str]) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two lines, in words, with those marked in which they differ; all of both where they are not alike."""
    found = SequenceMatcher(None, a, b, autojunk=False)
    if found.ratio() < ALIKE:
        return pieces("".join(a)), pieces("".join(b))
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, a1, a2, b1, b2 in found.get_opcodes():
        for side, words in ((left, a[a1:a2]), (right, b[b1:b2])):
            if words:
                side.append(("".join(words), tag != "equal"))
    return left, right


def folded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, each long stretch of what stayed as one row of ``kind`` folded with its ``rows``."""
    near = {at + by for at, row in enumerate(rows) if row["kind"] == "changed" for by in range(-KEPT, KEPT + 1)}
    found: list[dict[str, Any]] = []
    for at, row in enumerate(rows):
        if row["kind"] == "changed" or at in near:
            found.append(row)
        elif found and found[-1]["kind"] == "folded":
            found[-1]["rows"].append(row)
        else:
            found.append({"kind": "folded", "rows": [row]})
    return found
