"""What policies read, so that no more is asked of the engine than could change its answer. Nothing here decides.

Two exact reductions:

- A policy whose scope leaves out an action is never satisfied by it and never fails on it (Cedar evaluates the
  scope first), so each action has its own, smaller policy set.
- Where every policy reads ``resource.labels`` only as the left side of ``contains``, ``containsAny`` or
  ``containsAll``, and never lets labels stand on the right, the answer rests on which of the *looked for*
  strings are among the labels. Cedar makes no strings, so what is looked for is a literal of the policies or an
  attribute of principal, context or resource. Classes that agree in those, and in all else, are one question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from avouch.adapters.cedar_check import Policies
from avouch.policy.roles import GROUPS
from avouch.records import Principal, Relation, VisibilityClass

LABELS = {".": {"left": {"Var": "resource"}, "attr": "labels"}}
MEMBERSHIP = ("contains", "containsAny", "containsAll")


def for_action(policies: Policies, action: str) -> Policies:
    """The policies whose scope takes in an action."""
    groups = {group for group, acts in GROUPS.items() if action in acts}
    return {name: policy for name, policy in policies.items() if takes_in(policy["action"], {action, *groups})}


def takes_in(scope: dict[str, Any], names: set[str]) -> bool:
    """Whether a scope may take in an action known under these names; a form that is not known does."""
    if scope.get("op") == "==":
        return scope["entity"]["id"] in names
    if scope.get("op") == "in":
        entities = scope["entities"] if "entities" in scope else [scope["entity"]]
        return any(entity["id"] in names for entity in entities)
    return True


def by_membership(node: Any) -> bool:
    """Whether labels are read as the left side of a membership test only."""
    if isinstance(node, list):
        return all(by_membership(part) for part in node)
    if not isinstance(node, dict):
        return True
    if node == LABELS:
        return False
    if len(node) == 1 and (test := next(iter(node))) in MEMBERSHIP and node[test].get("left") == LABELS:
        return by_membership(node[test]["right"])
    return all(by_membership(part) for part in node.values())


def strings(node: Any) -> Iterator[str]:
    """Every string that stands in a policy."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from strings(part)


class Reduced:
    """Brings classes to the ones that policies can tell apart."""

    def __init__(self, policies: Policies) -> None:
        bodies = [policy["conditions"] for policy in policies.values()]
        self._exact = all(map(by_membership, bodies))
        self._literals = frozenset(strings(bodies))

    def looked_for(self, principal: Principal) -> frozenset[str]:
        """Every string that a policy could look for among labels, but for those of the resource itself."""
        told = {principal.tenant, principal.kind, principal.purpose, *(relation.value for relation in Relation)}
        return self._literals | principal.groups | principal.roles | told

    def shape(self, shape: VisibilityClass, looked_for: frozenset[str]) -> VisibilityClass:
        """The same, without labels that make no difference; as it is where it is odd, so that it fails as it is."""
        if not self._exact or not all(isinstance(label, str) and label.isprintable() for label in shape.labels):
            return shape
        return replace(shape, labels=shape.labels & (looked_for | {shape.kind, shape.tenant}))
