"""Policies, principals and classes made up from a grammar over the schema, for the differential test."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from avouch.records import Classification, Principal, VisibilityClass

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]
GROUPS = ("staff", "hr", "ward", "mail", "north")
TENANTS, KINDS, PURPOSES = ("north", "south"), ("document", "record", "mail"), ("", "care", "research")
ROLES, IDS = ("reader", "auditor", "owner"), ("p_1", "p_2", "p_3", "p_4")
ATOMS = (
    "resource.labels.containsAny(principal.groups)",
    "resource.labels.containsAll(principal.groups)",
    "principal.groups.containsAll(resource.labels)",
    "resource.labels == principal.groups",
    "resource.labels.isEmpty()",
    'resource.labels.contains("{group}")',
    'resource.labels.containsAny(["{group}", "{other}"])',
    'principal.groups.contains("{group}")',
    "resource.labels.contains(resource.kind)",
    "resource.labels.containsAny([resource.tenant, principal.kind])",
    "resource.classification <= principal.clearance",
    "resource.classification == {level}",
    "resource.classification + {level} < principal.clearance * 2",
    "principal.clearance > {level}",
    "resource.tenant == principal.tenant",
    'resource["tenant"] != "{tenant}"',
    'resource.kind == "{kind}"',
    'resource.kind like "*{letter}*"',
    '["{kind}", "mail"].contains(resource.kind)',
    "resource.compartmented",
    "resource is Document",
    'context.relation == "member"',
    'context.relation == "other"',
    'resource.compartmented == (context.relation == "{relation}")',
    'context.purpose == "{purpose}"',
    '["", "care"].contains(context.purpose)',
    "context.emergency",
    'principal.emergency && principal.kind == "person"',
    "principal.asserted",
    'principal.roles.contains("{role}")',
    'principal == Principal::"{id}"',
    'principal in [Principal::"{id}", Principal::"p_1"]',
    'context == {{"purpose": "{purpose}", "relation": "{relation}", "emergency": false}}',
    "9223372036854775806 + resource.classification > 0",
    "9223372036854775806 + principal.clearance > 0",
    'decimal("1.5").lessThan(decimal("{level}.0"))',
)
"""What a condition can be made of; two of them are errors for some principals or classes."""
SCOPES = (
    'principal, action == Action::"see", resource is Document',
    "principal, action, resource",
    'principal == Principal::"p_2", action == Action::"see", resource',
    'principal is Principal, action in [Action::"see", Action::"reading"], resource is Document',
)


def atom(pick: Pick[str]) -> str:
    words = {
        "group": pick(GROUPS),
        "other": pick(GROUPS),
        "level": pick("0123"),
        "tenant": pick(TENANTS),
        "kind": pick(KINDS),
        "letter": pick("rdmo"),
        "relation": pick(("none", "member", "other")),
        "purpose": pick(PURPOSES),
        "role": pick(ROLES),
        "id": pick(IDS),
    }
    scope_free = pick(ATOMS)
    return scope_free.format(**words)


def condition(pick: Pick[str], depth: int) -> str:
    """A boolean expression, at most so deep."""
    shape = pick(("atom", "atom", "and", "or", "not", "if")) if depth else "atom"
    if shape == "atom":
        return f"({atom(pick)})"
    left, right = condition(pick, depth - 1), condition(pick, depth - 1)
    forms = {"and": f"({left} && {right})", "or": f"({left} || {right})", "not": f"(!{left})"}
    return forms.get(shape) or f"(if {left} then {right} else {condition(pick, depth - 1)})"


def policy(pick: Pick[str], number: int) -> str:
    effect = pick(("permit", "permit", "forbid"))
    ends = [f"{pick(('when', 'unless'))} {{ {condition(pick, 2)} }}" for _ in range(int(pick("112")))]
    guard = " when { resource is Document }"
    return f'@id("r{number}") {effect} ({pick(SCOPES)}){guard} {" ".join(ends)};'


def policy_set(pick: Pick[str], count: int) -> str:
    return "\n".join(policy(pick, number) for number in range(count))


def some(chance: random.Random, names: Sequence[str], rate: float = 0.35) -> frozenset[str]:
    return frozenset(name for name in names if chance.random() < rate)


def principal(chance: random.Random, uid: str) -> Principal:
    return Principal(
        uid,
        uid,
        some(chance, GROUPS),
        chance.choice(list(Classification)),
        some(chance, ROLES),
        chance.choice(TENANTS),
        asserted=chance.random() < 0.5,
        kind=chance.choice(("person", "person", "service")),
        purpose=chance.choice(PURPOSES),
        emergency=chance.choice(("", "", "e_1")),
    )


def shape(chance: random.Random) -> VisibilityClass:
    labels, held = some(chance, GROUPS), chance.choice(list(Classification))
    return VisibilityClass(labels, held, chance.choice(TENANTS), chance.choice(KINDS), chance.random() < 0.5)
