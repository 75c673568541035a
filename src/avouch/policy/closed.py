"""What is in force where the active policy cannot be read: nothing, save putting another in its place."""

from __future__ import annotations

from collections.abc import Sequence

from avouch.records import Decision, Principal, Resource


class Closed:
    """Denies everything, ``reason`` as the error; an owner's ``policy`` acts in their own tenant go on."""

    version = "closed/1"

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        return [self._one(principal, action, resource) for resource in resources]

    def _one(self, principal: Principal, action: str, resource: Resource) -> Decision:
        if action == "policy" and "owner" in principal.roles and resource.tenant == principal.tenant:
            return Decision(True, ("closed",))
        return Decision(False, (), (self.reason,))
