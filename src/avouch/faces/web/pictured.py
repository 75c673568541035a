"""Pages as pictures: the band of a page on which cited words stand, with boxes around them."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from avouch.faces.web.api import Api

PDF = "application/pdf"
AROUND, LEAST = 0.1, 0.34
"""What is shown above and below the boxes, and the least height of a band, in page widths."""
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
            page = drawn.setdefault(number, {"number": number, "ratio": told["ratio"], "boxes": [], "marked": []})
            page["boxes"] += told["boxes"]
            page["marked"].append({"claims": str(span.get("claim", "")), "boxes": told["boxes"]})
    shown = [drawn[number] for number in sorted(drawn)][:MOST]
    return [{**page, **band(page), "url": address(document, page["number"], version)} for page in shown]


async def located(api: Api, document: str, version: str, span: dict[str, Any]) -> Any:
    """Where a span stands: on the page that its passage begins on, or on the next one."""
    told = None
    for number in (span["page"], span["page"] + 1):
        path = f"/documents/{document}/pages/{number}/boxes"
        told = await api.maybe(path, version=version, start=span["start"], end=span["end"])
        if told is None or told["boxes"]:
            break
    return told


def band(page: dict[str, Any]) -> dict[str, float]:
    """The part of a page that is shown: from ``top``, ``height`` high, in page widths."""
    first = min(box["y"] for box in page["boxes"])
    last = max(box["y"] + box["height"] for box in page["boxes"])
    height = min(max(last - first + 2 * AROUND, LEAST), page["ratio"])
    top = min(max(0.0, (first + last - height) / 2), page["ratio"] - height)
    return {"top": round(top, 4), "height": round(height, 4)}
