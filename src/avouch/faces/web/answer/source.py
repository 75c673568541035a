"""A source beside an answer: the cited words in their surroundings, or on their page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from avouch.faces.web.answer import pictured
from avouch.faces.web.library.home import STANDINGS
from avouch.faces.web.pages import Visit

AROUND, JOINED = 320, 500
"""Characters shown before and after the cited ones; spans nearer than that share one excerpt."""


async def of(visit: Visit, cited: dict[str, Any]) -> dict[str, Any]:
    """A cited version: what it is called, what has become of it, and its excerpts."""
    api = visit.api
    if "search" not in visit.acts:  # what is asked in vain is a refusal, and an entry
        return {**cited, "fate": None, "now": None, "excerpts": quotes(cited["spans"]), "pages": []}
    where = f"/documents/{cited['document']}"
    versions = await api.maybe(f"{where}/versions") or []
    version = next((one for one in versions if one["id"] == cited["version"]), None)
    text = await api.maybe(f"{where}/text", version=cited["version"]) if version else None
    parts = excerpts(text["text"], cited["spans"]) if text else quotes(cited["spans"])
    drawn = []
    if version and text and version["media_type"] == pictured.PDF:
        drawn = await pictured.pages(api, cited["document"], cited["version"], cited["spans"])
    return {**cited, "fate": version and STANDINGS[version["fate"]], "now": version, "excerpts": parts, "pages": drawn}


def quotes(spans: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Where the document itself cannot be read any more: the quotes that the voucher holds."""
    return [[{"text": span["quote"], **span}] for span in spans if span.get("quote")]


def excerpts(text: str, spans: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Pieces of a text around some spans: each piece plain (``text``) or marked (with the span's ``anchor``)."""
    groups: list[list[dict[str, Any]]] = []
    for span in sorted(spans, key=lambda one: (one["start"], one["end"])):
        if groups and span["start"] - groups[-1][-1]["end"] < JOINED:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [excerpt(text, group) for group in groups]


def excerpt(text: str, group: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One excerpt. Where spans overlap, every edge of one begins a new piece, which is marked by all over it."""
    last = max(span["end"] for span in group)
    first, end = near(text, group[0]["start"], -AROUND), near(text, last, AROUND)
    edges = sorted({first, end, *(span["start"] for span in group), *(span["end"] for span in group)})
    found = []
    for a, b in pairwise(edges):
        over = [span for span in group if span["start"] <= a and b <= span["end"]]
        piece: dict[str, Any] = {"text": text[a:b]}
        if over:
            begins = next((span["anchor"] for span in over if span["start"] == a), "")
            piece |= {"anchor": begins, "claims": " ".join(sorted({str(span["claim"]) for span in over}))}
        found.append(piece)
    return found


def near(text: str, at: int, by: int) -> int:
    """The edge of a line or word about so far from a place."""
    if by < 0:
        begin = max(0, at + by)
        cut = text.find("\n", begin, at) if begin else -1
        return cut + 1 if cut >= 0 else begin
    end = min(len(text), at + by)
    cut = text.rfind("\n", at, end) if end < len(text) else -1
    return cut if cut > at else end
