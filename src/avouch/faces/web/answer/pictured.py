"""Pages as pictures: the band of a page on which cited words stand, with boxes around them."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from avouch.faces.web.api import Api, Problem

PDF = "application/pdf"
AROUND, LEAST = 0.1, 0.3
"""What is shown above and below the boxes, and the least height of a band, in page widths."""
SIDE, NARROW = 0.03, 0.6
"""The same beside them."""
MOST = 8
"""Pages of one source that are drawn."""


def address(document: str, number: int, version: str) -> str:
    """Where the page serves a picture."""
    return f"/library/{document}/pages/{number}?{urlencode({'version': version})}"


async def pages(api: Api, document: str, version: str, spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pages on which some spans of a version stand, in order, each with its boxes; a span has ``page``."""
    found = await asyncio.gather(*(located(api, document, version, span) for span in spans if span.get("page")))
    drawn: dict[int, dict[str, Any]] = {}
    for span, told in zip((one for one in spans if one.get("page")), found, strict=True):
        if told and told["boxes"]:
            number = told["number"]
            page = drawn.setdefault(
                number, {"number": number, "ratio": told["ratio"], "boxes": [], "marked": [], "first": span}
            )
            page["boxes"] += told["boxes"]
            page["marked"].append({"claims": str(span.get("claim", "")), "boxes": told["boxes"]})
    shown = [drawn[number] for number in sorted(drawn)][:MOST]
    return [{**page, **band(page), "url": address(document, page["number"], version)} for page in shown]


async def located(api: Api, document: str, version: str, span: dict[str, Any]) -> Any:
    """Where a span stands: on the page that its passage begins on, or on the next one."""
    told = None
    for number in (span["page"], span["page"] + 1):
        path = f"/documents/{document}/pages/{number}/boxes"
        try:
            told = await api.maybe(path, version=version, start=span["start"], end=span["end"])
        except Problem as problem:
            if problem.status == 401:
                raise
            return None  # the words are there without their picture
        if told is None or told["boxes"]:
            break
    return told


def band(page: dict[str, Any]) -> dict[str, float]:
    """The part of a page that is shown, in page widths: the lines around the boxes, without the paper's margins."""
    boxes = page["boxes"]
    left, width = stretch(boxes, "x", "width", SIDE, NARROW, 1.0)
    top, height = stretch(boxes, "y", "height", AROUND, LEAST, page["ratio"])
    return {"left": left, "top": top, "width": width, "height": height}


def stretch(boxes: list[dict[str, Any]], at: str, size: str, more: float, least: float, most: float) -> Any:
    """From where, and how far, some boxes reach in one direction, with ``more`` on both sides; it stays on the page."""
    first, last = min(box[at] for box in boxes), max(box[at] + box[size] for box in boxes)
    length = min(max(last - first + 2 * more, least), most)
    begin = min(max(0.0, (first + last - length) / 2), most - length)
    return round(begin, 4), round(length, 4)
