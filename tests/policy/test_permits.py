"""Decisions on acts are asked once, and never outlive what decided them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from avouch.policy import permits
from avouch.policy.permits import Permits
from avouch.records import Classification, Decision, Principal, Relation, Resource, VisibilityClass

ANN = Principal("p_1", "ann", frozenset({"staff"}), Classification.INTERNAL, frozenset({"reader"}))
HERE = (Resource("default", tenant="default"),)
PAGE = VisibilityClass(frozenset({"staff"}), Classification.INTERNAL)


class Counting:
    """Allows readers, and counts how often it is asked."""

    def __init__(self, version: str = "one") -> None:
        self.version, self.asked = version, 0

    def decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        self.asked += 1
        return [Decision("reader" in principal.roles, (self.version, action), ()) for _ in resources]


def test_the_same_question_is_asked_once() -> None:
    held, policy = Permits(), Counting()
    assert held.decide(policy, ANN, "ask", HERE) == held.decide(policy, ANN, "ask", HERE)
    assert policy.asked == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(ANN, roles=frozenset()),
        replace(ANN, groups=frozenset()),
        replace(ANN, clearance=Classification.PUBLIC),
        replace(ANN, tenant="other"),
        replace(ANN, purpose="research"),
        replace(ANN, emergency="e_1"),
        replace(ANN, kind="service"),
        replace(ANN, asserted=not ANN.asserted),
    ],
)
def test_what_differs_in_the_principal_is_asked_anew(other: Principal) -> None:
    held, policy = Permits(), Counting()
    held.decide(policy, ANN, "ask", HERE)
    [decision] = held.decide(policy, other, "ask", HERE)
    assert policy.asked == 2
    assert decision.allowed is ("reader" in other.roles)


def test_another_policy_act_or_tenant_is_asked_anew() -> None:
    held, one, two = Permits(), Counting("one"), Counting("two")
    told = [
        held.decide(one, ANN, "ask", HERE),
        held.decide(two, ANN, "ask", HERE),
        held.decide(one, ANN, "search", HERE),
        held.decide(one, ANN, "ask", (Resource("other", tenant="other"),)),
    ]
    assert (one.asked, two.asked) == (3, 1)
    assert [decisions[0].by for decisions in told][:3] == [("one", "ask"), ("two", "ask"), ("one", "search")]


def test_an_act_on_a_document_is_always_asked() -> None:
    held, policy = Permits(), Counting()
    for _ in range(3):
        held.decide(policy, ANN, "withdraw", (Resource("d_1", PAGE, Relation.NONE, "default"),))
    assert policy.asked == 3


def test_it_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permits, "KEPT", 10)
    held, policy = Permits(), Counting()
    for number in range(50):
        held.decide(policy, replace(ANN, id=f"p_{number}"), "ask", HERE)
    assert len(held._kept) <= 10
