"""Budgets of models: limits a day, and what was spent against them. Arithmetic is in ``generate/budget.py``."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from avouch.canon import from_micros, new_id
from avouch.errors import AvouchError, Code
from avouch.generate import budget
from avouch.generate.budget import Account, Cost, Limit, Over, Scope, Spent
from avouch.generate.declare import CURRENCY
from avouch.lake.schema import limits, principals, spent
from avouch.records import Model, Principal, Request, Usage
from avouch.stack.act import Commit, Stamp, act, authorise
from avouch.stack.approve import on_home

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

AMOUNTS = ("tokens", "micros", "milliseconds")
ABANDONED = 3600 * 1_000_000
"""µs after which a reservation that nobody settled counts no more: its process was killed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A limit, and what is spent against it today. ``micros`` are millionths of ``currency``."""

    limit: Limit
    tokens: int
    micros: int
    milliseconds: int


def put(stack: Stack, actor: Principal, limit: Limit) -> None:
    """Set the limits of a scope and subject; without any amount, lift them. INPUT_INVALID, FORBIDDEN."""
    amounts = [getattr(limit, name) for name in AMOUNTS]
    if any(amount is not None and not 0 <= amount < 2**53 for amount in amounts):
        raise AvouchError(Code.INPUT_INVALID, "a limit is from 0 to 2^53")
    if limit.scope is Scope.HOME and limit.subject:
        raise AvouchError(Code.INPUT_INVALID, "the home's budget has no subject")
    if not CURRENCY.fullmatch(limit.currency):
        raise AvouchError(Code.INPUT_INVALID, "a currency is a code of three letters")
    if limit.subject and not stack.state.read(lambda tx: known(tx, limit)):
        raise AvouchError(Code.INPUT_INVALID, f"there is no such {limit.scope.value}")

    def do() -> Commit[None]:
        def commit(tx: Connection, stamp: Stamp) -> tuple[None, dict[str, Any]]:
            tx.execute(delete(limits).where(limits.c.scope == limit.scope.value, limits.c.subject == limit.subject))
            row = {"scope": limit.scope.value, "subject": limit.subject, "over": limit.over.value}
            row |= {name: getattr(limit, name) for name in (*AMOUNTS, "currency")}
            if any(amount is not None for amount in amounts):
                tx.execute(insert(limits), row)
            return None, row

        return commit

    act(stack, "budget.set", actor, do, on_home(stack))


def known(tx: Connection, limit: Limit) -> bool:
    """Whether somebody is meant: a limit on nobody would limit nobody."""
    column = principals.c.id if limit.scope is Scope.PRINCIPAL else principals.c.tenant
    return tx.execute(select(principals.c.id).where(column == limit.subject).limit(1)).scalar() is not None


def listing(stack: Stack, actor: Principal) -> list[Line]:
    """Every limit with today's spending of its subject (of all, where it is for each). FORBIDDEN."""
    authorise(stack, "budget.list", actor, on_home(stack))
    day = from_micros(time.time_ns() // 1000)[:10]

    def read(tx: Connection) -> list[Line]:
        lines = []
        for one in all_limits(tx):
            used = spent_of(tx, Account(day, one.scope, one.subject), time.time_ns() // 1000)
            lines.append(Line(one, used.tokens, used.micros.get(one.currency, 0), used.milliseconds))
        return lines

    return stack.state.read(read)


def all_limits(tx: Connection) -> list[Limit]:
    rows = tx.execute(select(limits).order_by(limits.c.scope, limits.c.subject)).all()
    return [
        Limit(Scope(r.scope), r.subject, r.tokens, r.micros, r.currency, r.milliseconds, Over(r.over)) for r in rows
    ]


def spent_of(tx: Connection, account: Account, at: int) -> Spent:
    """What was spent on an account, reservations included. Without a subject: by all of its scope."""
    whose = {Scope.PRINCIPAL: spent.c.principal_id, Scope.TENANT: spent.c.tenant}
    where = [spent.c.day == account.day, (spent.c.settled == 1) | (spent.c.at > at - ABANDONED)]
    if account.subject:
        where.append(whose[account.scope] == account.subject)
    sums = (func.sum(spent.c.tokens), func.sum(spent.c.micros), func.sum(spent.c.milliseconds))
    found = Spent()
    for currency, *amounts in tx.execute(select(spent.c.currency, *sums).where(and_(*where)).group_by("currency")):
        tokens, micros, milliseconds = map(int, amounts)
        found = budget.reserve(found, Cost(tokens, micros, currency, milliseconds))
    return found


class DayPurse:
    """Pays for one question out of its principal's, tenant's and home's budgets (``generate.gateway.Purse``)."""

    def __init__(self, stack: Stack, principal: Principal) -> None:
        self._stack, self._principal = stack, principal
        self._open: dict[str, str] = {}
        self.cost = Cost()

    def reserve(self, model: Model, request: Request, seconds: float) -> str:
        """Why the model may not be asked; empty: the most that it can cost is set aside. BUDGET_SPENT."""
        now = time.time_ns() // 1000
        cost = budget.most(model, request, seconds)
        name = new_id("c")

        def reserve(tx: Connection) -> str:
            told = all_limits(tx)
            if told:
                mine = budget.accounts(self._principal, now)
                ruling = budget.rule(told, {one: spent_of(tx, one, now) for one in mine}, cost, now)
                if not ruling.allowed and ruling.over is Over.REFUSE:
                    raise AvouchError(Code.BUDGET_SPENT, ruling.why, ruling.retry_after)
                if not ruling.allowed:
                    return ruling.why
            tx.execute(insert(spent), {**self._row(model, now), "id": name, **amounts_of(cost), "settled": 0})
            return ""

        why = self._stack.state.write(reserve)
        if not why:
            self._open[model.name] = name
        return why

    def settle(self, model: Model, usage: Usage, seconds: float) -> None:
        """What it did cost takes the place of what was set aside."""
        cost = budget.taken(model, usage, seconds)
        self.cost = replace(cost, tokens=self.cost.tokens + cost.tokens, micros=self.cost.micros + cost.micros)
        held = spent.c.id == self._open.pop(model.name)
        self._stack.state.write(
            lambda tx: tx.execute(update(spent).where(held).values(**amounts_of(cost), settled=1)).rowcount
        )

    def _row(self, model: Model, now: int) -> dict[str, Any]:
        whose = {"tenant": self._principal.tenant, "principal_id": self._principal.id}
        return {"day": from_micros(now)[:10], **whose, "model": model.name, "at": now}


def amounts_of(cost: Cost) -> dict[str, Any]:
    return {name: getattr(cost, name) for name in (*AMOUNTS, "currency")}
