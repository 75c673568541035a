"""`/budgets`: what models may cost a day, and what they did. They concern all tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from avouch.faces.http.bodies import Body, Optional
from avouch.faces.http.door import Caller, Doors, Stacked
from avouch.generate.budget import Limit, Over, Scope
from avouch.stack import budgets

doors = Doors("budgets")
Amount = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Put(Body):
    """The limits of a day (UTC). ``subject`` is a principal's id or a tenant; empty, it is for each that has no limit
    of its own, and for the home. ``micros`` are millionths of ``currency``. Without any amount, the limits are lifted.

    ``over``: what would go beyond is refused, or answered without a model.
    """

    scope: Literal["principal", "tenant", "home"]
    subject: Optional = ""
    tokens: Amount | None = None
    micros: Amount | None = None
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    milliseconds: Amount | None = None
    over: Literal["refuse", "degrade"] = "refuse"

    def limit(self) -> Limit:
        told = self.model_dump(exclude={"scope", "over"})
        return Limit(Scope[self.scope.upper()], over=Over[self.over.upper()], **told)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent today, set aside for questions under way included."""

    tokens: int
    micros: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class BudgetShape:
    """A limit with what is spent against it today: by its subject, or by all of its scope where it is for each."""

    limit: Limit
    spent: Spent


@doors("GET", "/budgets", act="budget", home=True, returns=list[BudgetShape])
def listing(stack: Stacked, caller: Caller) -> list[BudgetShape]:
    """Every limit, with what is spent against it today."""
    return [
        BudgetShape(one.limit, Spent(one.tokens, one.micros, one.milliseconds))
        for one in budgets.listing(stack, caller)
    ]


@doors("PUT", "/budgets", act="budget", home=True, checked=True, returns=Limit)
def put(stack: Stacked, caller: Caller, body: Put) -> Limit:
    """Set the limits of a principal, a tenant or the home; without an amount, lift them."""
    limit = body.limit()
    budgets.put(stack, caller, limit)
    return limit
