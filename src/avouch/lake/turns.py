"""Turns and charges of models, added up by day and model in one pass."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from avouch.lake.schema import spent, turns

AT_ONCE = 5000
Sums = dict[tuple[str, str], "Sum"]
"""By day and model."""


@dataclass(slots=True)
class Sum:
    """``answers`` counts those for which the model was first in line, so that each answer counts once over all models.
    ``first`` and ``whole`` are the ms of each whole reply; ``micros`` what was charged, settled, by currency."""

    answers: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    tokens_in: int = 0
    tokens_out: int = 0
    claims: int = 0
    withheld: int = 0
    first: array[int] = field(default_factory=lambda: array("i"))
    whole: array[int] = field(default_factory=lambda: array("i"))
    micros: Counter[str] = field(default_factory=Counter)

    def add(self, other: Sum) -> None:
        self.answers += other.answers
        self.outcomes += other.outcomes
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.claims += other.claims
        self.withheld += other.withheld
        self.first += other.first
        self.whole += other.whole
        self.micros += other.micros


def added_up(tx: Connection, since: str, until: str, replied: frozenset[str]) -> Sums:
    """Those of a range of UTC days (2026-11-21), both included. ``replied``: the outcomes of a whole reply."""
    found: Sums = {}
    told = ("day", "model", "outcome", "place", "first_ms", "whole_ms", "tokens_in", "tokens_out", "claims", "withheld")
    query = select(*(turns.c[name] for name in told)).where(turns.c.day.between(since, until))
    for row in tx.execute(query, execution_options={"yield_per": AT_ONCE}):
        day, model, outcome, place, first, whole, tokens_in, tokens_out, claims, withheld = row
        one = found.get((day, model))
        if one is None:
            one = found[day, model] = Sum()
        one.answers += place == 0
        one.outcomes[outcome] += 1
        one.tokens_in += tokens_in
        one.tokens_out += tokens_out
        one.claims += claims
        one.withheld += withheld
        if outcome in replied:
            one.first.append(first)
            one.whole.append(whole)
    charge(tx, found, since, until)
    return found


def charge(tx: Connection, found: Sums, since: str, until: str) -> None:
    """Put what the budgets were charged beside it."""
    paid = select(spent.c.day, spent.c.model, spent.c.currency, func.sum(spent.c.micros))
    settled = paid.where(spent.c.day.between(since, until), spent.c.settled == 1, spent.c.micros > 0)
    for day, model, currency, micros in tx.execute(settled.group_by(spent.c.day, spent.c.model, spent.c.currency)):
        found.setdefault((day, model), Sum()).micros[currency] = int(micros)


def by_model(sums: Iterable[tuple[str, Sum]]) -> dict[str, Sum]:
    """Sums of models, each model's together."""
    found: dict[str, Sum] = {}
    for model, one in sums:
        found.setdefault(model, Sum()).add(one)
    return found
