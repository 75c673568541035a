"""The policy's own decisions on acts, asked once for as long as nothing that decides them has changed."""

from __future__ import annotations

from collections.abc import Sequence

from avouch.ports import Policy
from avouch.records import Decision, Principal, Resource

KEPT = 4096
Question = tuple[str, Principal, str, Resource]


class Permits:
    """By policy version, every attribute of the principal, act and resource. Acts on a document are always asked."""

    def __init__(self) -> None:
        self._kept: dict[Question, Decision] = {}

    def decide(
        self, policy: Policy, principal: Principal, action: str, resources: Sequence[Resource]
    ) -> list[Decision]:
        """One decision for each resource."""
        if any(resource.shape is not None for resource in resources):
            return policy.decide(principal, action, resources)
        questions = [(policy.version, principal, action, resource) for resource in resources]
        found = [self._kept.get(question) for question in questions]
        if None in found:
            found = list(policy.decide(principal, action, resources))
            if len(self._kept) + len(found) > KEPT:
                self._kept.clear()
            self._kept.update(zip(questions, found, strict=True))  # type: ignore[arg-type]
        return found  # type: ignore[return-value]
