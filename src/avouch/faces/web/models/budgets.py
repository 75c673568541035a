"""What models may cost a day, and what they did."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import Response

from avouch.faces.web.access import home as access
from avouch.faces.web.api import Problem
from avouch.faces.web.models import home as models
from avouch.faces.web.names import everybody
from avouch.faces.web.pages import Pages, Visit

pages = Pages()
LARGEST = 10**12
"""Of tokens, of a currency, of seconds."""
EMPTY = {"scope": "home", "subject": "", "tokens": "", "money": "", "currency": "USD", "seconds": "", "over": "refuse"}


@pages("GET", "/models/spending")
async def listing(visit: Visit) -> Response:
    """Every limit with what is spent against it today (UTC)."""
    return await drawn(visit, EMPTY)


async def drawn(visit: Visit, typed: dict[str, str], problem: Problem | None = None) -> Response:
    found = await visit.api.get("/budgets")
    names = await access.names(visit, (one["limit"]["subject"] for one in found))
    told = {"found": found, "names": names, "typed": typed, "people": await everybody(visit)}
    return models.draw(visit, "models/spending.html", problem, **told)


@pages("POST", "/models/spending")
async def put(visit: Visit) -> Response:
    """Set a limit, or with no amount lift it."""
    said = await visit.form()
    typed = {name: said.get(name, empty).strip() for name, empty in EMPTY.items()}
    try:
        await visit.api.send("PUT", "/budgets", body=body(typed))
    except Problem as problem:
        return await drawn(visit, typed, problem)
    return visit.go("/models/spending?done=changed-limit")


def body(typed: dict[str, str]) -> dict[str, Any]:
    """A limit as the API takes it: millionths of a currency, milliseconds."""
    told: dict[str, Any] = {name: typed[name] for name in ("scope", "subject", "currency", "over")}
    for name, field, times in (("tokens", "tokens", 1), ("micros", "money", 10**6), ("milliseconds", "seconds", 1000)):
        if typed[field]:
            try:
                amount = Decimal(typed[field].replace(",", ""))
                if not 0 <= amount <= LARGEST:
                    raise ValueError(field)
                told[name] = int(amount * times)
            except (InvalidOperation, ValueError, OverflowError) as error:
                detail = f"{field} is no amount: write it in figures, like 250 or 2.50"
                raise Problem({"code": "INPUT_INVALID", "detail": detail}, 400) from error
    return told
