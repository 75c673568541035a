"""Arithmetic of budgets: what is reserved bounds what is taken, and nothing goes over."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.generate.made import ASKED, model

from avouch.canon import to_micros
from avouch.generate.budget import (
    Account,
    Cost,
    Limit,
    Over,
    Scope,
    Spent,
    accounts,
    most,
    price,
    reserve,
    rule,
    taken,
)
from avouch.records import Classification, Principal, Usage

AT = to_micros("2026-11-21T22:00:00Z")
ANN = Principal("p_ann", "ann", frozenset(), Classification.INTERNAL, tenant="t1")
COSTS = st.builds(
    Cost, st.integers(0, 10_000), st.integers(0, 10**9), st.sampled_from(["USD", "EUR"]), st.integers(0, 10**6)
)


def test_accounts_are_of_the_utc_day() -> None:
    assert accounts(ANN, AT) == (
        Account("2026-11-21", Scope.PRINCIPAL, "p_ann"),
        Account("2026-11-21", Scope.TENANT, "t1"),
        Account("2026-11-21", Scope.HOME, ""),
    )
    assert accounts(ANN, to_micros("2026-11-22T00:30:00+01:00"))[0].day == "2026-11-21"


def test_prices_are_per_million_and_rounded_up() -> None:
    priced = model(price_in=Decimal("0.15"), price_out=Decimal("0.60"))
    assert price(priced, 1_000_000, 0) == 150_000 and price(priced, 0, 1_000_000) == 600_000
    assert price(priced, 1, 0) == 1 and price(priced, 0, 0) == 0
    assert price(model(price_in=Decimal("0.1")), 10**15 + 10, 0) == 10**14 + 1, "no floats anywhere"
    assert taken(priced, Usage(1000, 500), 1.25) == Cost(1500, 450, "USD", 1250)


@given(st.integers(0, 32), st.integers(0, 20))
def test_what_is_reserved_is_enough(written: int, read: int) -> None:
    priced = model(price_in=Decimal("3"), price_out=Decimal("15"))
    reserved, cost = most(priced, ASKED, 10.0), taken(priced, Usage(read, written), 9.9)
    assert cost.tokens <= reserved.tokens and cost.micros <= reserved.micros
    assert cost.milliseconds <= reserved.milliseconds


@given(st.lists(COSTS, max_size=20), st.integers(0, 30_000), st.integers(0, 2 * 10**9))
def test_nothing_that_is_allowed_goes_over(costs: list[Cost], tokens: int, micros: int) -> None:
    limits = [Limit(Scope.TENANT, "t1", tokens=tokens), Limit(Scope.PRINCIPAL, micros=micros, currency="USD")]
    spent = {one: Spent() for one in accounts(ANN, AT)}
    for cost in costs:
        if rule(limits, spent, cost, AT).allowed:
            spent = {one: reserve(before, cost) for one, before in spent.items()}
    one, tenant, _ = accounts(ANN, AT)
    assert spent[tenant].tokens <= tokens and spent[one].micros.get("USD", 0) <= micros
    assert "EUR" not in spent[one].micros, "another currency cannot be held against the limit: refused"


def test_what_would_go_over_is_refused_or_degraded_as_declared() -> None:
    spent = {one: Spent(tokens=90) for one in accounts(ANN, AT)}
    tenant, own = Limit(Scope.TENANT, tokens=100, over=Over.DEGRADE), Limit(Scope.PRINCIPAL, tokens=100)
    ruling = rule([tenant], spent, Cost(20), AT)
    assert (ruling.allowed, ruling.over, ruling.retry_after) == (False, Over.DEGRADE, 7200)
    assert ruling.why == "the tenant's budget for 2026-11-21 is 100 tokens"
    assert rule([tenant, own], spent, Cost(20), AT).over is Over.REFUSE
    assert rule([tenant, own], spent, Cost(10), AT).allowed
    assert rule([], spent, Cost(10**9), AT).allowed, "no limit is declared"


def test_the_limit_of_ones_own_counts_instead_of_the_one_for_each() -> None:
    spent = {one: Spent() for one in accounts(ANN, AT)}
    each = Limit(Scope.PRINCIPAL, tokens=10)
    assert not rule([each], spent, Cost(20), AT).allowed
    assert rule([each, Limit(Scope.PRINCIPAL, "p_ann", tokens=30)], spent, Cost(20), AT).allowed
    assert not rule([each, Limit(Scope.PRINCIPAL, "p_bob", tokens=30)], spent, Cost(20), AT).allowed
    assert not rule([Limit(Scope.HOME, milliseconds=5)], spent, Cost(milliseconds=6), AT).allowed
