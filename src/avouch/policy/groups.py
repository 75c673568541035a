"""The first policy: a person sees what shares a group with them, up to their clearance, in their tenant."""

from __future__ import annotations

from avouch.records import Principal, VisibilityClass

ACTS = {
    "reader": frozenset({"ask", "replay", "export"}),
    "owner": frozenset(
        {
            "ask",
            "replay",
            "export",
            "ingest",
            "withdraw",
            "erase",
            "principal",
            "key",
            "backup",
            "restore",
            "collect",
            "checkpoint",
        }
    ),
}


class GroupPolicy:
    """``groups ∩ labels`` is not empty, and classification ≤ clearance. What has no label, nobody sees."""

    version = "groups/1"

    def may_see(self, principal: Principal, shape: VisibilityClass) -> bool:
        return (
            principal.tenant == shape.tenant
            and shape.classification <= principal.clearance
            and not principal.groups.isdisjoint(shape.labels)
        )

    def may_do(self, principal: Principal, act: str) -> bool:
        return any(act in ACTS.get(role, frozenset()) for role in principal.roles)
