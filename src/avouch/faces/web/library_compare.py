"""Two versions of a document side by side: what went, what came, word by word; what stayed is folded."""

from __future__ import annotations

import asyncio
import re
from difflib import SequenceMatcher
from typing import Any

from anyio import to_thread
from starlette.responses import Response

from avouch.faces.web import library
from avouch.faces.web.document_text import RULE
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
LINES, WORDS = 4000, 1500
"""Lines of a version that are compared, and words of a line that are marked one by one."""
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
        "library_compare.html", versions=told, a=named[a], b=named[b], rows=folded(rows), changed=changed, cut=cut
    )


def lines(text: str) -> list[str]:
    """The lines of a text that say something: not the blank ones, nor those that only rule a table."""
    return [line.rstrip() for line in text.split("\n") if line.strip() and not RULE.fullmatch(line)]


def difference(left: list[str], right: list[str]) -> list[dict[str, Any]]:
    """Rows of the comparison: ``kind`` is same or changed; each side is pieces of (text, whether it is marked)."""
    rows: list[dict[str, Any]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, left, right, autojunk=len(left) > 1000).get_opcodes():
        if tag == "equal":
            rows += [{"kind": "same", "left": [(line, False)], "right": [(line, False)]} for line in left[a1:a2]]
        else:
            rows += paired(left[a1:a2], right[b1:b2])
    return rows


def paired(gone: list[str], come: list[str]) -> list[dict[str, Any]]:
    """Lines that went beside those that came in their place, in order."""
    rows = []
    for at in range(max(len(gone), len(come))):
        old, new = gone[at] if at < len(gone) else "", come[at] if at < len(come) else ""
        left, right = marked(old, new) if old and new else (pieces(old), pieces(new))
        rows.append({"kind": "changed", "left": left, "right": right})
    return rows


def pieces(line: str) -> list[tuple[str, bool]]:
    """A line that is all new, or all gone; none for no line."""
    return [(line, True)] if line else []


def marked(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two lines with the words marked in which they differ."""
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    if len(a) > WORDS or len(b) > WORDS:
        return pieces(old), pieces(new)
    found = SequenceMatcher(None, a, b, autojunk=False)
    if found.ratio() < ALIKE:
        return pieces(old), pieces(new)
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
