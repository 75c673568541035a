"""A decision taken apart: which rule said what, and which of its conditions held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from avouch.records import Principal, Resource


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule asks for, as the policy writes it. ``holds`` is None where it could not be told."""

    text: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that speaks of this action on this kind of resource. It ``applies`` where all its conditions hold."""

    id: str
    permits: bool
    applies: bool
    conditions: tuple[Condition, ...] = ()


@runtime_checkable
class Explains(Protocol):
    """A policy that can say how it came to a decision."""

    def explain(self, principal: Principal, action: str, resource: Resource) -> Sequence[Rule]:
        """The rules that speak of this action and kind of resource, by id."""


def nearest(rules: Sequence[Rule]) -> list[Rule]:
    """The permits that do not apply, those with the fewest conditions missing first."""
    permits = [rule for rule in rules if rule.permits and not rule.applies]
    return sorted(permits, key=lambda rule: (missing(rule), -len(rule.conditions), rule.id))


def missing(rule: Rule) -> int:
    """How many of a rule's conditions do not hold."""
    return sum(not condition.holds for condition in rule.conditions)
