"""Asking, and what was asked last."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from avouch.faces.web.answer.answers import reading
from avouch.faces.web.api import Problem
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
FIELDS = ("question", "as_of", "known_at", "model")
LAST = 6


@pages("GET", "/ask")
async def form(visit: Visit) -> Response:
    """The question; ``?question=…`` fills it in."""
    return await drawn(visit, {name: visit.query(name) for name in FIELDS}, None)


@pages("POST", "/ask")
async def ask(visit: Visit) -> Response:
    """Ask, and go to the answer. What was typed stays where it is if that fails."""
    said = await visit.form()
    typed = {name: said.get(name, "").strip() for name in FIELDS}
    try:
        answer = await visit.api.post("/ask", {name: value for name, value in typed.items() if value})
    except Problem as problem:
        if problem.status == 401:
            raise
        return await drawn(visit, typed, problem)
    return visit.go(f"/answers/{answer['voucher_id']}")


async def drawn(visit: Visit, typed: dict[str, str], problem: Problem | None) -> Response:
    told = {"problem": problem.told if problem else None, "typed": typed, "models": await models(visit)}
    return visit.draw("answer/ask.html", problem.status if problem else 200, recent=await recent(visit), **told)


async def models(visit: Visit) -> list[str]:
    """The names of the models in force, for whoever may know of them."""
    found = await visit.api.maybe("/models") if "model" in visit.acts else None
    return sorted({one["model"]["name"] for one in found or [] if one["in_force"]})


async def recent(visit: Visit) -> list[dict[str, Any]]:
    """One's own last questions."""
    if visit.acts.isdisjoint({"export", "audit", "review"}):
        return []
    mine = (await visit.api.get("/vouchers", limit=LAST, mine=True))["items"]
    told = await asyncio.gather(*(visit.api.maybe(f"/vouchers/{one['voucher_id']}") for one in mine))
    read = [reading(one["voucher"], one["withheld"]) for one in told if one]
    same = ("id", "time", "abstained")
    return [
        {name: one[name] for name in same}
        | {
            "question": one["question"] or "a question that was erased",
            "claims": len(one["claims"]),
            "sources": len(one["cited"]),
        }
        for one in read
    ]
