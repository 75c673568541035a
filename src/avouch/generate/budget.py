"""Budgets of tokens, money and time, per principal, tenant and home, and per UTC day. Arithmetic only.

Money is in micro-units (millionths) of a currency. What a call can cost at most is reserved before it, and what it
did cost takes the reservation's place after it, on the day on which it was reserved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from enum import Enum

from avouch.canon import from_micros
from avouch.generate.tokens import of_messages
from avouch.records import Model, Principal, Request, Usage

DAY = 86_400_000_000


class Scope(Enum):
    """Whose budget."""

    PRINCIPAL = "principal"
    TENANT = "tenant"
    HOME = "home"


class Over(Enum):
    """What is done with a question that would go over: refuse it, or answer it without a model."""

    REFUSE = "refuse"
    DEGRADE = "degrade"


@dataclass(frozen=True, slots=True)
class Account:
    """What is spent against: a day (2026-11-21), a scope, and who (empty for the home)."""

    day: str
    scope: Scope
    subject: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one call: tokens, micro-units of a currency, milliseconds."""

    tokens: int = 0
    micros: int = 0
    currency: str = ""
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one account, reservations included. ``micros`` by currency."""

    tokens: int = 0
    micros: Mapping[str, int] = field(default_factory=dict)
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """Of a day. ``subject`` empty: for each that has none of its own. None: not limited. Money in ``currency``."""

    scope: Scope
    subject: str = ""
    tokens: int | None = None
    micros: int | None = None
    currency: str = "USD"
    milliseconds: int | None = None
    over: Over = Over.REFUSE


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a call is within every budget; if not, what to do and why. ``retry_after`` is in seconds."""

    allowed: bool
    over: Over | None = None
    why: str = ""
    retry_after: float = 0.0


def accounts(principal: Principal, at: int) -> tuple[Account, ...]:
    """Those that a call of a principal at a time (µs) is spent against."""
    day = from_micros(at)[:10]
    one, all_of_it = Account(day, Scope.PRINCIPAL, principal.id), Account(day, Scope.HOME, "")
    return one, Account(day, Scope.TENANT, principal.tenant), all_of_it


def price(model: Model, read: int, written: int) -> int:
    """Micro-units, rounded up: prices are per million tokens, so tokens times price are millionths."""
    return int((read * model.price_in + written * model.price_out).to_integral_value(ROUND_CEILING))


def most(model: Model, request: Request, seconds: float) -> Cost:
    """What a call can cost at most, given the time that it may take."""
    read = of_messages(request.messages)
    milliseconds = int(Decimal(max(seconds, 0.0) * 1000).to_integral_value(ROUND_CEILING))
    return Cost(read + request.max_tokens, price(model, read, request.max_tokens), model.currency, milliseconds)


def taken(model: Model, usage: Usage, seconds: float) -> Cost:
    """What it did cost."""
    micros = price(model, usage.input, usage.output)
    return Cost(usage.input + usage.output, micros, model.currency, round(max(seconds, 0.0) * 1000))


def rule(limits: Sequence[Limit], spent: Mapping[Account, Spent], cost: Cost, at: int) -> Ruling:
    """Whether ``cost`` may be reserved on every account of ``spent``. One that says refuse outweighs all."""
    broken = [(limit, why) for account, before in spent.items() for limit, why in _over(limits, account, before, cost)]
    if not broken:
        return Ruling(True)
    limit, why = min(broken, key=lambda one: one[0].over is not Over.REFUSE)
    return Ruling(False, limit.over, why, (DAY - at % DAY) / 1e6)


def _over(limits: Sequence[Limit], account: Account, before: Spent, cost: Cost) -> Iterable[tuple[Limit, str]]:
    after = reserve(before, cost)
    for limit in _of(limits, account):
        whose = f"the {account.scope.value}'s budget for {account.day}"
        if limit.tokens is not None and after.tokens > limit.tokens:
            yield limit, f"{whose} is {limit.tokens} tokens"
        if limit.milliseconds is not None and after.milliseconds > limit.milliseconds:
            yield limit, f"{whose} is {limit.milliseconds / 1000:g} seconds"
        if limit.micros is not None and cost.micros and cost.currency != limit.currency:
            yield limit, f"{whose} is in {limit.currency}, the model's price in {cost.currency}"
        elif limit.micros is not None and after.micros.get(limit.currency, 0) > limit.micros:
            yield limit, f"{whose} is {Decimal(limit.micros) / 1_000_000:f} {limit.currency}"


def _of(limits: Sequence[Limit], account: Account) -> list[Limit]:
    """The limits of a subject's own; where it has none, those for each."""
    of_scope = [one for one in limits if one.scope is account.scope]
    return [one for one in of_scope if one.subject and one.subject == account.subject] or [
        one for one in of_scope if not one.subject
    ]


def reserve(spent: Spent, cost: Cost) -> Spent:
    """Spent with this on top."""
    micros = dict(spent.micros)
    if cost.micros:
        micros[cost.currency] = micros.get(cost.currency, 0) + cost.micros
    return Spent(spent.tokens + cost.tokens, micros, spent.milliseconds + cost.milliseconds)
