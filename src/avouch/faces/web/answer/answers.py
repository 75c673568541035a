"""An answer as it is read: its claims, and beside them the words that they rest on. Made from its voucher alone."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from starlette.responses import Response

from avouch.faces.web.answer import source
from avouch.faces.web.library.text import ITEM, parts
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
CELL = "|"
WORD, FEWEST, NEAREST = re.compile(r"[^\W\d_]{2,}"), 4, 5
"""A word; how many a passage has at least, and how many passages are shown, where there is no answer."""


@pages("GET", "/answers/{voucher_id}")
async def answer(visit: Visit) -> Response:
    """One answer; the link to it is the link to its voucher. ``?part`` is the answer without the page around it."""
    voucher_id = visit.path["voucher_id"]
    told = await visit.api.get(f"/vouchers/{voucher_id}")
    read = reading(told["voucher"], told["withheld"])
    read["sources"] = await shown(visit, read)
    part = visit.request.query_params.get("part") is not None
    return visit.draw("answer/part.html" if part else "answer/answer.html", answer=read)


async def shown(visit: Visit, read: dict[str, Any]) -> list[dict[str, Any]]:
    """The sources, in the order of their marks."""
    return list(await asyncio.gather(*(source.of(visit, one) for one in read["cited"])))


def reading(voucher: dict[str, Any], withheld: list[str]) -> dict[str, Any]:
    """What a voucher tells a reader. ``cited`` are the versions that claims rest on, each with its spans."""
    body, told = voucher["body"], {at: one["value"] for at, one in voucher["disclosures"].items()}
    cited: dict[str, dict[str, Any]] = {}
    claims = [claim(n, one, told, cited) for n, one in enumerate(body["claims"])]
    passages = [{**one, **told.get(f"/passages/{n}", {})} for n, one in enumerate(body["passages"])]
    kept = [one | {"text": told.get(f"/withheld/{n}")} for n, one in enumerate(body.get("withheld", []))]
    return {
        "id": body["voucher"],
        "question": told.get("/question"),
        "missed": [told["/question"][a:b] for a, b in body.get("missed", []) if told.get("/question")],
        "time": voucher["entry"]["time"],
        "seq": voucher["entry"]["seq"],
        "actor": voucher["entry"]["actor"],
        "as_of": body["as_of"],
        "purpose": body["purpose"],
        "emergency": body["emergency"],
        "snapshot": body["snapshot"],
        "abstained": body["abstained"],
        "confidence": body["confidence"],
        "degraded": body["degraded"],
        "model": (body.get("writer") or {}).get("model", ""),
        "claims": claims,
        "cited": list(cited.values()),
        "withheld": kept,
        "passages": passages,
        "nearest": nearest(passages),
        "past": body["as_of"][:10] < voucher["entry"]["time"][:10],
        "hidden": len([at for at in withheld if not at.startswith("/withheld")]),
    }


def nearest(passages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What came nearest: of each document the first passage with words enough to tell what it is about."""
    found: dict[str, dict[str, Any]] = {}
    for one in passages:
        if one.get("title") and len(WORD.findall(one.get("quote") or "")) >= FEWEST:
            found.setdefault(" ".join(one["title"].lower().split()), one)
    return list(found.values())[:NEAREST]


def claim(n: int, one: dict[str, Any], told: dict[str, Any], cited: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A claim with its citations; those of one version share a mark."""
    places = []
    for c, (at, citation) in enumerate(zip(places_of(n, one), one["citations"], strict=True)):
        found = cited.setdefault(
            citation["version"],
            {"mark": len(cited) + 1, "document": citation["document"], "version": citation["version"], "spans": []},
        )
        span = {**citation, **told.get(at, {}), "anchor": f"q{n + 1}-{c + 1}", "claim": n + 1}
        found["spans"].append(span)
        found.setdefault("title", span.get("title"))
        found.setdefault("key", span.get("document_key"))
        places.append({"mark": found["mark"], "anchor": span["anchor"], "title": span.get("title")})
    under = [] if one.get("written") else [told[at]["quote"] for at in places_of(n, one)[1:] if at in told]
    words = told.get(f"/claims/{n}") or ""
    return {
        "number": n + 1,
        "text": words,
        "leads": [lead for lead in under if CELL not in lead],
        "parts": drawn(words, under, one.get("written", False)),
        "verdict": one["verdict"],
        "written": one.get("written", False),
        "places": places,
    }


def drawn(words: str, under: list[str], written: bool) -> list[dict[str, Any]]:
    """The parts of a quote: rows of a table with the heads that they stand under. A model's words are one part."""
    if written or not words:
        return [{"kind": "text", "text": words}] if words else []
    heads = [f"{head}\n--|--\n" for head in under if CELL in head]
    item = ITEM.match(words.partition("\n")[2])  # a quote begins behind the mark of its first item
    mark = item.group() if item and not ITEM.match(words) else ""
    return parts("".join(heads[:1]) + mark + words, [])


def places_of(n: int, one: dict[str, Any]) -> list[str]:
    """Under which names a voucher discloses a claim's citations."""
    return [f"/claims/{n}/citations/{c}" for c in range(len(one["citations"]))]
