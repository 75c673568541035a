"""The plain policy: a person sees what shares a group with them, up to their clearance, in their tenant."""

from __future__ import annotations

from collections.abc import Sequence

from avouch.policy.roles import ACTS
from avouch.records import Decision, Principal, Relation, Resource

SEE = "see"


class GroupPolicy:
    """``groups ∩ labels`` is not empty, and classification ≤ clearance. What has no label, nobody sees.

    What lies in a compartment is seen by its members only.
    """

    version = "groups/2"

    def decide(self, principal: Principal, action: str, resources: Sequence[Resource]) -> list[Decision]:
        """By labels for ``see``, by roles for everything else; never across tenants."""
        if action == SEE:
            return [Decision(sees(principal, resource), ("labels",)) for resource in resources]
        may = any(action in ACTS.get(role, frozenset()) for role in principal.roles)
        return [Decision(may and resource.tenant == principal.tenant, ("roles",)) for resource in resources]


def sees(principal: Principal, resource: Resource) -> bool:
    shape = resource.shape
    return (
        shape is not None
        and principal.tenant == shape.tenant
        and shape.classification <= principal.clearance
        and not principal.groups.isdisjoint(shape.labels)
        and resource.relation is not Relation.OTHER
        and shape.compartmented == (resource.relation is not Relation.NONE)
    )
